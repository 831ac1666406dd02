"""A role that ends in the middle of something: what was begun is not carried out, and nobody hears of it."""

from domain import broadcasts, chase, events, people, polls
from domain.actor import SYSTEM
from tests.bot.chat import Chat, Play
from tests.bot.test_flow_broadcast import to_schools
from tests.bot.test_flow_engaging import week
from tests.bot.test_flow_event import planned
from tests.bot.test_flow_polling import asked


async def loses_role(play: Play, name: str) -> None:
    async with play.db.write(SYSTEM) as tx:
        for grant in await people.grants_of(tx, play.world.people[name]):
            await people.revoke_role(tx, grant.id)


async def nothing_came_of_it(play: Play, chat: Chat) -> None:
    async with play.db.read(SYSTEM) as tx:
        made = (await broadcasts.broadcast_list(tx), await events.event_list(tx), await polls.poll_list(tx))
        steps = await chase.joint_steps(tx)
    assert ([len(found) for found in made], len(steps)) == ([0, 0, 0], 0)
    assert play.chat("Дина").messages == []
    assert chat.alert.startswith("Сейчас за вами нет ни одной роли.")


async def test_a_broadcast(play: Play) -> None:
    marina = await to_schools(play, "Марина", "Завтра совещание")
    preview = marina.last
    await loses_role(play, "Марина")
    for label in ("Отправить", "Проверить на себе", "Позже…"):
        await marina.press_data(preview, preview.button(label).data or "")
    await marina.say("Другие слова")
    await nothing_came_of_it(play, marina)


async def test_an_event(play: Play) -> None:
    marina = await planned(play)
    look = marina.last
    await loses_role(play, "Марина")
    await marina.press_data(look, look.button("Пригласить").data or "")
    await nothing_came_of_it(play, marina)


async def test_a_poll(play: Play) -> None:
    marina = await asked(play)
    look = marina.last
    await loses_role(play, "Марина")
    await marina.press_data(look, look.button("Отправить").data or "")
    await marina.say("Ещё слова")
    await nothing_came_of_it(play, marina)


async def test_an_agreement_with_a_school(play: Play) -> None:
    marina = await week(play)
    for label in ("Не участвуют: 1", "Тороповская ОШ", "Договориться о шаге"):
        await marina.press(label)
    await marina.say("Созвон")
    until = marina.last
    await loses_role(play, "Марина")
    await marina.press_data(until, until.button("25 апреля").data or "")
    await marina.say("завтра")
    await nothing_came_of_it(play, marina)
