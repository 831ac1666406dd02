"""Edits of a school's plan that somebody proposes: to the head with two buttons, and the answer to the proposer."""

from collections.abc import Mapping

from bot.letters import plain, reader
from bot.notice import Notice
from bot.presses import Work
from bot.presses_giving import EditAnswer
from bot.ui import bold, button, clip
from domain import adapting, people
from domain.adapting import EditProposal, ProposalState
from domain.db import Tx
from domain.errors import N_, DomainError
from domain.outbox import OutboxMessage
from domain.progress import WorkCard
from domain.texts import Texts

FIELDS: Mapping[str, str] = {
    "title": N_("Measure"),
    "expected_result": N_("Expected result"),
    "indicator": N_("Indicator"),
    "evidence_required": N_("What proves it"),
}


def lines(say: Texts, found: EditProposal, card: WorkCard, name: str) -> list[str]:
    """What is proposed, by whom and why."""
    result = [
        bold(clip(card.measure.label, 120)),
        say("%(name)s proposes an edit of the plan:", name=name or say("somebody")),
    ]
    for field, words in found.texts.items():
        result.append(say("%(field)s: “%(words)s”", field=say(FIELDS[field]), words=clip(words, 600)))
    if found.due_on is not None:
        result.append(say("Deadline: until %(day)s.", day=say.date(found.due_on, year=True)))
    if found.why:
        result.append(say("“%(words)s”", words=clip(found.why, 500)))
    return result


async def proposed(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the head; gone once somebody has answered."""
    mine = await reader(tx, message)
    try:
        found, card = await adapting.proposal_card(mine, int(message.params["proposal_id"]))
    except DomainError:
        return None
    if found.state is not ProposalState.OPEN:
        return None
    names, _ = await people.person_names(tx, [found.proposed_by]), plain(say)
    return Notice(
        "\n".join(lines(say, found, card, names.get(found.proposed_by or 0, ""))),
        (
            (button(_("Take it over"), EditAnswer(id=found.id, take=True)),),
            (button(_("Leave it as it is"), EditAnswer(id=found.id, take=False)),),
            (button(_("Open"), Work(id=card.assignment.id, about=True, fresh=True)),),
        ),
        silent=True,
    )


async def answered(tx: Tx, message: OutboxMessage, say: Texts) -> Notice | None:
    """To the one who proposed it."""
    mine = await reader(tx, message)
    try:
        found, card = await adapting.proposal_card(mine, int(message.params["proposal_id"]))
    except DomainError:
        return None
    if found.state is ProposalState.OPEN:
        return None
    words = (
        say("The school has taken your edit over.")
        if found.state is ProposalState.TAKEN
        else say("The school leaves its plan as it is.")
    )
    return Notice(f"{bold(f'{card.school.name}, {clip(card.measure.label, 80)}')}\n{words}", silent=True)
