"""Drawings: well-formed, escaped, read without colour, with every number in words; and as pictures."""

import struct
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from domain import charts
from domain.charts import Bar, Cell, Point

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"good": "положительная", "bad": "отрицательная", "none": "не считается"}
words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def desc(svg: str) -> str:
    return parsed(svg).findtext(f"{SVG}desc") or ""


@given(words, words, st.integers(0, 10**6), st.integers(1, 10**6))
def test_whatever_people_write_is_only_text(title: str, label: str, value: int, most: int) -> None:
    drawn = parsed(charts.bars(title, [Bar(label, value, f"{value} <b>")], most=most))
    assert drawn.findtext(f"{SVG}title") == title
    assert {child.tag.removeprefix(SVG) for child in drawn.iter()} <= {
        "svg",
        "title",
        "desc",
        "defs",
        "pattern",
        "rect",
        "path",
        "circle",
        "text",
        "g",
    }


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_the_parts_of_a_bar_fill_it_and_stand_in_its_words(counts: list[int]) -> None:
    looks = list(NAMES)
    svg = charts.stacked("Динамика", [("ОГЭ", list(zip(looks, counts, strict=True)))], NAMES, key="x")
    drawn = [
        float(rect.get("width", "0"))
        for rect in parsed(svg).iter(f"{SVG}rect")
        if str(rect.get("fill", "")).startswith("url(#x-") and rect.get("width") != "18.0"
    ]
    if sum(counts):
        assert abs(sum(drawn) - (charts.WIDTH - 210 - 50)) < 1
    assert len(drawn) == sum(count > 0 for count in counts) if sum(counts) else drawn == []
    expected = ", ".join(f"{NAMES[look]} {count}" for look, count in zip(looks, counts, strict=True))
    assert desc(svg) == f"ОГЭ: {expected}"


def test_looks_differ_without_colour() -> None:
    patterns = [mark for _, _, mark in charts.LOOKS.values()]
    # «accent» is for drawings of one measure only, where nothing has to be told apart.
    told_apart = [charts.LOOKS[look][2] for look in charts.LOOKS if look != "accent"]
    assert len(set(told_apart)) == len(told_apart) == len(patterns) - 1


def test_what_is_only_expected_is_hollow_and_dashed() -> None:
    points = [
        Point("май", 82, "82 %"),
        Point("ноябрь", 66.6, "66,6 %"),
        Point("сейчас", 71, "прогноз 71 %", hollow=True),
    ]
    drawn = parsed(charts.trend("Индекс", points))
    circles = [circle.get("fill") for circle in drawn.iter(f"{SVG}circle")]
    assert circles == [charts.ACCENT, charts.ACCENT, "#fff"]
    dashed = [path for path in drawn.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    assert len(dashed) == 1
    assert desc(charts.trend("Индекс", points)) == "май: 82 %; ноябрь: 66,6 %; сейчас: прогноз 71 %"


def test_a_line_is_not_drawn_over_a_wave_without_a_number() -> None:
    points = [Point("1", 82, "82 %"), Point("2", None, "нет данных"), Point("3", 66, "66 %")]
    drawn = parsed(charts.trend("Индекс", points))
    assert [p for p in drawn.iter(f"{SVG}path") if p.get("stroke-width") == "2"] == []


def test_a_heat_table_names_every_state() -> None:
    svg = charts.heat(
        "Школы", ["1.1", "1.2"], [("Тороповская", [Cell("✓", "good"), Cell("−2", "bad")])], NAMES
    )
    assert desc(svg) == "Тороповская: ✓, −2"
    assert [e.text for e in parsed(svg).iter(f"{SVG}text")][-3:] == list(NAMES.values())


def test_a_long_label_takes_two_lines_and_stays_whole_in_the_words() -> None:
    label = "Недостаточная предметная и методическая компетентность педагогических работников"
    svg = charts.bars("Риски", [Bar(label, 3, "Высокая")], most=3, labels=400)
    assert desc(svg) == f"{label}: Высокая"
    assert [e.text for e in parsed(svg).iter(f"{SVG}text")][:2] == [
        "Недостаточная предметная и методическая компетентность",
        "педагогических работников",
    ]


def test_the_same_drawing_becomes_a_picture() -> None:
    svg = charts.bars("Доля", [Bar("Даниловский МР", 44, "44 %")], most=100)
    picture = charts.png(svg, caption='Сводка #emph[не команда] "в кавычках"')
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width == round((charts.WIDTH + 40) * 1.5)
    assert 100 < height < 400
