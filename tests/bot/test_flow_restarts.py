"""The whole story of a report with the bot restarted at each of its steps, while the step is on its way."""

import pytest

from domain import progress
from domain.actor import SYSTEM
from domain.progress import Decision, Kind, Status
from sandbox import Item
from tests.bot.chat import PDF, PNG, Play

STORY: tuple[tuple[str, str, str], ...] = (
    ("Тамара", "say", "/menu"),
    ("Тамара", "press", "🔴 1.2"),
    ("Тамара", "say", "Перечень готов"),
    ("Тамара", "document", "Перечень.pdf"),
    ("Тамара", "album", ""),
    ("Тамара", "press", "Отправить"),
    ("Кирилл", "press", "Открыть"),
    ("Кирилл", "press", "↩️ Вернуть"),
    ("Кирилл", "press", "Нет конкретного срока."),
    ("Тамара", "press", "Доработать"),
    ("Тамара", "say", "Срок: до 1 мая"),
    ("Тамара", "press", "Отправить"),
    ("Кирилл", "press", "Открыть"),
    ("Кирилл", "press", "✅ Подтвердить"),
    ("Кирилл", "press", "Своими словами"),
    ("Кирилл", "say", "Теперь всё ясно"),
    ("Тамара", "press", "Показать"),
)


async def act(play: Play, name: str, what: str, words: str) -> None:
    """Do it and wait for nothing."""
    chat, telegram = play.chat(name), play.telegram
    if what == "say":
        await telegram.send_text(chat.user_id, words)
    elif what == "document":
        await telegram.send_document(chat.user_id, PDF, words)
    elif what == "album":
        await telegram.send_album(chat.user_id, [Item(PNG, f"{n}.png", "photo") for n in range(3)])
    else:
        message = next(m for m in reversed(chat.messages) if any(t.startswith(words) for t in m.labels))
        found = telegram.world.find_message(telegram.bot, chat.user_id, message.message_id)
        assert found is not None
        await telegram.press_data(chat.user_id, found, message.button(words).data or "", 0)


@pytest.mark.parametrize("broken", range(len(STORY)), ids=[f"{n}_{step[1]}" for n, step in enumerate(STORY)])
async def test_a_restart_in_the_middle_of_any_step_changes_nothing(play: Play, broken: int) -> None:
    for number, (name, what, words) in enumerate(STORY):
        await act(play, name, what, words)
        if number == broken:
            await play.restart()
        await play.settled()
    async with play.db.read(SYSTEM) as tx:
        card = await progress.work_card(tx, await play.world.assignment_id("Тороповская", "1.2"))
    assert card.assignment.status is Status.CONFIRMED
    reviews = [v.review for v in card.submissions if v.review is not None]
    assert [(r.decision, r.comment) for r in reviews] == [
        (Decision.CONFIRM, "Теперь всё ясно"),
        (Decision.RETURN, "Нет конкретного срока."),
    ]
    held = [
        [(e.kind, e.text or e.name) for e in v.evidence if e.kind is not Kind.PHOTO] for v in card.submissions
    ]
    first = [(Kind.TEXT, "Перечень готов"), (Kind.FILE, "Перечень.pdf")]
    assert held == [[*first, (Kind.TEXT, "Срок: до 1 мая")], first]
    assert [sum(e.kind is Kind.PHOTO for e in v.evidence) for v in card.submissions] == [3, 3]
    tamara, kirill = play.chat("Тамара"), play.chat("Кирилл")
    assert tamara.text.endswith("✅ Подтверждено.\n«Теперь всё ясно» Кирилл, сегодня в 10:00")
    for start, copies in (("Принято, № 1.", 1), ("Принято, № 2.", 1), ("↩️ Вернули: ", 1)):
        assert sum(m.text.startswith(start) for m in tamara.messages) == copies, start
    assert sum(m.text.startswith("✅ Подтверждено: ") for m in kirill.messages) == 1
