"""The words of deadlines, as data: each form or stem with its class (one letter) and its value.

The letters are the alphabet of the patterns in `patterns.py`:
n number 1-2 digits, y year, N other number, r Roman number, o ordinal, i cardinal word, ^ ending of an ordinal («1-го»)
m month, w weekday, q quarter, h half-year, c school term, t trimester, g year word, U school (year), D decade,
W week, M month word, Z day word, Q «число», H half, E season, C holidays
s from, p «по», d until, b in/on, e and, j «в течение», x end, a beginning, l middle
R repeats, T times, K every, V whole, G current, F next, L last, P plan, O always, B period, I project, @ stage, J hour
% approximately, ! including, > «далее», f filler, X unknown
"""

_MONTH_STEMS = (  # май is spelt out below
    "январ", "феврал", "март", "апрел", "", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр",
)  # fmt: skip
_MONTH_SHORT = {
    "янв": 1, "январ": 1, "фев": 2, "февр": 2, "феврал": 2, "мар": 3, "апр": 4, "апрел": 4, "июн": 6, "июл": 7,
    "авг": 8, "сен": 9, "сент": 9, "сентяб": 9, "сентябр": 9, "окт": 10, "октяб": 10, "октябр": 10,
    "ноя": 11, "нояб": 11, "ноябр": 11, "дек": 12, "декаб": 12, "декабр": 12, "авгус": 8, "август": 8,
}  # fmt: skip
_SOFT = ("ь", "я", "е", "ю", "ем", "и", "ей", "ям", "ях")
_HARD = ("", "а", "е", "у", "ом", "ы")

_FORMS: dict[str, str] = {
    "s": "с со от начиная ранее",
    "p": "по",
    "d": "до к ко позднее позже перед",
    "b": "в во на за",
    "e": "и",
    "j": "течение течении теч втечение втечении протяжении ходе",
    "V": "весь всего всей всем все всё вся круглый",
    "T": "раз раза разу разы р",
    "g": "год года году годом годы годов годам годах г гг гг лет годам",
    "h": "полугодие полугодия полугодии полугодий полугодию полугодиям полугод полуг пг полугода полгода",
    "q": "квартал кварталом квартала квартале кварталы кварталов кварталу кварталам кварталах кв квар кварт",
    "c": "четверть четверти четвертей четвертям четвертях четв",
    "t": "триместр триместра триместре триместры триместров триместрам",
    "W": "неделя недели неделе неделю неделей недель неделям неделях нед",
    "D": "декада декады декаде декаду декадой декад декадах",
    "M": "месяц месяца месяце месяцу месяцем месяцы месяцев месяцам мес",
    "Z": "день дня дню дни дней днем дням сутки суток",
    "Q": "число числа числу числе числах чисел числам",
    "H": "половина половины половине половину",
    "x": "конец конца конце концу концом кон завершение завершения",
    "a": "начало начала начале началу началом нач",
    "l": "середина середины середине середину середине серед",
    "U": "учебный учебного учебном учебному учебных учебные учеб уч учебн",
    "B": "период периода периоде периоду периоды срок срока сроке",
    "J": "час часа часов часам ч ч час",
    "C": "каникулы каникул каникулам каникулах каникулами",
    "!": "включительно вкл включит",
    ">": "далее впредь",
    "%": "примерно ориентировочно около приблизительно предположительно предварительно возможно",
    "^": "го е й я ое ый ая ого ом ую му х ые ых ой ем ему его ти",
    "@": "этап этапа этапе этапы этапов тур тура туры волна волны",
    "O": "постоянно систематически регулярно непрерывно бессрочно постоянный постоянной постоянная периодически круглогодично",
}
_FILLERS = (
    "не чем реже менее минимум максимум времени время сроки сроков срокам сроках срокам дата даты дедлайн "
    "проведения проведение выполнения исполнения сдачи представления предоставления окончания т д др пр мск "
    "календарный календарного календарном календарных минут мин часовой числе месяцы рабочий нужно ее его "
    "ежегодный плановый срок: сентября: даты: период: же начала: то есть основе этого"
)
# Words that send the reader to another document or event: stems, matched as prefixes.
_PLAN_STEMS = (
    "план график расписан согласн соответств необходимост надобност мере запрос согласован факту заявк требован "
    "положени приказ регламент окончани завершени поступлен готовност возможност наличи назначен обращени "
    "итог результат отдельн утвержден установлен определен указанн индивидуальн циклограмм плану-граф своевремен "
    "момент дорожн протокол распоряжен договоренност отдельно"
)
_ORDINALS = {
    "перв": 1, "втор": 2, "трет": 3, "четверт": 4, "пят": 5, "последн": -1,
}  # fmt: skip
_ORDINAL_ENDS = frozenset(
    {
        "ый", "ая", "ое", "ые", "ого", "ой", "ому", "ом", "ых", "ую", "ым", "ий", "ья", "ье", "ьи", "ьего", "ьей",
        "ьему", "ьем", "ьих", "ью", "яя", "ее", "ие", "его", "ей", "ему", "ем", "их", "юю",
    }
)  # fmt: skip
_CARDINALS = {
    1: "один одного одному одна одну одной", 2: "два две двух", 3: "три трех", 4: "четыре четырех",
    5: "пять пяти", 6: "шесть шести", 10: "десять десяти",
}  # fmt: skip
_WEEKDAYS = (
    "понедельник понедельника понедельникам понедельники пн",
    "вторник вторника вторникам вторники вт",
    "среда среду среды средам ср",
    "четверг четверга четвергам четверги чт",
    "пятница пятницу пятницы пятницам пт",
    "суббота субботу субботы субботам сб",
    "воскресенье воскресенья воскресеньям вс",
)
_SEASONS = {
    "spring": "весна весной весны весну весенний весеннего весеннем весенние весенних",
    "summer": "лето летом лета лету летний летнего летнем летние летних",
    "autumn": "осень осенью осени осенний осеннего осеннем осенние осенних",
    "winter": "зима зимой зимы зиму зимний зимнего зимнем зимние зимних",
}
_REPEATS = {
    "year": "ежегод", "month": "ежемесяч", "quarter": "ежекварт", "week": "еженедел", "day": "ежеднев",
}  # fmt: skip
# Stems tried in this order when a word is no listed form.
STEMS: tuple[tuple[str, str, object], ...] = (
    *((stem, "R", unit) for unit, stem in _REPEATS.items()),
    ("помесячн", "R", "month"), ("поквартал", "R", "quarter"), ("понедельно", "R", "week"),
    ("ежеполугод", "R", "half_year"), ("ежечетвер", "R", "term"), ("ежесуточн", "R", "day"),
    ("кажд", "K", None), ("текущ", "G", 0), ("нынешн", "G", 0), ("следующ", "F", 1), ("будущ", "F", 1),
    ("прошл", "L", -1), ("предыдущ", "L", -1), ("прошедш", "L", -1),
    ("каникуляр", "C", None), ("реализац", "I", None), ("проект", "I", None), ("программ", "I", None),
    ("действия", "I", None), ("учебн", "U", None), ("календарн", "f", None), ("полугоди", "h", None),
    ("месячн", "M", None), ("рабоч", "f", None), ("отчетн", "P", None),
    *((stem, "P", None) for stem in _PLAN_STEMS.split()),
)  # fmt: skip


def _build() -> dict[str, tuple[str, object]]:
    forms: dict[str, tuple[str, object]] = dict.fromkeys(_FILLERS.split(), ("f", None))
    for code, words in _FORMS.items():
        forms.update((word, (code, None)) for word in words.split())
    for number, stem in enumerate(_MONTH_STEMS, 1):
        ends = _HARD if number in (3, 8) else _SOFT
        if number != 5:
            forms.update((stem + end, ("m", number)) for end in ends)
    forms.update((word, ("m", 5)) for word in ("май", "мая", "мае", "маю", "маем"))
    forms.update((word, ("m", number)) for word, number in _MONTH_SHORT.items())
    for number, words in enumerate(_WEEKDAYS):
        forms.update((word, ("w", number)) for word in words.split())
    for season, words in _SEASONS.items():
        forms.update((word, ("E", season)) for word in words.split())
    for number, words in _CARDINALS.items():
        forms.update((word, ("i", number)) for word in words.split())
    forms.update({"однажды": ("T", 1), "дважды": ("T", 2), "трижды": ("T", 3), "четырежды": ("T", 4)})
    forms.update({"этого": ("G", 0), "сего": ("G", 0), "ранее": ("s", None), "полгода": ("h", None)})
    forms.update({"после": ("s", "after")})
    forms.update({"или": ("X", None), "либо": ("X", None), "с/г": ("X", None)})
    return forms


FORMS = _build()


def ordinal(word: str) -> int | None:
    """«первой» → 1, «последняя» → -1; None for anything else."""
    for stem, number in _ORDINALS.items():
        if word.startswith(stem) and word[len(stem) :] in _ORDINAL_ENDS:
            return number
    return None


# Words worth mending when one or two letters are wrong.
MENDABLE: tuple[tuple[str, tuple[str, object]], ...] = tuple(
    (word, meaning)
    for word, meaning in FORMS.items()
    if (meaning[0] in "mqhjUOBw" and len(word) >= 5) or (meaning[0] == "m" and len(word) >= 4)
) + tuple(
    (word, ("R", unit))
    for word, unit in (
        ("ежегодно", "year"), ("ежемесячно", "month"), ("ежеквартально", "quarter"),
        ("еженедельно", "week"), ("ежедневно", "day"),
    )
)  # fmt: skip
