"""What offices owe and what a school has made of the shared plan, in the demonstration."""

from collections.abc import Sequence
from datetime import timedelta

from domain import adapting, giving, moving, progress, roadmaps
from domain.actor import Place
from domain.dates import local_day
from domain.roadmaps import Measure, RoadmapState
from vekha.demo.loading import Stage

REGION, DISTRICT, CURATOR, HEAD = 1007, 1005, 1003, 1001
# Measures by the beginning of their text, to whom, and days from today.
OFFICES = (
    ("Определение школ", "Ярославская область", 6),
    ("Летняя школа", "Ярославская область", 40),
    ("Модуль в рамках ППК", "Даниловский МР", -1),
    ("Организация обучения руководителей", "Даниловский МР", 8),
    ("Организация обучения руководителей", "Угличский МР", 8),
)


async def tell(stage: Stage) -> None:
    """The regional coordinator gives to offices; one has handed in; a head and a curator work on a school's plan."""
    rows = await roadmaps.roadmap_list(stage.tx, state=RoadmapState.APPROVED)
    plan = next((row.roadmap for row in rows if row.roadmap.file_name == "yaroslavl_2022.docx"), None)
    if plan is None:
        return
    measures = (await roadmaps.roadmap(stage.tx, plan.id)).measures
    for start, office, days in OFFICES:
        await _give(stage, plan.id, _named(measures, start), stage.places[office], days)
    work = {
        (row.school.name, row.assignment.due_on): row.assignment.id
        for row in await progress.my_work(stage.as_(stage.played(DISTRICT)))
    }
    today = local_day(stage.tx.now, stage.timezone)
    waiting = work.get(("Даниловский МР", today + timedelta(days=8)))
    if waiting is not None:
        words = "Обучились 12 руководителей из 14, списки приложены."
        await stage.hand_in(stage.tx.now - timedelta(days=1), DISTRICT, waiting, words, ("minutes",))
    await _own(stage, plan)


def _named(measures: Sequence[Measure], start: str) -> Measure:
    return next(m for m in measures if start in " ".join(m.title.split()))


async def _give(stage: Stage, roadmap_id: int, measure: Measure, office: Place, days: int) -> None:
    tx = stage.as_(stage.played(REGION), stage.tx.now - timedelta(days=10))
    await giving.assign(tx, roadmap_id, [], offices=[office], measure_ids=[measure.id])
    due_on = local_day(stage.tx.now, stage.timezone) + timedelta(days=days)
    for occurrence in range(max(1, len(measure.windows))):
        await moving.move_due(tx, measure.id, occurrence, due_on + timedelta(days=30 * occurrence))


async def _own(stage: Stage, plan: roadmaps.Roadmap) -> None:
    school_id = stage.places["Тороповская ОШ"].school_id or 0
    head = stage.as_(stage.played(HEAD), stage.tx.now - timedelta(days=5))
    shared = await adapting.school_plan(head, plan.id, school_id)
    open_rows = [row for row in shared.rows if row.assignment.status in progress.OPEN]
    titled = {" ".join(row.measure.title.split())[:14]: row for row in open_rows}
    if (row := titled.get("Цикл семинаров")) is not None:
        await adapting.reword(
            head, row.assignment.id, {"title": "Семинары для учителей нашей школы и соседей"}
        )
    await adapting.add_row(
        head, plan.id, school_id, title="Педагогический совет по итогам полугодия", due_on=plan.ends_on,
        evidence="Протокол педсовета",
    )  # fmt: skip
    if (row := titled.get("Адресная помощ")) is not None:
        curator = stage.as_(stage.played(CURATOR), stage.tx.now - timedelta(hours=2))
        proposed = {"evidence_required": "Утверждённая программа и приказ о её введении"}
        await adapting.propose(curator, row.assignment.id, proposed, why="Без приказа программу вернут")
