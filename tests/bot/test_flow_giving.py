"""Offices in the chat, from the import of a plan to a confirmed report; giving to a circle, and taking it back."""

from datetime import date

from domain import adapting, outcomes, progress, roadmaps, schools
from domain.actor import SYSTEM, Place
from domain.outcomes import Cluster
from domain.progress import Status
from domain.recalls import WorkBegun
from tests.bot.chat import Chat, Play, told
from tests.bot.test_flow_coordinate import PLAN, at_home
from tests.changed_documents import DEADLINE, changed, set_cell

MEETINGS = "Информационно-организационные совещание со школьными"


async def owed(play: Play, place: Place) -> dict[str | None, str]:
    """What a school or office owes by the newest plan: number → last day."""
    async with play.db.read(SYSTEM) as tx:
        newest = max(row.roadmap.id for row in await roadmaps.roadmap_list(tx))
        rows = (
            await progress.my_work(tx, school_id=place.school_id)
            if place.school_id
            else await progress.my_work(tx, office=place)
        )
    return {r.measure.number: str(r.assignment.due_on) for r in rows if r.measure.roadmap_id == newest}


async def imported(play: Play, who: str) -> Chat:
    """A coordinator who has just sent the plan, with its doubts settled."""
    chat = await at_home(play, who)
    await chat.document("План.docx", PLAN)
    await chat.press("Уточнить здесь")
    while "Без напоминаний" in chat.labels:
        await chat.press("Без напоминаний")
    return chat


async def test_a_plan_goes_to_a_cluster_and_to_the_region_and_a_newer_version_moves_both(play: Play) -> None:
    async with play.db.write(SYSTEM) as tx:
        school = await schools.school(tx, play.world.schools["Климатинская"].school_id or 0)
        await outcomes.enter_cluster(tx, school, 2022, Cluster.SEVERE, source="список")
    rimma = await imported(play, "Римма")
    await rimma.press("Выдать не всем…")
    assert rimma.text.splitlines() == [
        "Кому выдать?",
        "В 18 мероприятиях школы не названы, только: ГУ ЯО ЦО и ККО, ГАУ ДПО ЯО ИРО, ДО ЯО, "
        "ГУ ЯО ЦПО и ШП «Ресурс». Похоже, их выполняет сам регион.",
    ]
    assert rimma.labels[:5] == [
        "Школам, только то, где они названы",
        "Всем: 4 школам",
        "Самому региону",
        "Самим муниципалитетам: 2",
        "сильно неуспевающие: 1",
    ]
    await rimma.press("сильно неуспевающие")
    assert rimma.text.startswith("Климатинская СОШ\nПоявится 21 задание.\nСроки с 31 января 2022 по ")
    await rimma.press("Утвердить и выдать")
    assert rimma.text.startswith("Выдано 21 задание.")
    await rimma.press("Выдать ещё кому-то")
    await rimma.press("Самому региону")
    assert rimma.text.startswith("Ярославская область\nПоявится 20 заданий.")
    await rimma.press("Выдать")
    klim, region = play.world.schools["Климатинская"], play.world.places["область"]
    assert ((await owed(play, klim))["2.1"], (await owed(play, region))["2.1"]) == (
        "2022-04-30",
        "2022-04-30",
    )
    assert await owed(play, play.world.schools["Василёвская"]) == {}
    await rimma.press("На первый экран")
    assert "🔴 Свои задания: 20" in rimma.labels
    await rimma.document("План.docx", changed(set_cell(MEETINGS, DEADLINE, "Февраль-май")))
    await rimma.press("Это новая редакция")
    await rimma.press("Применить")
    assert ((await owed(play, klim))["2.1"], (await owed(play, region))["2.1"]) == (
        "2022-05-31",
        "2022-05-31",
    )
    await rimma.press("Отменить")
    await rimma.press("Да, отменить")
    assert ((await owed(play, klim))["2.1"], (await owed(play, region))["2.1"]) == (
        "2022-04-30",
        "2022-04-30",
    )


async def test_giving_is_taken_back_until_somebody_begins(play: Play) -> None:
    marina = await imported(play, "Марина")
    await marina.press("Утвердить и выдать")
    await marina.press("Отозвать: 21 задание")
    assert marina.text == "21 задание исчезнет из списков. Отозвать?"
    await marina.press("Да, отозвать")
    assert marina.text == "Отозвано 21 задание."
    assert await owed(play, play.world.schools["Тороповская"]) == {}
    await marina.press("К дорожной карте")
    await marina.press("Выдать ещё кому-то")
    await marina.press("Всем: 1 школе")
    await marina.press("Выдать")
    stale = marina.last
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        rows = await progress.my_work(tx)
        await progress.add_text(tx, max(row.assignment.id for row in rows), "Уже начали")
    await marina.press("Отозвать", on=stale)
    await marina.press("Да, отозвать")
    assert marina.alert == told(WorkBegun(n=1))
    assert len(await owed(play, play.world.schools["Тороповская"])) > 0


async def given_to_danilov(play: Play) -> int:
    """Римма gives 2.1 of her running plan to the office of Данилов; its assignment."""
    from domain import giving

    place = play.world.places["Даниловский"]
    async with play.db.write(await play.world.actor("Римма")) as tx:
        view = await roadmaps.roadmap(tx, play.world.roadmap_id)
        ids = [m.id for m in view.measures if m.number == "2.1"]
        await giving.assign(tx, play.world.roadmap_id, [], offices=[place], measure_ids=ids)
        (row,) = await progress.office_work(tx, play.world.roadmap_id)
    return row.assignment.id


async def test_an_office_reports_and_the_region_decides(play: Play) -> None:
    work_id = await given_to_danilov(play)
    marina, rimma = await at_home(play, "Марина"), await at_home(play, "Римма")
    assert "Свои задания" not in " ".join(rimma.labels)
    await marina.press("Свои задания: 1")
    await marina.press("2.1")
    assert marina.labels == ["Отметить, сколько", "Не требуется…", "Спросить координатора", "‹ Назад"]
    await marina.say("Совещания проведены")
    await marina.document("Протокол.pdf")
    await marina.press("Отправить")
    assert marina.text == (
        "Принято, № 1. Посмотрит координатор; ответ придёт сюда. Больше ничего делать не нужно."
    )
    await rimma.say("/menu")
    await rimma.press("На проверку")
    await rimma.press("Даниловский МР")
    assert rimma.text.splitlines()[0] == "Даниловский МР, Ярославская область"
    await rimma.press("↩️ Вернуть")
    await rimma.press("Нет показателя")
    await play.settled()
    assert "2.1" in marina.text
    await marina.press("Доработать")
    await marina.say("Показатель: 7 школ из 7")
    await marina.press("Отправить")
    await rimma.say("/menu")
    await rimma.press("На проверку")
    await rimma.press("Даниловский МР")
    await rimma.press("✅ Подтвердить")
    await rimma.press("Документ подтверждает")
    async with play.db.read(SYSTEM) as tx:
        assert (await progress.assignment(tx, work_id)).status is Status.CONFIRMED


async def test_the_regions_only_coordinator_is_told_what_a_note_is(play: Play) -> None:
    from domain import giving

    async with play.db.write(await play.world.actor("Римма")) as tx:
        view = await roadmaps.roadmap(tx, play.world.roadmap_id)
        ids = [m.id for m in view.measures if m.number == "2.1"]
        await giving.assign(
            tx, play.world.roadmap_id, [], offices=[play.world.places["область"]], measure_ids=ids
        )
    rimma = await at_home(play, "Римма")
    await rimma.press("Свои задания: 1")
    await rimma.press("2.1")
    assert rimma.labels == ["Отметить, сколько", "Спросить координатора", "‹ Назад"]
    await rimma.say("Провели")
    await rimma.press("Отправить")
    assert rimma.alert.startswith("Подтвердить этот отчёт больше некому")
    await rimma.document("Протокол.pdf")
    await rimma.press("Отправить")
    assert rimma.text == (
        "Отмечено как выполненное, № 1. Подтвердить в регионе больше некому, поэтому за отчёт говорит "
        "документ. Больше ничего делать не нужно."
    )
    await rimma.press("Что отправлено")
    assert "☑️ Отмечено как выполненное по вашему документу; больше никто не подтверждал." in rimma.text


async def test_the_head_answers_a_proposed_edit_in_two_presses(play: Play) -> None:
    work_id = await play.world.assignment_id("Тороповская", "2.1")
    tamara, kirill = await at_home(play, "Тамара"), await at_home(play, "Кирилл")
    async with play.db.write(await play.world.actor("Кирилл")) as tx:
        await adapting.propose(tx, work_id, {"title": "Совещание нашей команды"}, why="Так точнее")
    await play.settled()
    assert tamara.text.splitlines()[1:] == [
        "Кирилл предлагает правку плана:",
        "Мероприятие: «Совещание нашей команды»",
        "«Так точнее»",
    ]
    news = tamara.last
    await tamara.press("Принять")
    assert tamara.text == "2.1 Совещание нашей команды\nПринято: теперь в плане школы так."
    await play.settled()
    assert kirill.text.splitlines()[1:] == ["Школа приняла вашу правку."]
    await tamara.press("Открыть")
    assert tamara.text.startswith("2.1 Совещание нашей команды")
    stale = next(b.data or "" for row in news.buttons for b in row if b.text == "Оставить как есть")
    await tamara.press_data(news, stale)
    assert tamara.alert == told(adapting.ProposalClosed())


async def test_a_date_of_the_schools_own_is_said_as_such(play: Play) -> None:
    work_id = await play.world.assignment_id("Тороповская", "2.1")
    async with play.db.write(await play.world.actor("Тамара")) as tx:
        await adapting.move_date(tx, work_id, date(2022, 5, 20))
    tamara = await at_home(play, "Тамара")
    await tamara.press("Все задания")
    while not any("2.1" in label for label in tamara.labels):
        await tamara.press("›")
    await tamara.press("2.1")
    assert "Срок школы: до 20 мая, пятница. В плане: «Февраль-апрель»." in tamara.text.splitlines()
