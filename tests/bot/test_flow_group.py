"""A working group in the messenger: linked in private, told what is public, moved, lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.flows.grouping import StillOut
from domain import broadcasts, events, groups, weekly
from domain.actor import SYSTEM, Role
from domain.broadcasts import Extras, Segment
from domain.dates import is_working
from domain.errors import NotFound
from domain.groups import GroupChat, NotForGroups
from domain.outbox import OutboxMessage, OutboxState
from tests.bot.chat import Chat, Play, told
from tests.domain.test_events import SPEC

TEAM = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER))


async def brought_in(play: Play, by: str, *members: str) -> int:
    people = [play.world.telegram[name] for name in (by, *members)]
    chat_id = play.telegram.create_group("Школы Данилова", people)
    await play.telegram.add_bot_to_group(chat_id, people[0])
    await play.settled()
    return chat_id


async def linked(play: Play) -> int:
    chat_id = await brought_in(play, "Марина", "Дина", "Тамара")
    await play.chat("Марина").press("Связать: Даниловский МР")
    return chat_id


def said_in(play: Play, chat_id: int) -> list[str]:
    return [message.text for message in play.telegram.chat(chat_id).from_bot]


async def group_id(play: Play) -> int:
    async with play.db.read(SYSTEM) as tx:
        return (await groups.linked(tx))[0].id


async def test_a_coordinator_links_the_group_in_private(play: Play) -> None:
    chat_id = await brought_in(play, "Марина", "Дина")
    marina = play.chat("Марина")
    assert marina.text.splitlines()[0] == "Меня добавили в группу «Школы Данилова». Чья это группа?"
    assert marina.labels == ["Связать: Даниловский МР", "Не связывать"]
    assert said_in(play, chat_id) == []
    await marina.press("Связать")
    assert marina.text.splitlines()[:2] == ["Школы Данилова", "Группа связана: Даниловский МР."]
    assert [text.split("!")[0] for text in said_in(play, chat_id)] == ["Здравствуйте"]
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert [g.place for g in await groups.group_list(tx)] == [play.world.places["Даниловский"]]
    async with play.db.read(await play.world.actor("Саша")) as tx:
        assert list(await groups.group_list(tx)) == []


async def test_brought_in_by_a_school_it_waits_for_a_coordinator_who_is_inside(play: Play) -> None:
    chat_id = await brought_in(play, "Дина", "Тамара")
    assert said_in(play, chat_id)[-1].startswith("Чтобы я писал сюда о событиях, координатор")
    url = play.telegram.chat(chat_id).from_bot[-1].buttons[0][0].url or ""
    payload = url.rpartition("start=")[2]
    dina, marina = play.chat("Дина"), play.chat("Марина")
    for outsider in (dina, marina, play.chat("Саша")):
        await play.telegram.start_bot(outsider.user_id, payload)
        await play.settled()
        assert outsider.text == told(NotFound())
    await play.telegram.set_member(chat_id, marina.user_id)
    await play.telegram.start_bot(marina.user_id, payload)
    await play.settled()
    await marina.press("Связать: Даниловский МР")
    async with play.db.read(SYSTEM) as tx:
        assert [g.chat_id for g in await groups.linked(tx)] == [chat_id]


async def test_a_press_of_others_links_nothing(play: Play) -> None:
    await brought_in(play, "Марина", "Дина", "Ульяна")
    data = play.chat("Марина").last.button("Связать").data or ""
    dina = play.chat("Дина")
    await dina.say("/menu")
    await dina.press_data(dina.last, data)
    assert dina.alert == told(NotFound())
    await play.chat("Марина").press("Связать")
    ulyana = play.chat("Ульяна")
    await ulyana.say("/menu")
    for stolen in (data, data.replace("link", "unlink"), data.replace("link", "silent")):
        await ulyana.press_data(ulyana.last, stolen)
        assert ulyana.alert == told(NotFound())
    async with play.db.read(SYSTEM) as tx:
        assert [g.place for g in await groups.linked(tx)] == [play.world.places["Даниловский"]]


async def test_personal_commands_lead_to_the_private_chat(play: Play) -> None:
    chat_id = await linked(play)
    before = len(said_in(play, chat_id))
    await play.telegram.send_text(play.world.telegram["Дина"], "/menu", chat_id=chat_id)
    await play.telegram.send_text(play.world.telegram["Дина"], "/panel@vekha_bot", chat_id=chat_id)
    await play.settled()
    answers = play.telegram.chat(chat_id).from_bot[before:]
    assert [m.text for m in answers] == ["Это личное: напишите мне в личном чате."] * 2
    assert [b.url for m in answers for row in m.buttons for b in row] == ["https://t.me/vekha_bot?start"] * 2


async def test_the_group_hears_what_is_public_and_nothing_else(play: Play) -> None:
    chat_id = await linked(play)
    group = await group_id(play)
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await broadcasts.send(
            tx, "Коллеги, *новый* порядок", TEAM, request_key="a", extras=Extras(group_ids=(group,))
        )
        event = await events.create(tx, SPEC, TEAM, request_key="b", group_ids=(group,))
        for segment, words in ((Segment(late_days=1), "Вы опоздали"), (TEAM, "{школа}, ждём")):
            extras = Extras(group_ids=(group,))
            with pytest.raises(NotForGroups):
                await broadcasts.send(tx, words, segment, request_key=words, extras=extras)
    await play.settled()
    hello, *rest = said_in(play, chat_id)
    assert hello.startswith("Здравствуйте!")
    assert sorted(rest) == [
        "📅 Час муниципального координатора\n21 апреля, 10:00\nЗал; 2, этаж\nО сроках",
        "📣 Коллеги, новый порядок",
    ]
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await events.cancel(tx, event.id)
    await play.settled()
    assert said_in(play, chat_id)[-1] == ("Не состоится: Час муниципального координатора, 21 апреля, 10:00.")


async def test_one_neutral_line_three_days_before_a_deadline(play: Play) -> None:
    chat_id = await linked(play)
    async with play.db.read(SYSTEM) as tx:
        place = play.world.places["Даниловский"]
        line = (await groups.due_lines(tx, place, date(2022, 4, 19), 60))[0]
    before = len(said_in(play, chat_id))
    day = line.day.toordinal() - 3
    for hour in (5, 8, 9, 18):  # 08, 11, 12 and 21 in Moscow
        moment = date.fromordinal(day)
        play.world.clock.moment = datetime(moment.year, moment.month, moment.day, hour, tzinfo=UTC)
        await weekly.plan(play.db)
        await play.settled()
    news = said_in(play, chat_id)[before:]
    assert len(news) == 1
    assert news[0].startswith("🟡 До ")
    assert not any(name in news[0] for name in ("Тороповская", "Дина", "Тамара"))
    await play.chat("Марина").press("Не писать о сроках")
    async with play.db.read(SYSTEM) as tx:
        assert [g.tells_deadlines for g in await groups.linked(tx)] == [False]


async def test_a_supergroup_keeps_the_link(play: Play) -> None:
    chat_id = await linked(play)
    new = await play.telegram.migrate_to_supergroup(chat_id)
    await play.settled()
    group = await group_id(play)
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await broadcasts.send(tx, "Коллеги", TEAM, request_key="a", extras=Extras(group_ids=(group,)))
    await play.settled()
    assert said_in(play, new) == ["📣 Коллеги"]
    async with play.db.read(SYSTEM) as tx:
        assert (await tx.session.scalars(select(GroupChat.chat_id))).all() == [new]


async def test_a_move_that_nobody_told_of_is_learnt_by_sending(play: Play) -> None:
    chat_id = await linked(play)
    group = await group_id(play)
    await play.engine.stop()
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await broadcasts.send(tx, "Коллеги", TEAM, request_key="a", extras=Extras(group_ids=(group,)))
    new = await play.telegram.migrate_to_supergroup(chat_id)
    play.telegram.bot.queue.clear()
    await play.start()
    await play.settled()
    assert said_in(play, new) == ["📣 Коллеги"]


async def test_removed_it_is_unlinked_and_the_coordinator_told(play: Play) -> None:
    chat_id = await linked(play)
    await play.telegram.remove_bot_from_group(chat_id, play.world.telegram["Дина"])
    await play.settled()
    marina = play.chat("Марина")
    assert marina.text == "Меня удалили из группы «Школы Данилова», больше туда не пишу."
    async with play.db.read(SYSTEM) as tx:
        assert list(await groups.linked(tx)) == []
    # Back again it begins anew.
    play.world.clock.forward(minutes=5)
    await play.telegram.add_bot_to_group(chat_id, play.world.telegram["Марина"])
    await play.settled()
    assert marina.labels == ["Связать: Даниловский МР", "Не связывать"]


async def test_unlinked_it_is_silent(play: Play) -> None:
    chat_id = await linked(play)
    marina: Chat = play.chat("Марина")
    await marina.press("Отвязать")
    assert marina.text == "Отвязано. В группе молчу."
    async with play.db.read(SYSTEM) as tx:
        assert list(await groups.linked(tx)) == []
    assert len(said_in(play, chat_id)) == 1


async def test_a_paused_or_taken_back_announcement_is_not_said(play: Play) -> None:
    chat_id = await linked(play)
    group, before = await group_id(play), len(said_in(play, chat_id))
    later = play.world.clock.now() + timedelta(hours=1)
    author = await play.world.actor("Марина")
    async with play.db.write(author) as tx:
        extras = Extras(group_ids=(group,))
        sent = await broadcasts.send(tx, "Да", TEAM, request_key="a", starts_at=later, extras=extras)
        await broadcasts.pause(tx, sent.id)
    play.world.clock.forward(hours=2)
    await play.settled()
    assert len(said_in(play, chat_id)) == before
    async with play.db.write(author) as tx:
        await broadcasts.cancel(tx, sent.id)
        await broadcasts.resume(tx, sent.id)
    await play.settled()
    assert len(said_in(play, chat_id)) == before


async def deadline_in(play: Play, days: int) -> None:
    """Eleven in the morning so many days before a deadline of the place, both on working days."""
    async with play.db.read(SYSTEM) as tx:
        place = play.world.places["Даниловский"]
        lines = await groups.due_lines(tx, place, date(2022, 4, 30), 240)
    day = next(line.day for line in lines if all(is_working(line.day - timedelta(days=n)) for n in (3, 7)))
    moment = day - timedelta(days=days)
    play.world.clock.moment = datetime(moment.year, moment.month, moment.day, 8, tzinfo=UTC)
    for _ in range(2):
        await weekly.plan(play.db)
        await play.settled()


async def test_a_group_hears_of_deadlines_on_its_own_days(play: Play) -> None:
    chat_id = await linked(play)
    marina = play.chat("Марина")
    assert marina.labels == ["1", "✓ 3", "7", "14", "Не писать о сроках", "Отвязать", "‹ Назад"]
    await marina.press("7")
    assert marina.text.splitlines()[-1] == (
        "О сроке пишу одну строку без названий школ, за сколько дней до него: 3, 7."
    )
    await marina.press("✓ 3")
    await marina.press("✓ 7")
    assert marina.alert == "Выберите от одного до 5 дней, каждый не раньше чем за 30 дней до срока."
    before = len(said_in(play, chat_id))
    await deadline_in(play, 7)
    news = said_in(play, chat_id)[before:]
    assert [text[:5] for text in news] == ["🟡 До "]
    await deadline_in(play, 3)
    assert said_in(play, chat_id)[before:] == news


async def test_what_falls_on_a_day_off_is_said_before_it(play: Play) -> None:
    chat_id = await linked(play)
    group = await group_id(play)
    async with play.db.read(SYSTEM) as tx:
        lines = await groups.due_lines(tx, play.world.places["Даниловский"], date(2022, 4, 30), 240)
    day = lines[0].day
    saturday = next(day - timedelta(days=n) for n in range(1, 8) if (day - timedelta(days=n)).weekday() == 5)
    async with play.db.write(await play.world.actor("Марина")) as tx:
        await groups.set_days(tx, group, [(day - saturday).days])
    before = len(said_in(play, chat_id))
    said = []
    for n in (1, 0, -1):  # Friday, Saturday, Sunday
        moment = saturday - timedelta(days=n)
        play.world.clock.moment = datetime(moment.year, moment.month, moment.day, 8, tzinfo=UTC)
        await weekly.plan(play.db)
        await play.settled()
        said.append(len(said_in(play, chat_id)) - before)
    assert said == [1, 1, 1]


async def test_a_group_that_takes_nothing_is_shown_as_lost_and_its_rows_are_cancelled(play: Play) -> None:
    chat_id = await linked(play)
    group = await group_id(play)
    await play.engine.stop()
    async with play.db.write(await play.world.actor("Марина")) as tx:
        for key in ("a", "b"):
            extras = Extras(group_ids=(group,))
            await broadcasts.send(tx, f"Коллеги {key}", TEAM, request_key=key, extras=extras)
    # Removed while nobody listened: only sending tells.
    await play.telegram.remove_bot_from_group(chat_id, play.world.telegram["Дина"])
    play.telegram.bot.queue.clear()
    await play.start()
    await play.settled()
    async with play.db.read(SYSTEM) as tx:
        rows = select(OutboxMessage.state).where(
            OutboxMessage.chat_id == chat_id, OutboxMessage.kind == "group_announcement"
        )
        assert sorted((await tx.session.scalars(rows)).all()) == [OutboxState.BLOCKED, OutboxState.CANCELLED]
        assert list(await groups.linked(tx)) == []
    marina = play.chat("Марина")
    assert "Меня удалили из группы «Школы Данилова», больше туда не пишу." in [
        m.text for m in marina.messages
    ]
    await to_groups(marina)
    assert marina.text.splitlines()[:2] == ["Групповые чаты", "✖️ меня удалили или не дают там писать"]
    await marina.press("✖️ Школы Данилова")
    assert marina.text.splitlines()[1] == "Была связана: Даниловский МР."
    lost = marina.last
    await marina.press("Бот снова там")
    assert marina.alert == told(StillOut())  # the messenger says otherwise
    for name in ("Ульяна", "Саша", "Дина"):
        chat = play.chat(name)
        await chat.say("/menu")
        for do in ("show", "return", "forget"):
            await chat.press_data(chat.last, f"gl:{do}:{group}:0")
            assert chat.alert == told(NotFound())
    forget = lost.button("Убрать").data or ""
    await marina.press("Убрать из списка")
    assert marina.text == "Убрана из списка."
    await marina.press_data(marina.last, forget)
    assert marina.alert == told(NotFound())
    await marina.press("‹ Назад")
    assert marina.text.splitlines()[0] == "Пока ни одна группа не связана."


async def to_groups(chat: Chat) -> None:
    await chat.say("/menu")
    await chat.press("Ещё…")
    await chat.press("Групповые чаты")


async def test_let_in_again_the_link_of_before_counts(play: Play) -> None:
    chat_id = await linked(play)
    async with play.db.write(SYSTEM) as tx:
        await groups.removed(tx, chat_id)  # it could not write there for a while
    await play.settled()
    marina = play.chat("Марина")
    play.world.clock.forward(minutes=5)
    await to_groups(marina)
    await marina.press("✖️ Школы Данилова")
    await marina.press("Бот снова там")
    assert marina.text.splitlines()[:2] == ["Школы Данилова", "Группа связана: Даниловский МР."]
    assert [text.split("!")[0] for text in said_in(play, chat_id)] == ["Здравствуйте"] * 2
