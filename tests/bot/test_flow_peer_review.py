"""Mutual expertise in the chat: two schools, from «ваш партнёр» to the answers, with a stranger at the door."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.peers import MeetingUnclear, written_meeting
from bot.presses_peers import Peer, PeerAnswer, PeerDo
from domain import peer_review, progress
from domain.deadlines import DayPassed
from domain.errors import NotFound
from domain.peer_review import DEFAULT_SECTIONS, RoundSpec
from domain.texts import texts
from tests.bot.chat import Play, playing, told
from tests.world import World

NOW = datetime(2022, 9, 16, 10, 0, tzinfo=UTC)  # a Friday, 13:00 in Moscow

SAY = texts("ru", escape=False)


@pytest.fixture
async def play(world: World, tmp_path: Path) -> AsyncIterator[Play]:
    async with playing(world, tmp_path) as at:
        yield at


async def start(play: Play, *names: str, title: str = "Взаимоэкспертиза 2022") -> int:
    """A round that has just started, with one pair or triple."""
    world = play.world
    world.clock.moment = datetime(2022, 9, 16, 7, 0, tzinfo=UTC)
    async with play.db.write(await world.actor("Римма")) as tx:
        dates = peer_review.next_dates(tx.now.date(), None)
        sections = [section._replace(title=SAY(section.title)) for section in DEFAULT_SECTIONS]
        spec = RoundSpec(title, dates, sections)
        made = await peer_review.open_round(tx, world.places["область"], spec)
        await peer_review.pair_up(tx, made.id, [world.schools[name].school_id or 0 for name in names])
        await peer_review.start(tx, made.id)
    await play.settled()
    return made.id


async def test_from_the_partner_s_name_to_the_answers(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    tamara, klim = play.chat("Тамара"), play.chat("Клим")
    assert tamara.text == (
        "🤝 Взаимоэкспертиза: Взаимоэкспертиза 2022\n"
        "Ваш партнёр: Климатинская СОШ, Угличский МР.\n"
        "До 7 октября посмотрите документы партнёра и заполните форму, до 21 октября встретьтесь, до 1 ноября "
        "сделайте форму итоговой."
    )
    assert "Ваш партнёр: Тороповская ОШ, Даниловский МР." in klim.text
    await tamara.press("Открыть")
    assert tamara.text == (
        "🤝 Взаимоэкспертиза 2022\n"
        "Ваш партнёр: Климатинская СОШ, Угличский МР.\n\n"
        "🟡 Заполнить форму и показать партнёру, до 7 октября\n"
        "🟡 Встретиться с партнёром, до 21 октября\n"
        "▫️ Сделать форму итоговой, до 1 ноября\n"
        "▫️ Разместить файл в федеральной системе, до 1 ноября\n\n"
        "Климатинская СОШ: ещё не открывали"
    )
    # The form, section by section, in several messages.
    await tamara.press("Заполнить форму: 0 из 4")
    await tamara.press("1. Сильные стороны")
    await tamara.say("Сплочённая команда")
    await tamara.press("Следующий раздел")
    await tamara.say("- Назвать показатели")
    assert "Назвать показатели" in await tamara.say("- Указать сроки")
    await tamara.press("Следующий раздел")
    await tamara.say("Провести семинар")
    await tamara.press("Следующий раздел")
    await tamara.say("Сайт ИРО")
    assert "Следующий раздел" not in tamara.labels
    await tamara.press("Все разделы")
    await tamara.press("Показать форму партнёру")
    before = len(klim.messages)
    await tamara.press("Да, показать")
    assert tamara.text.splitlines()[3] == "✅ Заполнить форму и показать партнёру, 16 сентября"
    assert klim.messages[before].text == "🤝 Тороповская ОШ: вам показали рекомендации, пока это черновик."
    await klim.press("Прочитать")
    assert "Тороповская ОШ рекомендует (черновик):" in klim.text
    assert "- Назвать показатели\n- Указать сроки" in klim.text
    await klim.press("Форма целиком, файлом")
    assert klim.files()[-1] == "Тороповская ОШ – Климатинская СОШ.docx"
    # The meeting: one line, and the other side hears of it once.
    await tamara.press("Встреча")
    await tamara.say("когда-нибудь")
    assert tamara.text == told(MeetingUnclear())
    await tamara.say("20.10 15:30 https://meet.example.ru/7")
    assert klim.text == (
        "📅 Встреча по взаимоэкспертизе, Тороповская ОШ: 20 октября, 15:30.\nhttps://meet.example.ru/7"
    )
    play.world.clock.moment = datetime(2022, 10, 20, 14, 0, tzinfo=UTC)
    await klim.press("Открыть")
    await klim.press("Встреча")
    await klim.press("Встреча прошла")
    assert "✅ Встретиться с партнёром, 20 октября" in klim.text
    # The final form, its file, and the mark that it is placed.
    await tamara.say("/menu")
    await tamara.press("🤝 Взаимоэкспертиза")
    await tamara.press("Заполнить форму: 4 из 4")
    await tamara.press("Сделать форму итоговой")
    await tamara.press("Да, форма итоговая")
    assert "✅ Сделать форму итоговой, 20 октября" in tamara.text
    await tamara.press("Наша форма файлом")
    assert tamara.files()[-1] == "Тороповская ОШ – Климатинская СОШ.docx"
    await tamara.press("Файл размещён")
    assert "✅ Разместить файл в федеральной системе, 20 октября" in tamara.text
    assert klim.text == (
        "🤝 Тороповская ОШ: пришла итоговая форма, 4 рекомендации.\n"
        "Отметьте по каждой, учли ли вы её, или сделайте её своим мероприятием."
    )
    await answers(play)


async def answers(play: Play) -> None:
    """Клим takes one, declines one, and turns one into a measure of the school's own."""
    klim = play.chat("Клим")
    await klim.press("Ответить")
    await klim.press("1. Назвать показатели")
    await klim.press("Учли")
    await klim.press("2. Указать сроки")
    await klim.press("Не учли…")
    await klim.say("Сроки указаны в приказе")
    await klim.press("3. Провести семинар")
    await klim.press("В свой план мероприятием…")
    await klim.say("20.12")
    assert klim.text == "✅ Мероприятие в вашем плане, срок до 20 декабря."
    await klim.press("Все рекомендации")
    assert klim.text == (
        "Тороповская ОШ рекомендует:\n"
        "✅ 1. Назвать показатели\n"
        "✖️ 2. Указать сроки · Сроки указаны в приказе\n"
        "✅ 3. Провести семинар · в нашем плане\n"
        "▫️ 4. Сайт ИРО"
    )
    async with play.db.read(await play.world.actor("Клим")) as tx:
        titles = [row.measure.title for row in await progress.my_work(tx)]
    assert titles.count("Провести семинар") == 1
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("🤝 Взаимоэкспертиза")
    assert "Партнёр учёл ваших рекомендаций: 2 из 4" in tamara.text


async def test_the_partner_s_papers_in_the_chat(play: Play) -> None:
    world = play.world
    id_ = await world.assignment_id("Климатинская", "1.2")
    klim, tamara = play.chat("Клим"), play.chat("Тамара")
    await klim.say("/menu")
    async with play.db.write(await world.actor("Клим")) as tx:
        await progress.add_text(tx, id_, "Список школ утверждён")
        sent = await progress.submit(tx, id_)
    async with play.db.write(await world.actor("Ульяна")) as tx:
        await progress.decide(tx, sent.id, progress.Decision.CONFIRM, "Да")
    round_id = await start(play, "Тороповская", "Климатинская")
    await tamara.press("Документы партнёра")
    assert tamara.text == "Климатинская СОШ: документы партнёра\nМероприятий в планах: 21, подтверждено: 1"
    await tamara.press("✅ 1.2")
    assert "«Список школ утверждён»" in tamara.text
    async with play.db.write(await world.actor("Римма")) as tx:
        await peer_review.end(tx, round_id)
    await tamara.press("‹ Назад")
    assert tamara.alert == told(NotFound())


async def test_a_triple_goes_round(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская", "16")
    assert play.chat("Тамара").text.splitlines()[1:4] == [
        "Вас трое, рекомендации идут по кругу.",
        "Вы пишете школе: Климатинская СОШ, Угличский МР.",
        "Вам пишет школа: СШ № 16, Угличский МР.",
    ]


async def test_of_two_rounds_the_button_opens_the_one_that_it_speaks_of(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    newer = await start(play, "Тороповская", "16", title="Вторая")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await peer_review.end(tx, newer)
    tamara = play.chat("Тамара")
    await tamara.say("/menu")
    await tamara.press("🤝 Взаимоэкспертиза")
    assert tamara.text.splitlines()[0] == "🤝 Взаимоэкспертиза 2022"
    await tamara.press("🤝 Вторая")
    assert tamara.text.splitlines()[0] == "🤝 Вторая"


async def test_silence_is_seen_on_the_first_screens(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    tamara, ulyana = play.chat("Тамара"), play.chat("Ульяна")
    await tamara.press("Открыть")
    play.world.clock.moment = datetime(2022, 9, 26, 7, 0, tzinfo=UTC)
    await tamara.say("/menu")
    assert "🤝 Взаимоэкспертиза · партнёр молчит, 6 дн." in tamara.labels
    await tamara.press("🤝 Взаимоэкспертиза")
    assert tamara.text.splitlines()[-1] == (
        "🔇 Климатинская СОШ: молчит 6 рабочих дней; координатор это тоже видит"
    )
    await ulyana.say("/menu")
    assert "🔇 взаимоэкспертиза: партнёру не отвечает 1 школа (Климатинская СОШ)" in ulyana.text
    marina = play.chat("Марина")
    await marina.say("/menu")
    assert "взаимоэкспертиза" not in marina.text


async def test_a_step_in_the_morning(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    play.world.clock.moment = datetime(2022, 10, 6, 7, 0, tzinfo=UTC)
    await play.morning()
    dina = play.chat("Дина")
    line = "🟡 Взаимоэкспертиза, Климатинская СОШ: Заполнить форму и показать партнёру, завтра"
    assert line in dina.text.splitlines()
    await dina.press("🤝 Взаимоэкспертиза")
    assert dina.text.startswith("🤝 Взаимоэкспертиза 2022")


async def test_others_and_old_buttons_get_nowhere(play: Play) -> None:
    await start(play, "Тороповская", "Климатинская")
    for name in ("Вера", "Степан", "Марина"):
        chat = play.chat(name)
        await chat.say("/menu")
        for data in (
            Peer(id=1).pack(),
            PeerDo(id=1, do="papers").pack(),
            PeerDo(id=1, do="file").pack(),
            PeerDo(id=1, do="nonsense").pack(),
            PeerAnswer(id=1, form=1, do="taken").pack(),
        ):
            await chat.press_data(chat.last, data)
            assert chat.alert == told(NotFound())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("21.10 15:30", (datetime(2022, 10, 21, 12, 30, tzinfo=UTC), "")),
        (
            "21 октября, 9:05 https://a.example.ru/x?y=1.",
            (datetime(2022, 10, 21, 6, 5, tzinfo=UTC), "https://a.example.ru/x?y=1"),
        ),
        (
            "https://a.example.ru 21.10.2022 15:30",
            (datetime(2022, 10, 21, 12, 30, tzinfo=UTC), "https://a.example.ru"),
        ),
        ("завтра в 10 https://a.ru", (datetime(2022, 9, 17, 7, 0, tzinfo=UTC), "https://a.ru")),
        ("в пятницу 14:30", (datetime(2022, 9, 23, 11, 30, tzinfo=UTC), "")),
    ],
)
def test_a_meeting_in_one_line(text: str, found: tuple[datetime, str]) -> None:
    assert written_meeting(text, NOW, "Europe/Moscow") == found


@pytest.mark.parametrize("text", ["", "15:30", "21.10", "21.10 25:00", "завтра", "https://x.ru"])
def test_a_line_without_a_day_or_an_hour(text: str) -> None:
    with pytest.raises(MeetingUnclear):
        written_meeting(text, NOW, "Europe/Moscow")


@pytest.mark.parametrize("text", ["01.09.2022 10:00", "сегодня в 9", "16.09.2022 12:59 https://x.ru"])
def test_a_meeting_that_has_been(text: str) -> None:
    with pytest.raises(DayPassed):
        written_meeting(text, NOW, "Europe/Moscow")
