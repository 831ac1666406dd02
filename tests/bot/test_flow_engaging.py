"""Schools that do not take part: from the week's summary to what is agreed, its reminder and what came of it; and
silences of schools that have no curator."""

from datetime import timedelta

from bot.reminding import SilenceDo
from domain import chase, events, people, weekly
from domain.actor import SYSTEM
from domain.chase import Side
from domain.errors import Forbidden, NotFound, Stale
from tests.bot.chat import Chat, Play, told
from tests.bot.test_flow_event import planned
from tests.bot.test_flow_silences import mornings
from tests.domain.test_chase import late
from tests.domain.test_progress import hand_in


async def week(play: Play, name: str = "Марина") -> Chat:
    await weekly.plan(play.db)
    await play.settled()
    return play.chat(name)


async def test_what_is_agreed_with_a_school_is_followed_up(play: Play) -> None:
    marina = await week(play)
    assert marina.labels == ["Не участвуют: 1", "Кто молчит", "На первый экран"]
    await marina.press("Не участвуют: 1")
    assert marina.messages[-2].text.startswith("Начинается неделя")  # news stays
    assert marina.labels == ["Тороповская ОШ, Даниловский МР", "На первый экран"]
    await marina.press("Тороповская ОШ")
    assert marina.text.splitlines() == ["Тороповская ОШ", "Ещё ничего не приходило."]
    await marina.press("Договориться о шаге")
    await marina.photo()
    assert marina.text == "Напишите, пожалуйста, словами."
    await marina.say("Созвон с <директором> & завучем")
    until = marina.last
    assert marina.text.splitlines()[0] == "«Созвон с <директором> & завучем»"
    assert (await marina.say("вчера")).startswith("17.04.2022 — уже прошло.")
    await marina.say("в пятницу")
    assert marina.text.splitlines()[-1] == "📌 Созвон с <директором> & завучем, до 22 апреля"
    await marina.press_data(marina.last, until.button("21 апреля").data or "")  # an old button
    assert marina.alert == "Об этом уже договорились или передумали."
    # The day before it is said to its owner, and closed from there.
    play.world.clock.forward(days=3)
    await week(play)
    assert marina.text.startswith("📌 Договорённость со школой:")
    await marina.press("Сделано…")
    await marina.say("Отчёт обещан к <1 мая>")
    assert marina.text.splitlines()[-1] == "✓ Созвон с <директором> & завучем: Отчёт обещан к <1 мая>"
    async with play.db.read(await play.world.actor("Марина")) as tx:
        [step] = await chase.joint_steps(tx)
    assert (step.outcome, step.closed_at) == ("Отчёт обещан к <1 мая>", play.world.clock.moment)


async def test_a_step_is_chosen_by_a_press_and_closed_without_words_by_whoever_coordinates(
    play: Play,
) -> None:
    marina, rimma = await week(play), play.chat("Римма")
    for label in ("Не участвуют: 1", "Тороповская ОШ", "Договориться о шаге"):
        await marina.press(label)
    await marina.say("Выезд в школу")
    await marina.press("25 апреля")
    await rimma.press("Не участвуют: ")
    await rimma.press("📌 Договорённости: 1")
    assert rimma.text.splitlines()[1] == "📌 Выезд в школу, до 25 апреля (Тороповская ОШ, Марина)"
    await rimma.press("Сделано: Тороповская ОШ, Выезд")
    done = rimma.last
    await rimma.press("Сделано, без пояснений")
    assert rimma.text.splitlines()[-1] == "✓ Выезд в школу"
    await rimma.press_data(rimma.last, done.button("Сделано, без").data or "")
    assert rimma.text.splitlines()[-1] == "✓ Выезд в школу"


async def test_others_agree_on_nothing(play: Play) -> None:
    await week(play)
    school = play.world.schools["Тороповская"].school_id or 0
    async with play.db.write(await play.world.actor("Марина")) as tx:
        until = play.world.clock.moment.date() + timedelta(days=3)
        step = await chase.add_step(tx, school, what="Созвон", until=until)
        step_id = step.id
    for name in ("Ульяна", "Саша", "Дина"):
        chat = play.chat(name)
        await chat.say("/menu")
        for do, id_ in (("done", step_id), ("sure", step_id)):
            await chat.press_data(chat.last, f"sj:{do}:{id_}")
            assert chat.alert in (told(NotFound()), told(Forbidden())), (name, do)
        if name != "Дина":
            await chat.press_data(chat.last, f"sj:card:{school}")
            assert chat.alert == told(NotFound())
    dina = play.chat("Дина")
    await dina.press_data(dina.last, "sq:0:0")
    assert dina.alert == told(Forbidden())
    await dina.press_data(dina.last, f"sj:plan:{school}")
    await dina.say("Созвон")
    await dina.say("завтра")
    assert dina.text == told(Forbidden())
    async with play.db.read(SYSTEM) as tx:
        assert [one.closed_at for one in await chase.joint_steps(tx)] == [None]


async def test_where_there_is_no_curator_the_coordinator_is_the_silent_reviewer(play: Play) -> None:
    work_id = await play.world.assignment_id("Климатинская", "1.2")
    await hand_in(play.world, "Клим", work_id)
    await mornings(play, 14)
    ulyana, rimma = play.chat("Ульяна"), play.chat("Римма")
    # Her own report stands among what she has to review, and is not said once more as a silence.
    said = "\n".join(message.text for message in ulyana.messages)
    assert ("на проверке 1 отчёт" in said, "Климатинская СОШ ждёт проверки" in said) == (True, False)
    await rimma.press("Молчат: ")
    assert "⏳ сдано, ждёт проверки" in rimma.text.splitlines()
    await rimma.press("⏳ Климатинская СОШ")
    assert rimma.text.splitlines()[1] == "Проверяет: Ульяна."
    assert rimma.labels == ["Отчёты на проверку", "Взять на себя", "Написать", "‹ Назад"]
    screen = rimma.last
    school = play.world.schools["Климатинская"].school_id or 0
    for do in ("substitute", "who"):
        press = SilenceDo(do=do, side=Side.REVIEWER, school=school, value=play.world.people["Марина"])
        await rimma.press_data(screen, press.pack())
    async with play.db.read(SYSTEM) as tx:
        held = await people.grants_of(tx, play.world.people["Марина"])
    assert [grant.substitute_for for grant in held] == [None]
    assert rimma.text.splitlines()[0] == "У школы нет куратора: её отчёты проверяют координаторы."
    await rimma.press("‹ Назад")
    await rimma.press("Написать")
    await rimma.say("Ульяна, посмотрите отчёт <b>Климатинской</b>")
    await rimma.press("Отправить")
    assert ulyana.text == "✉️ Пишет Римма:\n\nУльяна, посмотрите отчёт <b>Климатинской</b>"


async def test_a_silence_is_taken_on_once(play: Play) -> None:
    await late(play.world, "2.1")
    await mornings(play, 23)
    marina, rimma = play.chat("Марина"), play.chat("Римма")
    for chat in (marina, rimma):
        await chat.press("Молчат: 1")
        await chat.press("🔴 Тороповская ОШ")
    screen, take = marina.last, marina.last.button("Взять на себя").data or ""
    await rimma.press("Взять на себя")
    await marina.press_data(screen, take)
    assert marina.alert == "Занимается: Римма."
    assert marina.text.splitlines()[-1] == "Занимается: Римма."
    await rimma.press_data(rimma.last, take)
    assert rimma.alert == "Записал: теперь этим занимаетесь вы, другим не сообщаю."
    assert told(Stale()) not in (marina.alert, rimma.alert)


async def test_the_code_of_an_event_needs_no_button(play: Play) -> None:
    marina = await planned(play)
    await marina.press("Пригласить")
    dina, stepan = play.chat("Дина"), play.chat("Степан")
    async with play.db.read(SYSTEM) as tx:
        [event] = await events.event_list(tx)
    assert (await dina.say(event.code)).startswith("К какому заданию это?")  # too early for it
    await dina.press("Ни к какому")
    play.world.clock.moment = event.starts_at
    await dina.say("/menu")
    await dina.press("🔴 1.2")  # a draft is open, and a code is no evidence
    wrong = "1111" if event.code != "1111" else "2222"
    await stepan.say("/menu")
    assert "участие" not in await stepan.say(event.code)
    assert (await dina.say(event.code)) == "Отметил. Спасибо за участие."
    assert (await dina.say(event.code)) == "Отметил. Спасибо за участие."
    assert (await dina.say(wrong)).startswith("К какому заданию это?")
    async with play.db.read(await play.world.actor("Марина")) as tx:
        found = await events.guests(tx, event.id)
    assert [name for guest, name in found.guests if guest.came_at] == ["Дина"]
