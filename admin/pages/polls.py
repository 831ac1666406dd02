"""Polls: asking a circle, how many have answered, results as counts and percentages."""

import secrets
from datetime import date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import field_validator
from starlette.datastructures import FormData

from admin import circles
from admin.auth import Visitor
from admin.circles import CircleForm
from admin.forms import Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.reporting import file_of
from admin.tables import Format
from domain import audiences, people, polls
from domain.errors import N_, DomainError, Forbidden
from domain.policy import Permission
from domain.polls import Kind, PollSpec, QuestionSpec

closed = APIRouter()

KINDS = {
    Kind.ONE: N_("one answer"),
    Kind.MANY: N_("several answers"),
    Kind.SCALE: N_("a scale from 1 to 5"),
    Kind.TEXT: N_("in words"),
}
TEN = "ten"  # a scale to ten, for the form
FIRST = 3  # empty questions on a fresh form
CLOSING = time(20)  # of the last day, where no hour is chosen


class PollForm(CircleForm):
    """A poll and its circle; the lists run side by side, one item a question."""

    title: str = ""
    about: str = ""
    per_school: bool = False
    anonymous: bool = False
    closes_on: date | None = None
    question: list[str] = []  # noqa: RUF012 — a pydantic default is copied
    kind: list[str] = []  # noqa: RUF012
    options: list[str] = []  # noqa: RUF012
    optional: list[int] = []  # noqa: RUF012
    key: str = ""
    go: str = ""
    sure: bool = False

    @field_validator("closes_on", mode="before")
    @classmethod
    def _no_day(cls, value: object) -> object:
        return None if value == "" else value

    def spec(self, zone: str) -> PollSpec:
        """The poll for the domain: blocks without words and options are left out."""
        asked = []
        for n, (text, kind, options) in enumerate(zip(self.question, self.kind, self.options, strict=False)):
            lines = tuple(line for line in options.splitlines() if line.strip())
            if text.strip() or lines:
                top = 10 if kind == TEN else 5
                of_kind = Kind.SCALE if kind == TEN else Kind(kind) if kind in set(Kind) else Kind.ONE
                asked.append(QuestionSpec(text, of_kind, lines, n not in self.optional, top))
        ends = datetime.combine(self.closes_on, CLOSING, ZoneInfo(zone)) if self.closes_on else None
        return PollSpec(self.title, tuple(asked), self.about, self.per_school, self.anonymous, ends)


class DoForm(Form):
    """What to do with a poll that is open."""

    do: Literal["remind", "close"]


class CardQuery(Filters):
    """Results as a page or a file."""

    format: Format = ""


@closed.get("/polls")
async def poll_list(visit: Visitor) -> Response:
    """Polls of one's own and of one's places."""
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    async with visit.read() as tx:
        found = await polls.poll_list(tx)
        names = await people.person_names(tx, [row.poll.made_by for row in found])
        now = tx.now
    rows = [(row, names.get(row.poll.made_by or 0, ""), row.poll.is_open(now)) for row in found]
    return visit.page("polls/list.html", rows=rows)


async def _compose(visit: Visit, kept: FormData | None, problem: str = "", blocks: int = FIRST) -> Response:
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    async with visit.read() as tx:
        circle = await circles.choices(tx, visit, kept)
    filled = circle["kept"]
    lists = [filled.getlist(name) for name in ("question", "kind", "options")]
    shown = max(blocks, len(lists[0]))
    questions = [tuple(one[n] if n < len(one) else "" for one in lists) for n in range(shown)]
    return visit.page(
        "polls/compose.html",
        status=422 if problem else 200,
        circle=circle,
        kept=filled,
        questions=questions[: polls.MAX_QUESTIONS],
        optional=set(filled.getlist("optional")),
        kinds=_kinds(),
        may_add=shown < polls.MAX_QUESTIONS,
        key=secrets.token_urlsafe(12),
        problem=problem,
    )


def _kinds() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, name in KINDS.items():
        found[kind.value] = name
        if kind is Kind.SCALE:
            found[TEN] = N_("a scale from 1 to 10")
    return found


@closed.get("/polls/new")
async def compose(visit: Visitor, query: Annotated[circles.SavedQuery, Query()]) -> Response:
    """Questions and whom to ask."""
    return await _compose(visit, await circles.begun(visit, query))


@closed.post("/polls/new")
async def preview_or_ask(visit: Visitor, request: Request) -> Response:
    """One more question, the look before asking, or the asking; the key makes a second press harmless."""
    if not visit.may(Permission.BROADCAST):
        raise Forbidden
    raw = await sent(request)
    try:
        form = read_form(PollForm, raw)
        if form.go in ("add", "edit"):
            return await _compose(visit, raw, blocks=len(form.question) + (form.go == "add"))
        spec = form.spec(visit.actor.timezone)
        if form.go == "ask" and (form.sure or not circles.asks_twice(visit, form)):
            async with visit.write() as tx:
                key = f"panel:{visit.actor.person_id}:{form.key}"
                made = await polls.create(tx, spec, form.segment(), request_key=key)
            return visit.go(f"/polls/{made.id}", "asked")
        return await _preview(visit, form, spec)
    except DomainError as error:
        return await _compose(visit, raw, visit.say.error(refusal(error)))


async def _preview(visit: Visit, form: PollForm, spec: PollSpec) -> Response:
    async with visit.read() as tx:
        spec = polls.check(spec, tx.now)
        preview = await audiences.preview(tx, form.segment())
    return visit.page(
        "polls/preview.html",
        form=form,
        spec=spec,
        hidden=[(n, v) for n, v in circles.plain_fields(form) if n not in ("go", "sure")],
        preview=preview,
        kinds=KINDS,
        asks_twice=form.go == "ask",
    )


@closed.get("/polls/{poll_id}")
async def card(visit: Visitor, poll_id: int, query: Annotated[CardQuery, Query()]) -> Response:
    """How many have answered, who has not, and what was answered; as a file the counts and every answer."""
    if query.format:
        async with visit.read() as tx:
            book = await polls.book(tx, poll_id, visit.say)
        return file_of(visit, book, query.format)
    async with visit.read() as tx:
        found = await polls.results(tx, poll_id)
        silent = await polls.silent_names(tx, poll_id)
        is_open = found.poll.is_open(tx.now)
    return visit.page(
        "polls/card.html",
        found=found,
        poll=found.poll,
        is_open=is_open,
        silent=silent,
        kinds=KINDS,
        fewest=polls.FEWEST,
        pairs=list(zip(found.questions, found.tallies, strict=False)),
    )


@closed.post("/polls/{poll_id}")
async def act(visit: Visitor, request: Request, poll_id: int) -> Response:
    """Remind once those who have not answered, or end it."""
    form = read_form(DoForm, await sent(request))
    async with visit.write() as tx:
        if form.do == "remind":
            await polls.remind(tx, poll_id)
        else:
            await polls.close(tx, poll_id)
    return visit.go(f"/polls/{poll_id}", "noted")
