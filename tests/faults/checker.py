"""The independent checker: reads what Telegram saw and what the database holds, and nothing of the product's own words.

Like Jepsen's total-queue: what was put in must come out once; what is in doubt must be listed as such.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.db import Database
from sandbox import DeliveryEntry, Sandbox
from tests.bot.engine_kit import rows

IN_FLIGHT = 4  # of RELIABILITY.md §2
FOR_NOW = 429, 500, 401  # refusals after which a message goes again


@dataclass
class Sent:
    """What the people sent: update number → (chat, word), in order; and numbers of updates that nobody can read."""

    by_number: dict[int, tuple[int, str]] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)

    def words(self, chat_id: int) -> list[str]:
        """The words of one chat in the order in which they were sent."""
        return [word for _, (chat, word) in sorted(self.by_number.items()) if chat == chat_id]


@dataclass
class Findings:
    """Counts for the record, and what is wrong."""

    counts: dict[str, int]
    wrong: list[str]


class Note(NamedTuple):
    """A queued message as the database has it."""

    key: str
    state: str
    policy: str
    doubts: int
    error: str
    person_id: int | None


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
    expected = set(sent.by_number) | sent.unreadable
    wrong += [f"I1 confirmed but not kept: {number}" for number in expected - waiting - kept]
    states = await rows(db, "SELECT update_id, state FROM inbox_update")
    for number, state in states:
        if state != ("dead" if number in sent.unreadable else "done") and number in expected:
            wrong.append(f"I2 update {number} is {state}")
    found = await rows(db, "SELECT chat_id, words FROM effect ORDER BY id")
    wrong += [f"I2 {times} effects of {word}" for (_, word), times in Counter(found).items() if times != 1]
    lost = {word for _, word in sent.by_number.values()} - {word for _, word in found}
    wrong += [f"I2 no effect of {word}" for word in lost]
    for chat_id in {chat for chat, _ in sent.by_number.values()}:
        if [word for chat, word in found if chat == chat_id] != sent.words(chat_id):
            wrong.append(f"I3 chat {chat_id} out of order")
    effects = {word for _, word in found}
    answers = Counter(_words(entry, "ok ") for entry in telegram.log.delivered("sendMessage"))
    answers.pop("", None)
    wrong += [f"I4 answered without effect: {word}" for word in answers if word not in effects]
    wrong += [f"I2 {times} answers to {word}" for word, times in answers.items() if times > 1]
    counts["answers"] = len(answers)
    for key, data in await rows(db, "SELECT key, json_extract(data, '$.last') FROM dialogue_state"):
        if data != sent.words(int(key.split(":")[1]))[-1]:
            wrong.append(f"I5 dialogue {key} stands at {data}")


async def _outgoing(
    telegram: Sandbox, db: Database, sent: Sent, wrong: list[str], counts: dict[str, int]
) -> None:
    found = await rows(
        db,
        "SELECT dedupe_key, state, policy, doubts, coalesce(error, ''), person_id FROM outbox_message"
        " WHERE subject = 'note'",
    )
    queued = [Note(*row) for row in found]
    keys = Counter(note.key for note in queued)
    wrong += [
        f"O1 {word} queued {keys[f'note:{word}']} times"
        for _, word in sent.by_number.values()
        if keys[f"note:{word}"] != 1
    ]
    copies: Counter[str] = Counter()
    refused: dict[str, set[int]] = defaultdict(set)
    for entry in telegram.log:
        word = _words(entry, "note ")
        copies[word] += entry.outcome == "delivered"
        if entry.outcome == "refused" and entry.code is not None:
            refused[word].add(entry.code)
    unreachable = {note.person_id for note in queued if note.state == "blocked"}
    for note in queued:
        word = note.key.removeprefix("note:")
        if fault := _fault(note, copies[word], refused[word], note.person_id in unreachable):
            wrong.append(f"{fault}: {note}, {copies[word]} copies")
    by_state = Counter(note.state for note in queued)
    counts |= {f"notes_{state}": number for state, number in by_state.items()}
    counts["notes_doubled"] = sum(times > 1 for word, times in copies.items() if word)


def _fault(note: Note, copies: int, refused: set[int], is_unreachable: bool) -> str:
    """What is wrong with one message, given what Telegram saw of it; nothing if nothing is."""
    if copies > (2 if note.policy == "at_least_once" else 1):
        return "O2/O3 too often"
    match note.state:
        case "sent":
            return "" if copies else "O5 sent, but Telegram never took it"
        case "unknown":
            is_final = note.policy == "at_most_once" or note.doubts > 1
            return "" if is_final else "O7 not repeated, and on nobody's list"
        case "blocked":
            return "" if refused & {400, 403} else "O7 blocked, but Telegram never said so"
        case "failed":
            return "" if refused - set(FOR_NOW) else "O7 failed, but Telegram never refused it"
        case "cancelled" if note.error == "unreachable" and is_unreachable:
            return ""
        case _:
            return "O7 not ended"


def _words(entry: DeliveryEntry, prefix: str) -> str:
    """The word of a message that begins so, else nothing."""
    text = str(entry.params.get("text", "")) if entry.method == "sendMessage" else ""
    return text.removeprefix(prefix).split("\n")[0] if text.startswith(prefix) else ""


async def in_flight(db: Database) -> list[Any]:
    """O4: messages that a crash just made doubtful."""
    return await rows(db, "SELECT id FROM outbox_message WHERE state = 'sending'")
