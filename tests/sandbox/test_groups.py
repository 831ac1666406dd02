"""Groups: joining, privacy, leaving, and the move to a supergroup."""

from __future__ import annotations

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat

from sandbox import NotPossible, Sandbox
from tests.sandbox.conftest import ANNA, BORIS, STRANGER


@pytest.fixture
async def group(telegram: Sandbox) -> int:
    """A group of Anna and Boris with the bot in it."""
    chat_id = telegram.create_group("Школы", [ANNA, BORIS])
    await telegram.add_bot_to_group(chat_id, ANNA)
    telegram.bot.queue.clear()
    return chat_id


async def test_joining_is_heard(telegram: Sandbox, bot: Bot) -> None:
    chat_id = telegram.create_group("Школы", [ANNA])
    await telegram.add_bot_to_group(chat_id, ANNA)
    change, notice = await bot.get_updates()
    assert change.my_chat_member is not None
    assert (change.my_chat_member.chat.type, change.my_chat_member.new_chat_member.status) == (
        "group",
        "member",
    )
    assert notice.message is not None
    assert notice.message.new_chat_members is not None
    assert notice.message.new_chat_members[0].id == bot.id


async def test_privacy(telegram: Sandbox, bot: Bot, group: int) -> None:
    mine = await bot.send_message(group, "вопрос")
    await telegram.send_text(ANNA, "между собой", chat_id=group)
    await telegram.send_text(ANNA, "/menu", chat_id=group)
    await telegram.send_text(ANNA, "/menu@other_bot", chat_id=group)
    await telegram.send_text(ANNA, "/menu@sandbox_bot", chat_id=group)
    await telegram.send_text(BORIS, "ответ", chat_id=group, reply_to=mine.message_id)
    heard = [update.message.text for update in await bot.get_updates() if update.message]
    assert heard == ["/menu", "/menu@sandbox_bot", "ответ"]


async def test_an_administrator_hears_everything(telegram: Sandbox, bot: Bot, group: int) -> None:
    await telegram.add_bot_to_group(group, ANNA, administrator=True)
    await telegram.send_text(BORIS, "между собой", chat_id=group)
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["между собой"]


async def test_only_members_write(telegram: Sandbox, group: int) -> None:
    with pytest.raises(NotPossible):
        await telegram.send_text(STRANGER, "пустите", chat_id=group)


async def test_a_removed_bot_may_not_write(telegram: Sandbox, bot: Bot, group: int) -> None:
    await telegram.remove_bot_from_group(group, ANNA)
    with pytest.raises(TelegramForbiddenError) as found:
        await bot.send_message(group, "x")
    assert found.value.message == "Forbidden: bot was kicked from the group chat"


async def test_the_bot_leaves(telegram: Sandbox, bot: Bot, group: int) -> None:
    await bot.leave_chat(group)
    with pytest.raises(TelegramForbiddenError) as found:
        await bot.send_message(group, "x")
    assert found.value.message == "Forbidden: bot is not a member of the group chat"
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["left"]


async def test_members_and_administrators(telegram: Sandbox, bot: Bot, group: int) -> None:
    await telegram.set_member(group, BORIS, "administrator", by=ANNA)
    assert await bot.get_chat_member_count(group) == 3
    assert [one.status for one in await bot.get_chat_administrators(group)] == ["creator", "administrator"]
    await telegram.set_member(group, BORIS, "left")
    assert (await bot.get_chat_member(group, BORIS)).status == "left"
    assert (await bot.get_chat(group)).title == "Школы"


async def test_only_an_administrator_pins_and_deletes(telegram: Sandbox, bot: Bot, group: int) -> None:
    theirs = await telegram.send_text(ANNA, "/menu", chat_id=group)
    with pytest.raises(TelegramBadRequest):
        await bot.pin_chat_message(group, theirs.message_id)
    with pytest.raises(TelegramBadRequest):
        await bot.delete_message(group, theirs.message_id)
    await telegram.add_bot_to_group(group, ANNA, administrator=True)
    await bot.pin_chat_message(group, theirs.message_id)
    await bot.delete_message(group, theirs.message_id)
    assert telegram.chat(group).pinned == []


async def test_migration(telegram: Sandbox, bot: Bot, group: int) -> None:
    new = await telegram.migrate_to_supergroup(group)
    old_notice, new_notice = [update.message for update in await bot.get_updates()]
    assert old_notice is not None
    assert new_notice is not None
    assert (old_notice.chat.id, old_notice.migrate_to_chat_id) == (group, new)
    assert (new_notice.chat.id, new_notice.migrate_from_chat_id, new_notice.chat.type) == (
        new,
        group,
        "supergroup",
    )
    with pytest.raises(TelegramMigrateToChat) as found:
        await bot.send_message(group, "x")
    assert found.value.migrate_to_chat_id == new
    sent = await bot.send_message(new, "x")
    assert (sent.message_id, str(new).startswith("-100")) == (2, True)
    with pytest.raises(NotPossible):
        await telegram.send_text(ANNA, "x", chat_id=group)
