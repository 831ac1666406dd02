"""Messages that their author has changed: the draft follows silently, what was handed in does not."""

from domain import people, progress
from domain.actor import SYSTEM
from domain.progress import Kind
from sandbox import SentMessage
from tests.bot.chat import Chat, Play
from tests.bot.test_flow_report import opened
from tests.bot.test_flow_wrong_turns import card

HINT = "Отчёт уже отправлен, правка в него не попала. Пока никто не решил, его можно забрать назад."


async def wrote(chat: Chat, text: str) -> SentMessage:
    """A message that can be changed later."""
    sent = await chat.play.telegram.send_text(chat.user_id, text)
    await chat.play.settled()
    return sent


async def amend(chat: Chat, message: SentMessage, text: str) -> str:
    """The author changes it; the bot's newest words."""
    await chat.play.telegram.edit_text(chat.user_id, message.message_id, text)
    await chat.play.settled()
    return chat.text


async def test_a_changed_text_changes_the_draft_and_nothing_is_said(play: Play) -> None:
    tamara = await opened(play)
    first = await wrote(tamara, "Перечень готов")
    await tamara.document("Перечень.pdf")
    draft = tamara.last
    assert (await amend(tamara, first, "Перечень <готов> 12.04")).splitlines() == [
        "📝 1.2, черновик",
        "«Перечень <готов> 12.04»",
        "📎 Перечень.pdf · 1 КБ",
        "Всё на месте.",
    ]
    assert [m.message_id for m in tamara.messages] == [draft.message_id]


async def test_a_changed_caption_and_a_text_that_becomes_a_link(play: Play) -> None:
    tamara = await opened(play)
    await tamara.document("Перечень.pdf", caption="Перечень")
    [held] = (await card(play)).draft
    await play.telegram.edit_text(tamara.user_id, held.message_id or 0, "Перечень школ")
    text = await wrote(tamara, "сайт")
    await amend(tamara, text, "https://school.example/plan")
    assert [(e.kind, e.text) for e in (await card(play)).draft] == [
        (Kind.FILE, "Перечень школ"),
        (Kind.LINK, "https://school.example/plan"),
    ]


async def test_after_sending_a_change_does_nothing_and_one_hint_says_so(play: Play) -> None:
    tamara = await opened(play)
    text = await wrote(tamara, "Перечень готов")
    await tamara.press("Отправить")
    assert await amend(tamara, text, "Другое") == HINT
    [version] = (await card(play)).submissions
    assert [item.text for item in version.evidence] == ["Перечень готов"]
    async with play.db.write(await play.world.actor("Кирилл")) as tx:
        await progress.decide(tx, 1, progress.Decision.CONFIRM, "Хорошо")
    await play.settled()
    assert await amend(tamara, text, "Третье") == "Отчёт уже закрыт, правка в него не попала."


async def test_after_a_return_the_message_speaks_for_the_new_draft_only(play: Play) -> None:
    tamara = await opened(play)
    text = await wrote(tamara, "Перечень готов")
    await tamara.press("Отправить")
    async with play.db.write(await play.world.actor("Кирилл")) as tx:
        await progress.decide(tx, 1, progress.Decision.RETURN, "Какой датой?")
    await play.settled()
    await tamara.press("Доработать")
    assert "«Перечень готов 12.04»" in await amend(tamara, text, "Перечень готов 12.04")
    await tamara.press("Отправить")
    versions = (await card(play)).submissions
    assert [[e.text for e in v.evidence] for v in versions] == [["Перечень готов 12.04"], ["Перечень готов"]]


async def test_what_was_kept_without_an_assignment_is_changed_too(play: Play) -> None:
    tamara = play.chat("Тамара")
    text = await wrote(tamara, "Перечень готв")
    assert await amend(tamara, text, "Перечень готов") == "К какому заданию это?"
    await tamara.press("🔴 1.2")
    assert tamara.text.splitlines()[1] == "«Перечень готов»"


async def test_changes_of_other_messages_and_after_the_role_ended_are_silent(play: Play) -> None:
    tamara, dina = await opened(play), await opened(play, "Дина")
    command = await wrote(tamara, "/menu")
    before = len(tamara.messages)
    await amend(tamara, command, "/menu ")
    text = await wrote(dina, "Перечень готов")
    async with play.db.write(SYSTEM) as tx:
        for grant in await people.grants_of(tx, play.world.people["Дина"]):
            await people.revoke_role(tx, grant.id)
    count = len(dina.messages)
    await amend(dina, text, "Ещё слово")
    assert (len(tamara.messages), len(dina.messages)) == (before, count)
    assert [e.text for e in (await card(play)).draft] == ["Перечень готов"]
