"""The rating and the corrections of the year in the chat: shown in their months, closed by one press."""

from datetime import date

from domain import adapting, progress
from tests.bot.chat import Play
from tests.domain.test_seasons import go_to, open_of


async def test_a_head_says_that_nothing_has_to_be_changed(play: Play) -> None:
    tamara = play.chat("Тамара")
    await tamara.say("/start")
    assert not [label for label in tamara.labels if "Коррективы" in label]  # April asks for nothing
    go_to(play.world, date(2022, 5, 16))
    await tamara.say("/start")
    await tamara.press("📅 Коррективы в план · до 31 мая")
    assert tamara.text.splitlines()[:2] == ["Коррективы в план · Тороповская ОШ", "До 31 мая, вторник."]
    await tamara.press("Изменений не нужно")
    assert "✅ На этот месяц сделано." in tamara.text
    await tamara.press("‹ Назад")
    assert not [label for label in tamara.labels if "Коррективы" in label]
    assert await open_of(play.world, "Тамара") == []


async def test_a_correction_closes_it_by_itself_and_an_old_button_says_so(play: Play) -> None:
    go_to(play.world, date(2022, 5, 16))
    tamara = play.chat("Тамара")
    await tamara.say("/start")
    await tamara.press("📅 Коррективы в план · до 31 мая")
    async with play.world.db.write(await play.world.actor("Тамара")) as tx:
        rows = await progress.my_work(tx, open_only=True)
        await adapting.reword(tx, rows[0].assignment.id, {"title": "Совещание с родителями"})
    await tamara.press("Изменений не нужно")
    assert "✅ На этот месяц сделано." in tamara.text


async def test_a_coordinator_publishes_the_rating(play: Play) -> None:
    go_to(play.world, date(2022, 6, 29))
    marina = play.chat("Марина")
    await play.morning()
    assert "🟡 Рейтинг за первое полугодие 2022: завтра" in marina.text.splitlines()
    await marina.press("📅 Рейтинг за первое полугодие 2022")
    assert marina.text.splitlines()[0] == "Рейтинг за первое полугодие 2022 · Даниловский МР"
    await marina.press("Опубликовать рейтинг")
    assert "✅ На этот месяц сделано." in marina.text
    assert await open_of(play.world, "Марина") == []


async def test_another_month_makes_an_old_button_a_kind_word(play: Play) -> None:
    go_to(play.world, date(2022, 5, 16))
    tamara = play.chat("Тамара")
    await tamara.say("/start")
    shown = tamara.last
    go_to(play.world, date(2022, 7, 4))
    await tamara.press("📅 Коррективы в план · до 31 мая", on=shown)
    assert tamara.alert == "Не нашлось. Возможно, это убрали или перенесли."
