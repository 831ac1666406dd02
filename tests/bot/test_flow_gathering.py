"""An event in the chat: invited, answered, reminded the evening before, there."""

from datetime import UTC, datetime

from domain import weekly
from tests.bot.chat import Play
from tests.domain.test_events import BEGINS, made


async def test_from_the_invitation_to_the_code(play: Play) -> None:
    event = await made(play.world)
    await play.settled()
    dina = play.chat("Дина")
    assert dina.text.splitlines()[0] == "📅 Час муниципального координатора"
    assert dina.labels == ["Буду", "Не буду", "В мой календарь", "Я здесь"]
    await dina.press("Буду")
    assert dina.labels[0] == "✓ Буду"
    await dina.press("В мой календарь")
    assert dina.files() == ["event.ics"]
    await dina.press("Я здесь")
    assert dina.alert == "Код покажут на мероприятии. Ввести его можно не раньше чем за два часа до начала."
    await play.chat("Тамара").press("Не буду")
    play.world.clock.moment = datetime(2022, 4, 20, 15, 30, tzinfo=UTC)
    await weekly.plan(play.db)
    await play.settled()
    assert dina.text.splitlines()[0] == "Напоминаем:"
    assert len(play.chat("Тамара").messages) == 1
    play.world.clock.moment = BEGINS
    await dina.press("Я здесь")
    assert (await dina.say("не код")).startswith("Код не подошёл.")
    assert await dina.say(event.code) == "Отметил. Спасибо за участие."
    await dina.press("Я здесь")
    assert dina.alert == "Вы уже отмечены."
