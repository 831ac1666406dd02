"""Reading documents and deadlines against the bare libraries."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator

import docx

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
    with (DATA / "deadlines.tsv").open(encoding="utf-8") as source:
        texts = [row["verbatim"] for row in csv.DictReader(source, delimiter="\t")]
    many = (texts * (10_000 // len(texts) + 1))[:10_000]
    context = deadlines.Context(year=2022)
    seconds = _seconds(lambda: [deadlines.parse(text, context) for text in many])
    yield f"deadlines: {10_000 / seconds:,.0f} spellings a second, one core (aim 10,000)"
    yield _big_sheet()


def _big_sheet() -> str:
    code = (
        "import io, resource, xlsxwriter\n"
        "from domain import documents\n"
        "out = io.BytesIO(); book = xlsxwriter.Workbook(out, {'constant_memory': True}); sheet = book.add_worksheet()\n"
        "head = ['№', 'Мероприятия', 'Сроки', 'Ответственные', 'Результаты', 'Документы']\n"
        "rows = [[str(n), f'Проведение семинара {n} для школьных команд', 'Февраль-апрель', 'ГАУ ДПО ЯО ИРО', 'Семинар', 'Приказ'] for n in range(1, 5001)]\n"
        "for r, row in enumerate([head, *rows]): sheet.write_row(r, 0, row)\n"
        "book.close()\n"
        "reading = documents.read_roadmap(out.getvalue(), 'big.xlsx', year=2022)\n"
        "print(len(reading.items), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    items, memory = done.stdout.split()
    return f"xlsx of 5,000 rows: {items} measures, peak memory of the whole process {memory} MB (aim < 150)"
