"""What goes on around the reports in the demonstration: questions, requests, the curators' log, risk profiles."""

from datetime import timedelta

from sqlalchemy import select

from domain import curation, obligations, programme, progress, risks, schools, talks
from domain.curation import NoteKind
from domain.dates import local_day
from domain.policy import Permission
from domain.progress import WorkRow
from domain.risks import ConceptDocument, RiskFactor, Stage
from domain.roadmaps import Measure
from vekha.demo.loading import Stage as Scene
from vekha.demo.story import YAROSLAVL_COHORT

# Ten letters a school; the first is the profile of edu760152 as it was printed, the others are invented.
PROFILES = {
    "Тороповская ОШ": ("В В В С В С С В В С", (3, 5), 1001, 1003, 1005),
    "Василёвская СОШ": ("Н С В С С В Н Н С С", (3, 6), 1009, 1008, 1006),
    "Климатинская СОШ": ("С В С Н С С Н Н Н В", (2,), 1011, 1003, 1006),
    "Середневская ООШ": ("В В С С С Н Н Н С С", (2,), 1012, 1003, None),
    "СШ № 16": ("Н Н С С Н В С Н Н С", (6,), 1013, None, None),
}
# Where measures of the Yaroslavl roadmap belong, by the beginning of their text.
SLOTS: tuple[tuple[str, RiskFactor | None, Stage | None, ConceptDocument | None], ...] = (
    ("Адресная помощь ШНОР", RiskFactor.COMPETENCE, Stage.FIRST, None),
    ("Обучение педагогов по ППК", RiskFactor.COMPETENCE, Stage.SECOND, None),
    ("Цикл семинаров", RiskFactor.COMPETENCE, Stage.SECOND, None),
    ("Пилотная апробация инструментов", RiskFactor.FAILING_PUPILS, Stage.FIRST, None),
    ("Заключение соглашений", RiskFactor.STAFF, Stage.FIRST, None),
    ("Разработка и реализация программ адресного", None, None, ConceptDocument.MEDIUM_TERM_PROGRAMME),
)
VISITS = (
    (1003, "Тороповская ОШ", NoteKind.VISIT, 3, "Посетила уроки математики, договорились о плане на месяц"),
    (1003, "Климатинская СОШ", NoteKind.CONSULTATION, 6, "Разобрали показатели программы"),
    (1003, "Середневская ООШ", NoteKind.MEETING, 12, "Встреча со школьной командой"),
    (1008, "Василёвская СОШ", NoteKind.CONSULTATION, 9, "Как оформить приказ и протокол"),
)


async def tell(scene: Scene) -> None:
    """Everything below, by the people's own actions."""
    await _programme(scene)
    await _visits(scene)
    await _profiles(scene)
    await _places(scene)
    work = await progress.my_work(scene.tx, permission=Permission.SEE)
    await _words(scene, work)


def _work(rows: list[WorkRow], school: str, title: str) -> WorkRow | None:
    return next(
        (r for r in rows if r.school.name == school and " ".join(r.measure.title.split()).startswith(title)),
        None,
    )


async def _programme(scene: Scene) -> None:
    """The cohort is of a programme whose slot the regional coordinator may set; one school has its federal login."""
    made = await programme.programme(scene.tx, "500+")
    cohort = await programme.cohort(scene.tx, YAROSLAVL_COHORT)
    await schools.place_cohort(scene.tx, cohort.id, made.id, local_day(scene.tx.now, scene.timezone).year)
    school = await schools.school(scene.tx, scene.places["Тороповская ОШ"].school_id or 0)
    school.federal_login = "edu760152"


async def _visits(scene: Scene) -> None:
    today = local_day(scene.tx.now, scene.timezone)
    for who, school, kind, days, line in VISITS:
        school_id = scene.places[school].school_id or 0
        tx = scene.as_(scene.played(who))
        await curation.note(tx, school_id, kind, today - timedelta(days=days), line)


async def _profiles(scene: Scene) -> None:
    for name, (letters, chosen, head, curator, coordinator) in PROFILES.items():
        school = await schools.school(scene.tx, scene.places[name].school_id or 0)
        as_head = scene.as_(scene.played(head))
        profile = await risks.enter_profile(as_head, school.id, risks.levels_of(letters))
        await risks.choose_risks(as_head, school.id, [RiskFactor(number) for number in chosen])
        for who in (curator, coordinator):
            if who is not None:
                await risks.verify_profile(scene.as_(scene.played(who)), profile.id)


async def _places(scene: Scene) -> None:
    measures = (await scene.tx.session.scalars(select(Measure))).all()
    for title, factor, stage, document in SLOTS:
        ids = [m.id for m in measures if " ".join(m.title.split()).startswith(title)]
        await risks.place_measures(scene.tx, ids, factor=factor, stage=stage, document=document)


async def _words(scene: Scene, work: list[WorkRow]) -> None:
    """A question that is answered, one that waits, a request to be let off, a count on the way."""
    if (row := _work(work, "Тороповская ОШ", "Адресная помощь")) is not None:
        await talks.say(
            scene.as_(scene.played(1002)), row.assignment.id, "Нужна ли подпись директора на программе?"
        )
        await talks.say(scene.as_(scene.played(1003)), row.assignment.id, "Да, и печать школы.")
    if (row := _work(work, "Тороповская ОШ", "Цикл семинаров")) is not None:
        await obligations.note_count(
            scene.as_(scene.played(1002)), row.assignment.id, 3, wanted=7, note="Прошли три семинара"
        )
    row = _work(work, "Климатинская СОШ", "Цикл семинаров")
    if row is not None and row.assignment.status in progress.OPEN:
        await obligations.ask_waiver(
            scene.as_(scene.played(1011)), row.assignment.id, "В школе нет девятых классов, семинары для них."
        )
