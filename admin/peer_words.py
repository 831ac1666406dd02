"""Mutual expertise in words: steps, why schools fit, why one waits, the table to take away."""

from collections.abc import Mapping

from admin.page import Visit
from domain.errors import N_
from domain.pairing import Fit, Waits
from domain.peer_review import RoundView, Step
from domain.peer_watch import Answers
from domain.tables import Table

STEPS = {
    Step.SHARE: N_("Fill in the form and show it to the partner"),
    Step.MEET: N_("Meet the partner"),
    Step.FINISH: N_("Make the form final"),
    Step.PLACE: N_("Place the file in the federal system"),
}
WAITS = {
    Waits.NOT_YET: N_("not paired yet"),
    Waits.ODD: N_("the number of schools is odd: make it the third of a pair, or let it wait"),
    Waits.CURATOR: N_("all that are left have a common curator with it: pair it by hand or swap partners"),
}


def fit_words(visit: Visit, found: Fit) -> list[tuple[str, bool]]:
    """What speaks for a pair and, marked, against it."""
    say = visit.say
    words = (
        [(say("own municipality"), True)] if found.same_municipality else [(say("other municipality"), False)]
    )
    if found.same_cluster:
        words.insert(0, (say("same cluster"), False))
    if found.common_risks:
        words.append((say.n("%(n)s common risk", "%(n)s common risks", found.common_risks), False))
    if found.same_curator:
        words.append((say("common curator"), True))
    if found.met_before:
        words.append((say("were partners before"), True))
    return words


def pair_table(visit: Visit, found: RoundView, answers: Mapping[int, Answers]) -> Table:
    """One line a school: its partner, the days of each step, what became of its recommendations, silence."""
    say = visit.say
    columns = [
        say("Pair"),
        say("School"),
        say("Municipality"),
        say("Recommends to"),
        say("Opened"),
        say("Form shown"),
        say("Meeting"),
        say("Meeting held"),
        say("Final form"),
        say("File placed"),
        say("Recommendations"),
        say("Taken"),
        say("Not taken"),
        say("Silent, working days"),
    ]
    rows = []
    for number, pair in enumerate(found.pairs, start=1):
        for one in pair.sides:
            told = answers.get(one.form.id, Answers(0, 0, 0))
            side = one.side
            meeting = visit.local(pair.pair.meeting_at)
            days = [side.seen, side.shared, meeting, side.met, side.final, side.placed]
            rows.append([number, *one.school[1:], one.about.name, *days, *told, one.silent or None])
    for name, why in found.waiting:
        rows.append([None, name.name, name.municipality, say(WAITS[why]), *[None] * 10])
    return Table(found.round.title, columns, rows)
