"""What experts remark on a plan, said before it is approved: named, beside its row, never a wall."""

from datetime import date
from typing import Any

import pytest

from domain import documents, roadmaps
from domain.actor import SYSTEM
from domain.roadmaps import Finding, FindingKind, Measure, Roadmap, RoadmapView
from tests.world import DATA, World

PLAN = Roadmap(
    id=1,
    title="План",
    starts_on=date(2022, 1, 1),
    ends_on=date(2022, 12, 31),
    reference_year=2022,
    school_year=False,
)
WHOLE = {
    "number": "1.1",
    "title": "Совещание",
    "expected_result": "Протокол принят",
    "evidence_required": "Протокол",
}


def measure(words: str, row: int = 1, **fields: Any) -> Measure:
    meaning = roadmaps.meaning_of(roadmaps.reading_of(PLAN, words), PLAN.bounds)
    base: dict[str, Any] = {"notes": [], "targets": [], "indicator": None, "deadline_text": words}
    return Measure(id=row, **base | WHOLE | meaning | fields)


def kinds(*measures: Measure) -> list[tuple[FindingKind, int]]:
    return [(f.kind, f.measure_id) for f in roadmaps.check_plan(RoadmapView(PLAN, [], measures))]


K = FindingKind


@pytest.mark.parametrize(
    ("words", "fields", "expected"),
    [
        ("до 29 апреля", {}, []),
        ("апрель", {}, []),  # a month is due on its last day, whatever weekday that is
        ("до 29 апреля", {"expected_result": None}, [K.NO_RESULT]),
        ("до 29 апреля", {"expected_result": None, "indicator": "Доля школ"}, []),
        ("до 29 апреля", {"evidence_required": None}, [K.NO_DOCUMENT]),
        ("до 30 апреля", {}, [K.DAY_OFF]),  # a Saturday
        ("9 мая", {}, [K.DAY_OFF]),
        ("23 февраля", {}, [K.DAY_OFF]),  # a Wednesday, and a holiday
        ("до 1 марта 2023", {}, [K.OUTSIDE_PERIOD]),
        ("декабрь 2021", {}, [K.OUTSIDE_PERIOD]),
        ("по плану работы", {}, [K.NO_DATE]),
        ("постоянно", {}, [K.NO_DATE]),
        ("", {}, [K.NO_DATE]),
        ("в течение года", {}, [K.WHOLE_PERIOD]),
        ("2 раза в год (январь, июнь)", {}, []),
        ("до 29 апреля", {"expected_result": "Не менее 7 семинаров"}, [K.TARGET]),
        (
            "в течение года",
            {"expected_result": None, "evidence_required": None},
            [K.NO_RESULT, K.WHOLE_PERIOD, K.NO_DOCUMENT],
        ),
    ],
)
def test_a_row_is_remarked_on(words: str, fields: dict[str, Any], expected: list[FindingKind]) -> None:
    assert kinds(measure(words, **fields)) == [(kind, 1) for kind in expected]


def test_a_number_that_stands_twice_is_shown_where_it_stands_again() -> None:
    first, again = measure("апрель", 1), measure("май", 2)
    continued = measure("июнь", 3, notes=["continuation"])
    unnumbered = [measure("июль", n, number=None) for n in (4, 5)]
    assert kinds(first, continued, again, *unnumbered) == [(K.DUPLICATE_NUMBER, 2)]


def test_an_accepted_target_is_not_offered_again() -> None:
    both = "Не менее 25% школ и не менее 14 МОУО"
    row = measure("апрель", expected_result=both)
    [finding] = roadmaps.check_plan(RoadmapView(PLAN, [], [row]))
    assert [t.quote for t in finding.offered] == ["Не менее 25% школ", "не менее 14 МОУО"]
    row.targets = [finding.offered[0].to_json()]
    [finding] = roadmaps.check_plan(RoadmapView(PLAN, [], [row]))
    assert [t.quote for t in finding.offered] == ["не менее 14 МОУО"]


def test_the_day_off_is_named() -> None:
    assert roadmaps.check_plan(RoadmapView(PLAN, [], [measure("до 30 апреля")])) == [
        Finding(K.DAY_OFF, 1, date(2022, 4, 30))
    ]


async def test_the_plan_of_yaroslavl_as_its_experts_would_read_it(world: World) -> None:
    reading = documents.read_roadmap(DATA / "roadmaps/000_yaroslavl_2022.docx")
    async with world.db.write(SYSTEM) as tx:
        plan = await roadmaps.import_draft(tx, world.places["область"], reading, file_name="plan.docx")
        view = await roadmaps.roadmap(tx, plan.id)
        numbers = {m.id: m.number for m in view.measures}
        found = roadmaps.check_plan(view)
        await roadmaps.approve(tx, plan.id)  # remarks are no wall
    by_kind: dict[str, list[str | None]] = {}
    for finding in found:
        by_kind.setdefault(finding.kind, []).append(numbers[finding.measure_id])
    targets = by_kind.pop("target")
    assert by_kind == {
        "outside_period": ["1.1"],
        "whole_period": ["2.2", "2.3"],
        "no_document": ["2.4"],
        "duplicate_number": ["4.3"],
    }
    assert targets == ["2.1", "2.2", "2.3", "2.4", None, None, None, "4.3", "5.1", "5.2", "5.3"]
