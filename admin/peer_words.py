"""Why schools fit, in words."""

from admin.page import Visit
from domain.pairing import Fit


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
