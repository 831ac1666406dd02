"""Who may open what: every route of the panel × everybody × {own, next door, far, living, absent}.

The table is compared with the routes of the application: a new route without a row fails. What is not named in a
row is answered as if it were absent (RELIABILITY.md §4).
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from tests.admin import (
    case_targets,
    news_targets,
    peer_targets,
    plan_targets,
    report_targets,
    targets,
    wave_targets,
)
from tests.admin.conftest import Panel

EVERYBODY = [
    "Римма",
    "Ольга",
    "Эмма",
    "Марина",
    "Ульяна",
    "Тамара",
    "Дина",
    "Кирилл",
    "Клим",
    "Вера",
    "Саша",
    "Степан",
]
# «мы»: all of our region.
OF_REGION = "Римма Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим Вера"
PLANNERS = "Римма Марина Ульяна Саша"
NOT_PLANNERS = "Ольга Эмма Тамара Дина Кирилл Клим Вера Степан"
INVITERS = "Римма Марина Ульяна Тамара Кирилл Клим Вера Саша Степан"
READERS = "Ольга Эмма Дина"
NOT_REGION = " ".join(name for name in EVERYBODY if name != "Римма")
REVIEWERS = "Римма Марина Ульяна Кирилл Клим Саша"

SEE = {
    "here": {200: "Римма Ольга Эмма Марина Тамара Дина Кирилл"},
    "next": {200: "Римма Ольга Эмма Ульяна Клим"},
    "far": {200: "Саша Степан"},
}


def drafts(status: int) -> dict[str, dict[int, str]]:
    """Drafts are worked on by those who plan there; to everybody else they do not exist."""
    return {"here": {status: "Римма Марина"}, "next": {status: "Римма Ульяна"}, "far": {status: "Саша"}}


@dataclass
class Row:
    """What one route answers: by place, by status, to whom; `otherwise` to the rest."""

    answers: dict[str, dict[int, str]]
    target: targets.Target = targets.nothing
    form: dict[str, Any] = field(default_factory=dict)
    otherwise: int = 404

    def expected(self, where: str) -> dict[str, int]:
        """Status by person."""
        named = {
            name: status for status, names in self.answers.get(where, {}).items() for name in names.split()
        }
        return {name: named.get(name, self.otherwise) for name in EVERYBODY}


def everyone(status: int = 200) -> Row:
    """Open to all who are signed in."""
    return Row({"": {status: " ".join(EVERYBODY)}})


def only(names: str, **form: Any) -> Row:
    """Open to some roles, forbidden to the others."""
    return Row({"": {200: names}}, form=form, otherwise=403)


# Indicators and agreements of a municipality: who sees the place but keeps nothing there is told so.
KEEPING = {
    "here": {303: "Римма Марина", 403: "Ольга Эмма"},
    "next": {303: "Римма Ульяна", 403: "Ольга Эмма"},
    "far": {303: "Саша"},
}
KEEPERS = "Римма Ольга Марина Ульяна Саша"
PAPERS = {
    **{where: {200: KEEPERS} for where in ("here", "next", "far")},
    "absent": {404: " ".join(EVERYBODY)},
}
LIVE_READ = {**drafts(200), "live": {200: OF_REGION}}
# All of the region read its living plan; only the regional coordinator may touch it.
REST = "Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим Вера"


def living(status: int) -> dict[str, dict[int, str]]:
    """The living plan of the region."""
    return {"live": {status: "Римма", 403: REST}}


def approved(status: int) -> dict[str, dict[int, str]]:
    """The living plan of a municipality: its people read it, planners touch it."""
    return {
        "here": {status: "Римма Марина", 403: "Ольга Эмма Тамара Дина Кирилл"},
        "next": {status: "Римма Ульяна", 403: "Ольга Эмма Кирилл Клим Вера"},
        "far": {status: "Саша", 403: "Степан"},
    }


R = "/roadmaps/{roadmap_id}"
V = f"{R}/revisions/{{revision_id}}"
M = f"{R}/measures/{{measure_id}}"
P = "/plans/{roadmap_id}/schools/{school_id}"
# The head of the school and those who coordinate it.
ADAPT = {
    "here": {303: "Римма Марина Тамара", 403: "Ольга Эмма Дина Кирилл"},
    "next": {303: "Римма Ульяна Клим", 403: "Ольга Эмма"},
    "far": {303: "Саша Степан"},
}
ONLY_OURS = {"here": {303: "Римма"}, "next": {303: "Римма"}, "far": {404: "Римма"}, "absent": {404: "Римма"}}

# Coordinators of the place; the others of it are told that their role does not allow this.
COORDINATE = {
    "here": {303: "Римма Марина", 403: "Ольга Эмма Тамара Дина Кирилл"},
    "next": {303: "Римма Ульяна", 403: "Ольга Эмма Клим"},
    "far": {303: "Саша", 403: "Степан"},
}
# The same, where people of the school are told that it is their own.
OVERRULE = {
    "here": {303: "Римма Марина", 422: "Тамара Дина", 403: "Ольга Эмма Кирилл"},
    "next": {303: "Римма Ульяна", 422: "Клим", 403: "Ольга Эмма"},
    "far": {303: "Саша", 422: "Степан"},
}
ENTER = {
    "here": {303: "Римма Марина Тамара Дина", 403: "Ольга Эмма Кирилл"},
    "next": {303: "Римма Ульяна Клим", 403: "Ольга Эмма"},
    "far": {303: "Саша Степан"},
}
LOOK = {
    "here": {303: "Римма Марина Кирилл", 422: "Тамара Дина", 403: "Ольга Эмма"},
    "next": {303: "Римма Ульяна", 422: "Клим", 403: "Ольга Эмма"},
    "far": {303: "Саша", 422: "Степан"},
}

# Criteria and waves are no secret to those of the region.
OF_WAVE = {"here": {200: OF_REGION}, "next": {200: OF_REGION}, "far": {200: "Саша Степан"}}
# Set up by the region's coordinator; who sees the whole region is told that it is not theirs.
RUN_WAVE = {"here": {303: "Римма", 403: "Ольга Эмма"}, "next": {303: "Римма", 403: "Ольга Эмма"}}

# A round that a municipality prepares: read by those above it, made by its coordinators.
PREPARE = {
    "here": {303: "Римма Марина", 403: "Ольга Эмма"},
    "next": {303: "Римма Ульяна", 403: "Ольга Эмма"},
    "far": {303: "Саша"},
}
# A round of the region is the regional coordinator's; those with a school in it only read.
RUN_ROUND = {
    "here": {303: "Римма", 403: "Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим"},
    "next": {303: "Римма", 403: "Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим"},
    "far": {403: "Саша Степан"},
}
SIDE = {"here": {200: "Тамара Дина"}, "next": {200: "Клим"}, "far": {200: "Степан"}}
SIDE_POST = {"here": {303: "Тамара Дина"}, "next": {303: "Клим"}, "far": {303: "Степан"}}
# A form that was shown: its school, the partner, and those who see the school that wrote it.
SHOWN_FORM = {
    "here": {200: "Римма Ольга Эмма Марина Тамара Дина Кирилл Клим"},
    "next": {200: "Римма Ольга Эмма Ульяна Клим Тамара Дина"},
    "far": {200: "Саша Степан"},
}

TABLE: dict[tuple[str, str], Row] = {
    ("POST", "/sign-out"): everyone(303),
    ("GET", "/"): everyone(),
    ("GET", "/schools"): everyone(),
    ("GET", "/schools/import"): only("Римма"),
    # Without a file the form is refused, but not the person.
    ("POST", "/schools/import"): Row({"": {422: "Римма"}}, otherwise=403),
    ("POST", "/schools/import/confirm"): Row({"": {422: "Римма"}}, otherwise=403),
    ("GET", "/schools/settlements"): only("Римма"),
    ("POST", "/schools/settlements"): Row({"": {303: "Римма"}}, otherwise=403),
    ("GET", "/schools/{school_id}"): Row(SEE, targets.school),
    ("POST", "/schools/{school_id}/settlement"): Row(
        {
            "here": {303: "Римма", 403: "Ольга Эмма Марина Тамара Дина Кирилл"},
            "next": {303: "Римма", 403: "Ольга Эмма Ульяна Клим"},
            "far": {403: "Саша Степан"},
        },
        targets.school,
        {"kind": "village"},
    ),
    ("GET", "/work/{assignment_id}"): Row(SEE, targets.assignment),
    ("POST", "/work/{assignment_id}/decide"): Row(
        {
            # The curator decides; coordinators wait for their turn; nobody decides about their own school.
            "here": {303: "Кирилл", 422: "Римма Марина Тамара Дина", 403: "Ольга Эмма"},
            "next": {303: "Ульяна", 422: "Римма Клим", 403: "Ольга Эмма"},
            "far": {303: "Саша", 422: "Степан"},
        },
        targets.report,
        {"decision": "confirm", "comment": "Хорошо."},
    ),
    ("GET", "/files/{evidence_id}"): Row(SEE, targets.evidence),
    ("GET", "/review"): only(REVIEWERS),
    ("GET", "/roadmaps"): everyone(),
    ("GET", "/roadmaps/new"): only(PLANNERS),
    # Without a file the form is refused, but not the person.
    ("POST", "/roadmaps/new"): Row({"": {422: PLANNERS, 403: NOT_PLANNERS}}, form={"owner": "1"}),
    ("GET", "/roadmaps/{roadmap_id}"): Row(LIVE_READ, targets.draft),
    ("POST", "/roadmaps/{roadmap_id}/approve"): Row({**drafts(303), **living(303)}, targets.draft),
    ("POST", "/roadmaps/{roadmap_id}/discard"): Row(
        # A living roadmap is not thrown away.
        {**drafts(303), **living(422)},
        targets.draft,
    ),
    # Doubts of a living plan can be settled as well: what is open follows.
    ("POST", f"{M}/settle"): Row({**drafts(303), **living(303)}, targets.measure, {"choice": "no_reminders"}),
    ("POST", f"{M}/deadline"): Row(
        {**drafts(303), **living(303)}, targets.measure, {"words": "до 30 апреля"}
    ),
    ("GET", M): Row({**drafts(200), **living(200)}, targets.measure),
    ("POST", M): Row({**drafts(303), **living(422)}, targets.measure, {"title": "Совещание"}),
    ("POST", f"{M}/drop"): Row({**drafts(303), **living(422)}, targets.measure),
    ("POST", f"{M}/move"): Row(
        {**drafts(303), **living(303)}, targets.measure, {"occurrence": 0, "due_on": "2022-05-20"}
    ),
    ("GET", "/roadmaps/{roadmap_id}/assign"): Row({**drafts(200), **living(200)}, targets.draft),
    # The schools of the form are of no place here: whom one may plan for is asked before anything is given.
    ("POST", "/roadmaps/{roadmap_id}/assign"): Row(
        living(404), targets.draft, {"school_ids": [targets.NOWHERE]}
    ),
    ("POST", f"{R}/columns"): Row(  # a draft whose document is not kept cannot be read again
        {**drafts(422), **living(422)}, targets.draft, {"role": ["activity", "deadline"]}
    ),
    ("POST", f"{R}/period"): Row({**drafts(303), **living(422)}, targets.draft, {"year": 2022}),
    ("POST", f"{R}/years"): Row({**drafts(303), **living(422)}, targets.draft, {"years": 1}),
    ("POST", f"{R}/report-dates"): Row({**drafts(303), **living(422)}, targets.draft, {"words": "10 июня"}),
    ("POST", f"{R}/restore"): Row({**drafts(422), **living(422)}, targets.draft, {"key": "r1000"}),
    ("POST", f"{R}/measures"): Row({**drafts(303), **living(422)}, targets.draft, {"title": "Совещание"}),
    ("GET", f"{M}/split"): Row({**drafts(200), **living(200)}, targets.measure),
    ("POST", f"{M}/split"): Row(
        {**drafts(303), **living(422)}, targets.measure, {"title": ["а", "б"], "deadline": ["", ""]}
    ),
    ("POST", f"{M}/merge"): Row({**drafts(303), **living(422)}, targets.measure),
    # Nothing in these rows is in question, and a draft whose document is not kept cannot be read again.
    ("POST", f"{M}/month"): Row({**drafts(422), **living(422)}, targets.measure),
    ("POST", f"{R}/as-newer"): Row(drafts(422), plan_targets.newer),
    ("POST", f"{M}/targets"): Row({**drafts(303), **living(422)}, targets.measure, {"quote": ["5 %"]}),
    ("GET", f"{R}/export"): Row(LIVE_READ, targets.draft),
    ("GET", f"{R}/revisions"): Row(approved(200), plan_targets.living),
    # Without a file the form is refused, but not the person.
    ("POST", "/roadmaps/newer"): Row(
        {**approved(422), "absent": {422: " ".join(EVERYBODY)}}, plan_targets.named
    ),
    ("GET", V): Row(approved(200), plan_targets.revision),
    ("POST", f"{V}/row"): Row(approved(303), plan_targets.revision, {"row": 0, "words": "до 1 ноября"}),
    ("POST", f"{V}/apply"): Row(approved(303), plan_targets.revision),
    ("POST", f"{V}/discard"): Row(approved(303), plan_targets.revision),
    ("POST", f"{V}/undo"): Row(approved(422), plan_targets.revision),  # it was never applied
    ("POST", f"{R}/handouts/{{handout_id}}/take-back"): Row(approved(303), plan_targets.handout),
    ("POST", f"{R}/reopen"): Row(approved(303), plan_targets.living),
    ("GET", f"{R}/adapted"): Row(
        {
            "here": {200: "Римма Марина Ульяна", 403: "Ольга Эмма Тамара Дина Кирилл Клим Вера"},
            "next": {200: "Римма Марина Ульяна", 403: "Ольга Эмма Тамара Дина Кирилл Клим Вера"},
            "far": {200: "Саша", 403: "Степан"},
        },
        plan_targets.shared,
    ),
    ("GET", P): Row(SEE, plan_targets.shared),
    ("POST", f"{P}/rows"): Row(ADAPT, plan_targets.shared, {"title": "Педсовет", "due_on": "2022-06-01"}),
    ("POST", "/work/{assignment_id}/adapt"): Row(ADAPT, plan_targets.shared_work, {"title": "Иначе"}),
    ("POST", "/work/{assignment_id}/remove-row"): Row(ADAPT, plan_targets.own_row),
    ("POST", "/work/{assignment_id}/propose"): Row(
        {
            "here": {303: "Римма Марина Кирилл", 403: "Ольга Эмма Тамара Дина"},
            "next": {303: "Римма Ульяна", 403: "Ольга Эмма Клим"},
            "far": {303: "Саша", 403: "Степан"},
        },
        plan_targets.shared_work,
        {"title": "Иначе"},
    ),
    ("POST", "/proposals/{proposal_id}/answer"): Row(
        {
            "here": {303: "Тамара", 403: "Римма Марина Ольга Эмма Дина Кирилл"},
            "next": {303: "Клим", 403: "Римма Ульяна Ольга Эмма"},
            "far": {303: "Степан", 403: "Саша"},
        },
        plan_targets.proposal,
        {"take": "true"},
    ),
    ("GET", "/reports"): everyone(),
    ("GET", "/reports/{name}"): Row(
        {where: {200: " ".join(EVERYBODY)} for where in ("here", "next", "far")}, target=targets.report_name
    ),
    ("GET", "/indicators"): everyone(),
    ("POST", "/indicators"): Row({"": {303: PLANNERS}}, form={"title": "Доля школ"}),
    ("POST", "/indicators/{indicator_id}/values"): Row(
        KEEPING, target=report_targets.indicator, form=report_targets.VALUE
    ),
    ("POST", "/indicators/{indicator_id}/retire"): Row(
        KEEPING, target=report_targets.indicator, form={"reason": "Больше не считаем"}
    ),
    ("POST", "/agreements"): Row(KEEPING, target=report_targets.municipality, form=report_targets.AGREED),
    ("POST", "/agreements/{agreement_id}/remove"): Row(KEEPING, target=report_targets.agreement),
    ("GET", "/effects"): everyone(),
    ("POST", "/effects/{measure_id}"): Row(
        {**KEEPING, "live": {303: "Римма", 403: "Ольга Эмма"}},
        target=report_targets.measure,
        form={"effect": "Есть"},
    ),
    ("GET", "/snapshots"): everyone(),
    ("POST", "/snapshots"): Row(
        {"": {303: "Римма Ольга Марина Ульяна Саша"}}, form={"what": "overdue"}, otherwise=403
    ),
    ("GET", "/snapshots/{snapshot_id}"): Row(
        {
            "here": {200: "Римма Ольга Эмма Марина"},
            "next": {200: "Римма Ольга Эмма Ульяна"},
            "far": {200: "Саша"},
        },
        target=report_targets.snapshot,
    ),
    ("POST", "/seasons"): Row({}, form={"season": "rating"}),  # April asks for nothing
    ("GET", "/briefs"): only(KEEPERS),
    ("GET", "/briefs/{paper}"): Row(PAPERS, target=report_targets.paper, otherwise=403),
    ("GET", "/briefs/{paper}/template"): Row(PAPERS, target=report_targets.paper, otherwise=403),
    ("POST", "/briefs/{paper}"): Row(
        {
            **{where: {303: KEEPERS} for where in ("here", "next", "far")},
            "absent": {404: " ".join(EVERYBODY)},
        },
        target=report_targets.paper,
        form={"format": "pdf"},
        otherwise=403,
    ),
    ("POST", "/briefs/{paper}/template"): Row(
        {**{where: {303: "Римма"} for where in ("here", "next", "far")}, "absent": PAPERS["absent"]},
        target=report_targets.paper,
        form={"shipped": "1"},
        otherwise=403,
    ),
    ("GET", "/procedures"): only("Римма"),
    ("POST", "/procedures"): Row(
        {"": {303: "Римма"}}, form={"key": "vpr_biology_7", "title": "ВПР биология 7"}, otherwise=403
    ),
    ("GET", "/takeaways"): everyone(),
    ("POST", "/takeaways"): Row({"": {303: " ".join(EVERYBODY)}}, form={"what": "overdue", "kind": "xlsx"}),
    ("GET", "/takeaways/{takeaway_id}/file"): Row(
        {"here": {200: "Дина"}, "next": {200: "Клим"}, "far": {200: "Степан"}}, target=targets.takeaway
    ),
    ("GET", "/packs"): everyone(),
    ("POST", "/packs"): everyone(422),  # nothing is confirmed in the world: the pack would be empty
    ("POST", "/packs/choose"): Row(
        # Of nothing confirmed nothing can be chosen; to strangers the school does not exist.
        {
            "here": {422: "Римма Марина Кирилл Тамара Дина", 403: "Ольга Эмма"},
            "next": {422: "Римма Ульяна Клим", 403: "Ольга Эмма"},
            "far": {422: "Саша Степан"},
            "absent": {422: " ".join(EVERYBODY)},
        },
        case_targets.noted_school,
    ),
    ("GET", "/curation"): only(REVIEWERS),
    ("POST", "/curation"): Row(
        {
            "here": {303: "Римма Марина Кирилл", 404: "Ульяна Клим Саша"},
            "next": {303: "Римма Ульяна", 422: "Клим", 404: "Марина Кирилл Саша"},
            "far": {303: "Саша", 404: "Римма Марина Ульяна Кирилл Клим"},
            "absent": {422: REVIEWERS},
        },
        case_targets.noted_school,
        {"kind": "visit", "on": "2022-04-18", "line": "Посещение"},
        otherwise=403,
    ),
    ("POST", "/curation/{note_id}/remove"): Row(
        {
            "here": {303: "Кирилл", 404: "Римма Марина Ульяна Клим Саша"},
            "next": {303: "Ульяна", 404: "Римма Марина Кирилл Клим Саша"},
            "far": {303: "Саша", 404: "Римма Марина Ульяна Кирилл Клим"},
            "absent": {303: REVIEWERS},  # gone already is as good
        },
        case_targets.note,
        otherwise=403,
    ),
    ("GET", "/second-look"): only(PLANNERS),
    ("POST", "/reports/{submission_id}/agree"): Row(COORDINATE, case_targets.confirmed),
    ("POST", "/reports/{submission_id}/unconfirm"): Row(
        COORDINATE, case_targets.confirmed, {"reason": "Не тот год"}
    ),
    ("POST", "/files/{evidence_id}/wipe"): Row(
        {
            "here": {303: "Римма Марина Кирилл", 403: "Ольга Эмма Тамара Дина"},
            "next": {303: "Римма Ульяна", 403: "Ольга Эмма Клим"},
            "far": {303: "Саша", 403: "Степан"},
        },
        case_targets.file,
    ),
    ("GET", "/files/{evidence_id}/view"): Row(SEE, case_targets.picture),
    ("GET", "/files/{evidence_id}/pages/{number}"): Row(SEE, case_targets.picture),
    ("GET", "/waivers"): only(PLANNERS),
    ("POST", "/waivers/{waiver_id}/answer"): Row(COORDINATE, case_targets.waiver, {"grant": "true"}),
    ("POST", "/work/{assignment_id}/waive"): Row(
        OVERRULE, case_targets.open_assignment, {"reason": "Отменили"}
    ),
    ("POST", "/work/{assignment_id}/require"): Row(COORDINATE, case_targets.waived, {"reason": "Проводим"}),
    ("POST", "/work/{assignment_id}/say"): Row(
        {
            "here": {303: "Римма Марина Тамара Дина Кирилл", 403: "Ольга Эмма"},
            "next": {303: "Римма Ульяна Клим", 403: "Ольга Эмма"},
            "far": {303: "Саша Степан"},
        },
        targets.assignment,
        {"text": "Нужен ли протокол?"},
    ),
    ("GET", "/phrases"): only("Римма"),
    ("POST", "/phrases"): Row(
        {
            "here": {303: "Римма", 403: "Ольга Эмма"},
            "next": {303: "Римма", 403: "Ольга Эмма"},
            "absent": {422: "Римма", 403: " ".join(name for name in EVERYBODY if name != "Римма")},
        },
        case_targets.region,
        {"decision": "return", "lines": "Нет подписи"},
    ),
    ("GET", "/programmes"): only("Римма"),
    ("POST", "/programmes"): Row({"": {303: "Римма"}}, form={"name": "Своя"}, otherwise=403),
    ("POST", "/programmes/{programme_id}/slot"): Row(
        {
            "here": {303: "Римма", 403: "Ольга Эмма"},
            "next": {303: "Римма", 403: "Ольга Эмма"},
            "absent": {422: "Римма", 403: NOT_REGION},
        },
        case_targets.slot,
        {"max_files": 2, "max_file_mb": 10, "types": "pdf"},
    ),
    ("POST", "/programmes/{programme_id}/steps"): Row(
        {
            "here": {303: "Римма"},
            "next": {303: "Римма"},
            "far": {303: "Римма"},
            "absent": {404: "Римма"},
        },
        case_targets.steps,
        {"steps": "−14, -7, 0, 3"},
        otherwise=403,
    ),
    ("POST", "/programmes/{programme_id}/cohorts"): Row(
        {
            "here": {303: "Римма", 403: "Ольга Эмма"},
            "next": {303: "Римма", 403: "Ольга Эмма"},
            "absent": {422: "Римма", 403: NOT_REGION},
        },
        case_targets.own_cohort,
        {"year": 2022},
    ),
    ("GET", "/risks"): everyone(),
    ("GET", "/risks/documents"): everyone(),
    ("POST", "/risks/documents"): Row(
        {"": {422: PLANNERS}}, form={"wanted": "development_concept"}, otherwise=403
    ),
    ("POST", "/risks/import"): only(PLANNERS, lines="edu000001 В В В В В В В В В В"),
    ("GET", "/schools/{school_id}/risks"): Row(SEE, targets.school),
    ("POST", "/schools/{school_id}/risks"): Row(
        ENTER, targets.school, {"levels": "В В В С В С С В В С", "source": "ИС МЭДК"}
    ),
    ("POST", "/schools/{school_id}/risks/choose"): Row(ENTER, case_targets.profiled_school, {"factors": "3"}),
    ("POST", "/risk-profiles/{profile_id}/verify"): Row(LOOK, case_targets.profile),
    ("POST", "/risk-profiles/{profile_id}/dispute"): Row(
        LOOK, case_targets.profile, {"objection": "Учителей хватает"}
    ),
    ("GET", f"{R}/risks"): Row({**drafts(200), **living(200)}, targets.draft),
    ("POST", f"{R}/risks"): Row({**drafts(303), **living(303)}, targets.draft),
    ("POST", f"{R}/risks/give"): Row({**drafts(303), **living(303)}, targets.draft),
    ("GET", "/people"): only(INVITERS),
    ("GET", "/people/{person_id}"): Row(
        {
            "here": {200: "Римма Марина Тамара Кирилл Дина"},
            "next": {200: "Римма Ульяна Клим Вера"},
            "far": {200: "Саша Степан"},
        },
        targets.person,
    ),
    ("POST", "/people/{person_id}/name"): Row(
        {
            "here": {303: "Римма Марина Тамара Дина", 403: "Кирилл"},
            "next": {303: "Римма Ульяна Клим"},
            "far": {303: "Саша Степан"},
        },
        targets.person,
        {"name": "Имя Отчество"},
    ),
    ("POST", "/people/{person_id}/roles/{grant_id}/revoke"): Row(
        {
            "here": {303: "Римма Марина Тамара", 403: "Кирилл Дина"},
            "next": {303: "Римма Ульяна", 403: "Клим"},
            "far": {303: "Саша", 403: "Степан"},
        },
        targets.grant,
    ),
    ("GET", "/invitations"): only(INVITERS),
    ("GET", "/invitations/new"): only(INVITERS),
    ("POST", "/invitations/new"): Row(
        {
            "here": {303: "Римма Марина Тамара", 403: "Ольга Эмма Дина Кирилл"},
            "next": {303: "Римма Ульяна Клим", 403: "Ольга Эмма"},
            "far": {303: "Саша Степан"},
        },
        targets.invited_school,
        {"role": "school_member"},
    ),
    ("GET", "/unreached"): only(INVITERS),
    ("POST", "/unreached/print"): Row(
        {
            "here": {200: "Римма Марина Тамара", 403: "Ольга Эмма Дина"},
            "next": {200: "Римма Ульяна Клим", 403: "Ольга Эмма Дина"},
            "far": {200: "Саша Степан", 403: "Ольга Эмма Дина"},
            "absent": {422: INVITERS, 403: "Ольга Эмма Дина"},
        },
        targets.unused_link,
    ),
    ("POST", "/unreached/contact"): Row(
        {
            "here": {303: "Римма Марина Тамара"},
            "next": {303: "Римма Ульяна Клим"},
            "far": {303: "Саша Степан"},
            "absent": {422: " ".join(EVERYBODY)},
        },
        targets.unreached,
    ),
    ("GET", "/invitations/{invitation_id}"): Row(
        {
            "here": {200: "Римма Марина Тамара"},
            "next": {200: "Римма Ульяна Клим"},
            "far": {200: "Саша Степан"},
        },
        targets.invitation,
    ),
    ("POST", "/invitations/{invitation_id}/revoke"): Row(
        {
            "here": {303: "Римма Марина Тамара", 403: "Ольга Эмма Дина Кирилл"},
            "next": {303: "Римма Ульяна Клим", 403: "Ольга Эмма"},
            "far": {303: "Саша Степан"},
        },
        targets.invitation,
    ),
    ("GET", "/broadcasts"): only(INVITERS),
    ("GET", "/broadcasts/new"): only(INVITERS),
    ("POST", "/broadcasts/new"): only(INVITERS, text="Коллеги!"),
    ("GET", "/broadcasts/{broadcast_id}"): Row(
        {"here": {200: "Римма Марина"}, "next": {200: "Римма Ульяна"}, "far": {200: "Саша"}},
        targets.broadcast,
    ),
    ("POST", "/broadcasts/{broadcast_id}"): Row(
        {"here": {303: "Римма Марина"}, "next": {303: "Римма Ульяна"}, "far": {303: "Саша"}},
        targets.broadcast,
        {"do": "pause"},
    ),
    ("POST", "/broadcasts/circles/{audience_id}/remove"): Row(
        {"here": {303: "Римма Марина"}, "next": {303: "Римма Ульяна"}, "far": {303: "Саша"}},
        news_targets.circle,
    ),
    ("GET", "/broadcasts/{broadcast_id}/files/{file_id}"): Row(
        {"here": {200: "Римма Марина"}, "next": {200: "Римма Ульяна"}, "far": {200: "Саша"}},
        news_targets.file,
    ),
    # The reader may answer too: who has received it has that right.
    ("POST", "/broadcasts/{broadcast_id}/letters"): Row(
        {
            "here": {303: "Римма Марина Дина"},
            "next": {303: "Римма Ульяна Клим"},
            "far": {303: "Саша Степан"},
            "absent": {422: " ".join(EVERYBODY)},  # the form without a person
        },
        news_targets.letter,
        {"text": "Спасибо"},
    ),
    ("GET", "/polls"): only(INVITERS),
    ("GET", "/polls/new"): only(INVITERS),
    ("POST", "/polls/new"): only(
        INVITERS, title="Опрос", question="Нужна помощь?", kind="one", options="Да\nНет"
    ),
    ("GET", "/polls/{poll_id}"): Row(
        {"here": {200: "Римма Марина"}, "next": {200: "Римма Ульяна"}, "far": {200: "Саша"}},
        news_targets.poll,
    ),
    ("POST", "/polls/{poll_id}"): Row(
        {"here": {303: "Римма Марина"}, "next": {303: "Римма Ульяна"}, "far": {303: "Саша"}},
        news_targets.poll,
        {"do": "close"},
    ),
    ("GET", "/groups"): only(PLANNERS),
    ("POST", "/groups/{group_id}"): Row(
        {"here": {303: "Римма Марина"}, "next": {303: "Римма Ульяна"}, "far": {303: "Саша"}},
        news_targets.group,
        {"do": "unlink"},
    ),
    ("GET", "/peer"): everyone(),
    ("GET", "/peer/new"): only(PLANNERS),
    ("POST", "/peer"): Row(
        {
            "here": {303: "Марина"},
            "next": {303: "Ульяна"},
            "far": {303: "Саша"},
            "absent": {422: "Римма Марина Ульяна Саша"},
        },
        peer_targets.place,
        otherwise=403,
    ),
    ("POST", "/peer/list"): Row(
        {
            "here": {200: "Римма Марина", 403: "Ольга Эмма"},
            "next": {200: "Римма Ульяна", 403: "Ольга Эмма"},
            "far": {200: "Саша"},
            "absent": {422: " ".join(EVERYBODY)},
        },
        peer_targets.listed,
    ),
    ("GET", "/peer/{round_id}"): Row(
        {
            "here": {200: "Римма Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим"},
            "next": {200: "Римма Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим"},
            "far": {200: "Саша Степан"},
        },
        peer_targets.round_,
    ),
    ("POST", "/peer/{round_id}"): Row(PREPARE, peer_targets.draft, peer_targets.DATES),
    ("POST", "/peer/{round_id}/propose"): Row(PREPARE, peer_targets.draft, {"triple": "true"}),
    ("POST", "/peer/{round_id}/pair"): Row(PREPARE, peer_targets.pairable),
    ("POST", "/peer/{round_id}/third"): Row(PREPARE, peer_targets.odd),
    ("POST", "/peer/{round_id}/swap"): Row(PREPARE, peer_targets.swappable),
    ("POST", "/peer/{round_id}/unpair"): Row(PREPARE, peer_targets.paired, {"pair": 10**6}),
    ("POST", "/peer/{round_id}/start"): Row(PREPARE, peer_targets.ready),
    ("POST", "/peer/{round_id}/discard"): Row(PREPARE, peer_targets.ready),
    ("POST", "/peer/{round_id}/end"): Row(RUN_ROUND, peer_targets.round_),
    ("GET", "/peer/pairs/{pair_id}"): Row(
        {
            "here": {200: "Римма Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим"},
            "next": {200: "Римма Ольга Эмма Марина Ульяна Тамара Дина Кирилл Клим"},
            "far": {200: "Саша Степан"},
        },
        peer_targets.pair,
    ),
    ("POST", "/peer/pairs/{pair_id}"): Row(RUN_ROUND, peer_targets.pair, {"do": "part"}),
    ("GET", "/peer/forms/{form_id}"): Row(SIDE, peer_targets.form),
    ("POST", "/peer/forms/{form_id}"): Row(
        SIDE_POST, peer_targets.form, {"programme": "Указать сроки", "go": "share"}
    ),
    ("POST", "/peer/forms/{form_id}/meeting"): Row(
        SIDE_POST, peer_targets.form, {"day": "2022-10-20", "begins": "15:00", "link": "https://example.ru/1"}
    ),
    ("POST", "/peer/forms/{form_id}/change"): Row(SIDE_POST, peer_targets.finished, {"do": "placed"}),
    ("GET", "/peer/forms/{form_id}/read"): Row(SHOWN_FORM, peer_targets.finished),
    ("GET", "/peer/forms/{form_id}/file"): Row(SHOWN_FORM, peer_targets.finished),
    ("GET", "/peer/forms/{form_id}/papers"): Row(SIDE, peer_targets.form),
    ("GET", "/peer/forms/{form_id}/papers/{evidence_id}"): Row(
        {"here": {200: "Тамара Дина"}, "next": {200: "Клим"}}, peer_targets.partner_file
    ),
    ("POST", "/peer/advice/{advice_id}"): Row(SIDE_POST, peer_targets.advice, {"form": 1, "do": "taken"}),
    ("GET", "/events"): only(PLANNERS),
    ("GET", "/events/new"): only(PLANNERS),
    # Those invited may have it too.
    ("GET", "/events/{event_id}/calendar"): Row(
        {
            "here": {200: "Римма Марина Тамара Дина Кирилл"},
            "next": {200: "Римма Ульяна Кирилл Клим Вера"},
            "far": {200: "Саша Степан"},
        },
        targets.event,
    ),
    ("POST", "/events"): Row(
        {"": {303: PLANNERS}},
        form={"title": "Семинар", "day": "2022-05-20", "begins": "10:00", "key": "k", "sure": "true"},
        otherwise=403,
    ),
    ("GET", "/events/{event_id}"): Row(
        {"here": {200: "Римма Марина"}, "next": {200: "Римма Ульяна"}, "far": {200: "Саша"}}, targets.event
    ),
    ("GET", "/events/{event_id}/invite"): Row(
        {"here": {200: "Римма Марина"}, "next": {200: "Римма Ульяна"}, "far": {200: "Саша"}}, targets.event
    ),
    ("POST", "/events/{event_id}/invite"): Row(
        {"here": {200: "Римма Марина"}, "next": {200: "Римма Ульяна"}, "far": {200: "Саша"}}, targets.event
    ),
    ("POST", "/events/{event_id}/mark"): Row(
        {
            "here": {303: "Римма Марина"},
            "next": {303: "Римма Ульяна"},
            "far": {303: "Саша"},
            "absent": {422: " ".join(EVERYBODY)},  # the form without a person
        },
        targets.guest,
        {"came": "true"},
    ),
    ("POST", "/events/{event_id}/cancel"): Row(
        {"here": {303: "Римма Марина"}, "next": {303: "Римма Ульяна"}, "far": {303: "Саша"}}, targets.event
    ),
    ("GET", "/silence"): only(PLANNERS),
    # The school of the form is asked for as such; to strangers it does not exist.
    ("POST", "/silence/steps"): Row(
        {
            "here": {303: "Римма Марина", 403: "Ольга Эмма Тамара Дина Кирилл"},
            "next": {303: "Римма Ульяна", 403: "Ольга Эмма Клим"},
            "far": {303: "Саша", 403: "Степан"},
            "absent": {422: " ".join(EVERYBODY)},  # the form without a school
        },
        targets.stepping_school,
        {"what": "Выезд в школу", "until": "2022-05-20"},
    ),
    ("POST", "/silence/steps/{step_id}/close"): Row(
        {
            "here": {303: "Римма Марина", 403: "Ольга Эмма Тамара Дина Кирилл"},
            "next": {303: "Римма Ульяна", 403: "Ольга Эмма Клим"},
            "far": {303: "Саша", 403: "Степан"},
        },
        targets.joint_step,
        {"outcome": "Съездили"},
    ),
    ("GET", "/tomorrow"): only(PLANNERS),
    ("GET", "/calendar"): only("Римма"),
    ("POST", "/calendar"): Row(
        {"": {303: "Римма"}}, form={"day": "2022-05-20", "works": "false"}, otherwise=403
    ),
    ("POST", "/calendar/{day_id}/forget"): Row(
        {"here": {303: "Римма"}, "next": {303: "Римма"}, "far": {404: "Римма"}, "absent": {404: "Римма"}},
        targets.calendar_day,
        otherwise=403,
    ),
    ("GET", "/audit"): only(PLANNERS),
    ("GET", "/attention"): only("Римма"),
    ("POST", "/attention/messages/{message_id}"): Row(
        ONLY_OURS, targets.message, {"arrived": "true"}, otherwise=403
    ),
    ("POST", "/attention/updates/{update_id}"): Row(ONLY_OURS, targets.dead_update, otherwise=403),
    ("GET", "/monitoring"): Row(
        {"": {200: "Римма Ольга Эмма Марина Ульяна Кирилл Клим Саша", 303: "Тамара Дина Вера Степан"}}
    ),
    ("GET", "/monitoring/municipalities/{municipality_id}"): Row(
        {
            "here": {200: "Римма Ольга Эмма Марина"},
            "next": {200: "Римма Ольга Эмма Ульяна"},
            "far": {200: "Саша"},
        },
        wave_targets.municipality,
    ),
    ("GET", "/monitoring/facts"): everyone(),
    ("GET", "/monitoring/marks"): everyone(404),  # of no wave
    ("GET", "/monitoring/outcomes"): everyone(),
    ("GET", "/monitoring/outcomes/schools"): everyone(),
    ("GET", "/monitoring/clusters"): everyone(),
    ("GET", "/monitoring/clusters/schools"): everyone(),
    ("GET", "/monitoring/context"): everyone(),
    ("GET", "/monitoring/outcomes/import"): only("Римма"),
    ("POST", "/monitoring/outcomes/import"): Row({"": {422: "Римма"}}, otherwise=403),
    ("POST", "/monitoring/outcomes/import/confirm"): Row({"": {422: "Римма"}}, otherwise=403),
    ("GET", "/monitoring/curators"): only(PLANNERS),
    ("GET", "/monitoring/waves"): everyone(),
    ("POST", "/monitoring/waves"): Row({"": {422: "Римма"}}, otherwise=403),
    ("GET", "/monitoring/waves/{wave_id}"): Row(OF_WAVE, wave_targets.wave),
    ("POST", "/monitoring/waves/{wave_id}/sample"): Row(RUN_WAVE, wave_targets.sample),
    ("POST", "/monitoring/waves/{wave_id}/sample/remove"): Row(
        RUN_WAVE | {"far": {403: "Эмма"}}, wave_targets.given
    ),
    ("POST", "/monitoring/waves/{wave_id}/official"): Row(
        RUN_WAVE, wave_targets.wave, {"total": "100", "source": "Письмо"}
    ),
    ("POST", "/monitoring/waves/{wave_id}/settle"): Row(
        {
            "here": {303: "Римма", 403: "Ольга Эмма Марина Тамара Дина Кирилл"},
            "next": {303: "Римма", 403: "Ольга Эмма Ульяна Клим"},
            "far": {403: "Саша Степан"},
        },
        wave_targets.wave_and_school,
        {"criterion": "tasks", "points": "1", "reason": "Так решили"},
    ),
    ("POST", "/monitoring/waves/{wave_id}/recommend"): Row(
        COORDINATE, wave_targets.wave_and_school, {"text": "Назовите показатели.", "due": "2022-04-25"}
    ),
    ("POST", "/monitoring/recommendations/{recommendation_id}/close"): Row(
        {
            "here": {303: "Тамара Дина", 403: "Римма Ольга Эмма Марина Кирилл"},
            "next": {303: "Клим", 403: "Римма Ольга Эмма Ульяна"},
            "far": {303: "Степан", 403: "Саша"},
        },
        wave_targets.recommendation,
        {"answer": "Назвали."},
    ),
    ("GET", "/monitoring/waves/{wave_id}/schools/{school_id}"): Row(
        {"here": {200: "Эмма"}, "next": {200: "Эмма"}, "far": {200: "Эмма"}}, wave_targets.scored
    ),
    ("POST", "/monitoring/waves/{wave_id}/schools/{school_id}"): Row(
        {"here": {303: "Эмма"}, "next": {303: "Эмма"}, "far": {303: "Эмма"}},
        wave_targets.scored,
        {"points-tasks": "1"},
    ),
    ("GET", "/monitoring/criteria"): everyone(),
    ("POST", "/monitoring/criteria"): Row({"": {422: "Римма"}}, otherwise=403),
    ("GET", "/monitoring/criteria/{set_id}"): Row(OF_WAVE, wave_targets.criteria),
    ("POST", "/monitoring/criteria/{set_id}"): Row(
        {
            "here": {422: "Римма", 403: REST},
            "next": {422: "Римма", 403: REST},
            "far": {403: "Саша Степан"},
        },
        wave_targets.criteria,
        {"text": ""},
    ),
    ("GET", "/monitoring/criteria/{set_id}/compare"): Row(OF_WAVE, wave_targets.criteria),
    ("GET", "/monitoring/criteria/{set_id}/fields"): Row(
        {
            "here": {200: "Римма", 403: REST},
            "next": {200: "Римма", 403: REST},
            "far": {403: "Саша Степан"},
        },
        wave_targets.criteria,
    ),
    ("POST", "/monitoring/criteria/{set_id}/fields"): Row(
        {
            "here": {422: "Римма", 403: REST},
            "next": {422: "Римма", 403: REST},
            "far": {403: "Саша Степан"},
        },
        wave_targets.criteria,
        {"press": "save"},
    ),
    ("POST", "/monitoring/criteria/{set_id}/year"): Row(
        {
            "here": {303: "Римма", 403: REST},
            "next": {303: "Римма", 403: REST},
            "far": {403: "Саша Степан"},
        },
        wave_targets.criteria,
        {"year": 2026},
    ),
    ("POST", "/monitoring/criteria/{set_id}/copy"): Row(
        {
            "here": {303: "Римма", 403: REST},
            "next": {303: "Римма", 403: REST},
            "far": {403: "Саша Степан"},
        },
        wave_targets.criteria,
    ),
}
PUBLIC = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-in/password"),
    ("GET", "/upload"),  # the link in its address is the right
    ("POST", "/upload"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
}


def routes_of(panel: Panel) -> set[tuple[str, str]]:
    return {
        (method, context.path or "")
        for context in iter_route_contexts(panel.app.routes)
        for method in context.methods or ()
        if method != "HEAD"
    }


async def test_every_route_has_a_row(panel: Panel) -> None:
    assert routes_of(panel) == set(TABLE) | PUBLIC


@pytest.mark.parametrize("route", TABLE, ids=" ".join)
async def test_a_stranger_gets_nowhere(panel: Panel, route: tuple[str, str]) -> None:
    method, path = route
    async with panel.browser() as browser:
        response = await browser.request(method, path.replace("{", "").replace("}", ""))
        numbered = await browser.request(method, _address(path, {}))
    for answer in (response, numbered):
        assert answer.status_code in ((303,) if method == "GET" else (401,)), answer.text
        if method == "GET":
            assert answer.headers["location"].startswith("/sign-in")


def _address(path: str, values: dict[str, int]) -> str:
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, str(values.get(part[1:-1], targets.NOWHERE)))
    return path


async def _ask(panel: Panel, route: tuple[str, str], row: Row, who: str, values: dict[str, Any]) -> int:
    method, path = route
    form = {**row.form, **{k: v for k, v in values.items() if f"{{{k}}}" not in path}}
    async with panel.browser(who) as browser:
        data = form if method == "POST" else None
        return (await browser.request(method, _address(path, values), data=data)).status_code


@pytest.mark.parametrize("route", TABLE, ids=" ".join)
async def test_each_gets_what_the_table_says(panel: Panel, route: tuple[str, str]) -> None:
    row = TABLE[route]
    places = [""] if row.target is targets.nothing else ["here", "next", "far", "live", "absent"]
    for where in places:
        if where == "live" and row.target not in (targets.draft, targets.measure, report_targets.measure):
            continue
        expected = row.expected(where)
        got = {}
        values: dict[str, Any] | None = None
        # First those who are kept out, on the same thing; whoever is let in gets a fresh one.
        for who in sorted(EVERYBODY, key=lambda name: expected[name] < 400):
            fresh = values is None or (expected[who] < 400 and route[0] == "POST")
            if where == "absent" and row.target is not targets.invited_school:
                values = {}
            elif fresh:
                values = await row.target(panel.world, where)
            got[who] = await _ask(panel, route, row, who, values or {})
        assert got == expected, where
        if row.target is targets.grant and where != "absent":
            await row.target(panel.world, where)  # whose role was taken away must be somebody again
