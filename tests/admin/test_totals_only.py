"""A wave whose set of criteria is known by its totals only: the dash on pages says why and what to do."""

from tests.admin.conftest import Panel
from tests.bot.test_flow_totals_only import WHY, opened


async def test_the_pages_say_why(panel: Panel) -> None:
    wave_id = await opened(panel.world)
    school = panel.world.schools["Тороповская"].school_id
    set_link = 'href="/monitoring/criteria/'
    for name, path in (
        ("Римма", "/monitoring"),
        ("Марина", "/monitoring"),
        ("Тамара", f"/schools/{school}"),
        ("Римма", "/monitoring/waves"),
        ("Тамара", "/monitoring/waves"),
    ):
        page = (await panel.get(name, path)).text
        assert page.count(WHY) == 1, path
        assert (set_link in page) == (name == "Римма" and path == "/monitoring"), path
    assert "известны только суммы" in (await panel.get("Марина", "/monitoring/waves")).text
    # An expert scores what is known of it.
    sheet = await panel.get("Эмма", f"/monitoring/waves/{wave_id}/schools/{school}")
    assert (sheet.status_code, "Подтверждено мероприятий: 0 из 21" in sheet.text) == (200, True)
