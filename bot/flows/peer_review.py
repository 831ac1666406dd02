"""Mutual expertise for a school: the pair, the form by sections, the meeting, the partner's papers."""

from typing import Any

from aiogram.types import BufferedInputFile, CallbackQuery, Message

from bot.flows import peer_answers
from bot.identity import Expecting
from bot.lines import evidence_lines, short_due
from bot.peers import partners, written_meeting
from bot.presses import Home
from bot.presses_peers import Peer, PeerDo, PeerList, PeerPaper, PeerSection
from bot.routes import Routes
from bot.showing import show_files
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, clip, page, safe
from domain import papers, peer_papers, peer_review, risks
from domain.dates import local_day
from domain.db import Tx
from domain.errors import NotFound
from domain.peer_papers import PartnerPapers
from domain.peer_review import STEPS, FormView, PeerForm, SideRow, Step, Verdict
from domain.risks import DOCUMENTS, RiskLevel

router = Routes("peer_review")
WRITING = "peer_text"  # the next texts go into a section
MEETING = "peer_meeting"  # the next text names day, hour and link
SHOWN = 3000  # characters of a form in one message
PAPERS = 6
OTHERS = 2  # rounds beside the one on the screen


@router.callback_query(PeerList.filter())
async def rounds(query: CallbackQuery, callback_data: PeerList, talk: Talk) -> None:
    """The newest round; the others below it."""
    async with talk.db.read(talk.actor) as tx:
        found = await peer_review.my_forms(tx, callback_data.school)
    if not found:
        raise NotFound
    await _show(talk, found[0][0].id)


@router.callback_query(Peer.filter())
async def open_round(query: CallbackQuery, callback_data: Peer, talk: Talk) -> None:
    """The school's side of one round."""
    await _show(talk, callback_data.id, fresh=callback_data.fresh)


async def _show(talk: Talk, form_id: int, *, fresh: bool = False) -> None:
    async with talk.db.read(talk.actor) as tx:
        form, _, its = await peer_review.own_form(tx, form_id)
        screen = await round_screen(tx, talk, form_id)
        is_new = form.seen_at is None and its.runs(talk.today())
    if is_new:  # to have opened it is a sign of life for the partner, noted in passing
        async with talk.db.write(talk.actor, closes=False) as wtx:
            await peer_review.look(wtx, form_id)
    await talk.show(screen, fresh=fresh)


async def round_screen(tx: Tx, talk: Talk, form_id: int) -> Screen:
    """Partner, steps with their days, what the partner does, and the few things to press."""
    view = await peer_review.my_side(tx, form_id)
    say, plain, mine = talk.say, talk.plain, view.mine.form
    lines = ["🤝 " + bold(view.round.title), *partners(say, view), ""]
    lines += [*_step_lines(talk, view), ""]
    if mine.parted_at is None:
        lines += [_partner_line(talk, side) for side in view.others]
    if any(one.verdict is not None for one in view.given):
        taken = sum(one.verdict is Verdict.TAKEN for one in view.given)
        lines.append(say("Of your recommendations taken: %(n)s of %(of)s", n=taken, of=len(view.given)))
    if mine.parted_at is not None:
        day = say.date(local_day(mine.parted_at, talk.actor.timezone))
        lines.append(say("The partner has changed, %(day)s. What was written is kept.", day=day))
    elif not view.runs:
        lines.append(say("The round is over: the partner's documents are closed, the forms are kept."))
    rows: list[Row] = []
    if view.now is not None:
        rows.append([button(plain("The present partner"), Peer(id=view.now.id))])
    if view.runs:
        rows.append([_form_button(talk, view)])
        meet = plain("The meeting") if view.pair.met_at is None else "✅ " + plain("The meeting")
        papers_ = button(plain("The partner's documents"), PeerDo(id=form_id, do="papers"))
        rows.append([papers_, button(meet, PeerDo(id=form_id, do="meet"))])
    read: list[Any] = []
    if view.received is not None:
        read.append(button(plain("What the partner writes"), PeerDo(id=form_id, do="read")))
    if view.advice:
        left = sum(one.verdict is None for one in view.advice)
        label = plain("Recommendations: %(n)s to answer", n=left) if left else plain("Our answers")
        read.insert(0, button(label, PeerDo(id=form_id, do="advice")))
    rows.append(read)
    if mine.final_at is not None:
        done: list[Any] = [button(plain("Our form as a file"), PeerDo(id=form_id, do="file"))]
        if mine.placed_at is None and view.runs:
            done.append(button(plain("The file is placed"), PeerDo(id=form_id, do="placed")))
        rows.append(done)
    if view.runs:
        rows += [
            [button(plain("Former partner: %(school)s", school=about.name), Peer(id=form.id))]
            for form, about in view.former[-2:]
        ]
    rows += await _other_rounds(tx, mine)
    rows.append([button(plain("‹ Back"), Home(hat=f"s{mine.school_id}"))])
    return Screen("\n".join(lines), rows)


async def _other_rounds(tx: Tx, mine: PeerForm) -> list[Row]:
    """The other rounds of the school, the newest first: of a region and of a municipality two may run at once."""
    present: dict[int, Row] = {}
    for form, its in await peer_review.my_forms(tx, mine.school_id):
        present.setdefault(its.id, [button(f"🤝 {its.title}", Peer(id=form.id))])
    present.pop(mine.round_id, None)
    return list(present.values())[:OTHERS]


def _step_lines(talk: Talk, view: FormView) -> list[str]:
    say, dates, side = talk.say, view.mine.dates, view.mine.side
    done = {Step.SHARE: side.shared, Step.MEET: side.met, Step.FINISH: side.final, Step.PLACE: side.placed}
    lines = []
    for step, on in done.items():
        due = dates.of(step)
        if on is not None:
            lines.append(f"✅ {say(STEPS[step])}, {say.date(on)}")
            continue
        sign = "🔴" if due < talk.today() else "🟡" if step in view.mine.owes else "▫️"
        lines.append(f"{sign if view.runs else '▫️'} {say(STEPS[step])}, {short_due(say, due, talk.today())}")
    pair = view.pair
    if pair.meeting_at is not None and pair.met_at is None:
        lines.append("📅 " + say("Meeting: %(when)s", when=say.time(pair.meeting_at, talk.actor.timezone)))
        if pair.meeting_link:
            lines.append(safe(pair.meeting_link))
    return lines


def _partner_line(talk: Talk, side: SideRow) -> str:
    say, form = talk.say, side.form
    name = safe(side.school.name)
    if side.silent:
        days = say.n("%(n)s working day", "%(n)s working days", side.silent)
        return f"🔇 {name}: " + say("is silent for %(days)s; the coordinator sees it too", days=days)
    if form.final_at is not None:
        return f"✅ {name}: " + say("the final form is there")
    if form.shared_at is not None:
        return f"{name}: " + say("has shown its draft")
    if form.texts:
        return f"{name}: " + say("is writing")
    return f"{name}: " + (say("has looked in") if form.seen_at is not None else say("has not looked in yet"))


def _form_button(talk: Talk, view: FormView) -> Any:
    form, sections = view.mine.form, view.round.form
    if form.final_at is not None:
        return button(talk.plain("Take the form back into work"), PeerDo(id=form.id, do="reopen"))
    written = sum(bool(str(form.texts.get(section.key, "")).strip()) for section in sections)
    label = talk.plain("Fill in the form: %(n)s of %(of)s", n=written, of=len(sections))
    return button(label, PeerSection(id=form.id))


@router.callback_query(PeerSection.filter())
async def section(query: CallbackQuery, callback_data: PeerSection, talk: Talk) -> None:
    """The list of sections, or one of them, which then takes texts."""
    id_, at = callback_data.id, callback_data.at
    if callback_data.do == "clear":
        async with talk.db.write(talk.actor) as tx:
            _, _, its = await peer_review.own_form(tx, id_)
            await peer_review.write(tx, id_, _key(its, at), "")
    async with talk.db.read(talk.actor) as tx:
        view = await peer_review.my_side(tx, id_)
    await talk.show(_section(talk, view, at) if at >= 0 else _sections(talk, view))


def _key(its: peer_review.PeerRound, at: int) -> str:
    if not 0 <= at < len(its.form):
        raise NotFound
    return its.form[at].key


def _sections(talk: Talk, view: FormView) -> Screen:
    form, say, plain = view.mine.form, talk.say, talk.plain
    rows: list[Row] = []
    for at, each in enumerate(view.round.form):
        mark = "✓ " if str(form.texts.get(each.key, "")).strip() else ""
        rows.append([button(f"{mark}{at + 1}. {each.title}", PeerSection(id=form.id, at=at))])
    if form.shared_at is None:
        rows.append([button(plain("Show the draft to the partner"), PeerDo(id=form.id, do="share"))])
    else:
        rows.append([button(plain("Make the form final"), PeerDo(id=form.id, do="finish"))])
    rows.append([button(plain("‹ Back"), Peer(id=form.id))])
    text = say("Recommendations for <b>%(school)s</b>. Choose a section.", school=view.mine.about.name)
    if form.shared_at is not None:
        text += "\n" + say("The partner reads the draft as you write it.")
    else:
        text += "\n" + say("The partner sees nothing until you show it.")
    return Screen(text, rows)


def _section(talk: Talk, view: FormView, at: int) -> Screen:
    form, say, plain = view.mine.form, talk.say, talk.plain
    key = _key(view.round, at)
    each, words = view.round.form[at], str(form.texts.get(key, "")).strip()
    lines = [bold(f"{at + 1}. {each.title}")]
    if words:
        lines.append(safe(clip(words, SHOWN)))
        lines.append("\n" + say("Write on: I add it below. Everything is kept."))
    else:
        lines.append(say("Write it here, in several messages if you like."))
    if each.asks:
        lines.append(say("Each line is one recommendation: the partner answers each."))
    rows: list[Row] = []
    if words:
        rows.append([button(plain("Begin this section anew"), PeerSection(id=form.id, at=at, do="clear"))])
    turn: list[Any] = [button(plain("All sections"), PeerSection(id=form.id))]
    if at + 1 < len(view.round.form):
        turn.append(button(plain("Next section"), PeerSection(id=form.id, at=at + 1)))
    rows.append(turn)
    return Screen("\n".join(lines), rows, Expects(WRITING, {"id": form.id, "at": at}))


@router.message(Expecting(WRITING, text_only=True))
async def take_text(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Words for the section that is open."""
    id_, at = int(memo["id"]), int(memo["at"])
    async with talk.db.write(talk.actor) as tx:
        _, _, its = await peer_review.own_form(tx, id_)
        await peer_review.write(tx, id_, _key(its, at), message.text or "", add=True)
    async with talk.db.read(talk.actor) as tx:
        view = await peer_review.my_side(tx, id_)
    await talk.show(_section(talk, view, at), fresh=True)
    await talk.strip(memo.get("screen"))


@router.message(Expecting(MEETING, text_only=True))
async def take_meeting(message: Message, talk: Talk, memo: dict[str, Any]) -> None:
    """Day, hour and link in one message: «21.10 15:30 https://…»."""
    id_ = int(memo["id"])
    at, link = written_meeting(
        message.text or "", talk.db.clock.now(), talk.actor.timezone, talk.say.language
    )
    async with talk.db.write(talk.actor) as tx:
        await peer_review.set_meeting(tx, id_, at, link)
    await talk.strip(memo.get("screen"))
    await _show(talk, id_, fresh=True)


@router.callback_query(PeerDo.filter())
async def do(query: CallbackQuery, callback_data: PeerDo, talk: Talk) -> None:
    """One press: a question first where it cannot be undone quietly."""
    id_, what = callback_data.id, callback_data.do
    if what in ("share", "finish") and not callback_data.sure:
        await talk.show(_question(talk, callback_data))
        return
    changes = {
        "share": peer_review.share,
        "finish": peer_review.finish,
        "reopen": peer_review.reopen,
        "met": peer_review.hold,
        "placed": peer_review.place,
    }
    if what in changes:
        async with talk.db.write(talk.actor) as tx:
            await changes[what](tx, id_)
        await _show(talk, id_)
        return
    if what in ("file", "their"):
        await _send_form(talk, id_, theirs=what == "their")
        await _show(talk, id_, fresh=True)  # below the file, where the thumb is
        await talk.strip(query.message.message_id if query.message is not None else None)
        return
    async with talk.db.read(talk.actor) as tx:
        if what == "papers":
            screen = _papers(talk, id_, await peer_papers.partner_papers(tx, id_), callback_data.page)
        else:
            view = await peer_review.my_side(tx, id_)
            if what == "advice":
                screen = peer_answers.advice_screen(talk, view, callback_data.page)
            else:
                screen = _meeting(talk, view) if what == "meet" else _reading(talk, view)
    await talk.show(screen)


def _question(talk: Talk, press: PeerDo) -> Screen:
    if press.do == "share":
        text = talk.say("The partner will read your draft; you may go on changing it. Show it?")
        yes = talk.plain("Yes, show it")
    else:
        text = talk.say(
            "The final form goes to the partner, who answers each recommendation. You can take it back into work "
            "until the first answer."
        )
        yes = talk.plain("Yes, it is final")
    sure = press.model_copy(update={"sure": True})
    return Screen(text, [[button(yes, sure)], [button(talk.plain("‹ Back"), PeerSection(id=press.id))]])


def _meeting(talk: Talk, view: FormView) -> Screen:
    say, plain, pair, id_ = talk.say, talk.plain, view.pair, view.mine.form.id
    rows: list[Row] = []
    if pair.met_at is not None:
        lines = [
            say("The meeting has taken place, %(day)s.", day=say.date(view.mine.side.met or talk.today()))
        ]
    else:
        lines = [say("The meeting should be held by %(day)s.", day=say.date(view.mine.dates.meeting))]
        if pair.meeting_at is not None:
            when = say.time(pair.meeting_at, talk.actor.timezone)
            lines.append(say("Agreed: %(when)s", when=when))
            lines += [safe(pair.meeting_link)] if pair.meeting_link else []
        lines.append(say("Write day, time and the link of the meeting: 21.10 15:30 https://…"))
        lines.append(say("The partner hears of it at once."))
        rows.append([button(plain("It has taken place"), PeerDo(id=id_, do="met"))])
    rows.append([button(plain("‹ Back"), Peer(id=id_))])
    expects = Expects(MEETING, {"id": id_}) if pair.met_at is None else None
    return Screen("\n".join(lines), rows, expects)


def _reading(talk: Talk, view: FormView) -> Screen:
    if view.received is None:
        raise NotFound
    say, found = talk.say, view.received
    state = say("final") if found.final_at is not None else say("a draft")
    lines = [say("<b>%(school)s</b> recommends, %(state)s:", school=view.author.name, state=state)]
    for each in view.round.form:
        if words := str(found.texts.get(each.key, "")).strip():
            lines.append(f"\n{bold(each.title)}\n{safe(clip(words, SHOWN // len(view.round.form)))}")
    id_ = view.mine.form.id
    file = button(talk.plain("The whole form as a file"), PeerDo(id=id_, do="their"))
    return Screen("\n".join(lines), [[file], [button(talk.plain("‹ Back"), Peer(id=id_))]])


def _papers(talk: Talk, form_id: int, found: PartnerPapers, number: int) -> Screen:
    say, plain = talk.say, talk.plain
    lines = [say("<b>%(school)s</b>: what the partner lets you see", school=found.school.name)]
    profile = found.profile.profile
    if profile is not None:
        letters = risks.letters([RiskLevel(level) for level in profile.levels])
        lines.append(say("Risk profile: %(letters)s", letters=letters))
    if found.profile.chosen:
        works = ", ".join(str(int(factor)) for factor in sorted(found.profile.chosen))
        lines.append(say("Works on the risks: %(numbers)s", numbers=works))
    handed = [(say(DOCUMENTS[row.document]), row.assignment.id) for row, report in found.documents if report]
    missing = len(found.documents) - len(handed)
    if missing:
        lines.append(say("Documents not handed in yet: %(n)s", n=missing))
    works_ = [(row.measure.label, row.assignment.id) for row, report in found.measures if report]
    lines.append(
        say("Measures in its plans: %(n)s, confirmed: %(done)s", n=len(found.measures), done=len(works_))
    )
    shown = page([("📄", *each) for each in handed] + [("✅", *each) for each in works_], number, PAPERS)
    rows: list[Row] = [
        [button(f"{sign} {name}", PeerPaper(id=form_id, assignment=number_))]
        for sign, name, number_ in shown.items
    ]
    rows.append(shown.turning(lambda n: PeerDo(id=form_id, do="papers", page=n)))
    rows.append([button(plain("‹ Back"), Peer(id=form_id))])
    return Screen("\n".join(lines), rows)


@router.callback_query(PeerPaper.filter())
async def paper(query: CallbackQuery, callback_data: PeerPaper, talk: Talk) -> None:
    """One report of the partner: its words and its files."""
    async with talk.db.read(talk.actor) as tx:
        found = await peer_papers.partner_papers(tx, callback_data.id)
    reports = found.reports
    if callback_data.assignment not in reports:
        raise NotFound
    label, report = reports[callback_data.assignment]
    await show_files(talk, report.evidence)
    lines = [bold(found.school.name), safe(clip(label, 300))]
    lines += evidence_lines(talk.say, report.evidence)
    back: Row = [button(talk.plain("‹ Back"), PeerDo(id=callback_data.id, do="papers"))]
    has_files = any(item.sha256 for item in report.evidence)
    await talk.show(Screen("\n".join(lines), [back]), fresh=has_files)


async def _send_form(talk: Talk, form_id: int, *, theirs: bool) -> None:
    async with talk.db.read(talk.actor) as tx:
        if theirs:
            received = (await peer_review.my_side(tx, form_id)).received
            if received is None:
                raise NotFound
            form_id = received.id
        found = await peer_review.readable(tx, form_id)
    body = papers.to_docx(peer_review.paper(talk.plain, found))
    name = f"{clip(found.author, 60)} – {clip(found.about, 60)}.docx"
    await talk.bot.send_document(talk.chat_id, BufferedInputFile(body, name))
