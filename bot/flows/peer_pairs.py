"""Mutual expertise for coordinators in the chat: the pairs of a round, and another partner for a school.

A third school, an exchange between two pairs, schools that were merged and reasons stay in the panel.
"""

from collections.abc import Sequence

from aiogram.types import CallbackQuery

from bot.presses import Home
from bot.presses_peers import WatchedPair, WatchedRound
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Row, Screen, bold, button, page, safe
from domain import pairing, peer_partners, peer_review
from domain.errors import NotFound
from domain.peer_partners import PairView
from domain.peer_review import AlreadyPaired, Named, PairRow, PartnerChanged, RoundView, SideRow
from domain.texts import Texts

router = Routes("peer_pairs")


@router.callback_query(WatchedRound.filter())
async def open_round(query: CallbackQuery, callback_data: WatchedRound, talk: Talk) -> None:
    """The pairs of a round, the silent ones first."""
    async with talk.db.read(talk.actor) as tx:
        found = await peer_review.view(tx, callback_data.id)
    await talk.show(_round(talk, found, callback_data.page), fresh=callback_data.fresh)


def _round(talk: Talk, found: RoundView, number: int) -> Screen:
    say, its = talk.say, found.round
    silent = sum(bool(pair.silent) for pair in found.pairs)
    lines = [
        "🤝 " + bold(its.title),
        say("Pairs: %(n)s, silent in: %(silent)s", n=len(found.pairs), silent=silent),
    ]
    if found.may_manage and found.waiting:
        lines.append(say("Schools without a partner: %(n)s", n=len(found.waiting)))
    if not its.runs(found.today):
        lines.append(say("The round is over: the partner's documents are closed, the forms are kept."))
    shown = page(sorted(found.pairs, key=lambda pair: not pair.silent), number)
    rows: list[Row] = [
        [button(("🔇 " if pair.silent else "") + _names(pair), WatchedPair(id=pair.pair.id))]
        for pair in shown.items
    ]
    rows.append(shown.turning(lambda n: WatchedRound(id=its.id, page=n)))
    rows.append([button(talk.plain("To the first screen"), Home())])
    return Screen("\n".join(lines), rows)


def _names(pair: PairRow) -> str:
    return " – ".join(side.school.name for side in pair.sides)


@router.callback_query(WatchedPair.filter())
async def open_pair(query: CallbackQuery, callback_data: WatchedPair, talk: Talk) -> None:
    """A pair; who shall come for a school of it; a question; and it is done."""
    press = callback_data
    if press.do in ("swap", "gone"):
        await _change(talk, press)
        return
    async with talk.db.read(talk.actor) as tx:
        found = await peer_partners.pair_view(tx, press.id)
        whole = await peer_review.view(tx, found.round.id)
    if press.do == "out":
        screen = _choose(talk, found, whole, press)
    elif press.do in ("into", "part"):
        screen = _ask(talk, found, whole, press)
    else:
        screen = _pair(talk, found)
    await talk.show(screen)


async def _change(talk: Talk, press: WatchedPair) -> None:
    async with talk.db.write(talk.actor) as tx:
        found = await peer_partners.pair_view(tx, press.id)
        if press.do == "gone":
            its = await peer_partners.part(tx, press.id)
        else:
            if not found.row.sides:
                raise PartnerChanged
            if found.may_manage and press.into not in {one.id for one in found.waiting}:
                # An exchange of two pairs was not what was asked.
                raise AlreadyPaired(school=_school(found, press.into).name)
            its = await peer_partners.replace(tx, press.id, press.out, press.into)
    await talk.answer(talk.plain("Done, the schools are told."))
    async with talk.db.read(talk.actor) as tx:
        screen = _round(talk, await peer_review.view(tx, its.id), 0)
    await talk.show(screen)


def _school(found: PairView, school_id: int) -> Named:
    """A school of the round by its id. Raises NotFound."""
    known = [*found.waiting, *found.others, *(side.school for side in found.row.sides)]
    for one in known:
        if one.id == school_id:
            return one
    raise NotFound


def _pair(talk: Talk, found: PairView) -> Screen:
    say, plain, pair = talk.say, talk.plain, found.row
    lines = [bold(_names(pair))] if pair.sides else [say("These schools are no longer partners.")]
    lines += [f"{_state(say, side)}" for side in pair.sides]
    rows: list[Row] = []
    id_ = pair.pair.id
    if found.may_manage and found.round.runs(found.today) and pair.sides:
        for side in pair.sides:
            label = plain("Another school instead of %(school)s", school=side.school.name)
            rows.append([button(label, WatchedPair(id=id_, do="out", out=side.school.id))])
        rows.append([button(plain("Take the pair apart"), WatchedPair(id=id_, do="part"))])
    rows.append([button(plain("‹ Back"), WatchedRound(id=found.round.id))])
    return Screen("\n".join(lines), rows)


def _state(say: Texts, side: SideRow) -> str:
    """How far a school is, in a few words."""
    form, name = side.form, safe(side.school.name)
    if form.final_at is not None:
        return f"✅ {name}: " + say("the final form is there")
    if form.shared_at is not None:
        state = say("the partner reads its draft")
    elif form.texts:
        state = say("is writing")
    else:
        state = say("has looked in") if form.seen_at is not None else say("has not looked in yet")
    if not side.silent:
        return f"{name}: {state}"
    silent = say.n("silent for %(n)s working day", "silent for %(n)s working days", side.silent)
    return f"🔇 {name}: {state}, {silent}"


def _choose(talk: Talk, found: PairView, whole: RoundView, press: WatchedPair) -> Screen:
    say, out = talk.say, _school(found, press.out)
    stay = [side.school for side in found.row.sides if side.school.id != out.id]
    lines = [say("Who comes instead of <b>%(school)s</b>?", school=out.name)]
    rows: list[Row] = []
    if found.waiting:
        lines.append(
            say("Schools without a partner, those that fit %(school)s best first:", school=_listed(stay))
        )
    else:
        lines.append(
            say("There is no school without a partner. In the panel two pairs can exchange schools.")
        )
    shown = page(_best_first(found.waiting, stay, whole), press.page)
    for one in shown.items:
        label = f"{one.name}, {one.municipality}"
        rows.append([button(label, press.model_copy(update={"do": "into", "into": one.id, "page": 0}))])
    rows.append(shown.turning(lambda n: press.model_copy(update={"page": n})))
    rows.append([button(talk.plain("‹ Back"), WatchedPair(id=press.id))])
    return Screen("\n".join(lines), rows)


def _best_first(waiting: Sequence[Named], stay: Sequence[Named], whole: RoundView) -> list[Named]:
    known = whole.candidates
    to = [known[one.id] for one in stay if one.id in known]
    return sorted(waiting, key=lambda one: sum(pairing.cost(known[one.id], other) for other in to))


def _listed(names: Sequence[Named]) -> str:
    return ", ".join(one.name for one in names)


def _ask(talk: Talk, found: PairView, whole: RoundView, press: WatchedPair) -> Screen:
    say, plain = talk.say, talk.plain
    if press.do == "part":
        lines = [
            bold(_names(found.row)),
            say("Its schools have no partner and owe nothing until you give them one."),
        ]
        yes, back = plain("Take it apart and tell the schools"), WatchedPair(id=press.id)
    else:
        out, into = _school(found, press.out), _school(found, press.into)
        stay = [side.school for side in found.row.sides if side.school.id != out.id]
        lines = [
            say(
                "The partner of <b>%(school)s</b> will be <b>%(into)s</b>.",
                school=_listed(stay),
                into=into.name,
            ),
            *_against(say, stay, into, whole),
            say("%(school)s stays without a partner.", school=out.name),
            say("Each school gets one message; what was written is kept."),
        ]
        yes = plain("Change the partner and tell the schools")
        back = press.model_copy(update={"do": "out", "into": 0})
    sure = press.model_copy(update={"do": "gone" if press.do == "part" else "swap"})
    return Screen("\n".join(lines), [[button(yes, sure)], [button(plain("‹ Back"), back)]])


def _against(say: Texts, stay: Sequence[Named], into: Named, whole: RoundView) -> list[str]:
    """What speaks against a pair, for whoever chooses it all the same."""
    known = whole.candidates
    fits = [pairing.fit(known[one.id], known[into.id]) for one in stay if {one.id, into.id} <= known.keys()]
    words = [say("common curator")] if any(fit.same_curator for fit in fits) else []
    words += [say("were partners before")] if any(fit.met_before for fit in fits) else []
    return [say("What speaks against it: %(what)s.", what=", ".join(words))] if words else []
