"""The independent checker: reads what Telegram saw and what the database holds, and nothing of the product's own words.

Like Jepsen's total-queue: what was put in must come out once; what is in doubt must be listed as such.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from domain.db import Database
from sandbox import Sandbox
from tests.bot.engine_kit import rows

IN_FLIGHT = 4  # of RELIABILITY.md §2


@dataclass
class Sent:
    """What the people sent: update number → (chat, word), in order."""

    by_number: dict[int, tuple[int, str]] = field(default_factory=dict)

    def words(self, chat_id: int) -> list[str]:
        """The words of one chat in the order in which they were sent."""
        return [word for _, (chat, word) in sorted(self.by_number.items()) if chat == chat_id]


@dataclass
class Findings:
    """Counts for the record, and what is wrong."""

    counts: dict[str, int]
    wrong: list[str]


async def check(telegram: Sandbox, db: Database, sent: Sent) -> Findings:
    """Every invariant; call it when nothing moves any more."""
    wrong: list[str] = []
    counts = {"updates": len(sent.by_number)}
    await _incoming(telegram, db, sent, wrong, counts)
    await _outgoing(telegram, db, sent, wrong, counts)
    return Findings(counts, wrong)


async def _incoming(
    telegram: Sandbox, db: Database, sent: Sent, wrong: list[str], counts: dict[str, int]
) -> None:
    waiting = {update.id for update in telegram.bot.queue.items}
    kept = {number for (number,) in await rows(db, "SELECT update_id FROM inbox_update")}
    wrong += [f"I1 confirmed but not kept: {number}" for number in set(sent.by_number) - waiting - kept]
    states = await rows(db, "SELECT state, count(*) FROM inbox_update GROUP BY state")
    wrong += [f"I2 inbox rows are {state}" for state, _ in states if state != "done"]
    found = await rows(db, "SELECT chat_id, words FROM effect ORDER BY id")
    wrong += [f"I2 {times} effects of {word}" for (_, word), times in Counter(found).items() if times != 1]
    lost = {word for _, word in sent.by_number.values()} - {word for _, word in found}
    wrong += [f"I2 no effect of {word}" for word in lost]
    for chat_id in {chat for chat, _ in sent.by_number.values()}:
        if [word for chat, word in found if chat == chat_id] != sent.words(chat_id):
            wrong.append(f"I3 chat {chat_id} out of order")
    effects = {word for _, word in found}
    answers = Counter(_texts(telegram, "ok "))
    wrong += [f"I4 answered without effect: {word}" for word in answers if word not in effects]
    wrong += [f"I2 {times} answers to {word}" for word, times in answers.items() if times > 1]
    counts["answers"] = len(answers)
    for key, data in await rows(db, "SELECT key, json_extract(data, '$.last') FROM dialogue_state"):
        if data != sent.words(int(key.split(":")[1]))[-1]:
            wrong.append(f"I5 dialogue {key} stands at {data}")


async def _outgoing(
    telegram: Sandbox, db: Database, sent: Sent, wrong: list[str], counts: dict[str, int]
) -> None:
    queued = await rows(db, "SELECT dedupe_key, state, policy FROM outbox_message WHERE subject = 'note'")
    keys = Counter(key for key, _, _ in queued)
    wrong += [
        f"O1 {word} queued {keys[f'note:{word}']} times"
        for _, word in sent.by_number.values()
        if keys[f"note:{word}"] != 1
    ]
    copies = Counter(_texts(telegram, "note "))
    for key, state, policy in queued:
        seen = copies[key.removeprefix("note:")]
        most = 2 if policy == "at_least_once" else 1
        if seen > most:
            wrong.append(f"O2/O3 {seen} copies of {key} ({policy})")
        if state == "sent" and not seen:
            wrong.append(f"O5 {key} is sent, but Telegram never took it")
        if state not in ("sent", "unknown"):
            wrong.append(f"O7 {key} is {state}")
        if not seen and state != "unknown":
            wrong.append(f"O2 {key} was never delivered and is {state}")
    by_state = Counter(state for _, state, _ in queued)
    counts |= {f"notes_{state}": number for state, number in by_state.items()}
    counts["notes_doubled"] = sum(times > 1 for times in copies.values())


def _texts(telegram: Sandbox, prefix: str) -> list[str]:
    texts = [str(entry.params.get("text", "")) for entry in telegram.log.delivered("sendMessage")]
    return [text.removeprefix(prefix).split("\n")[0] for text in texts if text.startswith(prefix)]


async def in_flight(db: Database) -> list[Any]:
    """O4: messages that a crash just made doubtful."""
    return await rows(db, "SELECT id FROM outbox_message WHERE state = 'sending'")
