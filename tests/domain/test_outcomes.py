"""Dynamics and clusters: the golden tables from facts of single schools, and what holds for every table."""

import csv
import io
import json
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import documents, dynamics, marksheets, outcomes, schools
from domain.actor import SYSTEM
from domain.db import Database
from domain.dynamics import Asked
from domain.errors import Forbidden, NotFound
from domain.outcomes import Cluster, Dynamics, Movement, Result
from tests.world import DATA, MovableClock, World

GOLDEN = json.loads((DATA / "monitoring/cluster_dynamics_2022.json").read_text("utf-8"))["rows"]
# Cohort → (raised, left, same, down): DOMAIN.md §6.
COHORTS = {
    row["group"]: (row["raised_cluster"], row["left_list"], row["unchanged"], row["negative"])
    for row in GOLDEN[:-1]
}
# (failing, pupils) before and after; the bounds themselves stand among them.
MOVES = {
    "raised": [((50, 100), (49, 100)), ((40, 100), (399, 1000)), ((9, 10), (3, 10))],
    "left": [((30, 100), (299, 1000)), ((1, 2), (0, 7)), ((2, 5), (1, 4))],
    "same": [((30, 100), (399, 1000)), ((1, 2), (1, 1)), ((40, 100), (49, 100))],
    "down": [((39, 100), (40, 100)), ((3, 10), (1, 2)), ((4999, 10000), (1, 2))],
}
# 42 schools: positive / 0 % / negative / neutral / none → positive result.
PROCEDURES = {
    "oge_russian": (14, 17, 10, 0, 1, 74),
    "oge_math": (25, 4, 11, 1, 1, 69),
    "vpr_russian_5": (24, 1, 14, 0, 3, 60),
    "vpr_russian_6": (27, 0, 12, 1, 2, 64),
    "vpr_math_5": (24, 4, 11, 0, 3, 67),
}
KINDS = (Dynamics.POSITIVE, Dynamics.ALL_PASSED, Dynamics.NEGATIVE, Dynamics.NEUTRAL, Dynamics.NOT_COMPUTED)
results_ = st.integers(0, 60).flatmap(lambda n: st.builds(Result, st.just(n), st.integers(0, n)))


def sheet(header: list[str], rows: list[list[object]]) -> marksheets.Reading:
    """A csv as Excel writes it, read by its headers."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([header, *rows])
    return marksheets.read(documents.read_table(text.getvalue().encode("utf-8-sig"), "results.csv"))


async def region_of(db: Database, names: dict[str, list[str]]) -> None:
    from domain import programme

    async with db.write(SYSTEM) as tx:
        region = await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow")
        place = await schools.add_municipality(tx, region, "Угличский МР")
        for cohort, of_cohort in names.items():
            entered = await programme.cohort(tx, cohort)
            for name in of_cohort:
                school, _ = await schools.add_school(tx, place, name)
                await schools.enroll(tx, school, entered.id)


def facts_of_81() -> Iterator[tuple[str, str, list[object]]]:
    number = 0
    for cohort, counts in COHORTS.items():
        for kind, count in zip(MOVES, counts, strict=True):
            for turn in range(count):
                number += 1
                before, after = MOVES[kind][turn % len(MOVES[kind])]
                yield cohort, f"СОШ № {number}", [*before, *after]


async def test_the_golden_table_of_clusters_comes_from_facts_of_schools(
    empty: tuple[Database, MovableClock],
) -> None:
    db, _ = empty
    facts = list(facts_of_81())
    await region_of(db, {cohort: [n for c, n, _ in facts if c == cohort] for cohort in COHORTS})
    header = ["Школа", "Неуспевающих 2021", "Обучающихся 2021", "Неуспевающих 2022", "Обучающихся 2022"]
    reading = sheet(header, [[name, *numbers] for _, name, numbers in facts])
    async with db.write(SYSTEM) as tx:
        brought = await marksheets.bring_in(tx, reading, name="results.csv")
    assert (brought.results, brought.changed, brought.schools, brought.problems) == (162, 162, 81, [])
    async with db.write(SYSTEM) as tx:
        assert (await marksheets.bring_in(tx, reading, name="results.csv")).changed == 0
    async with db.read(SYSTEM) as tx:
        table = await outcomes.cluster_table(tx, before=2021, after=2022, by="cohort")
        again = await outcomes.cluster_table(tx, before=2021, after=2022, by="cohort")
    shown = {
        name: (row.raised, row.left, row.positive_percent, row.same, row.down, row.total)
        for name, row in table.rows.items()
    }
    assert shown == {
        (row["group"] if row is not GOLDEN[-1] else outcomes.EVERYTHING): (
            row["raised_cluster"],
            row["left_list"],
            row["positive_pct"],
            row["unchanged"],
            row["negative"],
            row["total"],
        )
        for row in GOLDEN
    }
    whole = table.rows[outcomes.EVERYTHING]
    assert (whole.same_percent, whole.down_percent) == (17, 10)
    assert sum(table.counts[2021].values()) == 81
    assert sum(sum(line.values()) for line in table.transitions.values()) == 81
    assert again == table
    assert len(table.lists["all"][Movement.LEFT]) == 49


async def test_the_dynamics_of_the_42_schools_come_from_facts_of_schools(
    empty: tuple[Database, MovableClock],
) -> None:
    db, _ = empty
    names = [f"СОШ № {number}" for number in range(1, 43)]
    await region_of(db, {"500+ 2022": names})
    cells: dict[Dynamics, list[object]] = {
        Dynamics.POSITIVE: [20, 5, 30, 7],
        Dynamics.ALL_PASSED: [11, 0, 9, 0],
        Dynamics.NEGATIVE: [10, 0, 10, 1],
        Dynamics.NEUTRAL: [10, 1, 20, 2],
        Dynamics.NOT_COMPUTED: [10, 1, "-", "-"],
    }
    header = ["Наименование ОО"]
    rows: list[list[object]] = [[name] for name in names]
    for key, counts in PROCEDURES.items():
        title = outcomes.procedures()[key].title
        header += [
            f"{title}, {what}, {year}" for year in (2021, 2022) for what in ("участники", "ниже порога")
        ]
        kinds = [kind for kind, count in zip(KINDS, counts, strict=False) for _ in range(count)]
        for row, kind in zip(rows, kinds, strict=True):
            row.extend(cells[kind])
    async with db.write(SYSTEM) as tx:
        assert (await marksheets.bring_in(tx, sheet(header, rows))).problems == []
    async with db.read(SYSTEM) as tx:
        table = await dynamics.counted(tx, Asked(2021, 2022))
    found = {
        key: (*(column.counts[kind] for kind in KINDS), column.positive_percent)
        for key, column in table.groups["all"].items()
    }
    assert found == PROCEDURES
    flaws = [outcomes.check_column(column.counts, 42) for column in table.groups["all"].values()]
    assert flaws == [[]] * 5


def test_87_schools_by_cluster_are_all_of_them() -> None:
    assert outcomes.check_column({"severe": 13, "moderate": 38, "basic": 36}, 87) == []


def test_a_column_that_loses_a_school_is_flagged() -> None:
    flaws = outcomes.check_column({"positive": 24, "negative": 17}, 42, {"positive": 57, "negative": 41})
    assert flaws == [outcomes.Flaw("sum", "", 42, 41), outcomes.Flaw("share", "negative", 40, 41)]
    assert outcomes.check_column({"positive": 43, "negative": -1}, 42) == [
        outcomes.Flaw("range", "positive", 42, 43),
        outcomes.Flaw("range", "negative", 0, -1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ((10, 2), (20, 3), Dynamics.POSITIVE),
        ((10, 1), (20, 2), Dynamics.NEUTRAL),
        ((3, 1), (9, 3), Dynamics.NEUTRAL),
        ((10, 0), (10, 1), Dynamics.NEGATIVE),
        ((10, 3), (10, 0), Dynamics.POSITIVE),
        ((10, 0), (2, 0), Dynamics.ALL_PASSED),
        ((0, 0), (10, 1), Dynamics.NOT_COMPUTED),
        ((10, 1), None, Dynamics.NOT_COMPUTED),
    ],
)
def test_five_kinds_of_dynamics(
    before: tuple[int, int] | None, after: tuple[int, int] | None, kind: Dynamics
) -> None:
    assert outcomes.dynamics(Result(*before) if before else None, Result(*after) if after else None) is kind


@pytest.mark.parametrize(
    ("failing", "pupils", "found"),
    [
        (299, 1000, Cluster.NONE),
        (3, 10, Cluster.BASIC),
        (3999, 10000, Cluster.BASIC),
        (2, 5, Cluster.MODERATE),
        (1, 2, Cluster.SEVERE),
        (7, 7, Cluster.SEVERE),
        (0, 0, Cluster.NONE),
    ],
)
def test_clusters_are_half_open_bands(failing: int, pupils: int, found: Cluster) -> None:
    assert outcomes.cluster(failing, pupils) is found


@pytest.mark.parametrize(("participants", "below"), [(5, 6), (5, -1), (-1, 0)])
def test_an_impossible_result_is_refused(participants: int, below: int) -> None:
    with pytest.raises(outcomes.ImpossibleResult):
        outcomes.check_result(participants, below)


@given(st.lists(st.tuples(st.none() | results_, st.none() | results_)))
def test_columns_sum_to_the_group_and_shares_are_shares(
    pairs: list[tuple[Result | None, Result | None]],
) -> None:
    moved = [outcomes.dynamics(*pair) for pair in pairs]
    column = outcomes.column({kind: [n for n, one in enumerate(moved) if one is kind] for kind in Dynamics})
    assert column.total == len(pairs)
    assert outcomes.check_column(column.counts, len(pairs)) == []
    shares = [column.positive_percent, *(column.share(kind) for kind in Dynamics)]
    assert all(share is None if not pairs else share is not None and 0 <= share <= 100 for share in shares)
    for kind, (before, after) in zip(moved, pairs, strict=True):
        if kind in (Dynamics.POSITIVE, Dynamics.NEUTRAL, Dynamics.NEGATIVE):
            assert before is not None and after is not None  # noqa: PT018
            order = (after.share > before.share) - (after.share < before.share)
            assert order == {Dynamics.POSITIVE: -1, Dynamics.NEUTRAL: 0, Dynamics.NEGATIVE: 1}[kind]


@given(results_, results_)
def test_going_back_is_the_opposite(one: Result, other: Result) -> None:
    opposite = {Dynamics.POSITIVE: Dynamics.NEGATIVE, Dynamics.NEGATIVE: Dynamics.POSITIVE}
    there = outcomes.dynamics(one, other)
    assert outcomes.dynamics(other, one) is opposite.get(there, there)


@given(st.lists(st.tuples(st.none() | st.sampled_from(Cluster), st.none() | st.sampled_from(Cluster))))
def test_rows_of_clusters_sum_to_the_group(pairs: list[tuple[Cluster | None, Cluster | None]]) -> None:
    row = outcomes.cluster_row(outcomes.movement(*pair) for pair in pairs)
    assert row.total + row.unknown == len(pairs)
    assert row.positive_percent is None or 0 <= row.positive_percent <= 100


@given(st.integers(0, 500), st.integers(1, 500))
def test_percentages_are_rounded_half_up(part: int, whole: int) -> None:
    part = min(part, whole)
    share = outcomes.percent(part, whole)
    assert share is not None
    assert Fraction(-1, 2) < share - Fraction(100 * part, whole) <= Fraction(1, 2)


async def test_nobody_sees_results_outside_their_place(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for row in await schools.school_list(tx):
            for year in (2021, 2022):
                await outcomes.enter_result(
                    tx, row.school, "oge_math", year, participants=10, below=year - 2020
                )
                await outcomes.enter_cluster(tx, row.school, year, Cluster.BASIC)
    seen = {}
    for name in ("Римма", "Марина", "Тамара", "Саша"):
        async with world.db.read(await world.actor(name)) as tx:
            table = await dynamics.counted(tx, Asked(2021, 2022))
            clusters = await outcomes.cluster_table(tx, before=2021, after=2022)
            seen[name] = table.overlap.schools, len(clusters.members), clusters.rows["all"].total
    assert seen == {"Римма": (4, 4, 4), "Марина": (1, 1, 1), "Тамара": (1, 1, 1), "Саша": (1, 1, 1)}


async def test_a_list_of_the_next_year_leaves_out_those_who_left(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        known = [row.school for row in await schools.school_list(tx)][:3]
        for school in known:
            await outcomes.enter_cluster(tx, school, 2022, Cluster.SEVERE)
        await outcomes.enter_cluster(tx, known[0], 2023, Cluster.BASIC)
    async with world.db.read(SYSTEM) as tx:
        table = await outcomes.cluster_table(tx, before=2022, after=2023)
        assert (table.rows["all"], table.assumed) == (outcomes.ClusterRow(1, 2, 0, 0, 0), 2)
    async with world.db.write(SYSTEM) as tx:
        # One school off the list by its share: the year is no mere list any more, so silence is not «left».
        await outcomes.enter_cluster(tx, known[1], 2023, Cluster.NONE)
    async with world.db.read(SYSTEM) as tx:
        table = await outcomes.cluster_table(tx, before=2022, after=2023)
        assert (table.rows["all"], table.assumed) == (outcomes.ClusterRow(1, 1, 0, 0, 1), 0)


@pytest.mark.parametrize(
    ("name", "error"), [("Тамара", Forbidden), ("Марина", Forbidden), ("Саша", NotFound)]
)
async def test_only_the_region_enters_results(world: World, name: str, error: type[Exception]) -> None:
    async with world.db.read(SYSTEM) as tx:
        school = await schools.school(tx, world.schools["Тороповская"].school_id or 0)
    async with world.db.write(await world.actor(name)) as tx:
        with pytest.raises(error):
            await outcomes.enter_result(tx, school, "oge_math", 2022, participants=1, below=0)
