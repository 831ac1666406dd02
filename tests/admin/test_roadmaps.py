"""A Word table on its way through the panel: read, looked through, approved, given out, moved."""

import re

import pytest

from domain import progress, roadmaps
from domain.actor import SYSTEM
from domain.roadmaps import RoadmapState
from tests.admin.conftest import Panel
from tests.admin.test_pages import lines
from tests.world import DATA, YAROSLAVL

FEDERAL = DATA / "roadmaps" / "004_sverdlovsk_federal.docx"


def place(panel: Panel, name: str) -> str:
    return "-".join(str(part) for part in panel.world.places[name] if part is not None)


async def upload(panel: Panel, who: str, owner: str, content: bytes, name: str = "план.docx") -> str:
    """Send a file; where one lands, or the sentence of the refusal."""
    async with panel.browser(who) as browser:
        response = await browser.post(
            "/roadmaps/new",
            data={"owner": place(panel, owner), "year": "2022"},
            files={"file": (name, content, "application/octet-stream")},
        )
    if response.status_code == 303:
        return str(response.headers["location"]).split("?")[0]
    found = re.search(r'role="alert">([^<]*)<', response.text)
    assert (response.status_code, found is not None) == (422, True)
    return found[1] if found else ""


async def view_of(panel: Panel, path: str) -> roadmaps.RoadmapView:
    async with panel.world.db.read(SYSTEM) as tx:
        return await roadmaps.roadmap(tx, int(path.rsplit("/", 1)[1]))


async def test_a_document_becomes_a_draft_with_its_doubts_on_top(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", FEDERAL.read_bytes())
    view = await view_of(panel, path)
    assert (len(view.measures), view.roadmap.state) == (5, RoadmapState.DRAFT)
    doubtful = [m for m in view.measures if m.is_doubtful]
    page = (await panel.get("Марина", path)).text
    top, rest = page.split("Что прочитано", 1)
    for measure in view.measures:
        assert (f'id="m{measure.id}"' in top) == (measure in doubtful)
        assert measure.title in rest


async def test_each_doubt_is_settled_by_a_press_or_by_other_words(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", (DATA / YAROSLAVL).read_bytes())
    first, second, *_ = [m for m in (await view_of(panel, path)).measures if m.is_doubtful]
    done = await panel.post("Марина", f"{path}/measures/{first.id}/settle", choice="no_reminders")
    assert done.headers["location"] == f"{path}?done=settled#m{first.id}"

    tried = lines((await panel.get("Марина", path, measure=second.id, words="до 10 октября")).text)
    assert "«до 10 октября» значит до 10 октября 2022, понедельник" in tried
    assert {m.deadline_typed for m in (await view_of(panel, path)).measures} == {None}

    unclear = await panel.post("Марина", f"{path}/measures/{second.id}/deadline", words="как-нибудь")
    assert unclear.status_code == 422
    assert 'value="как-нибудь"' in unclear.text
    await panel.post("Марина", f"{path}/measures/{second.id}/deadline", words="до 10 октября")
    measures = {m.id: m for m in (await view_of(panel, path)).measures}
    assert measures[first.id].settled is roadmaps.Settled.NO_REMINDERS
    assert measures[second.id].windows[-1][1] == "2022-10-10"
    assert measures[second.id].deadline_text == second.deadline_text


async def test_a_measure_is_corrected_or_left_out(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", FEDERAL.read_bytes())
    first, second, *_ = (await view_of(panel, path)).measures
    await panel.post("Марина", f"{path}/measures/{first.id}", title="Совещание", number="1.1")
    await panel.post("Марина", f"{path}/measures/{second.id}/drop")
    after = await view_of(panel, path)
    assert (after.measures[0].number, after.measures[0].title) == ("1.1", "Совещание")
    assert second.id not in [m.id for m in after.measures]
    assert second.title in lines((await panel.get("Марина", path)).text)  # among the rows passed over
    empty = await panel.post("Марина", f"{path}/measures/{first.id}", title=" ")
    assert empty.status_code == 422


async def test_one_button_approves_and_gives_to_the_named_schools(panel: Panel) -> None:
    world = panel.world
    path = await upload(panel, "Римма", "область", FEDERAL.read_bytes())
    uglich = world.places["Угличский"].municipality_id
    page = (await panel.get("Римма", f"{path}/assign", municipality=uglich)).text
    assert "Утвердить и выдать 3 школам" in lines(page)
    ids = re.findall(r'name="school_ids" value="(\d+)"', page)
    ticked = (await panel.get("Римма", f"{path}/assign", school=ids[0])).text
    assert "Утвердить и выдать 1 школе" in lines(ticked)
    done = await panel.post("Римма", f"{path}/assign", school_ids=ids)
    assert done.headers["location"] == f"{path}?done=assigned&n=3"
    assert (await view_of(panel, path)).roadmap.state is RoadmapState.APPROVED
    again = lines((await panel.get("Римма", f"{path}/assign", municipality=uglich)).text)
    assert "уже выдана" in again
    assert "Выдать 3 школам" not in again


async def test_a_municipal_plan_goes_to_its_own_schools_only(panel: Panel) -> None:
    path = await upload(panel, "Марина", "Даниловский", FEDERAL.read_bytes())
    page = (await panel.get("Марина", f"{path}/assign")).text
    own = str(panel.world.schools["Тороповская"].school_id)
    assert re.findall(r'name="school_ids" value="(\d+)"', page) == [own]
    other = panel.world.schools["Климатинская"].school_id
    assert (await panel.post("Марина", f"{path}/assign", school_ids=[other])).status_code == 404
    assert (await view_of(panel, path)).roadmap.state is RoadmapState.DRAFT  # nothing happened by halves


async def test_moving_a_date_moves_what_is_still_open(panel: Panel) -> None:
    world = panel.world
    assignment = await world.assignment_id("Тороповская", "2.1")
    async with world.db.read(SYSTEM) as tx:
        measure = (await progress.work_card(tx, assignment)).measure
    path = f"/roadmaps/{world.roadmap_id}/measures/{measure.id}"
    assert "30 апреля 2022" in lines((await panel.get("Римма", path)).text)
    done = await panel.post("Римма", f"{path}/move", occurrence=0, due_on="2022-05-20")
    assert done.headers["location"] == f"/roadmaps/{world.roadmap_id}?done=moved&n=3#m{measure.id}"
    async with world.db.read(SYSTEM) as tx:
        assert str((await progress.assignment(tx, assignment)).due_on) == "2022-05-20"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("план.docx", b"", "Файл пустой. Выберите другой."),
        ("план.docx", b"PK\x03\x04 nothing more", "Файл не открывается: похоже, он повреждён."),
        ("план.pdf", b"%PDF-1.7 ...", "Файл не открывается: похоже, он повреждён."),
        ("план.exe", b"MZ\x90\x00" * 50, ""),
    ],
)
async def test_a_file_that_will_not_do_is_refused_with_the_reason(
    panel: Panel, name: str, content: bytes, sentence: str
) -> None:
    assert (await upload(panel, "Марина", "Даниловский", content, name)).startswith(sentence)


async def test_a_file_over_the_limit_is_refused(panel: Panel) -> None:
    answer = await upload(panel, "Марина", "Даниловский", b"x" * (10 * 1024 * 1024 + 1))
    assert answer == "Файл слишком большой: читаем не больше 10 МБ."


async def test_nobody_uploads_for_a_place_that_is_not_theirs(panel: Panel) -> None:
    async with panel.browser("Марина") as browser:
        response = await browser.post(
            "/roadmaps/new",
            data={"owner": place(panel, "Дергачевский")},
            files={"file": ("a.docx", FEDERAL.read_bytes())},
        )
    assert response.status_code == 404
