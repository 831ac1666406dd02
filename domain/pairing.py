"""Finding partners: who fits whom, the best pairs of many schools, who is left over and why. Pure.

Source: the pairs of the federal project are of schools with like difficulties (cluster, risks), of different curators,
and, where possible, of different municipalities (DOMAIN.md §4.7).
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.errors import N_


class Candidate(NamedTuple):
    """A school as far as it matters for finding it a partner."""

    school_id: int
    municipality_id: int
    cluster: str | None
    risks: frozenset[int]
    curators: frozenset[int]  # person ids
    team: frozenset[int]
    met: frozenset[int] = frozenset()  # schools that were its partners in the last rounds


class Fit(NamedTuple):
    """What speaks for a pair and against it."""

    same_cluster: bool
    common_risks: int
    same_municipality: bool
    same_curator: bool
    met_before: bool


def writers(group: Sequence[int]) -> list[tuple[int, int]]:
    """Who writes to whom in a pair or a triple: each to the next, the last to the first; one alone to nobody."""
    return [(one, group[(at + 1) % len(group)]) for at, one in enumerate(group)] if len(group) > 1 else []


_WAITS, _FORBIDDEN = 10_000, 20_000  # a forbidden pair is as dear as two schools that wait
EXACT = 12  # so many schools are matched by trying everything


def fit(one: Candidate, other: Candidate) -> Fit:
    """Compare two schools. A curator of one who works at the other is as near as a common curator."""
    near = one.curators & other.curators or one.team & other.curators or other.team & one.curators
    return Fit(
        same_cluster=one.cluster is not None and one.cluster == other.cluster,
        common_risks=len(one.risks & other.risks),
        same_municipality=one.municipality_id == other.municipality_id,
        same_curator=bool(near),
        met_before=other.school_id in one.met or one.school_id in other.met,
    )


def cost(one: Candidate, other: Candidate) -> int:
    """How bad a pair would be: a common curator is never proposed; the rest is avoided where possible."""
    found = fit(one, other)
    if found.same_curator:
        return _FORBIDDEN
    return (
        400 * found.met_before
        + 100 * found.same_municipality
        + 30 * (not found.same_cluster)
        + 3 * (3 - min(found.common_risks, 3))
    )


class Proposal(NamedTuple):
    """Groups of two or three, and who waits."""

    groups: list[tuple[int, ...]]
    waiting: list[int]


def propose(schools: Sequence[Candidate], *, triple: bool) -> Proposal:
    """Pairs with the least sum of costs (exact for few schools, else no exchange of two partners is better).

    `triple`: a school left over joins the pair that it fits best; else it waits. The order of schools does not matter.
    """
    pool: list[Candidate | None] = [*sorted(schools, key=lambda c: c.school_id)]
    if len(pool) % 2:
        pool.append(None)
    prices = _prices(pool)
    matched = _exact(prices) if len(pool) <= EXACT else _improved(prices, _greedy(prices))
    groups: list[list[Candidate]] = []
    waiting: list[Candidate] = []
    for left, right in sorted(matched):
        pair = [c for c in (pool[left], pool[right]) if c is not None]
        if len(pair) == 2 and prices[left][right] < _FORBIDDEN:
            groups.append(pair)
        else:
            waiting += pair
    if triple:
        waiting = [c for c in waiting if not _joined(c, groups)]
    return Proposal([tuple(c.school_id for c in group) for group in groups], [c.school_id for c in waiting])


def _prices(pool: Sequence[Candidate | None]) -> list[list[int]]:
    """What each pair would cost; either way round it is the same pair."""
    prices = [[0] * len(pool) for _ in pool]
    for at, one in enumerate(pool):
        for to in range(at + 1, len(pool)):
            prices[at][to] = prices[to][at] = _price(one, pool[to])
    return prices


def _price(one: Candidate | None, other: Candidate | None) -> int:
    return _WAITS if one is None or other is None else cost(one, other)


def _joined(lonely: Candidate, groups: list[list[Candidate]]) -> bool:
    open_to = [g for g in groups if len(g) == 2 and all(cost(lonely, c) < _FORBIDDEN for c in g)]
    if not open_to:
        return False
    min(open_to, key=lambda group: sum(cost(lonely, c) for c in group)).append(lonely)
    return True


def _exact(prices: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    everybody = (1 << len(prices)) - 1
    best: dict[int, tuple[int, list[tuple[int, int]]]] = {0: (0, [])}
    for taken in range(everybody):
        if taken not in best:
            continue
        so_far, pairs = best[taken]
        first = next(n for n in range(len(prices)) if not taken >> n & 1)
        for other in range(first + 1, len(prices)):
            if taken >> other & 1:
                continue
            now, total = taken | 1 << first | 1 << other, so_far + prices[first][other]
            if now not in best or total < best[now][0]:
                best[now] = total, [*pairs, (first, other)]
    return best[everybody][1]


def _greedy(prices: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    size = range(len(prices))
    free, pairs = set(size), []
    for _, left, right in sorted((prices[a][b], a, b) for a in size for b in size if a < b):
        if left in free and right in free:
            free -= {left, right}
            pairs.append((left, right))
    return pairs


def _improved(prices: Sequence[Sequence[int]], pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Exchange partners of two pairs as long as that lowers the sum: it ends, because the sum is a whole number."""
    better = True
    while better:
        better = False
        for at in range(len(pairs)):
            for to in range(at + 1, len(pairs)):
                (a, b), (c, d) = pairs[at], pairs[to]
                crossed, turned = prices[a][c] + prices[b][d], prices[a][d] + prices[b][c]
                if min(crossed, turned) < prices[a][b] + prices[c][d]:
                    pairs[at], pairs[to] = ((a, c), (b, d)) if crossed <= turned else ((a, d), (b, c))
                    better = True
    return pairs


class Waits(StrEnum):
    """Why a school has no partner."""

    NOT_YET = "not_yet"
    ODD = "odd"
    CURATOR = "curator"


WAITS = {
    Waits.NOT_YET: N_("not paired yet"),
    Waits.ODD: N_("the number of schools is odd: make it the third of a pair, or let it wait"),
    Waits.CURATOR: N_("all that are left have a common curator with it: pair it by hand or swap partners"),
}


def why_waits(school: Candidate, waiting: Collection[Candidate]) -> Waits:
    """Why this school of those that wait has nobody."""
    others = [c for c in waiting if c.school_id != school.school_id]
    if not others:
        return Waits.ODD
    return Waits.CURATOR if all(fit(school, c).same_curator for c in others) else Waits.NOT_YET
