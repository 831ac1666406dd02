"""Papers in the panel: read at once where a place is small, gathered in the background where it is very large."""

import re
from html import unescape

import pytest

from domain import accounts, briefs, handouts
from domain.texts import texts
from tests.admin.conftest import Panel

SAY = texts("ru", escape=False)


def words(html: str) -> list[str]:
    """What stands on the page below its head, as a person reads it."""
    found = html.split("</h1>", 1)[1].split("</main>", 1)[0]
    found = re.sub(
        r'<form.*?</form>|<p class="muted">.*?</p>|<a [^>]*>(PDF|Word|Посмотреть ещё раз)</a>',
        "",
        found,
        flags=re.S,
    )
    return [" ".join(unescape(word).split()) for word in re.split(r"<[^>]+>", found) if word.strip()]


@pytest.mark.parametrize("paper", ["analytical", "effectiveness", "hour"])
async def test_a_paper_of_a_very_large_place_is_gathered_beside(
    panel: Panel, monkeypatch: pytest.MonkeyPatch, paper: str
) -> None:
    panel.world.clock.forward(days=13)  # something is late
    small = (await panel.get("Марина", f"/briefs/{paper}")).text
    monkeypatch.setattr(handouts, "LARGE", 0)
    first = await panel.get("Марина", f"/briefs/{paper}")  # gathered after this answer
    assert (first.status_code, "Загляните через минуту" in first.text, words(first.text)) == (
        200,
        True,
        ["Числа считаются в первый раз. Загляните через минуту."],
    )
    second = (await panel.get("Марина", f"/briefs/{paper}")).text
    assert words(second) == words(small)
    assert "По состоянию на" in second
    assert "Подготовить Word" in second
    panel.world.clock.forward(minutes=10)
    assert (await panel.get("Марина", f"/briefs/{paper}")).text == second  # as it was gathered
    # Another's places are another's paper; a school has none.
    other = (await panel.get("Ульяна", f"/briefs/{paper}")).text
    assert "Тороповская" not in other
    assert (await panel.get("Тамара", f"/briefs/{paper}")).status_code == 403


async def test_a_kept_paper_is_the_same_paper(panel: Panel) -> None:
    async with panel.world.db.read(await panel.world.actor("Римма")) as tx:
        made = await briefs.paper(tx, briefs.Paper.ANALYTICAL, accounts.Filters(), SAY)
    again = briefs.read_again(made.paper, made.title, briefs.document_of(made))
    assert [tuple(block)[:2] for block in again.blocks] == [tuple(block)[:2] for block in made.blocks]
    assert (again.title, again.subtitle) == (made.title, made.subtitle)
