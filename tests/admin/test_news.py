"""Broadcasts, polls, events and groups on the pages: what is offered, refused, counted and exported."""

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from domain import audiences, broadcasts, events, groups, polls
from domain.actor import SYSTEM, Role
from domain.audiences import Segment
from domain.events import EventKind
from domain.outbox import OutboxMessage, OutboxState
from domain.polls import Kind, PollSpec, QuestionSpec
from tests.admin.conftest import Panel
from tests.admin.test_pages import lines
from tests.bot.chat import PDF, PNG
from tests.domain.test_polls import asked, hand_in

TEAM = ["school_head", "school_member"]


async def newest(panel: Panel, name: str = "Римма") -> broadcasts.BroadcastView:
    async with panel.world.db.read(await panel.world.actor(name)) as tx:
        return await broadcasts.broadcast(tx, (await broadcasts.broadcast_list(tx))[0].id)


def sheet(body: bytes, number: int = 0) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(body)).worksheets[number].values)


async def test_a_whole_region_is_asked_twice(panel: Panel) -> None:
    form = {"text": "Коллеги", "roles": TEAM, "key": "k", "go": "send"}
    first = await panel.post("Римма", "/broadcasts/new", **form)
    assert "Это уйдёт всему региону. Нажмите ещё раз, если так и задумано." in lines(first.text)
    async with panel.world.db.read(await panel.world.actor("Римма")) as tx:
        assert list(await broadcasts.broadcast_list(tx)) == []
    second = await panel.post("Римма", "/broadcasts/new", **form, sure="true")
    assert second.status_code == 303
    assert len((await newest(panel)).deliveries) == 5


async def test_files_go_along_and_come_back_to_their_readers_only(panel: Panel) -> None:
    async with panel.browser("Марина") as browser:
        page = await browser.post(
            "/broadcasts/new",
            data={"text": "План", "roles": TEAM, "key": "k"},
            files=[
                ("files", ("План.pdf", PDF, "application/pdf")),
                ("files", ("доска.png", PNG, "image/png")),
            ],
        )
        assert "📎 План.pdf, 1 КБ" in lines(page.text)
        async with panel.world.db.read(await panel.world.actor("Марина")) as tx:
            kept = [file.id for file in await broadcasts.own_files(tx, [1, 2])]
        # Somebody else's files cannot be sent along.
        stolen = await panel.post(
            "Ульяна", "/broadcasts/new", text="Чужое", file_ids=kept, key="s", go="send"
        )
        assert stolen.status_code == 404
        sent = await browser.post(
            "/broadcasts/new",
            data={"text": "План", "roles": TEAM, "key": "k", "file_ids": kept, "go": "send"},
        )
        card = await browser.get(sent.headers["location"])
        file = await browser.get(f"{sent.headers['location'].split('?')[0]}/files/{kept[0]}")
    assert "План.pdf" in card.text
    assert file.content == PDF
    assert file.headers["content-disposition"].startswith("attachment")
    async with panel.world.db.read(SYSTEM) as tx:
        kinds = (await tx.session.scalars(select(OutboxMessage.kind))).all()
    assert sorted(kinds) == ["broadcast", "broadcast", "broadcast_file", "broadcast_file"]


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("вирус.exe", b"MZ" + b"\0" * 200, "программа"),
        ("план.pdf", b"not a pdf at all", "план.pdf"),
    ],
)
async def test_a_bad_file_is_refused_beside_the_form(panel: Panel, name: str, body: bytes, said: str) -> None:
    async with panel.browser("Марина") as browser:
        page = await browser.post(
            "/broadcasts/new", data={"text": "План", "key": "k"}, files=[("files", (name, body))]
        )
    assert page.status_code == 422
    assert said in page.text


async def test_a_trial_and_a_saved_circle(panel: Panel) -> None:
    world = panel.world
    form = {"text": "Пробуем, {школа}", "roles": ["school_head"], "key": "k"}
    page = await panel.post("Римма", "/broadcasts/new", **form, go="test")
    assert "Проба ушла в ваш чат с ботом." in lines(page.text)
    assert "Пробуем, Василёвская СОШ" in lines(page.text)
    uglich = world.places["Угличский"].municipality_id
    await panel.post(
        "Римма", "/broadcasts/new", **form, municipality=uglich, go="save", name="Углич, руководители"
    )
    async with world.db.read(await world.actor("Римма")) as tx:
        saved = (await audiences.saved_list(tx))[0]
        assert saved.circle == Segment(roles=(Role.SCHOOL_HEAD,), municipality_id=uglich)
        assert list(await broadcasts.broadcast_list(tx)) == []
    again = await panel.get("Римма", "/broadcasts/new", saved=saved.id)
    assert f'<option value="{uglich}" selected>' in again.text
    assert (await panel.get("Ульяна", "/broadcasts/new", saved=saved.id)).status_code == 404
    async with world.db.read(SYSTEM) as tx:
        rows = (await tx.session.scalars(select(OutboxMessage))).all()
    assert [(row.kind, row.person_id) for row in rows] == [("broadcast_test", world.people["Римма"])]


async def test_what_is_filled_in_must_be_known(panel: Panel) -> None:
    page = await panel.post("Марина", "/broadcasts/new", text="До {дата}", roles=TEAM, key="k")
    assert page.status_code == 422
    assert "Не знаю, что подставить вместо {дата}." in page.text
    assert "До {дата}" in page.text


async def test_words_are_safe_and_formatted(panel: Panel) -> None:
    text = '*важно* <script>alert(1)</script> [здесь](https://a.ru/"onclick=x) [тут](javascript:alert(1))'
    page = await panel.post("Марина", "/broadcasts/new", text=text, roles=TEAM, key="k")
    assert "<b>важно</b> &lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert 'href="javascript' not in page.text
    assert not re.search(r"<a [^>]*onclick", page.text)


async def test_the_report_names_everybody_and_why(panel: Panel) -> None:
    await panel.post("Марина", "/broadcasts/new", text="Коллеги", roles=TEAM, key="k", go="send")
    states = {"Дина": (OutboxState.SENT, None), "Тамара": (OutboxState.BLOCKED, "403: Forbidden")}
    async with panel.world.db.write(SYSTEM) as tx:
        for name, (state, error) in states.items():
            await tx.session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.person_id == panel.world.people[name])
                .values(state=state, error=error, sent_at=tx.now)
            )
    async with panel.world.db.write(await panel.world.actor("Дина")) as tx:
        await broadcasts.acknowledge(tx, 1)
    page = await panel.get("Марина", "/broadcasts/1", show="missed")
    assert "Тамара" in page.text
    assert "Дина" not in page.text.split("<table")[1]
    table = await panel.get("Марина", "/broadcasts/1", format="xlsx")
    head, dina, tamara = sheet(table.content)
    assert head == ("Имя", "Место", "Состояние", "Отправлено", "Ознакомлен(а)", "Ответ", "Почему")
    assert (dina[0], dina[2], dina[4] is not None) == ("Дина", "доставлено", True)
    assert (tamara[2], tamara[6]) == ("бот заблокирован", "403: Forbidden")
    assert (await panel.get("Марина", "/broadcasts/1", format="csv")).text.count("\n") == 3


async def test_the_page_looks_again_only_while_something_is_on_its_way(panel: Panel) -> None:
    await panel.post("Марина", "/broadcasts/new", text="Коллеги", roles=TEAM, key="k", go="send")
    assert "refresh" in (await panel.get("Марина", "/broadcasts/1")).headers
    await panel.post("Марина", "/broadcasts/1", do="cancel")
    assert "refresh" not in (await panel.get("Марина", "/broadcasts/1")).headers


async def test_an_answer_is_read_and_answered_on_the_page(panel: Panel) -> None:
    world = panel.world
    await panel.post("Марина", "/broadcasts/new", text="Коллеги", roles=TEAM, key="k", go="send")
    async with world.db.write(await world.actor("Дина")) as tx:
        await broadcasts.write_letter(tx, 1, world.people["Дина"], "А если <завтра>?")
    assert "💬 1" in lines((await panel.get("Марина", "/broadcasts")).text)
    assert "А если &lt;завтра&gt;?" in (await panel.get("Марина", "/broadcasts/1")).text
    await panel.post("Марина", "/broadcasts/1/letters", person=world.people["Дина"], text="Можно")
    assert "💬 1" not in lines((await panel.get("Марина", "/broadcasts")).text)
    async with world.db.read(SYSTEM) as tx:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == "broadcast_letter")
        to = (await tx.session.scalars(query.order_by(OutboxMessage.id))).all()
    assert to == [world.people["Марина"], world.people["Дина"]]
    # Nobody who did not receive it can be written to about it.
    outside = await panel.post("Марина", "/broadcasts/1/letters", person=world.people["Вера"], text="?")
    assert outside.status_code == 404


POLL = {
    "title": "О семинаре",
    "question": ["Нужна помощь?", "С чем?", "Оцените", "Что ещё?"],
    "kind": ["one", "many", "ten", "text"],
    "options": ["Да\nНет", "Математика\nРусский\n\n", "", ""],
    "optional": ["1", "3"],
    "roles": TEAM,
    "key": "k",
}


async def test_a_poll_from_the_form_to_the_results(panel: Panel) -> None:
    more = await panel.post("Марина", "/polls/new", **POLL, go="add")
    assert more.text.count('name="question"') == 5
    look = await panel.post("Марина", "/polls/new", **POLL)
    assert "Спросим 2 человек" in lines(look.text)
    made = await panel.post("Марина", "/polls/new", **POLL, go="ask")
    again = await panel.post("Марина", "/polls/new", **POLL, go="ask")
    assert made.headers["location"] == again.headers["location"]
    world = panel.world
    async with world.db.read(await world.actor("Марина")) as tx:
        found = await polls.results(tx, 1)
    assert [(q.kind, q.required, q.top) for q in found.questions] == [
        (Kind.ONE, True, 5),
        (Kind.MANY, False, 5),
        (Kind.SCALE, True, 10),
        (Kind.TEXT, False, 5),
    ]
    await hand_in(world, "Дина", found.poll, [0], [0, 1], 9, "Больше практики")
    page = await panel.get("Марина", "/polls/1")
    assert "1 из 2" in page.text
    assert "Тамара" in page.text
    file = await panel.get("Марина", "/polls/1", format="xlsx")
    counts = sheet(file.content)
    assert counts[0] == ("Вопрос", "Ответ", "Сколько раз", "%", "Ответили")
    assert counts[1:5] == [
        ("Нужна помощь?", "Да", 1, 100, 1),
        ("Нужна помощь?", "Нет", 0, 0, 1),
        ("С чем?", "Математика", 1, 100, 1),
        ("С чем?", "Русский", 1, 100, 1),
    ]
    every = sheet(file.content, 1)
    assert every[1][:2] == ("Дина", "Тороповская ОШ")
    assert every[1][3:] == ("Да", "Математика; Русский", 9, "Больше практики")
    await panel.post("Марина", "/polls/1", do="remind")
    await panel.post("Марина", "/polls/1", do="close")
    assert "закрыт" in lines((await panel.get("Марина", "/polls/1")).text)


async def test_a_poll_without_answers_to_choose_from_is_refused_beside_the_form(panel: Panel) -> None:
    page = await panel.post("Марина", "/polls/new", **{**POLL, "options": ["Да", "", "", ""]}, go="ask")
    assert page.status_code == 422
    assert "У вопроса 1 должно быть от двух до 12 разных ответов." in page.text
    assert "О семинаре" in page.text


async def test_an_anonymous_poll_names_nobody_in_any_file(panel: Panel) -> None:
    spec = PollSpec("Тайно", (QuestionSpec("Всё хорошо?", options=("Да", "Нет")),), anonymous=True)
    poll = await asked(panel.world, spec)
    for name in ("Дина", "Вера"):
        await hand_in(panel.world, name, poll, [0])
    page = await panel.get("Римма", f"/polls/{poll.id}")
    assert "Итоги анонимного опроса появятся, когда ответят хотя бы 3." in lines(page.text)
    for kind in ("xlsx", "csv"):
        refused = await panel.get("Римма", f"/polls/{poll.id}", format=kind)
        assert refused.status_code == 422
        assert "Итоги анонимного опроса появятся, когда ответят хотя бы 3." in refused.text
    await hand_in(panel.world, "Клим", poll, [1])
    every = sheet((await panel.get("Римма", f"/polls/{poll.id}", format="xlsx")).content, 1)
    assert every[0] == ("№", "Всё хорошо?")
    assert sorted(row[1] for row in every[1:]) == ["Да", "Да", "Нет"]


async def test_an_event_for_any_circle_and_its_list(panel: Panel) -> None:
    world = panel.world
    form = {
        "kind": "hour",
        "title": "О сроках",
        "day": "2022-04-18",
        "begins": "11:00",
        "roles": ["school_head"],
        "municipality": world.places["Угличский"].municipality_id,
        "key": "k",
    }
    look = await panel.post("Римма", "/events", **form, go="look")
    assert "Будут приглашены 3 человека" in lines(look.text)
    made = await panel.post("Римма", "/events", **form)
    assert made.status_code == 303
    async with world.db.read(await world.actor("Римма")) as tx:
        event = (await events.event_list(tx))[0]
    assert (event.kind, event.title) == (EventKind.HOUR, "О сроках")
    world.clock.forward(hours=1)
    await panel.post("Римма", f"/events/{event.id}/mark", person=world.people["Вера"], came="true")
    page = await panel.get("Римма", f"/events/{event.id}")
    assert "Приняли участие: 1 из 3, 33 %." in lines(page.text)
    rows = sheet((await panel.get("Римма", f"/events/{event.id}", format="xlsx")).content)
    assert [(row[0], row[3]) for row in rows[1:]] == [("Вера", "да"), ("Клим", "нет"), ("Кирилл", "нет")]
    file = await panel.get("Римма", f"/events/{event.id}/calendar")
    assert file.text.startswith("BEGIN:VCALENDAR\r\n")


async def test_groups_are_listed_silenced_and_unlinked(panel: Panel) -> None:
    world = panel.world
    async with world.db.write(SYSTEM) as tx:
        group = await groups.added(tx, -5, "Школы <Данилова>")
    async with world.db.write(await world.actor("Марина")) as tx:
        await groups.link(tx, group.id, world.places["Даниловский"])
    assert "Школы &lt;Данилова&gt;" in (await panel.get("Марина", "/groups")).text
    assert "Данилова" not in (await panel.get("Ульяна", "/groups")).text
    await panel.post("Марина", f"/groups/{group.id}", do="days", days=["1", "7"])
    assert "за сколько дней: 1, 7" in lines((await panel.get("Марина", "/groups")).text)
    wrong = await panel.post("Марина", f"/groups/{group.id}", do="days")
    assert "Выберите от одного до 5 дней" in wrong.text
    await panel.post("Марина", f"/groups/{group.id}", do="silent")
    async with world.db.read(await world.actor("Марина")) as tx:
        assert not (await groups.group(tx, group.id)).tells_deadlines
    async with world.db.write(SYSTEM) as tx:
        await groups.removed(tx, -5)
    lost = (await panel.get("Марина", "/groups")).text
    assert ("Бота удалили или ему не дают писать" in lines(lost), "Школы &lt;Данилова&gt;" in lost) == (
        True,
        True,
    )
    assert "Данилова" not in (await panel.get("Ульяна", "/groups")).text
    await panel.post("Марина", f"/groups/{group.id}", do="forget")
    assert "Данилова" not in (await panel.get("Марина", "/groups")).text
    async with world.db.write(SYSTEM) as tx:
        group = await groups.added(tx, -5, "Школы <Данилова>")
    async with world.db.write(await world.actor("Марина")) as tx:
        await groups.link(tx, group.id, world.places["Даниловский"])
    await panel.post("Марина", f"/groups/{group.id}", do="unlink")
    assert "Пока ни одна группа не связана." in lines((await panel.get("Марина", "/groups")).text)


async def test_more_people_are_invited_to_an_event_later(panel: Panel) -> None:
    world = panel.world
    form = {"title": "О сроках", "day": "2022-04-20", "begins": "11:00", "roles": ["school_head"], "key": "k"}
    await panel.post("Марина", "/events", **form)
    look = await panel.post("Марина", "/events/1/invite", roles=["school_head", "curator"])
    assert "Будет приглашён ещё 1 человек" in lines(look.text)
    assert "Уже приглашены: 1. Им ничего не придёт." in lines(look.text)
    made = await panel.post("Марина", "/events/1/invite", roles=["school_head", "curator"], go="invite")
    assert made.status_code == 303
    again = await panel.post("Марина", "/events/1/invite", roles=["school_head", "curator"], go="invite")
    assert (again.status_code, "Все из этого круга уже приглашены." in again.text) == (422, True)
    found = await panel.get("Марина", "/events/1/invite", find="торопов")
    assert "Дина" in lines(found.text)
    await panel.post("Марина", "/events/1/invite", person=world.people["Дина"], go="invite")
    stranger = await panel.post("Марина", "/events/1/invite", person=world.people["Степан"], go="invite")
    assert (stranger.status_code, "Степан" in stranger.text) == (422, False)
    async with world.db.read(await world.actor("Марина")) as tx:
        names = {name for _, name in (await events.guests(tx, 1)).guests}
    assert names == {"Тамара", "Кирилл", "Дина"}
    async with world.db.read(SYSTEM) as tx:
        asked = select(OutboxMessage.person_id).where(OutboxMessage.kind == "event_invitation")
        told = sorted((await tx.session.scalars(asked)).all(), key=str)
    assert told == sorted((world.people[name] for name in names), key=str)
