"""Mutual expertise in the panel: preparing, pairing, the table and its files, a school's own side."""

import csv
import html
import io
import json
import re
from datetime import UTC, datetime

import docx
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from domain import handouts, peer_review, peer_watch, progress
from domain.actor import SYSTEM
from domain.peer_review import PeerForm
from tests.admin.conftest import Panel, sign_in
from tests.admin.peer_targets import DATES

FIRST_STEP = ["Заполнить форму и показать партнёру", "2022-10-07"]
TEXTS = {
    "s1": "Сильная команда",
    "s2": "- Назвать показатели\n- Указать сроки <b>",
}


def school(panel: Panel, name: str) -> int:
    return panel.world.schools[name].school_id or 0


async def move_to(panel: Panel, year: int, month: int, day: int) -> None:
    """Another morning; everybody has signed in anew."""
    panel.world.clock.moment = datetime(year, month, day, 7, 0, tzinfo=UTC)
    for name in ("Римма", "Марина", "Ульяна", "Тамара", "Клим", "Вера", "Саша"):
        panel.tokens[name] = await sign_in(panel.world, name)


async def prepared(panel: Panel) -> int:
    """A round of the region, made by its form."""
    place = panel.world.places["область"].region_id
    async with panel.browser("Римма") as browser:
        data = {
            **DATES,
            "place": f"{place}--",
            "section": ["Сильные стороны", "Что изменить"],
            "asks": ["no", "yes"],
        }
        answer = await browser.post("/peer", data=data)
    assert answer.status_code == 303
    return int(re.findall(r"/peer/(\d+)", answer.headers["location"])[0])


async def started(panel: Panel) -> tuple[int, int, int]:
    """A round that runs, with Тороповская and Климатинская; their forms."""
    round_id = await prepared(panel)
    ids = {"one": school(panel, "Тороповская"), "other": school(panel, "Климатинская")}
    assert (await panel.post("Римма", f"/peer/{round_id}/pair", **ids)).status_code == 303
    await move_to(panel, 2022, 9, 16)
    assert (await panel.post("Римма", f"/peer/{round_id}/start")).status_code == 303
    async with panel.world.db.read(SYSTEM) as tx:
        query = select(PeerForm.school_id, PeerForm.id).where(PeerForm.round_id == round_id)
        forms = dict((await tx.session.execute(query)).tuples().all())
    return round_id, forms[ids["one"]], forms[ids["other"]]


async def test_a_round_is_filled_in_from_the_last_one(panel: Panel) -> None:
    first = (await panel.get("Римма", "/peer/new")).text
    assert 'value="2022-09-16"' in first
    assert 'value="Взаимоэкспертиза 2022"' in first
    assert 'value="Что изменить в мероприятиях"' in first
    await prepared(panel)
    await move_to(panel, 2023, 8, 1)
    second = (await panel.get("Римма", "/peer/new")).text
    for value in ("2023-09-16", "2023-10-07", "2023-10-21", "2023-11-01", "2023-11-15", "Что изменить"):
        assert f'value="{value}"' in second


async def test_wrong_dates_are_named_and_nothing_is_lost(panel: Panel) -> None:
    place = panel.world.places["область"].region_id
    form = {**DATES, "place": f"{place}--", "meeting": "2022-09-20", "title": "Осень"}
    answer = await panel.post("Римма", "/peer", **form)
    assert answer.status_code == 422
    assert "Проверьте: нужны название, даты по порядку" in answer.text
    assert 'value="Осень"' in answer.text
    assert 'value="2022-09-20"' in answer.text


async def test_a_proposal_says_why(panel: Panel) -> None:
    round_id = await prepared(panel)
    await panel.post("Римма", f"/peer/{round_id}/propose", triple="true")
    page = (await panel.get("Римма", f"/peer/{round_id}")).text
    assert "2 пары" in page
    assert page.count("разные муниципалитеты") == 1
    assert page.count("одно муниципальное образование") == 1
    assert "общий куратор" not in page
    assert "Объявить пары школам: 4" in page


async def test_pairs_of_a_list_are_looked_at_first(panel: Panel) -> None:
    round_id = await prepared(panel)
    text = "Тороповская ОШ – МОУ Климатинская СОШ\nТимонинская ООШ; СШ № 16"
    look = await panel.post("Римма", "/peer/list", round=round_id, lines=text)
    assert "Найдено пар: 1 из 2" in look.text
    assert "нет среди участников</span> Тимонинская ООШ" in look.text
    async with panel.world.db.read(SYSTEM) as tx:
        assert (await tx.session.scalars(select(PeerForm.id))).all() == []
    made = await panel.post("Римма", "/peer/list", round=round_id, lines=text, go="add")
    assert made.headers["location"] == f"/peer/{round_id}?done=peer_proposed&n=1"
    other = "Тороповская ОШ; СШ № 16"  # the same once more would be a double press
    again = await panel.post("Римма", "/peer/list", round=round_id, lines=other, go="add")
    assert "Уже в паре: Тороповская ОШ." in again.text


async def test_pairs_of_a_file(panel: Panel) -> None:
    round_id = await prepared(panel)
    body = "№;Школа;Партнёр\n1;Тороповская ОШ;СШ № 16\n2;Василёвская СОШ;Нет такой\n".encode()
    async with panel.browser("Римма") as browser:
        answer = await browser.post(
            "/peer/list", data={"round": round_id}, files={"file": ("пары.csv", body, "text/csv")}
        )
    assert "Тороповская ОШ – СШ № 16" in answer.text
    assert "Найдено пар: 1 из 3" in answer.text  # the head of the table is no pair


async def test_the_table_and_its_files_say_the_same(panel: Panel) -> None:
    round_id, mine, _ = await started(panel)
    await panel.post("Тамара", f"/peer/forms/{mine}", **TEXTS, go="share")
    await move_to(panel, 2022, 9, 26)
    page = (await panel.get("Римма", f"/peer/{round_id}")).text
    assert "✓ 16.09" in page
    assert "молчат 6 рабочих дней" in page
    rows = CalamineWorkbook.from_filelike(
        io.BytesIO((await panel.get("Римма", f"/peer/{round_id}", format="xlsx")).content)
    ).get_sheet_by_index(0)
    sheet = [[str(cell) for cell in row] for row in rows.to_python()]
    listed = list(
        csv.reader(
            io.StringIO(
                (await panel.get("Римма", f"/peer/{round_id}", format="csv")).content.decode("utf-8-sig")
            ),
            delimiter=";",
        )
    )
    assert [row[0] for row in sheet] == [row[0] for row in listed]
    assert [[*row[:3], *row[4:6]] for row in listed[1:]] == [
        ["Тороповская ОШ", "Даниловский МР", "Климатинская СОШ", "Встретиться с партнёром", "2022-10-21"],
        ["Климатинская СОШ", "Угличский МР", "Тороповская ОШ", *FIRST_STEP],
        ["Василёвская СОШ", "Угличский МР", "", "пока без пары", ""],
        ["СШ № 16", "Угличский МР", "", "пока без пары", ""],
    ]
    assert listed[2][-2] == "6"
    home = (await panel.get("Ульяна", "/")).text
    assert "взаимоэкспертиза: партнёру не отвечает 1 школа" in home
    assert "взаимоэкспертиза" not in (await panel.get("Марина", "/")).text


async def test_the_file_of_a_very_large_round_is_written_beside(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id, _, _ = await started(panel)
    at_once = await panel.get("Римма", f"/peer/{round_id}", format="csv")
    monkeypatch.setattr(handouts, "LARGE", 3)  # four schools take part
    asked = await panel.get("Римма", f"/peer/{round_id}", format="csv")
    assert asked.headers["content-type"].startswith("text/html")  # an old address shows the button
    page = (await panel.get("Римма", f"/peer/{round_id}")).text
    assert "Подготовить XLSX" in page
    assert "format=xlsx" not in page
    form = re.search(r'<form method="post" action="/takeaways">(.*?)</form>', page, re.S)
    assert form is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert fields == {"what": "pairs", "kind": "xlsx", "round": str(round_id)}
    answer = await panel.post("Римма", "/takeaways", **{**fields, "kind": "csv"})
    assert answer.headers["location"] == "/takeaways?done=ordered"
    async with panel.world.db.read(await panel.world.actor("Римма")) as tx:
        (made,) = await handouts.takeaways(tx)
    assert (made.state, made.done) == (handouts.State.READY, 4)
    assert (await panel.get("Римма", f"/takeaways/{made.id}/file")).content == at_once.content
    assert (await panel.get("Марина", f"/takeaways/{made.id}/file")).status_code == 404
    monkeypatch.setattr(handouts, "LARGE", 4)  # a small round of a large region is written at once
    assert (await panel.get("Римма", f"/peer/{round_id}", format="csv")).content == at_once.content


async def test_a_school_fills_in_shows_and_finishes(panel: Panel) -> None:
    _, mine, theirs = await started(panel)
    home = (await panel.get("Тамара", "/")).text
    assert "Климатинская СОШ: Заполнить форму и показать партнёру" in home
    page = (await panel.get("Тамара", f"/peer/forms/{mine}")).text
    assert "Ваш партнёр: Климатинская СОШ" in page
    assert "ещё не открывали" in page
    assert "взаимоэкспертизу открыли, форма пуста" in (await panel.get("Клим", f"/peer/forms/{theirs}")).text
    early = await panel.post("Тамара", f"/peer/forms/{mine}", s1=TEXTS["s1"], go="finish")
    assert early.status_code == 422
    assert "Пусты разделы: Что изменить." in early.text
    assert TEXTS["s1"] in (await panel.get("Тамара", f"/peer/forms/{mine}")).text  # what was written is kept
    assert (await panel.get("Клим", f"/peer/forms/{mine}/read")).status_code == 404
    await panel.post("Тамара", f"/peer/forms/{mine}", **TEXTS, go="finish")
    read = (await panel.get("Клим", f"/peer/forms/{mine}/read")).text
    assert "Указать сроки &lt;b&gt;" in read
    answer = await panel.get("Клим", f"/peer/forms/{mine}/file")
    document = docx.Document(io.BytesIO(answer.content))
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Раздел", "Рекомендации"],
        ["Сильные стороны", "Сильная команда"],
        ["Что изменить", TEXTS["s2"]],
    ]
    words = [paragraph.text for paragraph in document.paragraphs]
    assert "Рекомендует: Тороповская ОШ" in words
    assert "Итоговая форма, 16 сентября 2022" in words


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the form's page as it stands."""
    found = dict(re.findall(r'<input type="hidden" name="(was-\w+)" value="(\w+)"', page))
    texts = re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return found | {name: html.unescape(words).replace("\n", "\r\n") for name, words in texts}


async def test_two_of_a_team_lose_no_word_of_each_other(panel: Panel) -> None:
    _, mine, _ = await started(panel)
    path = f"/peer/forms/{mine}"
    await panel.post("Тамара", path, s1="Команда\r\nШефство", s2="Сроки")
    opened = fields((await panel.get("Тамара", path)).text)
    assert opened["s1"] == "Команда\r\nШефство"
    async with panel.world.db.write(await panel.world.actor("Дина")) as tx:  # from the chat
        await peer_review.write(tx, mine, "s1", "Команда и школа")
    # She touched the other section only: the colleague's words stay.
    saved = await panel.post("Тамара", path, **opened | {"s2": "Сроки и люди"})
    assert saved.status_code == 303
    now = fields((await panel.get("Тамара", path)).text)
    assert (now["s1"], now["s2"]) == ("Команда и школа", "Сроки и люди")
    # Both have changed the same section: refused, and both texts stand in the field.
    refused = await panel.post("Тамара", path, **opened | {"s1": "Команда, трое"})
    assert refused.status_code == 422
    assert "За это время здесь написали ваши коллеги." in refused.text
    both = fields(refused.text)
    assert both["s1"] == "Команда и школа\r\nКоманда, трое"
    assert fields((await panel.get("Тамара", path)).text)["s1"] == "Команда и школа"
    assert (await panel.post("Тамара", path, **both)).status_code == 303
    assert fields((await panel.get("Тамара", path)).text)["s1"] == both["s1"]


async def test_lines_of_a_browser_count_as_one_character_and_a_refusal_keeps_what_was_typed(
    panel: Panel,
) -> None:
    _, mine, _ = await started(panel)
    path, lines = f"/peer/forms/{mine}", "\r\n".join(["а" * 39] * 100)  # 3,999 characters as the page counts
    assert (await panel.post("Тамара", path, s1=lines)).status_code == 303
    refused = await panel.post(
        "Тамара", path, **fields((await panel.get("Тамара", path)).text) | {"s1": lines + "бб"}
    )
    assert refused.status_code == 422
    assert fields(refused.text)["s1"] == lines + "бб"


async def test_recommendations_become_measures_or_are_answered(panel: Panel) -> None:
    _, mine, theirs = await started(panel)
    await panel.post("Тамара", f"/peer/forms/{mine}", **TEXTS, go="finish")
    async with panel.world.db.read(await panel.world.actor("Клим")) as tx:
        first, second = (await peer_review.my_side(tx, theirs)).advice
    no_word = await panel.post("Клим", f"/peer/advice/{first.id}", form=theirs, do="declined")
    assert "Напишите в нескольких словах, почему не учли." in no_word.text
    await panel.post("Клим", f"/peer/advice/{first.id}", form=theirs, do="declined", why="Есть в приказе")
    await panel.post(
        "Клим",
        f"/peer/advice/{second.id}",
        form=theirs,
        do="plan",
        plan=panel.world.roadmap_id,
        until="2022-12-20",
    )
    page = (await panel.get("Клим", f"/peer/forms/{theirs}")).text
    assert "Есть в приказе" in page
    assert "в нашем плане" in page
    async with panel.world.db.read(await panel.world.actor("Клим")) as tx:
        assert "Указать сроки <b>" in {row.measure.title for row in await progress.my_work(tx)}
    assert (
        "Партнёр учёл ваших рекомендаций: 1 из 2" in (await panel.get("Тамара", f"/peer/forms/{mine}")).text
    )


async def test_the_partner_after_the_end_finds_nothing(panel: Panel) -> None:
    round_id, mine, _ = await started(panel)
    assert (await panel.get("Тамара", f"/peer/forms/{mine}/papers")).status_code == 200
    await panel.post("Римма", f"/peer/{round_id}/end")
    assert (await panel.get("Тамара", f"/peer/forms/{mine}/papers")).status_code == 404
    page = await panel.get("Тамара", f"/peer/forms/{mine}")
    assert page.status_code == 200
    assert "Документы партнёра" not in page.text
    late = await panel.post("Тамара", f"/peer/forms/{mine}", s1="поздно")
    assert (late.status_code, "Эта взаимоэкспертиза завершена." in late.text) == (422, True)


async def test_engagement_opens_into_the_round(panel: Panel) -> None:
    round_id, mine, _ = await started(panel)
    await panel.post("Тамара", f"/peer/forms/{mine}", **TEXTS, go="finish")
    await move_to(panel, 2022, 11, 3)
    async with panel.world.db.read(await panel.world.actor("Римма")) as tx:
        schools = select(PeerForm.school_id)
        start, end = datetime(2022, 1, 1).date(), datetime(2022, 12, 31).date()
        facts = await peer_watch.facts(tx, schools, start, end)
    assert sorted((fact.school_id, fact.round_id, fact.done) for fact in facts) == sorted(
        [(school(panel, "Тороповская"), round_id, True), (school(panel, "Климатинская"), round_id, False)]
    )


async def test_the_report_on_pairs_opens_into_the_pair(panel: Panel) -> None:
    round_id, mine, _ = await started(panel)
    await panel.post("Тамара", f"/peer/forms/{mine}", **TEXTS, go="finish")
    rows = json.loads((await panel.get("Римма", "/reports/pairs", format="json")).text)
    assert [(row["school"], row["about"], row["final_on"], row["given"]) for row in rows["rows"]] == [
        ("Тороповская ОШ", "Климатинская СОШ", "2022-09-16", 2),
        ("Климатинская СОШ", "Тороповская ОШ", None, None),
        ("Василёвская СОШ", None, None, None),
        ("СШ № 16", None, None, None),
    ]
    assert [tuple(row.values()) for row in rows["municipalities"]] == [
        ("Даниловский МР", 1, 1, 1, 0, 1, 0, 0),
        ("Угличский МР", 3, 1, 0, 0, 0, 0, 0),
    ]
    page = (
        await panel.get("Римма", "/reports/pairs", municipality=panel.world.places["Даниловский"][1])
    ).text
    assert "Климатинская СОШ" in page  # as the partner
    assert "Василёвская" not in page
    address = f"/peer/pairs/{rows['rows'][0]['pair']}"
    assert f'<a href="{address}">' in page
    pair = (await panel.get("Римма", address)).text
    assert "Тороповская ОШ – Климатинская СОШ" in pair
    assert "пока без ответа" in pair
    assert f"/peer/forms/{mine}/read" in pair
    whole = (await panel.get("Римма", "/reports/pairs", round=round_id)).text
    assert "СШ № 16" in whole
    stranger = await panel.get("Саша", "/reports/pairs")
    assert (stranger.status_code, "Тороповская" in stranger.text) == (200, False)
    assert (await panel.get("Саша", "/reports/pairs", round=round_id)).status_code == 404
    assert (await panel.get("Вера", address)).status_code == 404


async def test_another_partner_while_the_round_runs(panel: Panel) -> None:
    round_id, mine, theirs = await started(panel)
    await panel.post("Тамара", f"/peer/forms/{mine}", **TEXTS, go="finish")
    async with panel.world.db.read(SYSTEM) as tx:
        pair = (await tx.session.get_one(PeerForm, mine)).pair_id
    page = (await panel.get("Римма", f"/peer/pairs/{pair}")).text
    assert "Заменить школу" in page
    assert "Сменить партнёра" not in (await panel.get("Марина", f"/peer/pairs/{pair}")).text
    wrong = await panel.post(
        "Римма", f"/peer/pairs/{pair}", do="replace", school=10**6, other=school(panel, "16")
    )
    assert (wrong.status_code, "Выберите школу этой пары" in wrong.text) == (422, True)
    form = {
        "do": "replace",
        "school": school(panel, "Климатинская"),
        "other": school(panel, "16"),
        "why": "Закрыта",
    }
    answer = await panel.post("Римма", f"/peer/pairs/{pair}", **form)
    assert answer.headers["location"] == f"/peer/{round_id}?done=peer_changed"
    table = (await panel.get("Римма", f"/peer/{round_id}")).text
    assert "Прежние пары: 1" in table
    assert 'Тороповская ОШ</a> <span class="muted">→ СШ № 16' in table
    old = (await panel.get("Римма", f"/peer/pairs/{pair}")).text
    assert "Эта пара разделена 16 сентября" in old
    assert "Почему: Закрыта" in old
    assert f"/peer/forms/{mine}/read" in old
    assert "Почему" not in (await panel.get("Тамара", f"/peer/pairs/{pair}")).text
    side = (await panel.get("Тамара", f"/peer/forms/{mine}")).text
    assert "Прежний партнёр: Климатинская СОШ" in side
    assert "Нынешний партнёр" in side
    assert TEXTS["s1"] in side
    late = await panel.post("Тамара", f"/peer/forms/{mine}", s1="поздно")
    assert (late.status_code, "Партнёр сменился. Написанное для прежнего сохранено" in late.text) == (
        422,
        True,
    )
    assert (await panel.get("Тамара", f"/peer/forms/{mine}/papers")).status_code == 422
    # Who lost the partner still reads and answers what it was advised.
    left = (await panel.get("Клим", f"/peer/forms/{theirs}")).text
    assert "Тороповская ОШ рекомендует: 2" in left
    again = await panel.post("Римма", f"/peer/pairs/{pair}", do="part")
    assert again.status_code == 422
    now = (await panel.get("Тамара", "/peer")).text
    assert "→ <strong>СШ № 16</strong>" in now
    assert "Климатинская" not in now
