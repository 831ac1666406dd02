"""Monitoring in the chat: «Мои баллы», «Сводка» with its picture, an expert's queue, recommendations and their end."""

from datetime import date

from domain import monitoring, rubrics
from domain.actor import SYSTEM
from domain.errors import NotFound
from tests.bot.chat import Chat, Play, told

WAVE = "Третий мониторинг"


async def opened(play: Play, *, sample: str = "") -> int:
    """A wave that is open on the day of the world; a school of it for Эмма."""
    world = play.world
    async with play.db.write(await world.actor("Римма")) as tx:
        document = rubrics.shipped_document("sverdlovsk-2022")
        kept = await rubrics.save_set(tx, world.places["область"].region_id or 0, document)
        wave = await monitoring.open_wave(
            tx, kept.id, WAVE, starts_on=date(2022, 4, 1), ends_on=date(2022, 4, 30)
        )
        if sample:
            school_id = world.schools[sample].school_id or 0
            await monitoring.give_to_expert(tx, wave.id, school_id, world.people["Эмма"])
    return wave.id


async def recommended(play: Play, school: str, words: str) -> None:
    wave_id = await opened(play)
    async with play.db.write(await play.world.actor("Римма")) as tx:
        school_id = play.world.schools[school].school_id or 0
        await monitoring.recommend(tx, wave_id, school_id, words, due_on=date(2022, 4, 25))


async def menu(play: Play, name: str) -> Chat:
    chat = play.chat(name)
    await chat.say("/menu")
    return chat


async def test_a_school_sees_its_own_points(play: Play) -> None:
    await opened(play)
    tamara = await menu(play, "Тамара")
    await tamara.press("Мои баллы")
    lines = tamara.text.splitlines()
    assert lines[:4] == [
        "Тороповская ОШ",
        f"{WAVE}, до 30 апреля",
        "Прогноз: 0 / 905 = 0 %",
        "Подтверждено: 0 из 21 = 0 %",
    ]
    assert "➕ ещё 6 подтверждённых мероприятий → +1 по критерию → +100 из 905" in lines
    assert lines[-1].startswith("⚠️ Если до 30 апреля ничего не подтвердить, не прибавится до ")
    assert tamara.labels == ["Все задания", "‹ Назад"]


async def test_no_other_school_is_shown(play: Play) -> None:
    await opened(play)
    tamara = await menu(play, "Тамара")
    other = play.world.schools["Василёвская"].school_id
    await tamara.press_data(tamara.last, f"ws:{other}")
    assert tamara.alert == told(NotFound())


async def test_a_recommendation_comes_and_is_closed_with_a_word(play: Play) -> None:
    await recommended(play, "Тороповская", "Назовите <показатели> задач.")
    await play.settled()
    tamara = play.chat("Тамара")
    assert tamara.text == f"Рекомендация: «{WAVE}»\nНазовите <показатели> задач.\nСрок — 25 апреля."
    await tamara.press("Исправлено…")
    await tamara.say("Показатели названы в новой редакции")
    assert tamara.text.splitlines()[0] == "✅ Закрыто, координатор увидит ответ."
    async with play.db.read(await play.world.actor("Марина")) as tx:
        ((found, _),) = await monitoring.recommendations(tx)
    assert (found.answer, found.closed_by) == (
        "Показатели названы в новой редакции",
        play.world.people["Тамара"],
    )
    async with play.db.read(await play.world.actor("Саша")) as tx:
        assert await monitoring.recommendations(tx) == []


async def test_the_summary_comes_with_its_picture(play: Play) -> None:
    await opened(play)
    rimma = await menu(play, "Римма")
    await rimma.press("Ещё…")
    await rimma.press("Сводка")
    assert rimma.files() == ["photo"]
    lines = rimma.text.splitlines()
    assert lines[0] == "Ярославская область"
    assert "Подтверждено: 0 из 63 = 0 %" in lines
    assert rimma.labels == ["Панель", "‹ Назад"]


async def test_a_coordinator_simply_asks(play: Play) -> None:
    await opened(play)
    marina = await menu(play, "Марина")
    await marina.say("Как дела?")
    assert marina.files() == ["photo"]
    lines = marina.text.splitlines()
    assert lines[0] == "Даниловский МР"
    assert "Подтверждено: 0 из 21 = 0 %" in lines


async def test_a_foreign_place_has_no_summary(play: Play) -> None:
    await opened(play)
    marina = await menu(play, "Марина")
    place = play.world.places["Угличский"]
    await marina.press_data(marina.last, f"wu:{place.region_id}:{place.municipality_id}")
    assert marina.alert == told(NotFound())


async def test_an_expert_scores_a_school_and_adds_a_remark(play: Play) -> None:
    wave_id = await opened(play, sample="Тороповская")
    emma = await menu(play, "Эмма")
    await emma.press("Оценить: 1")
    await emma.press("Тороповская ОШ · 0/5")
    assert emma.text.splitlines()[:3] == [
        "Тороповская ОШ",
        f"{WAVE}, до 30 апреля",
        "Подтверждено мероприятий: 0 из 21",
    ]
    await emma.press("○ Формулировка задач")
    assert emma.labels[:3] == ["0 нет", "1 частично", "2 да"]
    await emma.press("1 частично")
    await emma.press("Не поставлены задачи.")
    await emma.say("Задачи общие для всех классов")
    async with play.db.read(SYSTEM) as tx:
        marks = await monitoring.marks_of(tx, await monitoring.wave(tx, wave_id))
    school_id = play.world.schools["Тороповская"].school_id or 0
    mark = marks[school_id]["tasks"][play.world.people["Эмма"]]
    assert (mark.points, mark.remark) == ("1", "Не поставлены задачи.\nЗадачи общие для всех классов")
    await emma.press("‹ Назад")
    assert emma.labels[0].startswith("✅ 1 Формулировка задач")


async def test_nobody_scores_what_was_not_given_to_them(play: Play) -> None:
    wave_id = await opened(play)
    emma = await menu(play, "Эмма")
    assert "Оценить: 0" not in emma.labels
    school_id = play.world.schools["Тороповская"].school_id
    await emma.press_data(emma.last, f"wp:{wave_id}:{school_id}:0:2:0")
    assert emma.alert == told(NotFound())
