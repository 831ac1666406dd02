"""Lists that documents write into one cell: shown without their marks, kept as they were."""

import pytest

from domain import roadmaps
from tests.world import World

CASES = [
    ("Мониторинг\n* динамики результатов;\n* рисков", "Мониторинг динамики результатов; рисков", True),
    ("Изучение базы:\n- приказы\n- письма", "Изучение базы: приказы; письма", True),
    ("· выявление школ;\n· анализ\nдинамики", "выявление школ; анализ динамики", True),
    ("\uf0b7работа с детьми", "работа с детьми", True),
    ("Совещание – семинар\nс директорами", "Совещание – семинар с директорами", False),
    ("Курсы 2*3 часа *по желанию", "Курсы 2*3 часа *по желанию", False),
    ("-5 баллов и ниже", "-5 баллов и ниже", False),
    ("", "", False),
]


@pytest.mark.parametrize(("text", "said", "has_list"), CASES)
def test_marks_of_a_list_are_not_said(text: str, said: str, has_list: bool) -> None:
    assert roadmaps.spoken(text) == said
    assert (roadmaps.listed(text) != text) is has_list
    assert roadmaps.spoken(roadmaps.spoken(text)) == said


def test_lines_of_a_list_stay_lines() -> None:
    assert roadmaps.listed("Мониторинг\n* динамики;\n  • рисков") == "Мониторинг\n— динамики;\n— рисков"


async def test_what_is_kept_stays_as_the_document_had_it(world: World) -> None:
    async with world.db.read(await world.actor("Марина")) as tx:
        found = [
            measure
            for measure in (await roadmaps.roadmap(tx, world.roadmap_id)).measures
            if "\n*" in measure.title
        ]
    assert [measure.title.splitlines()[1] for measure in found] == ["* динамики образовательных результатов;"]
    assert [measure.spoken for measure in found] == [
        "Мониторинг динамики образовательных результатов; рисков снижения образовательных результатов; "
        "профилактики учебной неуспешности"
    ]
    assert found[0].label.endswith("Мониторинг динамики образовательных…")
