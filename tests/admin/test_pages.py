"""What the pages show and do, asked over HTTP and read back from the database."""

import csv
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from admin.pages import schools as school_pages
from domain import audit, broadcasts, giving, outbox, people, progress, roadmaps, schools
from domain.actor import SYSTEM, Role
from domain.outbox import OutboxMessage
from tests.admin import targets
from tests.admin.conftest import Panel, count_statements
from tests.domain.test_offices import give
from tests.world import START, World


def links(html: str, start: str) -> list[str]:
    return re.findall(rf'href="({re.escape(start)}[^"]*)"', html)


def lines(html: str) -> str:
    """The text of a page, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def report(world: World, school: str, who: str, number: str = "2.1") -> int:
    """Somebody hands a report in; its number."""
    assignment = await world.assignment_id(school, number)
    async with world.db.write(await world.actor(who)) as tx:
        await progress.add_text(tx, assignment, "Совещание проведено.")
        return (await progress.submit(tx, assignment)).id


async def test_home_shows_the_state_of_every_school(panel: Panel) -> None:
    world = panel.world
    await report(world, "Тороповская", "Тамара")
    number = await report(world, "Климатинская", "Клим")
    async with world.db.write(await world.actor("Ульяна")) as tx:
        await progress.decide(tx, number, progress.Decision.CONFIRM, "Хорошо.")
    page = (await panel.get("Римма", "/")).text
    for name, sign in (("Тороповская", "⏳"), ("Климатинская", "✓"), ("Василёвская", "30.04")):
        cell = await world.assignment_id(name, "2.1")
        assert re.search(rf'href="/work/{cell}"[^>]*>{re.escape(sign)}</a>', page), name
    assert "Тимонин" not in page


async def test_an_overdue_cell_says_how_many_days(panel: Panel) -> None:
    panel.world.clock.forward(days=13)  # from 18 April to 1 May; 2.1 was due on 30 April
    cell = await panel.world.assignment_id("Тороповская", "2.1")
    page = (await panel.get("Марина", "/")).text
    found = re.search(rf'href="/work/{cell}" title="([^"]*)">([^<]*)</a>', page)
    assert found is not None
    assert found.groups() == ("просрочено на 1 день", "−1")


async def test_each_sees_the_schools_of_their_own_places(panel: Panel) -> None:
    async def seen(who: str) -> set[str]:
        page = (await panel.get(who, "/schools")).text
        return {name for name in panel.world.schools if name in lines(page)}

    assert await seen("Римма") == {"Тороповская", "Климатинская", "Василёвская", "16"}
    assert await seen("Марина") == {"Тороповская"}
    assert await seen("Кирилл") == {"Тороповская", "16"}
    assert await seen("Степан") == {"Тимонин"}


async def test_the_list_by_measure_leads_to_a_message_to_those_who_are_late(panel: Panel) -> None:
    await report(panel.world, "Тороповская", "Тамара")
    page = (await panel.get("Римма", "/", by="measure")).text
    row = next(r for r in page.split("<tr>") if "2.1 " in lines(r))
    assert "2 из 3" in lines(row)
    assert "Тороповская" not in lines(row)
    compose = links(row, "/broadcasts/new")[0]
    chosen = re.findall(
        r"<option[^>]* selected[^>]*>([^<]+)</option>", (await panel.get("Римма", compose)).text
    )
    assert [words for words in chosen if words.startswith("2.1 ")] == chosen[:1]


async def test_filters_stay_in_the_address_and_narrow_the_table(panel: Panel) -> None:
    municipality = panel.world.places["Угличский"].municipality_id
    page = (await panel.get("Римма", "/", municipality=municipality)).text
    assert "Тороповская" not in page
    assert "Климатинская" in page
    assert f"municipality={municipality}&amp;format=xlsx" in page
    track = await _track(panel.world, "Трек 2")
    narrowed = (await panel.get("Римма", "/", track=track)).text
    assert ">1.1<" not in narrowed
    assert ">2.1<" in narrowed


async def _track(world: World, start: str) -> int:
    async with world.db.read(SYSTEM) as tx:
        tracks = (await roadmaps.roadmap(tx, world.roadmap_id)).tracks
    return next(track.id for track in tracks if track.title.startswith(start))


@pytest.mark.parametrize("value", ["abc", "-1", "99999", "9" * 20, "1 OR 1=1", "'", "%00"])
async def test_odd_filters_break_nothing(panel: Panel, value: str) -> None:
    for path in ("/", "/schools", "/people", "/audit"):
        for name in ("municipality", "cohort", "track", "sort", "role", "status", "search", "person", "kind"):
            response = await panel.get("Римма", path, **{name: value})
            assert response.status_code in (200, 404), (path, name)


async def test_a_list_as_csv_and_excel_is_the_same_as_the_page(panel: Panel) -> None:
    csv_file = await panel.get("Римма", "/schools", format="csv", sort="school")
    rows = list(csv.reader(io.StringIO(csv_file.content.decode("utf-8-sig")), delimiter=";"))
    xlsx_file = await panel.get("Римма", "/schools", format="xlsx", sort="school")
    sheet = load_workbook(io.BytesIO(xlsx_file.content)).active
    assert sheet is not None
    assert csv_file.headers["content-disposition"].startswith('attachment; filename="schools.csv"')
    assert [row[0] for row in rows] == [
        "Школа",
        "Василёвская СОШ",
        "Климатинская СОШ",
        "СШ № 16",
        "Тороповская ОШ",
    ]
    assert [[str(v) if v is not None else "" for v in row] for row in sheet.values] == rows


async def test_a_person_of_several_roles_stands_in_the_list_once(panel: Panel) -> None:
    page = (await panel.get("Римма", "/people")).text
    assert (page.count(">Кирилл</a>"), page.count(">Дина</a>")) == (1, 1)
    line = lines(page[page.index(">Кирилл</a>") :].split("</tr>")[0])
    assert ("Руководитель школы · СШ № 16" in line, "Куратор · Тороповская ОШ" in line) == (True, True)
    only = lines((await panel.get("Римма", "/people", role="curator")).text)
    assert ("Куратор · Тороповская ОШ" in only, "СШ № 16" in only) == (True, False)
    answer = await panel.get("Римма", "/people", format="csv", search="кирилл")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row[0], set(row[2].split("; ")), set(row[3].split("; "))) for row in rows[1:]] == [
        ("Кирилл", {"Руководитель школы", "Куратор"}, {"СШ № 16", "Тороповская ОШ"})
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_name_never_becomes_a_formula(panel: Panel, kind: str) -> None:
    evil = "=HYPERLINK(1)"
    await panel.post("Римма", f"/people/{panel.world.people['Дина']}/name", name=evil)
    content = (await panel.get("Римма", "/people", format=kind, search="HYPER")).content
    if kind == "csv":
        assert f";'{evil}" in content.decode("utf-8-sig") or f"'{evil};" in content.decode("utf-8-sig")
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        cell = next(c for row in sheet.iter_rows() for c in row if c.value == evil)
        assert cell.data_type == "s"


@pytest.mark.parametrize("path", ["/", "/?by=measure", "/schools", "/people", "/audit", "/broadcasts/1"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_every_list_can_be_taken_away(panel: Panel, path: str, kind: str) -> None:
    await targets.broadcast(panel.world, "here")
    glue = "&" if "?" in path else "?"
    response = await panel.get("Римма", f"{path}{glue}format={kind}")
    assert response.status_code == 200
    assert response.headers["content-disposition"].endswith(f".{kind}")
    assert len(response.content) > 50


async def test_a_curator_decides_on_the_card_and_the_school_hears_of_it(panel: Panel) -> None:
    world = panel.world
    number = await report(world, "Тороповская", "Тамара")
    card = f"/work/{await world.assignment_id('Тороповская', '2.1')}"
    assert "Совещание проведено." in (await panel.get("Кирилл", card)).text
    form = {"submission": number, "decision": "return", "phrase": "no_proof", "comment": "Нужна подпись."}
    done = await panel.post("Кирилл", f"{card}/decide", **form)
    assert done.headers["location"] == f"{card}?done=returned"
    async with world.db.read(SYSTEM) as tx:
        view = await progress.submission_card(tx, number)
        news = (await tx.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "decided"))).all()
    review = view.submissions[0].review
    assert review is not None
    assert review.comment == ("Документ не подтверждает факт. Приложите подписанный документ. Нужна подпись.")
    assert [message.person_id for message in news] == [world.people["Тамара"]]


async def test_the_second_is_told_who_was_first(panel: Panel) -> None:
    world = panel.world
    number = await report(world, "Тороповская", "Тамара")
    path = f"/work/{await world.assignment_id('Тороповская', '2.1')}/decide"
    await panel.post("Кирилл", path, submission=number, decision="confirm", phrase="proved")
    world.clock.forward(days=7)
    second = await panel.post("Марина", path, submission=number, decision="return", comment="Рано.")
    assert second.status_code == 422
    assert "Уже решено: подтверждено 18 апреля, 10:00 (Кирилл)." in lines(second.text)


async def test_a_decision_needs_a_word_and_keeps_what_was_typed(panel: Panel) -> None:
    world = panel.world
    number = await report(world, "Тороповская", "Тамара")
    path = f"/work/{await world.assignment_id('Тороповская', '2.1')}"
    empty = await panel.post("Кирилл", f"{path}/decide", submission=number, decision="return", comment=" ")
    assert (empty.status_code, empty.text.count("Добавьте слово")) == (422, 1)
    beside = r'value="return">\s*<p class="alert[^>]*>Добавьте слово.*?<textarea[^>]* autofocus>'
    assert re.search(beside, empty.text, re.S)  # on a phone the form is far below the top of the page
    other = await world.assignment_id("Тороповская", "2.2")
    mixed = await panel.post("Кирилл", f"/work/{other}/decide", submission=number, decision="confirm")
    assert mixed.status_code == 404


async def test_an_invitation_link_is_shown_once_and_works(panel: Panel) -> None:
    world = panel.world
    place = "-".join(str(part) for part in world.schools["Тороповская"])
    async with panel.browser("Марина") as browser:
        form = {"role": "school_member", "place": place, "name": "Новая Учительница"}
        made = await browser.post("/invitations/new", data=form)
        shown = (await browser.get(made.headers["location"])).text
        again = (await browser.get(made.headers["location"])).text
    found = re.search(r"https://t\.me/vekha_test_bot\?start=([\w-]+)", shown)
    assert found is not None
    assert found[1] not in again
    async with world.db.write(SYSTEM) as tx:
        person = await people.join(tx, found[1], telegram_id=4321, name="?")
    async with world.db.read(SYSTEM) as tx:
        actor = await people.actor_by_id(tx, person.id)
    assert (actor.name, [(g.role, g.place) for g in actor.grants]) == (
        "Новая Учительница",
        [(Role.SCHOOL_MEMBER, world.schools["Тороповская"])],
    )


async def test_somebody_elses_link_is_not_shown_by_a_borrowed_cookie(panel: Panel) -> None:
    mine = await targets.invitation(panel.world, "here")
    async with panel.browser("Марина") as browser:
        browser.cookies.set("vekha_invitation", "0" * 22)
        page = await browser.get(f"/invitations/{mine['invitation_id']}")
    assert "start=" not in page.text


async def test_a_place_that_does_not_fit_the_role_is_said_beside_the_form(panel: Panel) -> None:
    place = "-".join(str(part) for part in panel.world.places["Даниловский"][:2])
    page = await panel.post("Римма", "/invitations/new", role="curator", place=place, name="Пётр")
    assert page.status_code == 422
    assert 'value="Пётр"' in page.text
    assert 'role="alert"' in page.text


async def test_a_broadcast_is_looked_at_before_it_is_sent_and_sent_once(panel: Panel) -> None:
    world = panel.world
    form = {"text": "Коллеги, ждём до <пятницы>.", "roles": ["school_head", "school_member"], "key": "k1"}
    preview = await panel.post("Марина", "/broadcasts/new", **form)
    assert "Получат 2 человека" in lines(preview.text)
    assert "&lt;пятницы&gt;" in preview.text
    async with world.db.read(await world.actor("Марина")) as tx:
        assert list(await broadcasts.broadcast_list(tx)) == []
    first = await panel.post("Марина", "/broadcasts/new", **form, go="send")
    second = await panel.post("Марина", "/broadcasts/new", **form, go="send")
    assert first.headers["location"] == second.headers["location"]
    page = await panel.get("Марина", first.headers["location"])
    assert "ждёт отправки: 2" in lines(page.text)
    async with world.db.read(await world.actor("Марина")) as tx:
        found = (await broadcasts.broadcast(tx, 1)).deliveries
    assert sorted(d.person.name for d in found) == ["Дина", "Тамара"]


async def test_what_the_regions_own_office_has_not_done_stands_on_its_coordinators_pages(
    panel: Panel,
) -> None:
    work_id = await give(panel.world, "область", "2.1", due=START.date() - timedelta(days=3))
    panel.world.clock.forward(days=7)
    for path in ("/", "/attention"):
        page = (await panel.get("Римма", path)).text
        assert (
            f'<a href="/work/{work_id}">Ярославская область, свои дела: просрочено 1, дольше всего 5 рабочих дней</a>'
            in page
        )
    assert "свои дела" not in (await panel.get("Марина", "/")).text
    assert "свои дела" not in (await panel.get("Ольга", "/")).text


async def test_what_needs_attention_can_be_settled(panel: Panel) -> None:
    world = panel.world
    doubtful = await targets.message(world, "here")
    page = (await panel.get("Римма", "/attention")).text
    assert f"/attention/messages/{doubtful['message_id']}" in page
    await panel.post("Римма", f"/attention/messages/{doubtful['message_id']}", arrived="false")
    async with world.db.read(SYSTEM) as tx:
        message = await outbox.find_message(tx, doubtful["message_id"])
        trail = await audit.entries(tx, subject_kind="message")
    assert message is not None
    assert (message.state, [e.action for e in trail]) == (outbox.OutboxState.PENDING, ["message.again"])


async def test_the_history_speaks_and_is_filtered(panel: Panel) -> None:
    world = panel.world
    number = await report(world, "Тороповская", "Тамара")
    page = lines((await panel.get("Марина", "/audit", kind="submission")).text)
    assert f"Тамара сдан отчёт № {number}" in page
    nobody = await panel.get("Марина", "/audit", kind="submission", person=world.people["Дина"])
    assert "Ничего не нашлось" in nobody.text
    later = await panel.get("Марина", "/audit", since="2022-04-19")
    assert "Ничего не нашлось" in later.text
    assert "Тамара" not in lines((await panel.get("Ульяна", "/audit", kind="submission")).text)


async def test_a_school_sees_its_own_work_and_no_menu_of_others(panel: Panel) -> None:
    page = (await panel.get("Дина", "/")).text
    assert "Тороповская ОШ" in page
    assert 'href="/audit"' not in page
    assert 'href="/people"' not in page
    assert 'href="/attention"' not in page
    assert 'href="/broadcasts"' not in page


async def test_what_a_role_cannot_do_is_not_drawn(panel: Panel) -> None:
    school = f"/schools/{panel.world.schools['Тороповская'].school_id}"
    assert "/invitations/new" in (await panel.get("Марина", school)).text
    assert "/invitations/new" not in (await panel.get("Кирилл", school)).text
    assert "/roadmaps/new" in (await panel.get("Марина", "/roadmaps")).text
    assert "/roadmaps/new" not in (await panel.get("Ольга", "/roadmaps")).text
    living = f"/roadmaps/{panel.world.roadmap_id}"
    assert "/assign" in (await panel.get("Римма", living)).text
    assert "/assign" not in (await panel.get("Марина", living)).text


async def test_a_head_of_a_school_corrects_the_team_but_not_the_curator(panel: Panel) -> None:
    world = panel.world
    curator, deputy = (f"/people/{world.people[name]}" for name in ("Кирилл", "Дина"))
    assert f'action="{deputy}/name"' in (await panel.get("Тамара", deputy)).text
    assert f'action="{curator}/name"' not in (await panel.get("Тамара", curator)).text
    async with world.db.write(SYSTEM) as tx:  # nobody but a curator, and of this school alone
        other = await people.add_person(tx, "Костина Инна")
        await people.grant_role(tx, other.id, Role.CURATOR, world.schools["Тороповская"])
    alone = f"/people/{other.id}"
    assert f'action="{alone}/name"' not in (await panel.get("Тамара", alone)).text
    assert (await panel.post("Тамара", f"{alone}/name", name="Не Костина")).status_code == 403
    assert (await panel.post("Марина", f"{alone}/name", name="Костина И.")).status_code == 303


@pytest.mark.parametrize("path", ["/schools/{}", "/work/{}", "/files/{}", "/people/{}", "/roadmaps/{}"])
async def test_an_address_beyond_every_row_is_the_address_of_nothing(panel: Panel, path: str) -> None:
    for digits in (20, 5_000):  # Python refuses to compute the latter
        assert (await panel.get("Римма", path.format("9" * digits))).status_code == 404


@pytest.mark.parametrize("path", ["/", "/?by=measure", "/schools", "/people", "/roadmaps", "/audit"])
async def test_a_list_costs_the_same_with_one_row_and_with_thirty(panel: Panel, path: str) -> None:
    world = panel.world
    await panel.get("Римма", "/events")  # what is asked once of a database
    await _grow(world, range(1))
    few = await count_statements(world.db, panel.get("Римма", path))
    await _grow(world, range(1, 31))
    assert await count_statements(world.db, panel.get("Римма", path)) == few


async def _grow(world: World, numbers: range) -> None:
    async with world.db.write(SYSTEM) as tx:
        region = await tx.session.get_one(schools.Region, world.places["область"].region_id)
        for n in numbers:
            home = await schools.add_municipality(tx, region, f"Район {n}")
            school, _ = await schools.add_school(tx, home, f"МОУ Средняя школа № {100 + n}")
            invited = await people.invite(tx, Role.SCHOOL_HEAD, school.place, name=f"Директор {n}")
            await people.join(tx, invited.payload, telegram_id=5000 + n, name="?")
            await giving.assign(tx, world.roadmap_id, [school.id])


async def test_the_queue_costs_the_same_with_one_school_and_with_three(panel: Panel) -> None:
    world = panel.world
    await panel.get("Ульяна", "/events")  # what is asked once of a database
    await report(world, "Климатинская", "Клим")
    world.clock.forward(days=1)
    few = await count_statements(world.db, panel.get("Ульяна", "/review"))
    await report(world, "Климатинская", "Клим", "2.2")
    await report(world, "Василёвская", "Вера")
    await report(world, "Тороповская", "Тамара")
    world.clock.forward(days=9)  # curators are silent: the coordinator sees their schools too
    assert await count_statements(world.db, panel.get("Ульяна", "/review")) == few
    page = lines((await panel.get("Ульяна", "/review")).text)
    assert (page.count("Климатинская"), page.count("Василёвская"), page.count("Тороповская")) == (2, 1, 0)


async def test_a_very_long_list_of_schools_shows_its_first_lines(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(school_pages, "SHOWN", 2)
    page = (await panel.get("Римма", "/schools")).text
    assert page.count('<th scope="row">') == 2
    assert "Показаны первые 2." in page
    assert (await panel.get("Римма", "/schools", format="csv")).text.count(
        "\n"
    ) == 5  # the head and four schools
    narrowed = (await panel.get("Римма", "/schools", search="Торопов")).text
    assert narrowed.count('<th scope="row">') == 1
    assert "Показаны первые" not in narrowed
