"""Rounds of mutual expertise for those who coordinate them: preparing, pairing, starting, the table of phases."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from admin.auth import Visitor
from admin.documents import MAX_DOCUMENT, Unread
from admin.forms import Choice, Filters, Form, read_form, refusal, sent
from admin.page import Visit
from admin.pages.reporting import file_of
from admin.peer_words import fit_words
from admin.tables import Format
from admin.words import REFUSED
from domain import accounts, documents, handouts, peer_review, peer_watch, programme, progress, schools
from domain.actor import COORDINATORS, Place
from domain.db import Tx
from domain.errors import N_, DomainError, Forbidden
from domain.pairing import WAITS, fit
from domain.peer_review import DEFAULT_SECTIONS, STEPS, Dates, RoundSpec
from domain.policy import Permission

closed = APIRouter()
MOST_LINES = 500
LIST = "/peer/list"  # one address, so that it may carry a file (see `Guard`)
SECTIONS = 6  # rows for sections on the form of a round


class RoundForm(Form):
    """A round as a coordinator enters it; sections are fields of one name, in order."""

    place: str = ""
    title: str
    cohort: Choice = None
    partners: date
    exchange: date
    meeting: date
    final: date
    closes: date
    section: list[str] = []  # noqa: RUF012
    asks: list[str] = []  # noqa: RUF012

    def dates(self) -> Dates:
        """The phases."""
        return Dates(self.partners, self.exchange, self.meeting, self.final, self.closes)

    def sections(self) -> list[peer_review.Section]:
        """The sections; what asks for answers is chosen beside each."""
        asks = [*self.asks, *["yes"] * len(self.section)]
        return peer_review.numbered((title, asks[at] == "yes") for at, title in enumerate(self.section))


class ProposeForm(Form):
    """What to do with a school left over."""

    triple: bool = False


class PairForm(Form):
    """Schools of one pair."""

    one: int
    other: int
    third: Choice = None


class ThirdForm(Form):
    """A school that joins a pair."""

    pair: int
    school: int


class SwapForm(Form):
    """Two schools that change places."""

    one: int
    other: int


class UnpairForm(Form):
    """A pair to be taken apart."""

    pair: int


class ListForm(Form):
    """Pairs of a list, pasted or out of a file."""

    round: int
    lines: str = ""
    go: str = "look"


class RoundQuery(Filters):
    """The table as a page or a file; all pairs or the silent ones."""

    show: str = ""
    format: Format = ""


def _places(visit: Visit) -> list[Place]:
    return list(dict.fromkeys(visit.actor.places(*COORDINATORS)))


@closed.get("/peer")
async def rounds(visit: Visitor) -> Response:
    """One's own pairs first, then the rounds that one sees."""
    async with visit.read() as tx:
        # The present partner of each round; a former one where there is none now.
        own = {(form.round_id, form.school_id): form for form, _ in reversed(await peer_review.my_forms(tx))}
        sides = [await peer_review.my_side(tx, form.id) for form in reversed(list(own.values())[-10:])]
        found = await peer_review.rounds(tx)
        quiet = await peer_watch.silences(tx)
        today = progress.today(tx)
    return visit.page(
        "peers/list.html",
        sides=sides,
        steps=STEPS,
        rounds=found,
        quiet={id_: sum(one.round_id == id_ for one in quiet) for id_ in {one.round_id for one in quiet}},
        today=today,
        may_open=visit.may(Permission.PLAN),
    )


@closed.get("/peer/new")
async def prepare(visit: Visitor) -> Response:
    """A new round, filled in from the last one."""
    return await _prepare(visit)


async def _prepare(visit: Visit, kept: FormData | None = None, problem: str = "") -> Response:
    places = _places(visit)
    if not places or not visit.may(Permission.PLAN):
        raise Forbidden
    async with visit.read() as tx:
        names = [
            ("-".join(str(part or "") for part in p), (await schools.place_name(tx, p)).name) for p in places
        ]
        last = await peer_review.last_round(tx, places[0])
        dates = peer_review.next_dates(progress.today(tx), last.dates if last is not None else None)
        cohorts = await programme.cohorts(tx)
    usual = [section._replace(title=visit.say(section.title)) for section in DEFAULT_SECTIONS]
    sections = last.form if last is not None else usual
    if kept is not None:
        titles, asks = kept.getlist("section"), kept.getlist("asks")
        sections = peer_review.numbered(
            (str(title), asks[at] == "yes") for at, title in enumerate(titles[: len(asks)])
        )
    return visit.page(
        "peers/new.html",
        status=422 if problem else 200,
        places=names,
        cohorts=cohorts,
        last=last,
        dates=dates,
        sections=sections,
        rows=SECTIONS,
        kept=kept or {},
        title=visit.say("Mutual expertise %(year)s", year=dates.partners.year),
        problem=problem,
    )


@closed.post("/peer")
async def create(visit: Visitor, request: Request) -> Response:
    """Prepare a round; nobody hears of it yet."""
    raw = await sent(request)
    try:
        form = read_form(RoundForm, raw)
        place = next(
            (p for p in _places(visit) if "-".join(str(part or "") for part in p) == form.place), None
        )
        if place is None:
            raise Forbidden
        async with visit.write() as tx:
            spec = await _spec(tx, form)
            made = await peer_review.open_round(tx, place, spec)
    except DomainError as error:
        return await _prepare(visit, raw, visit.say.error(refusal(error)))
    return visit.go(f"/peer/{made.id}", "peer_prepared")


async def _spec(tx: Tx, form: RoundForm) -> RoundSpec:
    cohort = next((c for c in await programme.cohorts(tx) if c.id == form.cohort), None)
    cycle_id = cohort.cycle_id if cohort is not None else None
    return RoundSpec(form.title, form.dates(), form.sections(), cycle_id, cohort.id if cohort else None)


@closed.post(LIST)
async def take_list(visit: Visitor, request: Request) -> Response:
    """Pairs of a pasted list or a file: first a look at what was found, then they are made."""
    raw = await sent(request)
    form = read_form(ListForm, raw)
    round_id = form.round
    try:
        lines = (await _lines(form, raw.get("file")))[:MOST_LINES]
        if form.go == "add":
            async with visit.write() as tx:
                found = [one for one in await peer_review.match(tx, round_id, lines) if one.schools]
                for one in found:
                    await peer_review.pair_up(tx, round_id, [school.id for school in one.schools])
            return visit.go(f"/peer/{round_id}", "peer_proposed", len(found))
        async with visit.read() as tx:
            listed = await peer_review.match(tx, round_id, lines)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    text = "\n".join("; ".join(one.names) for one in listed)
    return await _table(visit, round_id, listed=listed, lines=text)


async def _lines(form: ListForm, file: object) -> list[list[str]]:
    if not isinstance(file, UploadFile) or not file.filename:
        return peer_review.listed(form.lines)
    data = await file.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise Unread(reason=REFUSED["too_large"], limit=MAX_DOCUMENT // 1024 // 1024)
    name = file.filename.replace("\\", "/").rsplit("/", 1)[-1]
    try:
        grids = await asyncio.to_thread(documents.read_table, data, name)
    except documents.DocumentRefused as error:
        if error.code == "no_table":
            raise Unread(reason=N_("There is no table in this file.")) from None
        raise Unread(reason=documents.sentence_of(error) or REFUSED[error.code], **error.params) from None
    rows = [[" ".join(cell.split()) for cell in row] for grid in grids for row in grid.texts()]
    kept = [[cell for cell in row if cell and not cell.rstrip(".").isdecimal()] for row in rows]
    return [row[:3] for row in kept if len(row) > 1]


@closed.get("/peer/{round_id}")
async def table(visit: Visitor, round_id: int, query: Annotated[RoundQuery, Query()]) -> Response:
    """Pairs × phases, who is silent, who waits; the tools of those who make the pairs."""
    return await _table(visit, round_id, query)


async def _table(
    visit: Visit, round_id: int, query: RoundQuery | None = None, problem: str = "", **more: Any
) -> Response:
    query = query or RoundQuery()
    async with visit.read() as tx:
        found = await peer_review.view(tx, round_id)
        paired = [side.school for pair in found.pairs for side in pair.sides]
        large = (
            len(paired) + len(found.waiting) > handouts.LARGE
        )  # a line for each: written in the background
        if query.format and not large:  # the round as a file is the report on pairs, narrowed to it
            book = await handouts.report("pairs").build(tx, accounts.Filters(round_id=round_id), visit.say)
            return file_of(visit, book, query.format)
        answers = await peer_watch.answers(tx, round_id)
        cohorts = {cohort.id: cohort.name for cohort in await programme.cohorts(tx)}
        place = (await schools.place_name(tx, found.round.place)).name
    fits = {}
    for pair in found.pairs:
        ids = [side.form.school_id for side in pair.sides]
        members = [found.candidates[id_] for id_ in ids if id_ in found.candidates]
        fits[pair.pair.id] = [fit(members[0], other) for other in members[1:]]
    shown = [pair for pair in found.pairs if pair.silent] if query.show == "silent" else found.pairs
    return visit.page(
        "peers/round.html",
        status=422 if problem else 200,
        found=found,
        round=found.round,
        shown=shown,
        show=query.show,
        silent=sum(bool(pair.silent) for pair in found.pairs),
        answers=answers,
        fit_words=lambda id_: [fit_words(visit, one) for one in fits[id_]],
        waits=WAITS,
        steps=STEPS,
        place=place,
        cohort=cohorts.get(found.round.cohort_id or 0, ""),
        runs=found.round.runs(found.today),
        paired=paired,
        large=large,
        problem=problem,
        **{"listed": None, "lines": "", **more},
    )


@closed.post("/peer/{round_id}")
async def change(visit: Visitor, request: Request, round_id: int) -> Response:
    """Another name, other dates; before the start other sections too."""
    raw = await sent(request)
    try:
        form = read_form(RoundForm, raw)
        async with visit.write() as tx:
            its = await peer_review.round_(tx, round_id, manage=True)
            spec = RoundSpec(
                form.title, form.dates(), form.sections() or its.form, its.cycle_id, its.cohort_id
            )
            await peer_review.change_round(tx, round_id, spec)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "saved")


@closed.post("/peer/{round_id}/propose")
async def propose(visit: Visitor, request: Request, round_id: int) -> Response:
    """Pairs for all who have nobody."""
    form = read_form(ProposeForm, await sent(request))
    try:
        async with visit.write() as tx:
            count = await peer_review.propose_pairs(tx, round_id, triple=form.triple)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "peer_proposed", count)


@closed.post("/peer/{round_id}/pair")
async def pair_up(visit: Visitor, request: Request, round_id: int) -> Response:
    """One pair by hand."""
    try:
        form = read_form(PairForm, await sent(request))
        async with visit.write() as tx:
            ids = [form.one, form.other, *([form.third] if form.third else [])]
            await peer_review.pair_up(tx, round_id, ids)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "saved")


@closed.post("/peer/{round_id}/third")
async def add_third(visit: Visitor, request: Request, round_id: int) -> Response:
    """A school left over joins a pair."""
    try:
        form = read_form(ThirdForm, await sent(request))
        async with visit.write() as tx:
            await peer_review.round_(tx, round_id, manage=True)
            await peer_review.add_third(tx, form.pair, form.school)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "saved")


@closed.post("/peer/{round_id}/swap")
async def swap(visit: Visitor, request: Request, round_id: int) -> Response:
    """Two schools change places."""
    try:
        form = read_form(SwapForm, await sent(request))
        async with visit.write() as tx:
            await peer_review.swap(tx, round_id, form.one, form.other)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "saved")


@closed.post("/peer/{round_id}/unpair")
async def unpair(visit: Visitor, request: Request, round_id: int) -> Response:
    """Take a pair apart."""
    form = read_form(UnpairForm, await sent(request))
    try:
        async with visit.write() as tx:
            await peer_review.round_(tx, round_id, manage=True)
            await peer_review.unpair(tx, form.pair)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "saved")


@closed.post("/peer/{round_id}/start")
async def start(visit: Visitor, round_id: int) -> Response:
    """Partners become known to both teams."""
    try:
        async with visit.write() as tx:
            count = await peer_review.start(tx, round_id)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "peer_started", count)


@closed.post("/peer/{round_id}/end")
async def end(visit: Visitor, round_id: int) -> Response:
    """Close the round before its last day."""
    try:
        async with visit.write() as tx:
            await peer_review.end(tx, round_id)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go(f"/peer/{round_id}", "resolved")


@closed.post("/peer/{round_id}/discard")
async def discard(visit: Visitor, round_id: int) -> Response:
    """Drop a round that nobody knows of."""
    try:
        async with visit.write() as tx:
            await peer_review.discard(tx, round_id)
    except DomainError as error:
        return await _table(visit, round_id, problem=visit.say.error(refusal(error)))
    return visit.go("/peer", "resolved")
