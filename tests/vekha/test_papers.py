"""Papers from the command line: printed, as Word, as PDF, as JSON; refused with what there is."""

import io
import json
from pathlib import Path

import docx
import pdfplumber
import pytest

from tests.vekha.conftest import Vekha
from tests.vekha.test_reporting import region

__all__ = ["region"]


def test_papers_are_listed(vekha: Vekha, folder: Path) -> None:
    done = vekha("report", "paper", "--list", "--json")
    assert done.exit_code == 0, done.stderr
    assert [row["name"] for row in json.loads(done.stdout)] == ["analytical", "effectiveness", "hour"]
    assert "vekha report paper hour" in vekha("report", "paper", "--help").stdout


def test_a_paper_is_the_same_as_word_as_pdf_and_printed(vekha: Vekha, region: Path) -> None:
    word, pdf = region / "note.docx", region / "note.pdf"
    done = vekha("report", "paper", "analytical", "--docx", str(word), "--pdf", str(pdf), "--json")
    assert done.exit_code == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["place"], facts["schools_total"]) == ("Ярославская область", 81)
    together = next(row for row in facts["clusters"] if row["total"] == 81)
    assert (together["raised"], together["left"], together["positive_percent"]) == (10, 49, 73)
    assert str(word) in done.stderr
    text = "\n".join(
        cell.text for t in docx.Document(str(word)).tables for row in t.rows for cell in row.cells
    )
    assert "49" in text
    with pdfplumber.open(io.BytesIO(pdf.read_bytes())) as found:
        assert "Ярославская область" in (found.pages[0].extract_text() or "")
    printed = vekha("report", "paper", "analytical", "--place", "Угличский МР")
    assert printed.exit_code == 0, printed.stderr
    assert printed.stdout.splitlines()[0] == "Аналитическая справка"
    assert printed.stdout.splitlines()[1].startswith("Угличский МР, ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("poem",), "Нет документа «poem». Есть: analytical, effectiveness, hour."),
        ((), "Есть: analytical"),
        (("hour", "--place", "Марс"), "Места «Марс» нет."),
        (("hour", "--place", "СОШ № 1"), "по региону или муниципалитету, не по школе"),
        (("hour", "--docx", "/nowhere/hour.docx"), "/nowhere/hour.docx"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    vekha: Vekha, region: Path, words: tuple[str, ...], said: str
) -> None:
    done = vekha("report", "paper", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr


def test_an_empty_installation_has_no_place_for_a_paper(vekha: Vekha, folder: Path) -> None:
    assert vekha("db", "upgrade").exit_code == 0
    done = vekha("report", "paper", "hour")
    assert done.exit_code == 1
    assert "--place" in done.stderr
