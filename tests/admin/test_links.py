"""Every link that is drawn for a person opens: nobody is sent to a page that is not for them, or to none at all."""

import asyncio
import re
from html import unescape

import pytest

from domain import people
from tests.admin import case_targets, news_targets, peer_targets, report_targets, targets
from tests.admin.conftest import Panel
from tests.admin.test_monitoring import results_of, wave_of

LINK = re.compile(r'<a [^>]*href="(/[^"#]*)')
EVERYTHING = (
    *(targets.broadcast, targets.event, targets.invitation, targets.joint_step, targets.takeaway),
    *(case_targets.waiver, case_targets.profile, case_targets.note, news_targets.poll, peer_targets.running),
    *(report_targets.indicator, report_targets.agreement, report_targets.snapshot),
)


async def fill(panel: Panel) -> None:
    """Something of every kind, so that every kind of link is drawn."""
    await wave_of(panel.world)
    await results_of(panel.world)
    for target in EVERYTHING:
        await target(panel.world, "here")
    async with panel.world.db.write(await panel.world.actor("Марина")) as tx:
        await people.note_contact(tx, people.Unreached("person", panel.world.people["Дина"]), "секретарь")


def shape(address: str) -> str:
    """Addresses alike: one of each is enough."""
    path, _, query = address.partition("?")
    keys = sorted({part.split("=")[0] for part in query.split("&") if part})
    return re.sub(r"/\d+", "/1", path) + "?" + "&".join(keys)


@pytest.mark.parametrize("name", ["Римма", "Марина", "Кирилл", "Дина", "Эмма", "Ольга", "Степан"])
async def test_every_link_that_is_drawn_opens(panel: Panel, name: str) -> None:
    await fill(panel)
    seen, todo, dead = {"/?"}, [("/", "")], []
    async with panel.browser(name) as browser:
        while todo:
            address, drawn_on = todo.pop(0)
            answer = await browser.get(address)
            if answer.status_code not in (200, 303):
                dead.append((answer.status_code, address, drawn_on))
            elif answer.headers.get("content-type", "").startswith("text/html"):
                for link in map(unescape, LINK.findall(answer.text)):
                    if shape(link) not in seen and not link.startswith("/static/"):
                        seen.add(shape(link))
                        todo.append((link, address))
            await asyncio.sleep(0)
    assert dead == []
    assert len(seen) > (5 if name == "Степан" else 20)
