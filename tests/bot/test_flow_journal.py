"""The curator's log in the chat: two taps and a line."""

from datetime import timedelta

from domain import curation
from domain.curation import NoteKind
from tests.bot.chat import Chat, Play
from tests.bot.test_flow_overseeing import confirmed
from tests.world import START

TODAY = START.date()


async def opened(play: Play) -> Chat:
    """Кирилл with his log open."""
    kirill = play.chat("Кирилл")
    await kirill.say("/menu")
    if "Журнал: записать визит" not in " ".join(kirill.labels):
        await kirill.press("Я куратор")
    await kirill.press("Журнал")
    return kirill


async def noted(play: Play) -> list[tuple[str, str, str]]:
    async with play.db.read(await play.world.actor("Кирилл")) as tx:
        found = await curation.log(tx, first=TODAY - timedelta(days=30), last=TODAY)
    return [(e.kind.value, e.day.isoformat(), e.line) for e in found]


async def test_a_visit_is_noted_in_two_taps_and_a_line(play: Play) -> None:
    kirill = await opened(play)
    await kirill.press("Посещение")
    assert kirill.text == (
        "Посещение, Тороповская ОШ, 18 апреля, понедельник.\nО чём шла речь? Напишите одной строкой."
    )
    assert kirill.labels == ["Вчера", "Два дня назад", "‹ Назад"]
    await kirill.press("Вчера")
    await kirill.say("Посетил уроки <математики>")
    assert await noted(play) == [("visit", "2022-04-17", "Посетил уроки <математики>")]
    assert kirill.text.splitlines()[-1] == (
        "17 апреля, Тороповская ОШ, посещение «Посетил уроки <математики>»"
    )


async def test_the_log_keeps_decisions_by_itself(play: Play) -> None:
    await confirmed(play)
    kirill = await opened(play)
    lines = kirill.text.splitlines()
    assert lines[:2] == ["Журнал куратора", "На этой неделе: решений 1, ответов 0, встреч и посещений 0."]
    assert lines[2:] == ["✅ 18 апреля, Тороповская ОШ, 1.2 «Документ подтверждает выполнение.»"]


async def test_a_slip_is_taken_back(play: Play) -> None:
    kirill = await opened(play)
    await kirill.press("Встреча")
    await kirill.say("Опечатка")
    await kirill.press("Удалить: Опечатка")
    assert await noted(play) == []


async def test_with_two_schools_one_is_chosen(play: Play) -> None:
    from domain import people
    from domain.actor import SYSTEM, Role

    async with play.db.write(SYSTEM) as tx:
        await people.grant_role(
            tx, play.world.people["Кирилл"], Role.CURATOR, play.world.schools["Василёвская"]
        )
    kirill = await opened(play)
    await kirill.press("Консультация")
    assert kirill.labels == ["Тороповская ОШ", "Василёвская СОШ", "‹ Назад"]
    await kirill.press("Василёвская СОШ")
    await kirill.press("Два дня назад")
    await kirill.press("На день раньше")
    await kirill.say("План на май")
    assert await noted(play) == [("consultation", "2022-04-15", "План на май")]


async def test_a_note_for_a_school_that_was_taken_away_is_refused(play: Play) -> None:
    from domain import people

    kirill = await opened(play)
    await kirill.press("Посещение")
    async with play.db.write(await play.world.actor("Римма")) as tx:
        grants = await people.grants_of(tx, play.world.people["Кирилл"])
        await people.revoke_role(tx, next(g.id for g in grants if g.role == "curator"))
    await kirill.say("Уроки")
    assert kirill.text == "Не нашлось. Возможно, это убрали или перенесли."
    assert await noted(play) == []
    assert NoteKind.VISIT.value == "visit"
