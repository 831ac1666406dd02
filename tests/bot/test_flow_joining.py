"""Joining by a link, and what strangers hear."""

import json

from domain import people
from domain.actor import SYSTEM, Role
from tests.bot.chat import Chat, Play
from tests.world import NOBODY

STRANGER = (
    "Здесь работают по приглашению. Если координатор прислал вам ссылку, откройте её ещё раз; если ссылки нет, "
    "попросите её у координатора."
)
HELLO = (
    "Здравствуйте! Это «Веха»: здесь школа отчитывается по дорожной карте, а вам не нужно помнить сроки.\n"
    "Вас пригласили как руководителя школы: Тороповская ОШ, Даниловский МР.\n"
    "Чтобы начать, нужно согласие на обработку данных: имя, должность, аккаунт в Telegram."
)


async def link_from(coordinator: Chat, role: str, place: str) -> str:
    """Make an invitation in the chat, as a coordinator does; its payload."""
    await coordinator.say("/menu")
    await coordinator.press("Ещё")
    await coordinator.press("Пригласить")
    await coordinator.press(role)
    text = await coordinator.press(place)
    return text.split("start=")[1].split()[0]


async def test_a_stranger_hears_one_kind_sentence_and_nothing_else(play: Play) -> None:
    stranger = play.newcomer(NOBODY, "Кто-то")
    for words in ("/start", "/menu", "/panel", "/mydata", "привет"):
        assert await stranger.say(words) == STRANGER
    await stranger.document("Приказ.pdf")
    assert [m.text for m in stranger.messages] == [STRANGER] * 6
    assert all(m.labels == [] for m in stranger.messages)


async def test_a_stranger_cannot_press_what_others_see(play: Play) -> None:
    tamara, stranger = play.chat("Тамара"), play.newcomer(NOBODY, "Кто-то")
    await tamara.say("/menu")
    await stranger.say("/start")
    for label in ("🔴 1.1", "Все задания"):
        await stranger.press_data(stranger.last, tamara.last.button(label).data or "")
        assert (stranger.alert, stranger.text) == (STRANGER, STRANGER)


async def test_from_the_link_to_the_first_screen(play: Play) -> None:
    payload = await link_from(play.chat("Марина"), "Руководитель школы", "Тороповская ОШ")
    petr = play.newcomer(NOBODY, "Пётр")
    assert await petr.say(f"/start {payload}") == HELLO
    assert petr.labels == ["Согласен(на)", "Не согласен(на)", "Полный текст"]
    assert (await petr.press("Полный текст")).startswith("Согласие на обработку персональных данных")
    assert await petr.press("Согласен(на)") == "Тороповская ОШ\n🔴 3 просрочено · ещё 18 впереди"
    assert len(petr.messages) == 1
    async with play.db.read(SYSTEM) as tx:
        actor = await people.actor_by_telegram(tx, NOBODY)
    assert [(g.role, g.place) for g in actor.grants] == [
        (Role.SCHOOL_HEAD, play.world.schools["Тороповская"])
    ]


async def test_nothing_is_kept_of_those_who_do_not_agree(play: Play) -> None:
    payload = await link_from(play.chat("Марина"), "Куратор", "Тороповская ОШ")
    petr = play.newcomer(NOBODY, "Пётр")
    await petr.say(f"/start {payload}")
    said = await petr.press("Не согласен(на)")
    assert said == "Хорошо, ничего не сохранено. Если передумаете, откройте ссылку ещё раз."
    async with play.db.read(SYSTEM) as tx:
        assert (await people.actor_by_telegram(tx, NOBODY)).person_id is None
    # The link still works.
    await petr.say(f"/start {payload}")
    await petr.press("Согласен(на)")
    assert petr.text == "Сейчас проверять нечего. Напишу, когда придёт отчёт."


async def test_wrong_used_and_expired_links_get_a_kind_sentence(play: Play) -> None:
    payload = await link_from(play.chat("Марина"), "Руководитель школы", "Тороповская ОШ")
    petr, other = play.newcomer(NOBODY, "Пётр"), play.newcomer(998, "Иван")
    assert await petr.say("/start nonsense") == "Эта ссылка не работает. Попросите у координатора новую."
    late = await link_from(play.chat("Марина"), "Куратор", "Тороповская ОШ")
    await petr.say(f"/start {payload}")
    old = petr.last
    await petr.press("Согласен(на)")
    used = "По этой ссылке уже вошли. Если это были не вы, попросите у координатора новую."
    assert await other.say(f"/start {payload}") == used
    # The same person opens the old link, or presses the old button again: the first screen.
    assert await petr.say(f"/start {payload}") == "Тороповская ОШ\n🔴 3 просрочено · ещё 18 впереди"
    await petr.press("Согласен(на)", on=old)
    assert len(await _grants(play)) == 1
    play.world.clock.forward(days=15)
    assert await other.say(f"/start {late}") == "Срок этой ссылки прошёл. Попросите у координатора новую."


async def _grants(play: Play) -> tuple[object, ...]:
    async with play.db.read(SYSTEM) as tx:
        return (await people.actor_by_telegram(tx, NOBODY)).grants


async def test_a_known_person_takes_one_more_role_without_a_second_consent(play: Play) -> None:
    payload = await link_from(play.chat("Ульяна"), "Куратор", "СШ № 16")
    vera = play.chat("Вера")
    said = await vera.say(f"/start {payload}")
    assert said == "Вас пригласили как куратора: СШ № 16, Угличский МР."
    await vera.press("Принять")
    assert vera.text.startswith("Василёвская СОШ\n")
    assert vera.labels[-1] == "Я куратор"
    assert await vera.press("Я куратор") == "Сейчас проверять нечего. Напишу, когда придёт отчёт."
    assert vera.labels == [
        "Журнал: записать визит",
        "Написать школам",
        "Панель",
        "Напоминания",
        "Василёвская СОШ · 🔴 3",
    ]


async def test_who_may_invite_whom(play: Play) -> None:
    rimma, marina, tamara, kirill = (play.chat(n) for n in ("Римма", "Марина", "Тамара", "Кирилл"))
    await rimma.say("/invite")
    assert len(rimma.labels) == 8  # six roles, a substitute and the way back
    await marina.say("/invite")
    roles = ["Куратор", "Руководитель школы", "Член команды школы"]
    assert marina.labels == [*roles, "Замещение на время…", "‹ Назад"]
    await tamara.say("/invite")
    assert tamara.labels == ["Член команды школы", "‹ Назад"]
    await tamara.press("Член команды школы")
    assert tamara.labels == ["Тороповская ОШ", "‹ Назад"]
    dina = play.chat("Дина")
    assert await dina.say("/invite") == "Вашей роли это недоступно. Обратитесь к своему координатору."
    # A button of another's screen: the place is out of reach.
    await marina.press("Куратор")
    foreign = await _place_button(play, "Климатинская")
    await marina.press_data(marina.last, foreign)
    assert marina.alert == "Не нашлось. Возможно, это убрали или перенесли."
    assert kirill.messages == []


async def _place_button(play: Play, school: str) -> str:
    region, municipality, school_id = play.world.schools[school]
    return f"im:curator:{region}:{municipality}:{school_id}"


async def test_a_school_is_found_by_a_part_of_its_name(play: Play) -> None:
    rimma = play.chat("Римма")
    await rimma.say("/invite")
    await rimma.press("Куратор")
    assert rimma.labels == ["Даниловский МР", "Угличский МР", "‹ Назад"]
    await rimma.say("василёв")
    assert rimma.labels == ["Василёвская СОШ, Угличский МР", "‹ Назад"]
    assert await rimma.say("Тимонин") == "Не нашлось. Попробуйте другую часть названия."


async def test_in_a_group_one_is_sent_to_the_private_chat(play: Play) -> None:
    tamara = play.chat("Тамара")
    group = play.telegram.create_group("Учителя", [tamara.user_id])
    await play.telegram.add_bot_to_group(group, tamara.user_id)
    for _ in range(2):
        await play.telegram.send_text(tamara.user_id, "/menu", chat_id=group)
        await play.settled()
    first, *said = [m.text for m in play.telegram.chat(group).from_bot]
    assert first.startswith("Чтобы я писал сюда о событиях")
    assert said == ["Это личное: напишите мне в личном чате."] * 2


async def test_my_data_are_shown_given_and_erased_after_a_second_question(play: Play) -> None:
    dina = play.chat("Дина")
    said = await dina.say("/mydata")
    assert said == (
        "Что о вас хранится\nИмя: Дина\nАккаунт в Telegram: 107\n"
        "Роль: член команды школы, Тороповская ОШ\nСогласие дано: 18 апреля, 10:00"
    )
    await dina.press("Скачать")
    document = dina.last.document
    assert document is not None
    kept = json.loads(document.body)
    assert (kept["name"], kept["telegram_id"]) == ("Дина", 107)
    await dina.press("Удалить мои данные")
    assert (await dina.press("Нет, оставить"), len(dina.messages)) == ("", 2)
    await dina.press("Удалить мои данные")
    await dina.press("Да, удалить")
    assert dina.messages[0].text == "Готово: данные удалены, роли закончены. Спасибо за работу."
    assert await dina.say("/menu") == STRANGER
    async with play.db.read(SYSTEM) as tx:
        assert (await people.actor_by_telegram(tx, 107)).person_id is None


async def test_a_person_whose_roles_have_ended_may_still_see_their_data(play: Play) -> None:
    dina = play.chat("Дина")
    await dina.say("/menu")
    old = dina.last
    async with play.db.write(SYSTEM) as tx:
        for grant in await people.grants_of(tx, play.world.people["Дина"]):
            await people.revoke_role(tx, grant.id)
    no_role = "Сейчас за вами нет ни одной роли. Если это ошибка, напишите координатору. Ваши данные: /mydata"
    assert await dina.say("/menu") == no_role
    await dina.press("🔴 1.1", on=old)
    assert dina.alert == no_role
    assert (await dina.say("/mydata")).startswith("Что о вас хранится")


async def test_language_is_chosen_and_kept(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/language")
    assert tamara.labels == ["Русский", "English"]
    assert await tamara.press("English") == "Тороповская ОШ\n🔴 3 overdue · 18 more ahead"
    await play.restart()
    assert (await tamara.say("/help")).startswith("Open an assignment and send text")


async def test_the_code_of_the_panel_is_fresh_each_time(play: Play) -> None:
    marina = play.chat("Марина")
    said = await marina.say("/panel")
    address, code, note = said.split("\n")
    assert address == "Панель: http://127.0.0.1:8080"
    assert len("".join(filter(str.isdigit, code))) == 8
    assert note == "Работает один раз, десять минут. Никому его не передавайте."
    assert await marina.say("/panel") != said


async def test_blocking_is_noted_and_forgiven(play: Play) -> None:
    tamara = play.chat("Тамара")
    await play.telegram.block(tamara.user_id)
    await play.settled()
    async with play.db.read(SYSTEM) as tx:
        assert (await people.find_address(tx, play.world.people["Тамара"])) == people.Address(
            106, "ru", "Europe/Moscow", False
        )
    await tamara.say("/start")
    async with play.db.read(SYSTEM) as tx:
        address = await people.find_address(tx, play.world.people["Тамара"])
    assert address is not None
    assert address.reachable
