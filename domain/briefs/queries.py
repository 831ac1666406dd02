"""The facts of a paper as plain words, inside what the actor may see; the same for Word, PDF and page."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from domain import (
    accounts,
    chase,
    curation,
    dynamics,
    effects,
    indicators,
    monitoring,
    outcomes,
    reports,
    roadmaps,
    schools,
)
from domain.accounts import Filters
from domain.actor import Place
from domain.briefs import rules
from domain.briefs.models import PaperTemplate
from domain.briefs.rules import Block, Paper, Written
from domain.dates import local_day
from domain.db import Tx
from domain.errors import Forbidden
from domain.events import Event
from domain.meanings import KINDS, named
from domain.policy import Permission, require, within
from domain.progress import OPEN, Assignment, Decision, Review, Submission
from domain.texts import Texts

DAYS_AHEAD = 30
WEEKS_BACK = 4
SHOWN = 7  # schools to talk about, remarks, curators


class TemplateRow(NamedTuple):
    """A paper and the region's own template of it, if there is one."""

    paper: Paper
    template: PaperTemplate | None


def place_of(tx: Tx) -> Place:
    """The place that a paper of this actor is about: the first region or municipality of theirs. Forbidden without one."""
    found = next((g.place for g in tx.actor.grants if g.place.school_id is None and g.place.region_id), None)
    if found is None:
        raise Forbidden
    return found


async def _place_names(tx: Tx) -> str:
    """The region of this actor, or all municipalities: a paper tells of everything that they see."""
    held = {g.place for g in tx.actor.grants if g.place.school_id is None and g.place.region_id}
    widest = [one for one in held if not any(other != one and other.covers(one) for other in held)]
    return ", ".join(sorted(name.name for name in (await schools.place_names(tx, widest)).values()))


async def template_of(tx: Tx, place: Place, paper: Paper) -> bytes:
    """The region's own template, else the shipped one."""
    query = select(PaperTemplate.content).where(
        PaperTemplate.region_id == place.region_id, PaperTemplate.paper == paper
    )
    return await tx.session.scalar(query) or rules.default_template(paper)


async def templates(tx: Tx, region_id: int) -> list[TemplateRow]:
    """Which papers have a template of their own in a region."""
    require(tx.actor, Permission.REGISTER, Place(region_id))
    query = select(PaperTemplate).where(PaperTemplate.region_id == region_id)
    kept = {one.paper: one for one in (await tx.session.scalars(query)).all()}
    return [TemplateRow(paper, kept.get(paper)) for paper in Paper]


async def paper(tx: Tx, kind: Paper, filters: Filters, say: Texts) -> Written:
    """A paper about the actor's place with today's facts. Forbidden for those without a region or a municipality."""
    place = place_of(tx)
    writers = {Paper.ANALYTICAL: _analytical, Paper.EFFECTIVENESS: _effectiveness, Paper.HOUR: _hour}
    today = tx.day(tx.actor.timezone)
    name = await _place_names(tx)
    title = say(rules.PAPERS[kind])
    day = say.date(today, year=True)
    context = {"title": title, "place": name, "date": day, **await writers[kind](tx, place, filters, say)}
    blocks = {Paper.ANALYTICAL: _note_blocks, Paper.EFFECTIVENESS: _effect_blocks, Paper.HOUR: _hour_blocks}
    return Written(kind, title, f"{name}, {day}", context, blocks[kind](context, say))


async def _analytical(tx: Tx, place: Place, filters: Filters, say: Texts) -> dict[str, Any]:
    rows = await reports.school_progress(tx)
    required = sum(row.total for row in rows)
    done = sum(row.done for row in rows)
    seen = (
        select(func.count())
        .select_from(schools.School)
        .where(within(tx.actor, Permission.SEE, schools.School))
    )
    return {
        "schools_total": await tx.session.scalar(seen) or 0,
        "required": required,
        "confirmed": done,
        "confirmed_percent": outcomes.percent(done, required) or 0,
        "in_review": sum(row.in_review for row in rows),
        "overdue": sum(row.overdue for row in rows),
        **await _wave(tx, place),
        **await _tables(tx, say),
        "indicators": await _indicators(tx, say),
        "curators": await _curators(tx),
        "late": [
            {
                "school": r.school,
                "municipality": r.municipality,
                "measure": f"{r.number or ''} {r.measure}".strip(),
                "days_late": r.days_late,
            }
            for r in (await reports.overdue(tx))[:20]
        ],
        "remarks": [text for text, _ in await _remarks(tx)],
    }  # fmt: skip


async def _wave(tx: Tx, place: Place) -> dict[str, Any]:
    known = [w for w in await monitoring.waves(tx) if w.region_id == place.region_id]
    if not known:
        return {"wave": None, "official": []}
    own = accounts.own_place(tx, known[0].region_id)
    found = await accounts.own_standing(tx, known[0].id, own)
    score = found.forecast.score
    shown = {
        "title": found.wave.title,
        "total": accounts.plain(score.total) if score else "–",  # of the set only totals are known
        "max": accounts.plain(found.of.max),
        "index": _comma(score.index_printed) if score else "–",
        "ends_on": found.wave.ends_on.strftime("%d.%m.%Y"),
    }
    official = [
        {"source": result.source, "total": accounts.plain(s.total), "index": _comma(s.index_printed)}
        for result, s in found.official
    ]
    return {"wave": shown, "official": official}


def _full(measure: roadmaps.Measure) -> str:
    return " ".join(f"{measure.number or ''} {measure.title}".split())


def _comma(number: Any) -> str:
    return str(number).replace(".", ",")


async def _tables(tx: Tx, say: Texts) -> dict[str, Any]:
    found: dict[str, Any] = {"dynamics": [], "clusters": []}
    pair = await outcomes.newest_years(tx)
    if pair is not None:
        table = await dynamics.counted(tx, dynamics.Asked(*pair, by="cohort"))
        found["dynamics"] = [
            {
                "group": named(say, group),
                "procedure": table.titles[key],
                **{kind.value: column.counts[kind] for kind in outcomes.Dynamics},
                "total": column.total,
                "positive_result": column.positive_result,
                "positive_percent": column.positive_percent,
            }
            for group, cells in table.groups.items()
            for key, column in cells.items()
        ]
    pair = await outcomes.newest_years(tx, clusters=True)
    if pair is not None:
        clusters = await outcomes.cluster_table(tx, before=pair[0], after=pair[1], by="cohort")
        keys = ("raised", "left", "positive_percent", "same", "down", "total")
        found["clusters"] = [
            {"group": named(say, group), **{key: getattr(row, key) for key in keys}}
            for group, row in clusters.rows.items()
        ]
    return found


async def _indicators(tx: Tx, say: Texts) -> list[dict[str, str]]:
    table = await indicators.table(tx)
    return [
        {
            "title": row.indicator.title,
            "value": " → ".join(
                f"{v.percent} %" if v.denominator is not None else str(v.numerator)
                for v in [v for v in row.values if v.exact is not None][-2:]
            )
            or "—",
            "target": _target(row, say),
            "state": say(indicators.STATES[row.state]),
        }
        for row in table.rows
    ]


def _target(row: indicators.Row, say: Texts) -> str:
    if row.target is None:
        return "—"
    sign = " %" if row.indicator.unit is indicators.Unit.SHARE else ""
    return f"≥ {say.number(row.target)}{sign}"


async def _curators(tx: Tx) -> list[dict[str, Any]]:
    last = tx.day(tx.actor.timezone)
    first = last - timedelta(days=last.weekday() + 7 * (WEEKS_BACK - 1))
    return [
        {
            "name": row.person.name,
            "decisions": sum(w.decisions for w in row.weeks),
            "answers": sum(w.answers for w in row.weeks),
            "notes": sum(w.notes for w in row.weeks),
            "silent_weeks": row.silent_weeks,
        }
        for row in await curation.activity(tx, first=first, last=last)
    ]


async def _remarks(tx: Tx) -> list[tuple[str, int]]:
    """What was said most often when work was sent back lately: the words, and to how many schools."""
    query = (
        select(Review.comment, func.count(Assignment.school_id.distinct()))
        .join(Submission, Submission.id == Review.submission_id)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Review.decision == Decision.RETURN,
            Review.at >= tx.now - timedelta(days=DAYS_AHEAD),
        )
        .group_by(Review.comment)
        .order_by(func.count(Assignment.school_id.distinct()).desc(), Review.comment)
        .limit(SHOWN)
    )
    return [(text, count) for text, count in (await tx.session.execute(query))]


async def _effectiveness(tx: Tx, place: Place, filters: Filters, say: Texts) -> dict[str, Any]:
    chosen = filters.roadmap_id or await reports.default_roadmap(tx)
    if chosen is None:
        return {"roadmap": "—", "years": "—", "measures": []}
    found = await effects.analysis(tx, chosen)
    pair = found.result_years
    return {
        "roadmap": found.roadmap.title,
        "years": f"{pair[0]}, {pair[1]}" if pair else "—",
        "measures": [
            {
                "measure": _full(row.measure),
                "required": row.required,
                "done": row.done,
                "percent": row.done_percent,
                "effect": row.said.effect if row.said else "",
                "problem": row.said.problem if row.said else "",
                "proposal": row.said.proposal if row.said else "",
                "verdict": say(effects.VERDICTS[row.said.verdict]) if row.said and row.said.verdict else "—",
                "covered": "—" if row.covered.percent is None else f"{row.covered.percent} %",
                "others": "—" if row.others.percent is None else f"{row.others.percent} %",
            }
            for row in found.rows
        ],
    }


async def _hour(tx: Tx, place: Place, filters: Filters, say: Texts) -> dict[str, Any]:
    late: dict[tuple[str, str], list[int]] = {}
    for line in await reports.overdue(tx):
        late.setdefault((line.municipality, line.school), []).append(line.days_late)
    quiet = {(u.municipality, u.school) for u in await chase.uninvolved(tx)}
    behind = {key: (-len(days), -max(days)) for key, days in late.items()}
    order = sorted({*late, *quiet}, key=lambda key: (key not in quiet, behind.get(key, (0, 0)), key))
    why = []
    for key in order[:SHOWN]:
        days = late.get(key, [])
        parts = [say("nothing has come for long")] if key in quiet else []
        if days:
            parts.append(_lateness(days, say))
        why.append({"school": key[1], "municipality": key[0], "why": ", ".join(parts)})
    active = [row for row in await _curators(tx) if not row["silent_weeks"]]
    thanks = [{"name": c["name"], "count": c["decisions"] + c["answers"] + c["notes"]} for c in active]
    return {
        "schools": why,
        "remarks": [{"text": text, "count": count} for text, count in await _remarks(tx)],
        "curators": sorted(thanks, key=lambda c: (-c["count"], c["name"]))[:SHOWN],
        "dates": await _dates(tx, say),
    }


def _lateness(days: Sequence[int], say: Texts) -> str:
    """«просрочено на 10 дней»; of several «просрочено 5 мероприятий, дольше всего на 237 дней»."""
    if len(days) == 1:
        return say.n("%(n)s day late", "%(n)s days late", days[0])
    count = say.n("%(n)s measure is late", "%(n)s measures are late", len(days))
    longest = say.n("by up to %(n)s day", "by up to %(n)s days", max(days))
    return f"{count}, {longest}"


async def _dates(tx: Tx, say: Texts) -> list[dict[str, Any]]:
    today = tx.day(tx.actor.timezone)
    until = today + timedelta(days=DAYS_AHEAD)
    query = (
        select(Assignment.due_on, roadmaps.Measure, func.count(Assignment.school_id.distinct()))
        .join(roadmaps.Measure, roadmaps.Measure.id == Assignment.measure_id)
        .where(
            within(tx.actor, Permission.SEE, Assignment),
            Assignment.status.in_(OPEN),
            Assignment.due_on >= today,
            Assignment.due_on <= until,
        )
        .group_by(Assignment.due_on, roadmaps.Measure.id)
    )
    found = [(due, _full(measure), count) for due, measure, count in (await tx.session.execute(query)) if due]
    events = select(Event.starts_at, Event.title).where(
        within(tx.actor, Permission.OVERRULE, Event),
        Event.cancelled_at.is_(None),
        Event.starts_at >= tx.now,
        Event.starts_at <= tx.now + timedelta(days=DAYS_AHEAD),
    )
    for starts, title in await tx.session.execute(events):
        found.append((local_day(starts, tx.actor.timezone), title, 0))
    return [
        {"day": say.date(day), "what": what, "schools": count or "—"}
        for day, what, count in sorted(found, key=lambda line: (line[0], line[1]))
    ]


def _rows(found: Sequence[dict[str, Any]], *keys: str) -> list[list[Any]]:
    return [[row[key] for key in keys] for row in found]


def _note_blocks(context: dict[str, Any], say: Texts) -> list[Block]:
    wave, blocks = context["wave"], []
    counts = say(
        "Schools: %(schools)s. Measures required: %(required)s, confirmed: %(confirmed)s, that is %(percent)s per cent, in review: "
        "%(in_review)s, overdue: %(overdue)s.",
        schools=context["schools_total"],
        required=context["required"],
        confirmed=context["confirmed"],
        percent=context["confirmed_percent"],
        in_review=context["in_review"],
        overdue=context["overdue"],
    )
    blocks += [Block("heading", say("Execution of roadmaps")), Block("text", counts)]
    if wave:
        lines = [[say("Forecast"), wave["total"], wave["max"], f"{wave['index']} %"]]
        lines += [[o["source"], o["total"], wave["max"], f"{o['index']} %"] for o in context["official"]]
        head = [wave["title"], say("Points"), say("Maximum"), say("Index")]
        blocks += [Block("heading", say("Monitoring")), Block("table", "", head, lines)]
    kinds = ("positive", "all_passed", "negative", "neutral", "not_computed")
    tables: list[tuple[str, str, list[str], tuple[str, ...]]] = [
        ("dynamics", say("Dynamics of results"), [say("Group"), say("Procedure"), *(say(KINDS[k]) for k in kinds), say("Schools"), say("Positive result, per cent")], ("group", "procedure", *kinds, "total", "positive_percent")),
        ("clusters", say("Movement between clusters"), [say("Group"), say("Raised the cluster"), say("Left the list"), say("Positive dynamics, per cent"), say("Kept the cluster"), say("Negative dynamics"), say("Schools")], ("group", "raised", "left", "positive_percent", "same", "down", "total")),
        ("indicators", say("Indicators"), [say("Indicator"), say("Value"), say("Target"), say("State")], ("title", "value", "target", "state")),
        ("curators", say("Curators’ activity"), [say("Curator"), say("Decisions"), say("Answers"), say("Meetings and visits"), say("Silent weeks")], ("name", "decisions", "answers", "notes", "silent_weeks")),
        ("late", say("What is late now"), [say("School"), say("Municipality"), say("Measure"), say("Days late")], ("school", "municipality", "measure", "days_late")),
    ]  # fmt: skip
    for key, title, head, fields in tables:
        if context[key]:
            blocks += [Block("heading", title), Block("table", "", head, _rows(context[key], *fields))]
    if context["remarks"]:
        lines = [[text] for text in context["remarks"]]
        blocks += [Block("heading", say("Common remarks")), Block("list", "", (), lines)]
    return blocks


def _effect_blocks(context: dict[str, Any], say: Texts) -> list[Block]:
    head = [say("Measure"), say("Schools"), say("Have done it"), say("Effect"), say("Problem"), say("Proposal"), say("Verdict")]  # fmt: skip
    fields = ("measure", "required", "done", "effect", "problem", "proposal", "verdict")
    moved = [say("Measure"), say("Positive results of those that have done it"), say("of the others")]
    return [
        Block("text", context["roadmap"]),
        Block("table", "", head, _rows(context["measures"], *fields)),
        Block("heading", say("How schools moved")),
        Block("table", "", moved, _rows(context["measures"], "measure", "covered", "others")),
    ]


def _hour_blocks(context: dict[str, Any], say: Texts) -> list[Block]:
    parts: list[tuple[str, str, list[str], tuple[str, ...]]] = [
        ("schools", say("Schools to talk about"), [say("School"), say("Municipality"), say("Why")], ("school", "municipality", "why")),
        ("remarks", say("Common remarks"), [say("What was said"), say("Schools")], ("text", "count")),
        ("curators", say("Curators to thank"), [say("Curator"), say("Deeds in four weeks")], ("name", "count")),
        ("dates", say("Dates ahead"), [say("Day"), say("What"), say("Schools")], ("day", "what", "schools")),
    ]  # fmt: skip
    blocks: list[Block] = []
    for key, title, head, fields in parts:
        blocks.append(Block("heading", title))
        rows = _rows(context[key], *fields)
        blocks.append(Block("table", "", head, rows) if rows else Block("text", say("None so far.")))
    return blocks
