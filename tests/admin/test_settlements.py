"""Town or village in the panel: suggested, looked at, saved many at a time or one by one."""

import re

from domain import schools
from domain.actor import SYSTEM
from domain.schools import Settlement
from tests.admin.conftest import Panel


async def test_suggestions_are_confirmed_many_at_a_time(panel: Panel) -> None:
    world = panel.world
    one, two = (world.schools[name].school_id or 0 for name in ("Тороповская", "Климатинская"))
    async with world.db.write(SYSTEM) as tx:
        school = await schools.school(tx, one)
        school.details = {**school.details, "Адрес": "Даниловский р-н, д. Торопово, д. 5"}
    page = (await panel.get("Римма", "/schools/settlements")).text
    chosen = re.findall(r'name="school-(\d+)" value="(\w+)" checked', page)
    assert (str(one), "village") in chosen
    assert (str(two), "unknown") in chosen
    assert "«д. Торопово»" in page
    form = {f"school-{number}": kind for number, kind in chosen} | {f"school-{two}": "town"}
    saved = await panel.post("Римма", "/schools/settlements", **form)
    assert saved.status_code == 303, saved.text
    async with world.db.read(SYSTEM) as tx:
        assert (await schools.school(tx, one)).settlement is Settlement.VILLAGE
        assert (await schools.school(tx, two)).settlement is Settlement.TOWN
    assert f"school-{one}" not in (await panel.get("Римма", "/schools/settlements")).text
    left = re.findall(
        r'name="(school-\d+)" value="unknown" checked',
        (await panel.get("Римма", "/schools/settlements")).text,
    )
    await panel.post("Римма", "/schools/settlements", rest="town", **dict.fromkeys(left, "unknown"))
    assert "У всех школ указано" in (await panel.get("Римма", "/schools/settlements")).text
    # What does not exist is refused, and nothing of the form is kept.
    wrong = await panel.post("Римма", "/schools/settlements", **{f"school-{two}": "city"})
    assert wrong.status_code == 422


async def test_one_school_on_its_own_page_and_back(panel: Panel) -> None:
    school_id = panel.world.schools["Тороповская"].school_id
    saved = await panel.post("Римма", f"/schools/{school_id}/settlement", kind="village")
    assert saved.headers["location"] == f"/schools/{school_id}?done=saved"
    page = (await panel.get("Римма", f"/schools/{school_id}")).text
    assert 'value="village" checked' in page
    assert "/settlement" not in (await panel.get("Марина", f"/schools/{school_id}")).text
    await panel.post("Римма", f"/schools/{school_id}/settlement", kind="unknown")
    async with panel.world.db.read(SYSTEM) as tx:
        assert (await schools.school(tx, school_id or 0)).settlement is None


async def test_tables_say_how_many_have_none(panel: Panel) -> None:
    from tests.admin.test_monitoring import results_of

    world = panel.world
    await results_of(world)
    async with world.db.write(SYSTEM) as tx:
        await schools.settle(tx, {world.schools["Тороповская"].school_id or 0: Settlement.VILLAGE})
    for address in ("/monitoring/outcomes", "/monitoring/clusters"):
        page = (await panel.get("Римма", address, by="settlement")).text
        assert "Не указано, город или село: 3 школы." in page, address
        assert "Проверка: в группах 1 = всего 4 + повторно 0 − вне групп 3." in page
    assert "Не указано, город или село" in (await panel.get("Римма", "/schools")).text
