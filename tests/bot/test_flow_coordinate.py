"""The coordinator's side: who has not handed in, broadcasts, roadmaps from a file."""

from domain import broadcasts, progress, roadmaps
from domain.actor import SYSTEM
from domain.errors import NotFound
from tests.bot.chat import PDF, Chat, Play, told
from tests.bot.test_flow_report import handed_in
from tests.world import DATA, YAROSLAVL

PLAN = (DATA / YAROSLAVL).read_bytes()
READ = (
    "Прочитал «Дорожная карта реализации мер адресной поддержки ШНОР и ШНСУ на 2022 год»: 19 мероприятий, "
    "5 треков, 2022 год."
)


async def at_home(play: Play, name: str) -> Chat:
    """Somebody on the first screen."""
    chat = play.chat(name)
    await chat.say("/menu")
    return chat


async def test_the_first_screen_says_who_has_not_handed_in(play: Play) -> None:
    ulyana = await at_home(play, "Ульяна")
    assert ulyana.text.splitlines() == [
        "Угличский МР · 3 школы",
        "🔴 1.1 Мониторинг динамики образовательных…: не сдали 2 из 2 · был 31 января",
        "🔴 1.2 Определение школ, нуждающихся в…: не сдали 2 из 2 · был 28 февраля",
    ]
    await handed_in(play, "Вера")
    await ulyana.press("1.2: кто")
    assert ulyana.text.splitlines()[-1] == "Климатинская СОШ"
    await ulyana.press("‹ Все мероприятия")
    assert ulyana.text.startswith("Сдали не все: ")
    assert ulyana.labels[1].endswith(" · 1/2")
    await ulyana.press("‹ Назад")
    assert ulyana.text.startswith("Угличский МР · 3 школы")


async def test_a_coordinator_sees_the_own_places_only(play: Play) -> None:
    marina = await at_home(play, "Марина")
    region, municipality, _ = play.world.schools["Климатинская"]
    measure_id = await _measure_id(play)
    await marina.press_data(marina.last, f"mw:{measure_id}:{region}:{municipality}")
    assert "Климатинская" not in marina.text
    foreign = await at_home(play, "Саша")
    await foreign.press_data(foreign.last, f"mw:{measure_id}:{region}:0")
    assert foreign.alert == told(NotFound())


async def _measure_id(play: Play, number: str = "1.2") -> int:
    async with play.db.read(SYSTEM) as tx:
        view = await roadmaps.roadmap(tx, play.world.roadmap_id)
    return next(m.id for m in view.measures if m.number == number)


async def test_schools_without_anybody_are_named_with_a_link_at_hand(play: Play) -> None:
    tamara, dina = play.chat("Тамара"), play.chat("Дина")
    for chat in (tamara, dina):
        await chat.say("/mydata")
        await chat.press("Удалить мои данные")
        await chat.press("Да, удалить")
    marina = await at_home(play, "Марина")
    assert "Не подключилась к боту 1 школа" in marina.text
    await marina.press("Не подключены")
    assert marina.labels == ["Тороповская ОШ", "‹ Назад"]
    await marina.press("Тороповская ОШ")
    assert marina.text.startswith("Руководитель школы: Тороповская ОШ, Даниловский МР.\n")


async def test_a_busy_morning_stays_a_short_screen(play: Play) -> None:
    await handed_in(play, "Вера")
    for name in ("Тамара", "Дина"):
        chat = play.chat(name)
        await chat.say("/mydata")
        await chat.press("Удалить мои данные")
        await chat.press("Да, удалить")
    play.world.clock.forward(days=7)
    rimma = await at_home(play, "Римма")
    assert rimma.labels == [
        *("1.1: кто", "Написать им", "1.2: кто"),
        *("Требует внимания: 4", "Все мероприятия", "На проверку: 1", "Рассылка", "Панель", "Ещё…"),
    ]
    home = rimma.last
    await rimma.press("Требует внимания")
    assert rimma.text.splitlines() == [
        "⏳ без ответа кураторов дольше 3 рабочих дней: 1",
        "Не подключилась к боту 1 школа",
        "2 срока требуют уточнения",
        "⏳ на проверке 1 отчёт",
    ]
    assert rimma.labels == ["⏳ Кто ждёт: 1", "Не подключены: 1", "Уточнить сроки: 2", "‹ Назад"]
    await rimma.press("‹ Назад")
    assert "Требует внимания: 4" in rimma.labels
    foreign = await at_home(play, "Саша")
    await foreign.press_data(foreign.last, home.button("Требует внимания").data or "")
    assert foreign.alert == told(NotFound())


async def test_who_is_silent_is_two_presses_away_on_any_day(play: Play) -> None:
    rimma = await at_home(play, "Римма")
    await rimma.press("Ещё…")
    await rimma.press("Кто молчит")
    assert rimma.text == "Никто не молчит."
    await rimma.press("На первый экран")
    play.world.clock.forward(days=30)
    await rimma.say("/menu")
    await rimma.press("Ещё…")
    await rimma.press("Кто молчит")
    assert rimma.text.splitlines() == ["Кто давно молчит:", "🔴 не сдаёт"]


async def test_unclear_deadlines_of_a_running_plan_are_settled_from_the_first_screen(play: Play) -> None:
    rimma = await at_home(play, "Римма")
    assert "2 срока требуют уточнения" in rimma.text
    home = rimma.last
    await rimma.press("Уточнить сроки: 2")
    assert rimma.text.splitlines()[1] == "Срок в документе: «декабрь 2021- январь 2022 декабрь 2022»."
    assert rimma.labels == ["Всё верно", "Без напоминаний", "‹ Назад (осталось 2)"]
    await rimma.press("Всё верно")
    assert "Срок в документе: «Июнь/сентябрь»." in rimma.text
    assert await rimma.say("когда-нибудь") == told(roadmaps.DeadlineUnclear(text="когда-нибудь"))
    await rimma.say("до 30 сентября")
    assert rimma.text.splitlines()[0] == "Записал: до 30 сентября 2022."
    async with play.world.db.read(SYSTEM) as tx:
        view = await roadmaps.roadmap(tx, play.world.roadmap_id)
    assert [m.title for m in view.measures if m.is_doubtful] == []
    vera = await at_home(play, "Вера")  # a school's head sees the plan and may not say a word about it
    await vera.press_data(vera.last, home.button("Уточнить сроки").data or "")
    assert vera.text == "Все сроки понятны."


async def test_a_broadcast_to_exactly_those_who_have_not_handed_in(play: Play) -> None:
    await handed_in(play, "Вера")
    rimma = await at_home(play, "Римма")
    await rimma.press("1.2: кто")
    await rimma.press("Написать им")
    assert rimma.text == (
        "Получат 3 человека из 2 школ.\n\nНапишите сообщение одним текстом. Перед отправкой покажу, что получилось."
    )
    await rimma.say("Коллеги, <b>ждём</b> & надеемся")
    assert rimma.text.splitlines() == [
        "Получат 3 человека из 2 школ.",
        "Тороповская ОШ, Климатинская СОШ",
        "———",
        "Коллеги, <b>ждём</b> & надеемся",
        "———",
        "Чтобы изменить, напишите новый текст. Файл или фото — просто пришлите.",
    ]
    first = rimma.last
    await rimma.press("Проверить на себе")
    assert rimma.text == "✉️ Пишет Римма:\n\nКоллеги, <b>ждём</b> & надеемся"
    await rimma.press("Ознакомлен(а)")
    assert rimma.alert == "Это проба: кнопка заработает в настоящей рассылке."
    await rimma.say("Коллеги, ждём до пятницы")
    preview = rimma.last
    # The button of the first text does not send the second.
    await rimma.press_data(preview, first.button("Отправить").data or "")
    assert rimma.alert == "С тех пор это сообщение изменили или отменили."
    assert play.chat("Дина").messages == []
    await rimma.press("Отправить", on=preview)
    assert rimma.text.startswith("Рассылка: доставлено ")
    assert [play.chat(n).text for n in ("Тамара", "Дина", "Клим")] == [
        "✉️ Пишет Римма:\n\nКоллеги, ждём до пятницы"
    ] * 3
    assert play.chat("Вера").text.startswith("Принято, № 1.")
    await play.chat("Клим").press("Ознакомлен(а)")
    assert play.chat("Клим").labels == ["Ответить"]
    await rimma.press("Обновить")
    assert rimma.text.splitlines()[:2] == ["Рассылка: доставлено 3 из 3.", "Ознакомились: 1."]
    await rimma.press_data(rimma.last, preview.button("Отправить").data or "")
    assert rimma.text.splitlines()[0] == "Рассылка: доставлено 3 из 3."  # what became of it, not once more
    async with play.db.read(await play.world.actor("Римма")) as tx:
        assert len(await broadcasts.broadcast_list(tx)) == 1


async def test_who_will_not_receive_is_named(play: Play) -> None:
    await play.telegram.block(play.world.telegram["Дина"])
    await play.settled()
    marina = await at_home(play, "Марина")
    await marina.press("Рассылка")
    assert marina.labels == ["Школы", "Кураторы", "Школы и кураторы", "Кто не сдал…", "‹ Назад"]
    await marina.press("Школы и кураторы")
    await marina.say("Завтра совещание")
    assert marina.text.splitlines()[:3] == [
        "Получат 2 человека из 1 школы.",
        "Тороповская ОШ",
        "Не получит 1: нет в боте.",
    ]
    assert await marina.press("Кто не получит") == "Не получат:\nДина, Тороповская ОШ"
    await marina.press("‹ Назад")
    await marina.press("Отмена")
    assert marina.text.startswith("Даниловский МР")
    assert play.chat("Тамара").messages == []


async def test_a_blocked_person_stands_among_those_who_did_not_get_it(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.press("Рассылка")
    await marina.press("Школы")
    await marina.say("Завтра совещание")
    play.telegram.world.private_chat(play.telegram.bot, play.world.telegram["Дина"]).bot_status = "kicked"
    await marina.press("Отправить")
    await marina.press("Обновить")
    assert marina.text == "Рассылка: доставлено 1 из 2.\nНе доставлено: 1.\n«Завтра совещание»"
    assert await marina.press("Кто не получил") == "Не получили:\nДина"


async def test_a_curator_writes_to_the_own_schools(play: Play) -> None:
    kirill = play.chat("Кирилл")
    await kirill.say("/menu")
    await kirill.press("Я куратор")
    await kirill.press("Написать школам")
    await kirill.press("Школы")
    # The team of the school curated; the author's own school has nobody but the author.
    assert kirill.text.startswith("Получат 2 человека из 1 школы.")


async def test_a_roadmap_sent_as_a_file_is_read_settled_and_given_out(play: Play) -> None:
    marina = await at_home(play, "Марина")
    said = await marina.document("Дорожная карта.docx", PLAN)
    assert said.splitlines()[:2] == [
        READ,
        "Не уверен в 2 сроках: «декабрь 2021- январь 2022 декабрь 2022», «Июнь/сентябрь»",
    ]
    assert marina.labels == [
        "Уточнить здесь",
        "Утвердить и выдать 1 школе",
        "Выдать не всем…",
        "Открыть в панели",
        "Выбросить",
        "‹ Назад",
    ]
    await marina.press("Уточнить здесь")
    assert marina.text.splitlines()[1:4] == [
        "Срок в документе: «декабрь 2021- январь 2022 декабрь 2022».",
        "Прочитал так: с 1 декабря 2021 до 31 января 2022; с 1 декабря 2022 до 31 декабря 2022.",
        marina.text.splitlines()[3],
    ]
    await play.restart()
    await marina.press("Всё верно")
    assert "Срок в документе: «Июнь/сентябрь»." in marina.text
    assert await marina.say("абракадабра") == told(roadmaps.DeadlineUnclear(text="абракадабра"))
    await marina.say("до 30 июня")
    assert marina.text.splitlines()[:4] == ["Записал: до 30 июня 2022.", "", READ, "Все сроки понятны."]
    await marina.press("Утвердить и выдать 1 школе")
    assert marina.text.splitlines()[0] == "Утверждено: 20 заданий, 1 школа."
    async with play.db.read(await play.world.actor("Тамара")) as tx:
        assert len(await progress.my_work(tx)) == 21 + 20


async def test_approving_twice_gives_out_once(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("Дорожная карта.docx", PLAN)
    draft = marina.last
    await marina.press("Утвердить и выдать")
    await marina.press("Утвердить и выдать", on=draft)
    assert marina.text.splitlines()[0] == "Утверждено: 0 заданий, 1 школа."
    await marina.press("Выбросить", on=draft)
    await marina.press("Да, выбросить")
    assert marina.alert == told(roadmaps.RoadmapClosed())


async def test_a_draft_is_thrown_away_after_a_second_question(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("Дорожная карта.docx", PLAN)
    draft = marina.last
    await marina.press("Выбросить")
    await marina.press("Да, выбросить")
    assert marina.text.startswith("Даниловский МР")
    await marina.press("Уточнить здесь", on=draft)
    assert marina.alert == told(NotFound())


async def test_a_file_that_is_no_roadmap_is_named_kindly(play: Play) -> None:
    marina = await at_home(play, "Марина")
    assert await marina.document("Карта.docx", b"PK\x03\x04broken") == (
        "Файл не открывается: похоже, повреждён. Сохраните его заново и пришлите ещё раз."
    )
    await marina.press("Ещё", on=marina.messages[0])
    await marina.press("Дорожные карты")
    assert marina.messages[0].text.splitlines()[0] == "Действует 1 дорожная карта."
    assert await marina.say("вот она") == "Пришлите, пожалуйста, дорожную карту файлом Word или Excel."
    assert (await marina.document("План.pdf", PDF)).startswith("В этом файле нет текста.")
    assert await marina.document("План.docx", PDF, size=21 * 2**20) == (
        "Файл слишком велик для дорожной карты. Пришлите, пожалуйста, только таблицу."
    )
    assert (await marina.document("План.rtf", b"{\\rtf1 ...}")).startswith("Это документ другого формата.")


async def test_a_roadmap_from_a_pdf_is_to_be_checked(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("Карта.pdf", (DATA / "pdf" / "004_sverdlovsk_federal.pdf").read_bytes())
    said = marina.last.text.splitlines()
    assert "5 мероприятий" in said[0]
    assert said[1:3] == [
        "Год взят из текста мероприятий.",
        "⚠ Прочитано из PDF, проверьте каждую строку в панели. Надёжнее прислать файл Word или Excel.",
    ]


async def test_a_school_cannot_touch_a_draft_of_the_coordinator(play: Play) -> None:
    marina, tamara = await at_home(play, "Марина"), await at_home(play, "Тамара")
    await marina.document("Дорожная карта.docx", PLAN)
    approve = marina.last.button("Утвердить и выдать").data or ""
    for data in (
        approve,
        approve.replace("pa", "pd"),
        approve.replace("pa", "pq") + ":0",
        approve.replace("pa", "px") + ":1",
    ):
        await tamara.press_data(tamara.last, data)
        assert tamara.alert == told(NotFound()), data
