"""What to look at before a plan is approved, and what is asked once for the whole of it, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from admin.page import Visit
from admin.words import COLUMNS
from domain import drafts, roadmaps
from domain.errors import N_
from domain.roadmaps import Finding, FindingKind, Measure, RoadmapView
from domain.targets import Kind, Relation, Target

FINDINGS = {
    FindingKind.NO_RESULT: N_("No indicator and no expected result"),
    FindingKind.NO_DATE: N_("No definite date"),
    FindingKind.WHOLE_PERIOD: N_("The date is only the end of the whole period"),
    FindingKind.NO_DOCUMENT: N_("No document that proves it"),
    FindingKind.DAY_OFF: N_("The date is a day off; the reminder comes before it"),
    FindingKind.OUTSIDE_PERIOD: N_("The date lies outside the period of the roadmap"),
    FindingKind.DUPLICATE_NUMBER: N_("The number stands twice"),
    FindingKind.TARGET: N_("A number to be reached is named in the text"),
}
# How a counted target reads: «не менее 25 % школ».
RELATIONS = {
    Relation.AT_LEAST: N_("at least %(value)s %(noun)s"),
    Relation.AT_MOST: N_("at most %(value)s %(noun)s"),
    Relation.EXACTLY: N_("%(value)s %(noun)s"),
    Relation.DOWN_BY: N_("down by %(value)s %(noun)s"),
    Relation.UP_BY: N_("up by %(value)s %(noun)s"),
}
ROLES = (
    "number",
    "activity",
    "deadline",
    "responsible",
    "result",
    "document",
    "indicator",
    "section",
    "other",
)


class Remark(NamedTuple):
    """A measure under a finding."""

    measure: Measure
    detail: str


@dataclass
class Remarks:
    """All remarks of one kind."""

    kind: FindingKind
    title: str
    everywhere: bool  # every measure has it: one line says it all
    rows: list[Remark] = field(default_factory=list)


def remarks(visit: Visit, view: RoadmapView) -> list[Remarks]:
    """The findings by kind, in the order of their weight; offered targets apart from them."""
    found = [f for f in roadmaps.check_plan(view) if f.kind is not FindingKind.TARGET]
    measures = {m.id: m for m in view.measures}
    result = []
    for kind, title in FINDINGS.items():
        rows = [Remark(measures[f.measure_id], _detail(visit, f)) for f in found if f.kind is kind]
        if rows:
            everywhere = len(rows) == len(view.measures) > 1
            result.append(Remarks(kind, visit.say(title), everywhere, rows))
    return result


def _detail(visit: Visit, finding: Finding) -> str:
    return visit.say.day(finding.day) if finding.day else ""


def offers(visit: Visit, view: RoadmapView) -> list[tuple[Measure, list[tuple[str, str]]]]:
    """Targets found in the texts and not accepted yet: measure, (quote, how it would be counted)."""
    measures = {m.id: m for m in view.measures}
    return [
        (measures[f.measure_id], [(t.quote, target_words(visit, t)) for t in f.offered])
        for f in roadmaps.check_plan(view)
        if f.kind is FindingKind.TARGET
    ]


def target_words(visit: Visit, target: Target) -> str:
    """«не менее 25 % школ», «100 % ШНОР (из 42)», with «ежегодно» where the text says so."""
    value = f"{target.value:g}".replace(".", visit.say.locale.number_symbols["latn"]["decimal"])
    if target.kind is Kind.SHARE:
        value += " %"
    words = visit.say(RELATIONS[target.relation], value=value, noun=target.noun)
    if target.of:
        words = visit.say("%(target)s (of %(whole)s)", target=words, whole=target.of)
    return visit.say("%(target)s every year", target=words) if target.yearly else words


def of_draft(visit: Visit, view: RoadmapView) -> dict[str, Any]:
    """What the draft's page needs beside its rows."""
    layout: Sequence[Sequence[str]] = view.roadmap.layout
    return {
        "remarks": remarks(visit, view),
        "offers": offers(visit, view),
        "asks_period": drafts.asks_period(view.roadmap, view.measures),
        "months": {m.id for m in view.measures if drafts.whole_month(m) is not None},
        "ongoing": drafts.asks_report_dates(view.measures),
        "layout": [(role if role in ROLES else "other", header) for role, header in layout],
        "roles": [(role, COLUMNS[role]) for role in ROLES],
    }
