"""Indicators, agreements and the analysis of measures in the demonstration: what is computed comes from the facts of
the story, what is entered is invented and its document says so.
"""

from datetime import date, timedelta

from sqlalchemy import select

from domain import effects, indicators
from domain.actor import Place
from domain.dates import local_day
from domain.effects import Verdict
from domain.indicators import AgreementKind, AgreementSpec, IndicatorSpec, Source, Unit
from domain.roadmaps import Measure
from vekha.demo.assessing import INVENTED
from vekha.demo.cast import HOME
from vekha.demo.loading import Stage

SUPPORT, TEACHERS = "Адресная методическая поддержка", "Развитие педагогов"
# What an indicator is; then, where it is entered, its values in January of the last year and of this one.
ENTERED: tuple[tuple[IndicatorSpec, tuple[tuple[int, int | None], ...]], ...] = (
    (
        IndicatorSpec(
            "Доля школ, в которых организована профилактика учебной неуспешности", target="95", track=SUPPORT
        ),
        ((26, 28), (26, 28)),
    ),
    (
        IndicatorSpec("Семинары для школьных команд", unit=Unit.COUNT, target="7", track=TEACHERS),
        ((4, None), (5, None)),
    ),
    (
        IndicatorSpec("Доля педагогов школ-участниц, прошедших обучение по ППК", target="60", track=TEACHERS),
        ((212, 468), (305, 471)),
    ),
)
COMPUTED = (
    IndicatorSpec("Доля подтверждённых мероприятий", Source.MEASURES, target="80", track=SUPPORT),
    IndicatorSpec("Соглашения о методическом сопровождении за год", Source.AGREEMENTS, target="5"),
    IndicatorSpec("Доля школ с действующим соглашением", Source.AGREEMENT_SCHOOLS, target="25"),
    IndicatorSpec("Муниципалитеты с действующими соглашениями", Source.AGREEMENT_MUNICIPALITIES, target="14"),
    IndicatorSpec("Сокращение списка школ с низкими результатами", Source.LOW_RESULTS, target="30"),
)
RETIRED = IndicatorSpec("Публикации об опыте школ", unit=Unit.COUNT, target="10", track=TEACHERS)
WHY_RETIRED = "Показатель исключён из плана: число публикаций не говорит о результатах учеников."
# Where, what, with whom, how many days ago it was signed.
AGREED = (
    ("Тороповская ОШ", AgreementKind.METHODICAL, "СОШ № 1 г. Данилова", 12),
    ("Василёвская СОШ", AgreementKind.METHODICAL, "Гимназия № 1", 40),
    ("Климатинская СОШ", AgreementKind.COOPERATION, "Угличский индустриально-педагогический колледж", 75),
    ("Середневская ООШ", AgreementKind.METHODICAL, "Институт развития образования", 130),
    ("Даниловский МР", AgreementKind.COOPERATION, "Институт развития образования", 200),
    ("СШ № 16", AgreementKind.METHODICAL, "Средняя школа № 2", 420),
)
# The beginning of a measure's text, effect, problem, proposal, verdict.
JUDGED = (
    (
        "Информационно-организационные совещание",
        "Все команды знают сроки и формы отчёта, вопросов по документам стало вдвое меньше.",
        "",
        "Проводить в начале каждого полугодия.",
        Verdict.EFFECTIVE,
    ),
    (
        "Мониторинг позитивных изменений",
        "Видно, какие школы сдвинулись по русскому языку.",
        "Школы присылают отчёты позже срока, данные за полугодие неполные.",
        "Собирать показатели по одной форме и напоминать за две недели.",
        Verdict.INSUFFICIENT,
    ),
    (
        "Обучение педагогов по ППК",
        "Обучились две трети педагогов, в школах идут взаимные посещения уроков.",
        "Учителя малых школ не могут уехать на очную часть.",
        "Оставить дистанционную группу.",
        Verdict.EFFECTIVE,
    ),
    (
        "Адресная помощь ШНОР",
        "",
        "Рано судить: программы утверждены недавно.",
        "Вернуться к оценке после мониторинга.",
        None,
    ),
)


async def tell(scene: Stage) -> None:
    """Everything below, by the regional coordinator."""
    region = scene.places[HOME]
    await _indicators(scene, region)
    await _agreements(scene)
    await _judgements(scene)


async def _indicators(scene: Stage, region: Place) -> None:
    tx = scene.as_(scene.played(1007))
    year = local_day(tx.now, scene.timezone).year
    days = date(year - 1, 1, 1), date(year, 1, 1)
    for spec, values in ENTERED:
        made = await indicators.add_indicator(tx, region, spec)
        for day, (numerator, denominator) in zip(days, values, strict=True):
            document = f"Отчёт за {day.year - 1} год ({INVENTED})"
            await indicators.enter_value(tx, made.id, day, numerator, denominator, document=document)
    for spec in COMPUTED:
        await indicators.add_indicator(tx, region, spec)
    made = await indicators.add_indicator(tx, region, RETIRED)
    await indicators.enter_value(tx, made.id, days[0], 6, None, document=f"Отчёт ({INVENTED})")
    await indicators.retire_indicator(tx, made.id, reason=WHY_RETIRED)


async def _agreements(scene: Stage) -> None:
    tx = scene.as_(scene.played(1007))
    today = local_day(tx.now, scene.timezone)
    for number, (where, kind, partner, days) in enumerate(AGREED, start=1):
        signed = today - timedelta(days=days)
        document = f"№ {number} от {signed:%d.%m.%Y} ({INVENTED})"
        spec = AgreementSpec(kind, partner, document, signed, signed + timedelta(days=365))
        await indicators.add_agreement(tx, scene.places[where], spec)


async def _judgements(scene: Stage) -> None:
    tx = scene.as_(scene.played(1007))
    measures = (await tx.session.scalars(select(Measure))).all()
    for title, effect, problem, proposal, verdict in JUDGED:
        for measure in measures:
            if " ".join(measure.title.split()).startswith(title):
                await effects.judge(
                    tx, measure.id, effect=effect, problem=problem, proposal=proposal, verdict=verdict
                )
