"""Reading documents and deadlines against the bare libraries."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator

import docx
import openpyxl
import pdfplumber
import python_calamine

from domain import deadlines, documents
from tests.bench.measure import _seconds, pair
from tests.world import DATA

FOUR = ("000_yaroslavl_2022", "003_dergachi_dk", "003_dergachi_plan", "004_sverdlovsk_federal")
LONGEST = "003_dergachi_plan"


def _bare(data: bytes) -> int:
    """Every cell's text with plain python-docx, merged cells once."""
    count = 0
    for table in docx.Document(io.BytesIO(data)).tables:
        for row in table.rows:
            seen = None
            for cell in row.cells:
                if cell._tc is not seen:
                    count += len(cell.text)
                    seen = cell._tc
    return count


def run() -> Iterator[str]:
    """Lines of the report."""
    files = {name: (DATA / "roadmaps" / f"{name}.docx").read_bytes() for name in FOUR}
    four = pair(
        lambda: [documents.read_roadmap(data, f"{name}.docx", year=2022) for name, data in files.items()],
        lambda: [_bare(data) for data in files.values()],
    )
    yield f"four roadmaps: {four.ours * 1000:.0f} ms, plain python-docx {four.ceiling * 1000:.0f} ms, ratio {four.ratio:.2f}"
    longest = pair(
        lambda: documents.read_roadmap(files[LONGEST], f"{LONGEST}.docx", year=2021),
        lambda: _bare(files[LONGEST]),
    )
    yield f"longest ({LONGEST}): {longest.ours * 1000:.0f} ms, ratio {longest.ratio:.2f} (aim ≤ 1.5)"
    yield from _sheets()
    yield from _printed()
    with (DATA / "deadlines.tsv").open(encoding="utf-8") as source:
        texts = [row["verbatim"] for row in csv.DictReader(source, delimiter="\t")]
    many = (texts * (10_000 // len(texts) + 1))[:10_000]
    context = deadlines.Context(year=2022)
    seconds = _seconds(lambda: [deadlines.parse(text, context) for text in many])
    yield f"deadlines: {10_000 / seconds:,.0f} spellings a second, one core (aim 10,000)"
    yield _big_sheet()


def _bare_sheet(data: bytes) -> int:
    """Every value with plain calamine."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def _bare_book(data: bytes) -> int:
    """Every value and merged range with plain openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return sum(len(row) for sheet in book for row in sheet.iter_rows(values_only=True))


def _sheets() -> Iterator[str]:
    """The longest plan as xlsx. Calamine hands over bare values; the check of the archive and the meaning of every
    deadline are the rest, so that a small sheet is dear beside it and cheap beside openpyxl."""
    data = (DATA / "roadmaps" / f"{LONGEST}.xlsx").read_bytes()
    for name, bare in (("openpyxl", _bare_book), ("calamine", _bare_sheet)):
        times = pair(
            lambda: documents.read_roadmap(data, f"{LONGEST}.xlsx", year=2021),
            lambda bare=bare: bare(data),  # type: ignore[misc]
        )
        yield f"longest as xlsx: {times.ours * 1000:.1f} ms, plain {name} {times.ceiling * 1000:.1f} ms, ratio {times.ratio:.1f}"
    yield _many_rows()


def _many_rows() -> str:
    """A sheet of 1,000 measures, where the price of opening is spread over the rows."""
    book = openpyxl.Workbook()
    book.active.append(["№", "Мероприятия", "Сроки", "Ответственные", "Результаты"])
    for number in range(1, 1001):
        book.active.append(
            [number, f"Семинар {number} для команд", "Февраль-апрель", "ГАУ ДПО ЯО ИРО", "Справка"]
        )
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    times = pair(
        lambda: documents.read_roadmap(data, "many.xlsx", year=2022), lambda: _bare_book(data), rounds=3
    )
    return f"xlsx of 1,000 rows: {times.ours * 1000:.0f} ms, plain openpyxl {times.ceiling * 1000:.0f} ms, ratio {times.ratio:.2f}"


def _bare_pdf(data: bytes) -> int:
    """Every ruled table with plain pdfplumber, in this process."""
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        return sum(len(table) for page in pdf.pages for table in page.extract_tables())


def _printed() -> Iterator[str]:
    """The longest plan as a PDF: the process apart and its imports are part of the price."""
    data = (DATA / "pdf" / f"{LONGEST}.pdf").read_bytes()
    times = pair(
        lambda: documents.read_roadmap(data, f"{LONGEST}.pdf", year=2021), lambda: _bare_pdf(data), rounds=3
    )
    yield f"longest as pdf: {times.ours:.2f} s, plain pdfplumber {times.ceiling:.2f} s, ratio {times.ratio:.2f}"


def _big_sheet() -> str:
    code = (
        "import io, re, xlsxwriter\n"
        "from domain import documents\n"
        "out = io.BytesIO(); book = xlsxwriter.Workbook(out, {'constant_memory': True}); sheet = book.add_worksheet()\n"
        "head = ['№', 'Мероприятия', 'Сроки', 'Ответственные', 'Результаты', 'Документы']\n"
        "rows = [[str(n), f'Проведение семинара {n} для школьных команд', 'Февраль-апрель', 'ГАУ ДПО ЯО ИРО', 'Семинар', 'Приказ'] for n in range(1, 5001)]\n"
        "for r, row in enumerate([head, *rows]): sheet.write_row(r, 0, row)\n"
        "book.close()\n"
        "reading = documents.read_roadmap(out.getvalue(), 'big.xlsx', year=2022)\n"
        # Not getrusage: its peak is inherited from the process that starts this one.
        "peak = int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
        "print(len(reading.items), peak // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    items, memory = done.stdout.split()
    return f"xlsx of 5,000 rows: {items} measures, peak memory of the whole process {memory} MB (aim < 150)"
