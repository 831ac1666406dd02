"""A plan in the chat: the summary names what an expert would remark, the year and the report dates are asked once,
and a changed version of a living plan is compared and applied."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from domain import documents, drafts, exports, progress, revisions, roadmaps
from domain.actor import SYSTEM
from domain.errors import NotFound
from domain.exports import PlanSheet
from domain.roadmaps import RoadmapState, RoadmapView
from tests.bot.chat import Play, told
from tests.bot.test_flow_coordinate import PLAN, at_home
from tests.changed_documents import DATA, DEADLINE, add_row, changed, drop_row, set_cell
from tests.domain.test_exports import sheet_of

ALWAYS = (DATA / "003_dergachi_plan.docx").read_bytes()
MEETINGS = "Информационно-организационные совещание со школьными"
NEW_ROW = (
    "5.4",
    "Методический день",
    "до 1 июня",
    "ГАУ ДПО ЯО ИРО",
    "Не менее 5 мастер-классов",
    "Программа",
)


async def drafts_of(play: Play) -> list[RoadmapView]:
    async with play.db.read(SYSTEM) as tx:
        rows = await roadmaps.roadmap_list(tx, state=RoadmapState.DRAFT)
        return [await roadmaps.roadmap(tx, row.roadmap.id) for row in rows]


async def test_the_summary_names_what_an_expert_would_remark(play: Play) -> None:
    marina = await at_home(play, "Марина")
    said = await marina.document("Дорожная карта.docx", PLAN)
    assert said.splitlines()[-1] == (
        "Эксперт заметил бы: срок только концом периода: 2, без подтверждающего документа: 1, "
        "срок вне периода: 1, номер повторяется: 1, числовых показателей в тексте: 11."
    )


async def test_the_year_and_the_dates_are_asked_once(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", ALWAYS)
    assert [label for label in marina.labels if "202" in label or "постоянных" in label] == [
        "Календарный 2021 год",
        "Учебный год 2021/2022",
        "Даты отчётов для постоянных: 4",
    ]
    await marina.press("Учебный год")
    [view] = await drafts_of(play)
    assert (str(view.roadmap.starts_on), str(view.roadmap.ends_on)) == ("2021-09-01", "2022-08-31")
    assert not [label for label in marina.labels if "год" in label]
    await marina.press("Даты отчётов")
    assert marina.text.startswith("Когда школам отчитываться об этом?")
    await play.restart()
    assert await marina.say("когда-нибудь") == told(roadmaps.DeadlineUnclear(text="когда-нибудь"))
    await marina.say("20 декабря, 10 июня")
    assert not [label for label in marina.labels if "постоянных" in label]
    [view] = await drafts_of(play)
    assert drafts.asks_report_dates(view.measures) == []


async def test_one_press_takes_the_whole_month(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", changed(set_cell(MEETINGS, DEADLINE, "до мая")))
    await marina.press("Уточнить здесь")
    await marina.press("Всё верно")
    assert "Срок в документе: «до мая»." in marina.text
    await marina.press("Весь месяц")
    [view] = await drafts_of(play)
    [m] = [m for m in view.measures if m.deadline_text == "до мая"]
    assert (m.windows, m.reminds) == ([["2022-05-01", "2022-05-31"]], True)
    assert "«до мая»" not in marina.text


async def test_a_deadline_in_words_of_today_is_kept_as_a_date(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", changed(set_cell(MEETINGS, DEADLINE, "до мая")))
    await marina.press("Уточнить здесь")
    await marina.press("Всё верно")
    await marina.say("до следующей пятницы")
    assert marina.text.startswith("Записал: до 29 апреля 2022.")
    [view] = await drafts_of(play)
    [m] = [m for m in view.measures if m.deadline_text == "до мая"]
    assert (m.windows, m.deadline_typed) == ([[None, "2022-04-29"]], "до 29.04.2022")


WARNING = (
    "🔴 21 срок уже прошёл, последний — 31 декабря 2022. Если выдать так, всё сразу окажется просроченным."
)


async def test_a_plan_of_earlier_years_is_moved_by_one_press(play: Play) -> None:
    play.world.clock.moment = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", PLAN)
    assert WARNING in marina.text.splitlines()
    draft = marina.last
    assert draft.labels[1:3] == [
        "Сдвинуть на 5 лет, по 31 декабря 2027",
        "Сдвинуть на 4 года, по 31 декабря 2026",
    ]
    await marina.press("Сдвинуть на 5 лет")
    assert "🔴" not in marina.text
    assert not any("Сдвинуть" in label for label in marina.labels)
    # The same press again, of a picture of before, moves nothing more.
    await marina.press_data(marina.last, draft.button("Сдвинуть на 5 лет").data or "")
    [view] = await drafts_of(play)
    assert view.roadmap.reference_year == 2027
    await marina.press("Утвердить и выдать")
    assert marina.text.startswith("Утверждено: 21 задание, 1 школа.")
    async with play.db.read(await play.world.actor("Дина")) as tx:
        work = [
            r.assignment for r in await progress.my_work(tx) if r.assignment.roadmap_id == view.roadmap.id
        ]
    assert min(w.due_on for w in work if w.due_on) > date(2026, 11, 23)


async def test_a_plan_of_earlier_years_is_given_as_was_chosen(play: Play) -> None:
    play.world.clock.moment = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", PLAN)
    await marina.press("Утвердить и выдать")
    assert marina.text.splitlines()[-1] == "🔴 Сразу окажется просроченным: 21."
    assert marina.labels == ["Прошедшие выдать без сроков", "Выдать как есть", "‹ Назад"]
    await marina.press("Прошедшие выдать без сроков")
    assert marina.text.startswith("Выдано 21 задание.")
    [roadmap] = [
        row.roadmap for row in await plans_of(play) if row.roadmap.place == play.world.places["Даниловский"]
    ]
    async with play.db.read(await play.world.actor("Дина")) as tx:
        work = [r.assignment for r in await progress.my_work(tx) if r.assignment.roadmap_id == roadmap.id]
    assert {(w.due_on, w.reminds) for w in work} == {(None, False)}


async def plans_of(play: Play) -> list[roadmaps.RoadmapRow]:
    async with play.db.read(await play.world.actor("Марина")) as tx:
        return list(await roadmaps.roadmap_list(tx))


async def living(play: Play) -> int:
    """Марина's own plan, approved and given to her school in the chat."""
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", PLAN)
    await marina.press("Утвердить и выдать")
    async with play.db.read(await play.world.actor("Марина")) as tx:
        return max(row.roadmap.id for row in await roadmaps.roadmap_list(tx))


async def test_a_changed_version_is_compared_and_applied(play: Play) -> None:
    roadmap_id = await living(play)
    marina, tamara = await at_home(play, "Марина"), await at_home(play, "Тамара")
    newer = changed(
        set_cell(MEETINGS, DEADLINE, "Февраль-май"),
        drop_row("Организация обучения руководителей"),
        add_row("Цикл семинаров", *NEW_ROW),
    )
    await marina.document("План, новая редакция.docx", newer)
    await marina.press("Это новая редакция")
    assert marina.text.splitlines()[1:] == [
        "• добавлено: 1",
        "• исключено: 1",
        "• перенесены сроки: 1",
        "2.1 Информационно-организационные…: до 31 мая 2022",
        "Сдвинется 1 открытое задание, узнают 2 человека.",
    ]
    assert await drafts_of(play) == []  # the draft was not needed
    screen = marina.last
    before = len(tamara.messages)
    await marina.press("Применить изменения")
    assert marina.text.startswith("Применено.")
    async with play.db.read(SYSTEM) as tx:
        work = await progress.my_work(tx, school_id=play.world.schools["Тороповская"].school_id)
    owed = {r.measure.number: str(r.assignment.due_on) for r in work if r.measure.roadmap_id == roadmap_id}
    assert (owed["2.1"], owed["5.4"], "5.2" in owed) == ("2022-05-31", "2022-06-01", False)
    told_now = [m.text for m in tamara.messages[before:]]
    assert [text.splitlines()[0] for text in told_now] == ["Сроки перенесены:"]
    await marina.press("Применить изменения", on=screen)
    assert marina.alert == told(revisions.RevisionClosed())


async def test_an_old_screen_is_drawn_anew_before_anything_is_applied(play: Play) -> None:
    await living(play)
    marina = await at_home(play, "Марина")
    await marina.document("План2.docx", changed(set_cell(MEETINGS, DEADLINE, "Февраль-май")))
    await marina.press("Это новая редакция")
    async with play.db.write(await play.world.actor("Марина")) as tx:
        row = next(r for r in (await roadmaps.roadmap_list(tx)) if r.roadmap.municipality_id)
        [revision] = await revisions.revision_list(tx, row.roadmap.id)
        await revisions.retype_row(tx, revision.id, 4, "до 20 мая")
    await marina.press("Применить изменения")
    assert marina.alert == told(revisions.RevisionChanged())
    assert "до 20 мая 2022" in marina.text
    await marina.press("Оставить как есть")
    assert marina.text == "Дорожная карта осталась прежней."


async def test_a_stranger_applies_nothing(play: Play) -> None:
    await living(play)
    marina, sasha = await at_home(play, "Марина"), await at_home(play, "Саша")
    await marina.document("План2.docx", changed(set_cell(MEETINGS, DEADLINE, "Февраль-май")))
    newer = marina.last.button("Это новая редакция").data or ""
    await sasha.press_data(sasha.last, newer)
    assert sasha.alert == told(NotFound())
    await marina.press("Это новая редакция")
    for label in ("Применить изменения", "Оставить как есть"):
        await sasha.press_data(sasha.last, marina.last.button(label).data or "")
        assert sasha.alert == told(NotFound())


async def test_the_same_file_again_leads_to_the_draft_there_is(play: Play) -> None:
    marina = await at_home(play, "Марина")
    await marina.document("План.docx", PLAN)
    [before] = await drafts_of(play)
    before_screen = marina.text
    await marina.document("План (копия).docx", PLAN)
    [after] = await drafts_of(play)
    assert after.roadmap.id == before.roadmap.id
    assert marina.text == before_screen
    assert "Этот файл уже присылали: вот его черновик, как он сейчас есть." in [
        m.text for m in marina.messages
    ]


@pytest.mark.parametrize(("write", "name"), [(exports.to_docx, "план.docx"), (exports.to_xlsx, "план.xlsx")])
async def test_a_plan_taken_from_here_comes_back_as_the_newer_version_of_itself(
    play: Play, write: Callable[[PlanSheet], bytes], name: str
) -> None:
    roadmap_id = await living(play)
    async with play.db.read(await play.world.actor("Марина")) as tx:
        found = await exports.execution(tx, roadmap_id)
    marina = await at_home(play, "Марина")
    await marina.document(name, write(sheet_of(found)))
    await marina.press("Это новая редакция")
    assert marina.text.splitlines()[1:] == ["Ничего."]


async def test_columns_that_a_person_chose_hold_for_the_next_file_with_these_headers(play: Play) -> None:
    roadmap_id = await living(play)
    async with play.db.write(await play.world.actor("Марина")) as tx:
        layout = (await roadmaps.roadmap(tx, roadmap_id)).roadmap.layout
        headers = dict(layout)
        draft = await roadmaps.import_draft(
            tx,
            play.world.places["Даниловский"],
            documents.read_roadmap(PLAN, "План.docx"),
            file_name="План.docx",
        )
        chosen = {"result": headers["document"], "document": headers["result"]}
        await drafts.read_anew(
            tx, draft.id, documents.read_roadmap(PLAN, "План.docx", columns=chosen), chosen
        )
    marina, other = await at_home(play, "Марина"), changed(set_cell(MEETINGS, DEADLINE, "май"))
    await marina.document("Другой план.docx", other)
    newest = max(await drafts_of(play), key=lambda view: view.roadmap.id)
    assert newest.roadmap.overrides == chosen
    assert {role: header for role, header in newest.roadmap.layout if role in chosen} == chosen
    stranger = await at_home(play, "Ульяна")
    await stranger.document("Чужой план.docx", other)
    theirs = max(await drafts_of(play), key=lambda view: view.roadmap.id)
    assert (theirs.roadmap.id > newest.roadmap.id, theirs.roadmap.overrides) == (True, {})
