"""Several people of one school over one draft: each sees what the others do, at once and in place."""

from domain import people
from domain.actor import SYSTEM
from tests.bot.chat import PDF, Play
from tests.bot.test_flow_report import opened


async def test_what_a_colleague_adds_appears_on_every_open_draft(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await tamara.say("Перечень готов")
    mine, theirs = tamara.last, dina.last
    assert dina.text.splitlines()[:2] == ["📝 1.2, черновик", "«Перечень готов» · Тамара"]
    await dina.document("Перечень.pdf")
    assert tamara.text.splitlines() == [
        "📝 1.2, черновик",
        "«Перечень готов»",
        "📎 Перечень.pdf · 1 КБ · Дина",
        "Всё на месте.",
    ]
    # Nobody got a new message: the screens were drawn anew.
    assert [m.message_id for m in tamara.messages] == [mine.message_id]
    assert theirs.message_id not in [
        m.message_id for m in dina.messages
    ]  # her own file pushed her draft down
    await tamara.say("И приказ")
    assert "«И приказ» · Тамара" in dina.text


async def test_what_a_colleague_removes_sends_and_takes_back_is_seen(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await tamara.say("Лишнее")
    await tamara.document("Перечень.pdf")
    await tamara.press("Убрать…")
    await tamara.press("«Лишнее»")
    assert dina.text.splitlines()[1] == "📎 Перечень.pdf · 1 КБ · Тамара"
    await tamara.press("Отправить")
    assert dina.text.splitlines()[1:] == [
        "Отправлено: № 1, сегодня в 10:00",
        "📎 Перечень.pdf · 1 КБ",
        "⏳ На проверке. Больше ничего делать не нужно.",
    ]
    await dina.press("Забрать назад")
    assert dina.text.splitlines()[0] == "📝 1.2, черновик"


async def test_somebody_who_reads_or_chooses_is_not_disturbed(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await tamara.say("Перечень готов")
    await tamara.press("Убрать…")
    choosing = tamara.text
    await dina.document("Перечень.pdf")
    assert tamara.text == choosing
    await tamara.press("‹ Назад")
    assert "📎 Перечень.pdf · 1 КБ · Дина" in tamara.text
    await tamara.press("Что нужно")
    asked = tamara.text
    await dina.document("Второй.pdf", PDF + b"2")
    assert tamara.text == asked


async def test_a_colleague_elsewhere_or_without_a_role_sees_nothing(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await dina.press("‹ Назад")
    elsewhere = dina.text
    await tamara.say("Перечень готов")
    assert dina.text == elsewhere
    await dina.press("🔴 1.2")
    async with play.db.write(SYSTEM) as tx:
        for grant in await people.grants_of(tx, play.world.people["Дина"]):
            await people.revoke_role(tx, grant.id)
    draft = dina.text
    await tamara.document("Перечень.pdf")
    assert dina.text == draft


async def test_a_colleague_who_blocked_the_bot_stops_nobody(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    await dina.say("Согласовано")
    play.telegram.fault(
        "editMessageText", "error", code=403, description="Forbidden: bot was blocked by the user"
    )
    await tamara.document("Перечень.pdf")
    assert "📎 Перечень.pdf · 1 КБ" in tamara.text


async def test_the_draft_on_a_colleagues_phone_survives_a_restart(play: Play) -> None:
    await opened(play)
    dina = await opened(play, "Дина")
    await play.restart()
    await play.chat("Тамара").say("Перечень готов")
    assert "«Перечень готов» · Тамара" in dina.text


async def test_a_picture_does_not_answer_a_question_for_words(play: Play) -> None:
    tamara = await opened(play)
    await tamara.press("Спросить куратора")
    assert await tamara.photo() == "Напишите, пожалуйста, словами."
    await tamara.say("Нужна ли печать?")
    assert play.chat("Кирилл").text.endswith("«Нужна ли печать?» Тамара")
