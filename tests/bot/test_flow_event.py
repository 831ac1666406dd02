"""An event made in the chat, from its name to «приняли участие N %»."""

from datetime import UTC, datetime

from domain import audiences, events, weekly
from domain.actor import SYSTEM
from domain.errors import NotFound
from domain.events import EventKind
from tests.bot.chat import Chat, Play, told


async def at_home(play: Play, name: str) -> Chat:
    chat = play.chat(name)
    await chat.say("/menu")
    return chat


async def planned(play: Play, name: str = "Марина") -> Chat:
    """A seminar on 20 April at 10:00, up to the last look."""
    chat = await at_home(play, name)
    await chat.press("Ещё")
    await chat.press("События")
    await chat.press("Новое событие")
    await chat.press("Семинар")
    await chat.say("Семинар по математике")
    await chat.press("Ср 20.04")
    await chat.press("10:00")
    await chat.say("Актовый зал")
    await chat.press("Школы")
    return chat


async def test_from_the_name_to_the_share_that_came(play: Play) -> None:
    marina = await planned(play)
    assert marina.text.splitlines() == [
        "📅 Семинар по математике",
        "20 апреля, 10:00",
        "Актовый зал",
        "———",
        "Получат 2 человека из 1 школы.",
    ]
    look = marina.last
    await marina.press("Пригласить: 2")
    assert marina.text.splitlines()[-1] == "Приглашены: 2, будут: 0, не смогут: 0."
    dina, tamara = play.chat("Дина"), play.chat("Тамара")
    assert dina.text.splitlines()[0] == "📅 Семинар по математике"
    await dina.press("Буду")
    await tamara.press("Не буду")
    play.world.clock.moment = datetime(2022, 4, 19, 15, 30, tzinfo=UTC)
    for _ in range(2):
        await weekly.plan(play.db)
    await play.settled()
    assert (dina.text.splitlines()[0], len(tamara.messages)) == ("Напоминаем:", 1)
    play.world.clock.moment = datetime(2022, 4, 20, 7, 0, tzinfo=UTC)
    await marina.say("/menu")
    await marina.press("Ещё")
    await marina.press("События")
    await marina.press("📅 20.04 Семинар по математике")
    code = marina.text.splitlines()[-2].removeprefix("Код для участников: ")
    await marina.press("Список участников")
    assert marina.labels[:2] == ["➕ Дина, Тороповская ОШ", "➖ Тамара, Тороповская ОШ"]
    await marina.press("➖ Тамара")
    assert marina.labels[1] == "✅ Тамара, Тороповская ОШ"
    await marina.press("✅ Тамара")
    assert marina.labels[1] == "➖ Тамара, Тороповская ОШ"
    await dina.press("Я здесь")
    await dina.say(code)
    await marina.press("‹ Назад")
    assert marina.text.splitlines()[-1] == "Приняли участие: 1 из 2, 50 %."
    await marina.press("В мой календарь")
    assert marina.files() == ["event.ics"]
    # The button of the last look makes no second event.
    await marina.press_data(marina.last, look.button("Пригласить").data or "")
    assert marina.text.splitlines()[-1] == "Приняли участие: 1 из 2, 50 %."  # but shows the first
    async with play.db.read(SYSTEM) as tx:
        assert len(await events.event_list(tx)) == 1


async def test_day_and_hour_may_be_written_and_survive_a_restart(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.press("Ещё")
    await marina.press("События")
    await marina.press("Новое событие")
    await marina.press("Вебинар")
    await marina.say("Разбор ВПР")
    assert (await marina.say("когда-нибудь")).startswith("Не понял, какой день.")
    assert (await marina.say("12 апреля 2022")).startswith("12.04.2022 — уже прошло.")
    await marina.say("25 апреля")
    await play.restart()
    assert (await marina.say("25:30")) == "Не понял, во сколько. Напишите время так: 15:30."
    await marina.say("15.30")
    await marina.press("Сообщу позже")
    await marina.press("Школы и кураторы")
    assert marina.text.splitlines()[:2] == ["📅 Разбор ВПР", "Вебинар · 25 апреля, 15:30"]
    await marina.press("Пригласить: 3")
    async with play.db.read(await play.world.actor("Марина")) as tx:
        event = (await events.event_list(tx))[0]
    assert (event.kind, event.starts_at) == (EventKind.WEBINAR, datetime(2022, 4, 25, 12, 30, tzinfo=UTC))


async def test_a_day_in_words_may_name_the_hour_too(play: Play) -> None:
    marina = await at_home(play, "Марина")
    for label in ("Ещё", "События", "Новое событие", "Вебинар"):
        await marina.press(label)
    await marina.say("Разбор ВПР")
    assert marina.text == "В какой день? Можно написать: «28.04», «завтра», «в пятницу»."
    await marina.say("в пятницу в 3 часа дня")
    assert marina.text.startswith("Где? ")
    await marina.press("Сообщу позже")
    await marina.press("Школы и кураторы")
    assert marina.text.splitlines()[:2] == ["📅 Разбор ВПР", "Вебинар · 22 апреля, 15:00"]


async def test_it_does_not_take_place(play: Play) -> None:
    marina = await planned(play)
    await marina.press("Пригласить")
    await marina.press("Не состоится")
    await marina.press("Да, не состоится")
    assert marina.text.splitlines()[-1] == "Не состоится."
    assert play.chat("Дина").text == "Не состоится: Семинар по математике, 20 апреля, 10:00."


async def test_strangers_get_nowhere(play: Play) -> None:
    marina = await planned(play)
    await marina.press("Пригласить")
    card = marina.last.button("Список участников").data or ""
    for name in ("Ульяна", "Саша", "Дина"):
        chat = await at_home(play, name)
        dina = play.world.people["Дина"]
        for data in (card, f"em:1:{dina}:1:0", "ec:1:sure:0"):
            await chat.press_data(chat.last, data)
            assert chat.alert == told(NotFound())
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert ((await events.guests(tx, 1)).came, (await events.event(tx, 1)).cancelled_at) == (0, None)


async def test_more_people_are_invited_later_each_once(play: Play) -> None:
    marina = await planned(play)
    await marina.press("Пригласить")
    await marina.press("Пригласить ещё")
    assert marina.text == "Семинар по математике\nКого ещё пригласить?"
    await marina.press("Школы и кураторы")
    assert marina.text.splitlines() == [
        "Семинар по математике",
        "Кирилл, Тороповская ОШ",
        "Уже приглашены: 2. Им ничего не придёт.",
    ]
    look = marina.last
    await marina.press("Пригласить: 1")
    assert marina.alert == "Приглашён 1 человек."
    assert marina.text.splitlines()[-1] == "Приглашены: 3, будут: 0, не смогут: 0."
    kirill = play.chat("Кирилл")
    assert kirill.text.splitlines()[0] == "📅 Семинар по математике"
    # The old button, and those who have it already.
    await marina.press_data(marina.last, look.button("Пригласить: 1").data or "")
    assert marina.alert == "Все из этого круга уже приглашены."
    assert [len(play.chat(name).messages) for name in ("Кирилл", "Дина", "Тамара")] == [1, 1, 1]
    play.world.clock.moment = datetime(2022, 4, 19, 15, 30, tzinfo=UTC)
    for _ in range(2):
        await weekly.plan(play.db)
    await play.settled()
    assert kirill.text.splitlines()[0] == "Напоминаем:"
    assert len(kirill.messages) == 2


async def test_one_person_is_found_by_a_part_of_the_name(play: Play) -> None:
    rimma = await planned(play, "Римма")
    await rimma.press("Пригласить")
    await rimma.press("Не состоится")
    await rimma.press("‹ Назад")
    await rimma.press("Пригласить ещё")
    await rimma.press("Одного человека…")
    assert (
        await rimma.say("Степан") == "Не нашёл в боте никого с таким именем. Напишите иначе."
    )  # another region
    assert await rimma.say("дина") == "Все с таким именем уже приглашены."
    await rimma.say("марин")
    assert rimma.labels == ["Марина, Даниловский МР", "‹ Назад"]
    await rimma.press("Марина")
    await rimma.press("Пригласить: 1")
    marina = play.chat("Марина")
    assert marina.text.splitlines()[0] == "📅 Семинар по математике"
    # Whom nothing could be sent any more: it has begun, and somebody came without an invitation.
    play.world.clock.moment = datetime(2022, 4, 20, 7, 10, tzinfo=UTC)
    await rimma.say("/menu")
    await rimma.press("Ещё")
    await rimma.press("События")
    await rimma.press("📅 20.04")
    await rimma.press("Пригласить ещё")
    await rimma.press("Одного человека…")
    await rimma.say("ульяна углич")
    await rimma.press("Ульяна")
    assert rimma.text.splitlines()[-1] == (
        "Событие уже началось: их внесём в список участников без сообщения."
    )
    await rimma.press("Пригласить: ")
    async with play.db.read(await play.world.actor("Римма")) as tx:
        found = await events.guests(tx, 1)
    assert {name for _, name in found.guests} >= {"Марина", "Ульяна", "Дина"}
    assert play.chat("Ульяна").messages == []
    for who in ("x", "zz"):
        await rimma.press_data(rimma.last, f"ei:1:{who}:invite")
        assert rimma.alert == told(NotFound())
    await rimma.press_data(rimma.last, f"ei:1:p{play.world.people['Степан']}:invite")
    assert rimma.alert == told(audiences.NobodyToWrite())


async def test_strangers_invite_nobody(play: Play) -> None:
    marina = await planned(play)
    await marina.press("Пригласить")
    for name in ("Ульяна", "Саша", "Дина"):
        chat = await at_home(play, name)
        for data in ("ei:1::", "ei:1::find", "ei:1:a:", "ei:1:a:invite"):
            await chat.press_data(chat.last, data)
            assert chat.alert == told(NotFound())
    async with play.db.read(await play.world.actor("Марина")) as tx:
        assert len((await events.guests(tx, 1)).guests) == 2
