"""What a reading yields: measures with their place in the source, and everything that was passed over."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.deadlines import Deadline, Window

# What can be doubtful about a measure beside its deadline.
ITEM_DOUBTS = frozenset(
    {
        "no_deadline",  # nothing stands in the deadline column, or there is none
        "no_activity",  # a row of dates and names without a measure
        "continuation",  # number and measure were taken from the row above
        "joined_row",  # a row without a deadline, or the rest of one broken by a page, was joined to the one above
        "columns_guessed",  # no header: the columns were told from their contents
        "duplicate_number",  # the number stands twice in its section
        "number_from_date",  # a sheet had turned «1.2» into a date
    }
)
# What can be doubtful about a whole reading: where its year comes from, and what it was read from.
READING_DOUBTS = frozenset(
    {
        "no_year",
        "year_from_document",  # from the date of the order above the table
        "year_from_deadlines",
        "year_from_text",
        "year_from_name",
        "from_pdf",  # a PDF holds no tables, only signs at places: every row is to be checked
    }
)
# Why something was passed over.
REASONS = frozenset(
    {
        "column_numbers",  # «1 2 3 4 5» under the header
        "repeated_header",
        "header",  # the header of a further table in the same sheet
        "filler",  # «и т.д.»
        "total",  # «Итого»
        "note",  # «Примечание», «*»
        "nothing_above",  # the rest of a row that is not there
        "section_without_items",
        "not_a_roadmap",  # another table
        "hidden_sheet",
        "scanned_page",  # a page of a PDF without text
        "text",  # a line outside the tables
        "after_table",  # a line after the last table
    }
)


class Place(NamedTuple):
    """Where something stands: the sheet's name or the table's number, and the row counted from 1."""

    table: str
    row: int | None = None


@dataclass(slots=True)
class Item:
    """One measure. Texts are as written, with the line breaks of the source."""

    section: str | None
    section_goal: str | None
    number: str | None
    activity: str | None
    deadline_raw: str | None
    responsible_raw: str | None
    responsible: list[str]
    result: str | None
    document: str | None
    indicator: str | None
    deadline: Deadline
    doubts: list[str]
    place: Place
    extra: dict[str, str] = field(default_factory=dict)  # columns with no role here: header → text

    def to_json(self) -> dict[str, Any]:
        """The stable shape of `vekha roadmap parse --json`."""
        return {
            "section": self.section,
            "section_goal": self.section_goal,
            "number": self.number,
            "activity": self.activity,
            "deadline_raw": self.deadline_raw,
            "responsible_raw": self.responsible_raw,
            "responsible": list(self.responsible),
            "result": self.result,
            "document": self.document,
            "deadline": self.deadline.to_json(),
            "doubts": list(self.doubts),
        }


@dataclass(slots=True)
class Skipped:
    """Something passed over, and why: blank space alone is never listed."""

    row: int | None
    text: str
    why: str
    place: Place

    def to_json(self) -> dict[str, Any]:
        """The stable shape of `vekha roadmap parse --json`."""
        return {"row": self.row, "text": self.text, "why": self.why}


@dataclass(slots=True)
class Reading:
    """A whole document as read."""

    title: str | None
    reference_year: int | None
    columns: dict[str, str]  # role → header text, "" where the role was told from the contents
    items: list[Item]
    skipped: list[Skipped]
    doubts: list[str] = field(default_factory=list)
    school_year: bool = False
    period: Window | None = None  # the span that the title or the deadlines name
    layout: list[tuple[str, str]] = field(default_factory=list)  # role and header of each column, first table

    def to_json(self) -> dict[str, Any]:
        """The stable shape of `vekha roadmap parse --json`."""
        return {
            "title": self.title,
            "reference_year": self.reference_year,
            "items": [item.to_json() for item in self.items],
            "skipped": [skipped.to_json() for skipped in self.skipped],
        }
