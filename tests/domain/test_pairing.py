"""Who fits whom: tables, the best pairs against everything tried, and who waits."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pairing import Candidate, Fit, Waits, cost, fit, propose, why_waits


def school(number: int, place: int = 1, cluster: str | None = "basic", **more: set[int]) -> Candidate:
    kinds = {name: frozenset(more.get(name, ())) for name in ("risks", "curators", "team", "met")}
    return Candidate(number, place, cluster, **kinds)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (school(1), school(2, 2), Fit(True, 0, False, False, False)),
        (school(1, risks={3, 5}), school(2, risks={3, 6}), Fit(True, 1, True, False, False)),
        (school(1, cluster=None), school(2, 2, cluster=None), Fit(False, 0, False, False, False)),
        (school(1, curators={7}), school(2, 2, curators={7}), Fit(True, 0, False, True, False)),
        # the head of one school is the curator of the other
        (school(1, team={7}), school(2, 2, curators={7}), Fit(True, 0, False, True, False)),
        (school(1, met={2}), school(2, 2), Fit(True, 0, False, False, True)),
    ],
)
def test_what_speaks_for_a_pair(one: Candidate, other: Candidate, found: Fit) -> None:
    assert fit(one, other) == fit(other, one) == found


def test_what_is_avoided_first() -> None:
    here = school(1, risks={3})
    order = [
        school(2, 2, risks={3}),
        school(3, 2),
        school(4, 2, cluster="severe"),
        school(5, 1),
        school(6, 2, met={1}),
        school(7, 2, curators={9}),
    ]
    costs = [cost(here._replace(curators=frozenset({9})), each) for each in order]
    assert costs == sorted(costs)
    assert len(set(costs)) == len(costs)


def test_like_schools_of_different_places_meet() -> None:
    schools = [school(1, 1), school(2, 1, "severe"), school(3, 2), school(4, 2, "severe")]
    assert propose(schools, triple=False) == ([(1, 3), (2, 4)], [])
    assert propose(schools[::-1], triple=False) == ([(1, 3), (2, 4)], [])


def test_a_school_left_over_waits_or_makes_a_triple() -> None:
    schools = [school(1, 1), school(2, 2), school(3, 3, "severe")]
    assert propose(schools, triple=False) == ([(1, 2)], [3])
    assert propose(schools, triple=True) == ([(1, 2, 3)], [])
    assert why_waits(schools[2], [schools[2]]) is Waits.ODD


def test_a_common_curator_is_never_proposed() -> None:
    schools = [school(1, 1, curators={7}), school(2, 2, curators={7})]
    assert propose(schools, triple=True) == ([], [1, 2])
    assert why_waits(schools[0], schools) is Waits.CURATOR
    assert why_waits(schools[0], [*schools, school(3)]) is Waits.NOT_YET


def test_nobody_and_one_alone() -> None:
    assert propose([], triple=True) == ([], [])
    assert propose([school(1)], triple=True) == ([], [1])


candidates = st.lists(
    st.builds(
        lambda place, cluster, risks, curators: (place, cluster, risks, curators),
        st.integers(1, 3),
        st.sampled_from([None, "basic", "severe"]),
        st.sets(st.integers(1, 4), max_size=3),
        st.sets(st.integers(1, 3), max_size=1),
    ),
    max_size=7,
).map(lambda rows: [school(n, p, c, risks=r, curators=k) for n, (p, c, r, k) in enumerate(rows, start=1)])


def best(pool: list[Candidate]) -> int:
    """The least sum by trying everything: a pair costs its price, who waits 10 000."""
    if not pool:
        return 0
    first, rest = pool[0], pool[1:]
    waits = 10_000 + best(rest)
    pairs = [
        cost(first, other) + best([c for c in rest if c is not other])
        for other in rest
        if not fit(first, other).same_curator
    ]
    return min([waits, *pairs])


@given(candidates)
def test_few_schools_get_the_best_pairs_there_are(pool: list[Candidate]) -> None:
    by_id = {c.school_id: c for c in pool}
    found = propose(pool, triple=False)
    total = sum(cost(by_id[a], by_id[b]) for a, b in found.groups) + 10_000 * len(found.waiting)
    assert total == best(pool)
    assert sorted([*(id_ for group in found.groups for id_ in group), *found.waiting]) == sorted(by_id)


@given(st.integers(13, 40), st.booleans(), st.randoms(use_true_random=False))
def test_many_schools_are_all_placed_and_no_exchange_is_better(n: int, triple: bool, random: object) -> None:
    pick = random.choice  # type: ignore[attr-defined]
    pool = [
        school(i, pick([1, 2, 3, 4]), pick(["basic", "moderate", "severe"]), curators={pick(range(20))})
        for i in range(1, n + 1)
    ]
    by_id = {c.school_id: c for c in pool}
    found = propose(pool, triple=triple)
    assert sorted([*(id_ for group in found.groups for id_ in group), *found.waiting]) == sorted(by_id)
    for group in found.groups:
        assert not any(fit(by_id[a], by_id[b]).same_curator for a, b in combinations(group, 2))
    pairs = propose(pool, triple=False).groups
    for (a, b), (c, d) in combinations(pairs, 2):
        now = cost(by_id[a], by_id[b]) + cost(by_id[c], by_id[d])
        for (e, f), (g, h) in (((a, c), (b, d)), ((a, d), (b, c))):
            assert now <= cost(by_id[e], by_id[f]) + cost(by_id[g], by_id[h])
