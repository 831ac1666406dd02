"""Lines of the report on pairs of mutual expertise, and their counts by municipality. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from domain.dates import local_day
from domain.pairing import WAITS
from domain.peer_review import STEPS, RoundView, SideRow
from domain.peer_watch import Answers
from domain.tables import Column, Kind
from domain.texts import Texts


class PairLine(NamedTuple):
    """A school and what it has done for its partner; one without a partner says why in `next`."""

    school: str
    municipality: str
    about: str | None = None
    pair: int | None = None
    next: str | None = None
    due_on: date | None = None
    seen_on: date | None = None
    shared_on: date | None = None
    meeting_on: date | None = None  # agreed for
    met_on: date | None = None
    final_on: date | None = None
    placed_on: date | None = None
    given: int | None = None
    taken: int | None = None
    declined: int | None = None
    silent: int | None = None  # working days
    round: str = ""
    municipality_id: int = 0
    school_id: int = 0
    of_pair: frozenset[int] = frozenset()  # every school of it

    @property
    def cells(self) -> Sequence[Any]:
        """What stands in the table."""
        return self[:_SHOWN]

    def document(self) -> dict[str, Any]:
        """The line for programs."""
        return dict(zip(self._fields[:_SHOWN], self.cells, strict=True))


_SHOWN = PairLine._fields.index("municipality_id")  # what follows is what filters ask for


def pair_columns(say: Texts) -> list[Column]:
    """Columns of `PairLine.cells`."""
    return [
        Column("school", say("School")),
        Column("municipality", say("Municipality")),
        Column("about", say("Recommends to")),
        Column("pair", say("Pair"), Kind.COUNT),
        Column("next", say("What comes next")),
        Column("due_on", say("Due"), Kind.DATE),
        Column("seen_on", say("Opened"), Kind.DATE),
        Column("shared_on", say("Form shown"), Kind.DATE),
        Column("meeting_on", say("Meeting"), Kind.DATE),
        Column("met_on", say("Meeting held"), Kind.DATE),
        Column("final_on", say("Final form"), Kind.DATE),
        Column("placed_on", say("File placed"), Kind.DATE),
        Column("given", say("Recommendations"), Kind.COUNT),
        Column("taken", say("Taken"), Kind.COUNT),
        Column("declined", say("Not taken"), Kind.COUNT),
        Column("silent", say("Silent, working days"), Kind.COUNT),
        Column("round", say("Round")),
    ]


def pair_lines(
    say: Texts, found: RoundView, told: Mapping[int, Answers], timezone: str
) -> Iterator[PairLine]:
    """A line for each side of each pair, then those without a partner."""
    for pair in found.pairs:
        ids = frozenset(one.form.school_id for one in pair.sides)
        meeting = pair.pair.meeting_at
        for one in pair.sides:
            line = _side_line(say, found, one)
            yield line._replace(
                pair=pair.pair.id,
                meeting_on=local_day(meeting, timezone) if meeting is not None else None,
                of_pair=ids,
                **told[one.form.id]._asdict() if one.form.id in told else {},
            )
    for name, why in found.waiting:
        yield PairLine(
            name.name,
            name.municipality,
            next=say(WAITS[why]),
            round=found.round.title,
            municipality_id=found.candidates[name.id].municipality_id,
            school_id=name.id,
            of_pair=frozenset({name.id}),
        )


def _side_line(say: Texts, found: RoundView, one: SideRow) -> PairLine:
    side, its = one.side, found.round
    step = one.owes[0] if one.owes and its.runs(found.today) else None
    return PairLine(
        one.school.name,
        one.school.municipality,
        about=one.about.name,
        next=say(STEPS[step]) if step is not None else None,
        due_on=one.dates.of(step) if step is not None else None,
        seen_on=side.seen,
        shared_on=side.shared,
        met_on=side.met,
        final_on=side.final,
        placed_on=side.placed,
        silent=one.silent or None,
        round=its.title,
        municipality_id=one.form.municipality_id,
        school_id=one.form.school_id,
    )


class Counted(NamedTuple):
    """How many schools of a municipality have done what."""

    municipality: str
    schools: int
    paired: int
    shared: int
    met: int
    final: int
    placed: int
    silent: int


_FACTS = (
    "pair",
    "shared_on",
    "met_on",
    "final_on",
    "placed_on",
    "silent",
)  # of a line, in the order of `Counted`


def count_columns(say: Texts) -> list[Column]:
    """Columns of `Counted`."""
    return [
        Column("municipality", say("Municipality")),
        Column("schools", say("Schools"), Kind.COUNT),
        Column("paired", say("With a partner"), Kind.COUNT),
        Column("shared", say("Form shown"), Kind.COUNT),
        Column("met", say("Meeting held"), Kind.COUNT),
        Column("final", say("Final form"), Kind.COUNT),
        Column("placed", say("File placed"), Kind.COUNT),
        Column("silent", say("Silent"), Kind.COUNT),
    ]


def by_municipality(lines: Iterable[PairLine]) -> list[Counted]:
    """The lines counted, a municipality a row; a school in two rounds counts in both."""
    ordered = sorted(lines, key=lambda line: (line.municipality, line.municipality_id))
    found = []
    for _, group in groupby(ordered, key=lambda line: line.municipality_id):
        its = list(group)
        found.append(
            Counted(
                its[0].municipality,
                len(its),
                *(sum(getattr(line, fact) is not None for line in its) for fact in _FACTS),
            )
        )
    return found
