"""Beside a decision: children's data, the region's own phrases, the second look, one word for several reports."""

from domain import oversight, phrases, progress, proof
from domain.actor import SYSTEM
from domain.progress import Decision, Status
from tests.bot.chat import Play
from tests.bot.test_flow_report import handed_in
from tests.bot.test_flow_review import reading, status


async def klims(play: Play, *numbers: str) -> list[int]:
    """Reports of Климатинская, which has no curator: Ульяна decides."""
    sent = []
    for number in numbers:
        work_id = await play.world.assignment_id("Климатинская", number)
        async with play.db.write(await play.world.actor("Клим")) as tx:
            await progress.add_text(tx, work_id, f"Сделано {number}")
            sent.append((await progress.submit(tx, work_id)).id)
    await play.settled()
    return sent


async def confirmed(play: Play) -> None:
    """Кирилл has confirmed the report of Тороповская."""
    kirill = await reading(play)
    await kirill.press("✅ Подтвердить")
    await kirill.press("Документ подтверждает выполнение.")


async def test_a_file_with_childrens_data_is_removed_after_one_question(play: Play) -> None:
    kirill = await reading(play)
    await kirill.press("Данные детей…")
    assert kirill.last.labels == ["1. Перечень.pdf", "‹ Назад"]
    await kirill.press("1. Перечень.pdf")
    assert kirill.last.text == (
        "Файл будет удалён из этого и всех других отчётов навсегда. Сам отчёт останется."
    )
    await kirill.press("Удалить файл")
    assert kirill.alert == "Удалено. Удалите, пожалуйста, файл и в своём чате."
    card = kirill.last
    assert "удалён, там были данные детей" in card.text
    assert card.labels == ["✅ Подтвердить", "↩️ Вернуть", "Спросить школу", "‹ Очередь"]
    assert await proof.delete_wiped(play.db, play.files) == 1
    tamara = play.chat("Тамара")
    await tamara.press("Что отправлено")
    assert "Показать файлы" not in tamara.labels


async def test_a_region_offers_its_own_phrases(play: Play) -> None:
    region_id = play.world.places["область"].region_id or 0
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await phrases.keep_phrases(tx, region_id, Decision.RETURN, ["Нет подписи <директора>", "Не тот год"])
    kirill = await reading(play)
    await kirill.press("↩️ Вернуть")
    assert kirill.last.labels[:2] == ["Нет подписи <директора>", "Не тот год"]
    await kirill.press("Нет подписи <директора>")
    assert "«Нет подписи <директора>»" in kirill.last.text
    assert await status(play) is Status.RETURNED


async def test_an_old_button_with_a_removed_phrase_still_works(play: Play) -> None:
    region_id = play.world.places["область"].region_id or 0
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await phrases.keep_phrases(tx, region_id, Decision.RETURN, ["Нет подписи"])
    kirill = await reading(play)
    await kirill.press("↩️ Вернуть")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await phrases.keep_phrases(tx, region_id, Decision.RETURN, [])
    await kirill.press("Нет подписи")
    assert await status(play) is Status.RETURNED


async def test_the_second_look_agrees_or_takes_back(play: Play) -> None:
    await confirmed(play)
    marina = play.chat("Марина")
    await klims(play, "2.1")
    await marina.say("/menu")
    await marina.press("Ещё")
    await marina.press("Второй взгляд")
    assert marina.text == "Второй взгляд. Подтверждённые отчёты, выбранные на этот месяц:"
    assert marina.labels == ["Тороповская ОШ · 1.2", "‹ Очередь"]
    await marina.press("Тороповская ОШ · 1.2")
    assert marina.files() == ["Перечень.pdf"]
    card = marina.last
    assert card.text.splitlines()[1] == (
        "Подтвердил(а) Кирилл сегодня в 10:00: «Документ подтверждает выполнение.»"
    )
    await marina.press("Всё верно")
    assert marina.alert == "Отмечено: всё верно."
    await marina.press("👁 Тороповская ОШ · 1.2")
    await marina.press("Отменить…")
    await marina.say("Приказ прошлого года")
    assert marina.text.splitlines()[1] == "Подтверждение отменено; школа и проверявший знают почему."
    tamara = play.chat("Тамара")
    assert "«Приказ прошлого года» Марина" in tamara.text
    assert "Приказ прошлого года" in play.chat("Кирилл").text
    assert await status(play) is Status.RETURNED


async def test_a_second_look_at_what_has_changed_says_so(play: Play) -> None:
    await confirmed(play)
    marina = play.chat("Марина")
    await marina.say("/menu")
    await marina.press_data(marina.last, "s2:0")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        await oversight.unconfirm(tx, 1, "Не тот год")
    await play.settled()
    await marina.press_data(marina.last, "so:1:agree")
    assert marina.alert == "Этот отчёт сейчас не подтверждён. Вот как обстоит дело."


async def test_what_was_opened_is_decided_together(play: Play) -> None:
    first, second, unseen = await klims(play, "2.1", "2.2", "2.3")
    ulyana = play.chat("Ульяна")
    await ulyana.say("/menu")
    await ulyana.press("На проверку: 3")
    assert "Решить вместе" not in " ".join(ulyana.labels)
    for number in (first, second):
        await ulyana.press_data(ulyana.last, f"r:{number}:0:0")
        await ulyana.press("‹ Очередь")
    await ulyana.press("Решить вместе: 2")
    assert ulyana.text.splitlines()[0] == "Эти отчёты вы открывали. Одно решение для всех?"
    assert len(ulyana.text.splitlines()) == 3
    await ulyana.press("✅ Подтвердить все")
    await ulyana.press("Документ подтверждает выполнение.")
    assert ulyana.text == "Решено: 2 отчёта."
    async with play.db.read(SYSTEM) as tx:
        found = [(await progress.submission_card(tx, n)).assignment.status for n in (first, second, unseen)]
    assert found == [Status.CONFIRMED, Status.CONFIRMED, Status.IN_REVIEW]
    assert len([m for m in play.chat("Клим").messages if m.text.startswith("✅")]) == 2


async def test_what_was_decided_meanwhile_is_told_and_the_rest_is_done(play: Play) -> None:
    first, second = await klims(play, "2.1", "2.2")
    ulyana = play.chat("Ульяна")
    await ulyana.say("/menu")
    for number in (first, second):
        await ulyana.press_data(ulyana.last, f"r:{number}:0:0")
    await ulyana.press_data(ulyana.last, "gg:return")
    async with play.db.write(SYSTEM) as tx:
        await progress.decide(tx, first, Decision.CONFIRM, "Хорошо")
    await play.settled()
    await ulyana.say("Нет подписей")
    assert ulyana.text.splitlines() == ["Решено: 1 отчёт.", f"№ {first}: Уже решено."]


async def test_curators_have_no_group_and_no_sample(play: Play) -> None:
    await handed_in(play)
    kirill = play.chat("Кирилл")
    await kirill.press("Очередь")
    assert not [label for label in kirill.labels if label.startswith(("Решить вместе", "Второй взгляд"))]
    await kirill.press_data(kirill.last, "s2:0")
    assert kirill.text == "Пока не подтверждено ничего, на что вы могли бы взглянуть ещё раз."
    await kirill.press_data(kirill.last, "zf:1:0")
    await kirill.press_data(kirill.last, "so:1:agree")
    assert kirill.alert == "Вашей роли это недоступно. Обратитесь к своему координатору."
