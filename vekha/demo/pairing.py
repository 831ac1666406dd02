"""Mutual expertise in the demonstration: a round that runs, four pairs at different points, one school without a pair."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain import outbox, peer_advice, peer_review, programme, schools
from domain.dates import local_day
from domain.peer_review import DEFAULT_SECTIONS, Dates, PeerForm, RoundSpec, Verdict
from domain.texts import texts
from vekha.demo.cast import HOME
from vekha.demo.loading import Stage

COHORT = "Взаимоэкспертиза, школы 500+"
PAIRS = (
    ("Тороповская ОШ", "Василёвская СОШ"),
    ("Климатинская СОШ", "ОШ № 35"),  # the second has not looked in yet
    ("Середневская ООШ", "Любимская ООШ"),
    ("СШ № 16", "Диево-Городищенская СОШ"),
)
WITHOUT = "ОШ № 3"
HEADS = {
    "Тороповская ОШ": 1001,
    "Василёвская СОШ": 1009,
    "Климатинская СОШ": 1011,
    "Середневская ООШ": 1012,
    "Любимская ООШ": 1004,
    "СШ № 16": 1013,
    "Диево-Городищенская СОШ": 1017,
}
# School, days ago, section, words.
WRITTEN = (
    ("Тороповская ОШ", 9, "strong", "Сплочённая команда, дополнительные занятия идут по расписанию"),
    ("Тороповская ОШ", 9, "programme", "Назвать показатель для каждой задачи\nУказать сроки по четвертям"),
    ("Василёвская СОШ", 6, "strong", "Работа с родителями описана подробно"),
    ("Климатинская СОШ", 8, "strong", "Хорошо описаны ресурсы школы"),
    ("Климатинская СОШ", 8, "measures", "Провести диагностику в начале и в конце года"),
    ("Любимская ООШ", 7, "strong", "Есть опыт наставничества"),
    ("Любимская ООШ", 7, "programme", "Сократить число задач: сейчас их девять"),
    (
        "Любимская ООШ",
        7,
        "measures",
        "Взаимопосещение уроков раз в месяц\nСеминар по формирующему оцениванию",
    ),
    ("Любимская ООШ", 7, "borrow", "Банк заданий по функциональной грамотности"),
    ("Середневская ООШ", 5, "strong", "Продуманный мониторинг"),
)
SHARED = (("Тороповская ОШ", 8), ("Середневская ООШ", 4))
LOOKED = (("СШ № 16", 10), ("Диево-Городищенская СОШ", 9))
LINK = "https://telemost.example.ru/j/5210"


async def tell(scene: Stage) -> None:
    """A round that began two and a half weeks ago, by the people's own actions."""
    forms = await _start(scene)
    for school, days, section, words in WRITTEN:
        tx = scene.as_(scene.played(HEADS[school]), _ago(scene, days))
        await peer_review.write(tx, forms[school], section, words)
    for school, days in LOOKED:
        await peer_review.look(scene.as_(scene.played(HEADS[school]), _ago(scene, days)), forms[school])
    for school, days in SHARED:
        await peer_review.share(scene.as_(scene.played(HEADS[school]), _ago(scene, days)), forms[school])
    await _meetings(scene, forms)
    final = scene.as_(scene.played(HEADS["Любимская ООШ"]), _ago(scene, 3))
    await peer_review.finish(final, forms["Любимская ООШ"])
    reader = scene.as_(scene.played(HEADS["Середневская ООШ"]), _ago(scene, 2))
    asked = (await peer_review.my_side(reader, forms["Середневская ООШ"])).advice
    await peer_advice.answer(reader, asked[0].id, Verdict.TAKEN)
    for form_id in forms.values():  # read long ago
        for subject in (f"peer:{form_id}", f"peer_meeting:{form_id}"):
            await outbox.cancel(scene.tx, subject=subject, reason="the demonstration's past")


def _ago(scene: Stage, days: int) -> datetime:
    day = local_day(scene.tx.now, scene.timezone) - timedelta(days=days)
    return datetime.combine(day, time(11, 20), ZoneInfo(scene.timezone))


async def _start(scene: Stage) -> dict[str, int]:
    """The round with its pairs; the forms by school."""
    cohort = await programme.cohort(scene.tx, COHORT)
    for name in (*(name for pair in PAIRS for name in pair), WITHOUT):
        school = await schools.school(scene.tx, scene.places[name].school_id or 0)
        await schools.enroll(scene.tx, school, cohort.id)
    today = local_day(scene.tx.now, scene.timezone)
    days = [today + timedelta(days=n) for n in (-18, 6, 20, 31, 45)]
    say = texts("ru", escape=False)
    sections = [section._replace(title=say(section.title)) for section in DEFAULT_SECTIONS]
    title = f"Взаимоэкспертиза {today.year}"
    spec = RoundSpec(title, Dates(*days), sections, cohort.cycle_id, cohort.id)
    began = scene.as_(scene.played(1007), _ago(scene, 18))
    made = await peer_review.open_round(began, scene.places[HOME], spec)
    for pair in PAIRS:
        await peer_review.pair_up(began, made.id, [scene.places[name].school_id or 0 for name in pair])
    await peer_review.start(began, made.id)
    names = {scene.places[name].school_id: name for pair in PAIRS for name in pair}
    found = await scene.tx.session.scalars(select(PeerForm).where(PeerForm.round_id == made.id))
    return {names[form.school_id]: form.id for form in found}


async def _meetings(scene: Stage, forms: dict[str, int]) -> None:
    """One meeting is agreed, another has been."""
    ahead = _ago(scene, -5).replace(hour=15, minute=0)
    tx = scene.as_(scene.played(HEADS["Тороповская ОШ"]), _ago(scene, 2))
    await peer_review.set_meeting(tx, forms["Тороповская ОШ"], ahead, LINK)
    tx = scene.as_(scene.played(HEADS["Любимская ООШ"]), _ago(scene, 4))
    await peer_review.set_meeting(tx, forms["Любимская ООШ"], _ago(scene, 4) - timedelta(hours=1), LINK)
    await peer_review.hold(tx, forms["Любимская ООШ"])
