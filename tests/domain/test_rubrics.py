"""Criteria sets: read, refused where they contradict themselves, scored in exact fractions."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import rubrics
from domain.errors import Forbidden, NotFound
from domain.rubrics import Score, score, shipped_sets
from tests.world import DATA, World

ENGAGEMENT = json.loads((DATA / "monitoring/regional_engagement_2022.json").read_text("utf-8"))
SHEET = json.loads((DATA / "monitoring/scoring_rubric_2022.json").read_text("utf-8"))
THIRD = shipped_sets()["2022-wave-3"]
SVERDLOVSK = shipped_sets()["sverdlovsk-2022"]


def small(**change: Any) -> dict[str, Any]:
    """A set of one group and two criteria."""
    criteria = [{"key": "a", "title": "A", "max": 2}, {"key": "b", "title": "B", "max": 1}]
    group = {"key": "content", "title": "Part", "weight": 100, "max": 3, "criteria": criteria}
    return {"key": "small", "title": "Small", "year": 2023, "groups": [group], **change}


def numbers(found: Score) -> tuple[object, ...]:
    return found.content, found.organisational, found.total, found.max, found.index


def test_the_third_wave_of_2022_comes_out() -> None:
    row = ENGAGEMENT["row"]
    facts = {
        "regional_roadmap": row["Реализация региональной дорожной карты 500+ (макс. 6)"],
        "antirisk_programme": row["Реализация школьной антирисковой программы (макс. 3)"],
        "curators": row["Работа кураторов в ИС МЭДК (макс. 2)"],
        "engagement": row["Интегральный показатель вовлеченности (макс. 3)"],
    }
    assert numbers(score(THIRD, facts)) == (6, 3, 603, 905, Decimal("66.6"))


@pytest.mark.parametrize("wave", ENGAGEMENT["monitorings"])
def test_totals_of_all_three_waves_give_the_printed_index(wave: dict[str, Any]) -> None:
    of = shipped_sets()[f"2022-wave-{wave['n']}"]
    found = score(of, {"total": wave["score"]})
    assert (of.held_on, found.max, found.index_printed) == (
        wave["date"],
        wave["max"],
        Decimal(str(wave["index_pct"])),
    )


def test_the_first_wave_by_its_groups() -> None:
    found = score(shipped_sets()["2022-wave-1"], {"content": 9, "organisational": 2})
    assert numbers(found) == (9, 2, 902, 1105, Decimal("81.6"))


def test_criteria_of_a_set_known_in_part_do_not_make_a_total() -> None:
    with pytest.raises(rubrics.SetIncomplete):
        score(shipped_sets()["2022-wave-2"], {"antirisk_programme": 1, "documents": 2, "curators": 2})


def test_the_sheet_of_sverdlovsk_is_the_source_and_its_printed_maximum_is_named() -> None:
    content, organisational = SVERDLOVSK.groups
    assert [(c.title, c.max) for c in content.criteria] == [
        (c["name"], c["max"]) for c in SHEET["content"]["criteria"]
    ]
    bands = [(b.start, b.points) for b in content.criteria[0].bands]
    assert bands == [(b["from_pct"], b["points"]) for b in SHEET["content"]["criteria"][0]["thresholds"]]
    assert [(p.title, {str(n): w for n, w in p.scale.items()}) for p in content.criteria[1].parts] == [
        (p["name"], p["scale"]) for p in SHEET["content"]["criteria"][1]["parts"]
    ]
    assert [c.max for c in organisational.criteria] == [c["max"] for c in SHEET["organisational"]["criteria"]]
    assert SVERDLOVSK.contradictions == [("Содержательная часть", Fraction(15), Fraction(9))]
    assert SHEET["content"]["printed_max"] == 15


def test_words_of_the_scale_and_shares_are_facts() -> None:
    found = score(
        SVERDLOVSK,
        {
            "antirisk_programme": {"done": 5, "of": 10},
            "tasks": "Частично",
            "indicators": "нет",
            "evidence": 2,
            "stage_completed": {"percent": "99,9"},
            "curators": {"mean_of": [1, 2]},
            "engagement": "да",
        },
    )
    assert numbers(found) == (5, Fraction(7, 2), Fraction(1007, 2), 905, Decimal("55.6"))
    name = SHEET["content"]["criteria"][0]["name"]
    assert found.lines[0] == rubrics.Line("antirisk_programme", name, Fraction(2), Fraction(3), Fraction(50))


@pytest.mark.parametrize(
    ("done", "of", "points"),
    [(0, 7, 0), (2499, 10000, 0), (1, 4, 1), (49, 99, 1), (50, 100, 2), (299, 400, 2), (3, 4, 3), (7, 7, 3)],
)
def test_bands_are_half_open(done: int, of: int, points: int) -> None:
    found = score(SVERDLOVSK, {"antirisk_programme": {"done": done, "of": of}})
    assert found.content == points


def test_what_is_missing_counts_nothing_and_is_named() -> None:
    found = score(SVERDLOVSK, {"antirisk_programme": {"done": 0, "of": 0}, "curators": 2})
    assert found.missing == (
        "antirisk_programme",
        "tasks",
        "indicators",
        "evidence",
        "stage_completed",
        "engagement",
    )
    assert numbers(found) == (0, 2, 2, 905, Decimal("0.2"))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"antirisk": 1}, rubrics.FactUnknown),
        ({"antirisk_programme": 4}, rubrics.FactTooLarge),
        ({"antirisk_programme": -1}, rubrics.FactTooLarge),
        ({"antirisk_programme": {"done": 5, "of": 4}}, rubrics.FactTooLarge),
        ({"antirisk_programme": {"percent": 101}}, rubrics.FactTooLarge),
        ({"antirisk_programme": True}, rubrics.FactUnclear),
        ({"curators": "да"}, rubrics.FactUnclear),
        ({"tasks": "maybe"}, rubrics.FactUnclear),
        ({"tasks": 1.5}, rubrics.FactUnclear),
        ({"curators": {"done": 1, "of": 2}}, rubrics.FactUnclear),
        ({"content": 5, "tasks": 1}, rubrics.FactTwice),
        ({"cycle": 5, "tasks": 1}, rubrics.FactTwice),
        ({"content": 5, "cycle": 1}, rubrics.FactTwice),
        ({"total": 5, "content": 1}, rubrics.FactTwice),
        ({"total": 906}, rubrics.FactTooLarge),
        ({"cycle": 7}, rubrics.FactTooLarge),
        ({"antirisk_programme": {"done": -5, "of": -10}}, rubrics.FactTooLarge),
        ({"antirisk_programme": {"done": 3, "of": 0}}, rubrics.FactTooLarge),
        ({"antirisk_programme": {"percent": "1/3"}}, rubrics.FactUnclear),
        ({"antirisk_programme": "1e999999999"}, rubrics.FactUnclear),
        ({"antirisk_programme": float("nan")}, rubrics.FactUnclear),
    ],
)
def test_impossible_facts_are_refused(facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        score(SVERDLOVSK, facts)


def test_a_criterion_with_parts_can_be_given_as_a_whole() -> None:
    found = score(SVERDLOVSK, {"antirisk_programme": 1, "cycle": 5, "curators": {"mean_of": ["1", 2]}})
    assert numbers(found) == (6, Fraction(3, 2), Fraction(1203, 2), 905, Decimal("66.5"))
    assert [line.key for line in found.lines] == ["antirisk_programme", "cycle", "curators"]
    assert found.missing == ("stage_completed", "engagement")


def test_a_sample_is_said_in_words_too() -> None:
    found = score(SVERDLOVSK, {"tasks": {"mean_of": ["да", "частично", "да"]}})
    assert found.content == Fraction(5, 3)


def test_contradictory_maxima_are_refused_with_the_sum() -> None:
    document = small()
    document["groups"][0]["max"] = 15
    with pytest.raises(rubrics.MaximaContradict) as refused:
        rubrics.read_set(document)
    assert refused.value.params == {"name": "Part", "sum": "3", "max": "15"}
    with pytest.raises(rubrics.MaximaContradict) as refused:
        rubrics.read_set(small(max=305))
    assert refused.value.params == {"name": "Small", "sum": "300", "max": 305}


@pytest.mark.parametrize(
    ("bands", "most"),
    [
        ([{"from": 25, "points": 1}], 1),
        ([{"from": 0, "points": 0}, {"from": 0, "points": 2}], 2),
        ([{"from": 0, "points": 0}, {"from": 101, "points": 2}], 2),
        ([{"from": 0, "points": 2}, {"from": 50, "points": 1}], 2),
        ([{"from": 0, "points": 0}, {"from": 50, "points": 3}], 2),
    ],
)
def test_bands_with_holes_are_refused(bands: list[dict[str, int]], most: int) -> None:
    document = small()
    document["groups"][0]["criteria"][0] |= {"bands": bands, "max": most}
    document["groups"][0]["max"] = most + 1
    with pytest.raises(rubrics.BandsUnclear):
        rubrics.read_set(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        small(key=""),
        small(year="2022"),
        small(groups=[]),
        small(groups="many"),
        small(decimals=7),
        small(groups=small()["groups"] * 2),
    ],
)
def test_what_is_no_set_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(rubrics.SetUnreadable):
        rubrics.read_set(document)


@given(st.fractions(0, 100), st.fractions(0, 100))
def test_more_never_scores_less(one: Fraction, other: Fraction) -> None:
    criterion = SVERDLOVSK.groups[0].criteria[0]
    low, high = sorted((one, other))
    assert rubrics.points_of_share(criterion, low) <= rubrics.points_of_share(criterion, high)


@given(st.integers(0, 6), st.integers(0, 3), st.integers(0, 2), st.integers(0, 3))
def test_an_index_is_a_share_and_stays_what_it_is(
    roadmap: int, antirisk: int, curators: int, way: int
) -> None:
    facts = {
        "regional_roadmap": roadmap,
        "antirisk_programme": antirisk,
        "curators": curators,
        "engagement": way,
    }
    found = score(THIRD, facts)
    assert 0 <= found.index <= 100
    assert found.total == 100 * (roadmap + antirisk) + curators + way
    assert score(THIRD, facts) == found


@pytest.mark.parametrize(("value", "rounded"), [("12.5", "13"), ("37.5", "38"), ("12.49", "12"), ("0", "0")])
def test_halves_go_up(value: str, rounded: str) -> None:
    assert rubrics.half_up(Fraction(value), 0) == Decimal(rounded)


async def test_a_set_is_kept_until_somebody_is_scored_by_it(world: World) -> None:
    region = world.places["область"].region_id
    assert region is not None
    async with world.db.write(await world.actor("Римма")) as tx:
        kept = await rubrics.save_set(tx, region, small())
        again = await rubrics.save_set(tx, region, small(title="Smaller"))
        assert (again.id, again.title) == (kept.id, "Smaller")
        await rubrics.mark_scored(tx, kept.id)
    async with world.db.write(await world.actor("Римма")) as tx:
        assert (await rubrics.save_set(tx, region, small(title="Smaller"))).id == kept.id
        with pytest.raises(rubrics.SetScored):
            await rubrics.save_set(tx, region, small())
        following = await rubrics.copy_set(tx, kept.id)
        assert (following.key, following.version, following.scored_at) == ("small", 2, None)
    async with world.db.read(await world.actor("Эмма")) as tx:
        found = await rubrics.kept_sets(tx, region)
        assert [(s.version, s.title) for s in found] == [(2, "Smaller"), (1, "Smaller")]


@pytest.mark.parametrize(("name", "error"), [("Марина", NotFound), ("Ольга", Forbidden), ("Саша", NotFound)])
async def test_only_the_region_keeps_sets(world: World, name: str, error: type[Exception]) -> None:
    region = world.places["область"].region_id
    assert region is not None
    async with world.db.write(await world.actor(name)) as tx:
        with pytest.raises(error):
            await rubrics.save_set(tx, region, small())
