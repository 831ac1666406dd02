"""What to ask about a doubtful deadline, and why a document was not read."""

from collections.abc import Mapping

from domain.errors import N_, DomainError
from domain.roadmaps import Measure

DOUBT: Mapping[str, str] = {
    "empty": N_("No deadline is written."),
    "unclear": N_("Some of the words are not understood."),
    "truncated": N_("The end seems to be missing."),
    "several_parts": N_("Several dates stand side by side: are they separate deadlines?"),
    "by_plan": N_("The date stands in another document."),
    "ongoing": N_("It goes on all the time: is there a day for the report?"),
    "open_end": N_("No end is named."),
    "no_year": N_("No year is named."),
    "no_month": N_("No month is named."),
    "crosses_year": N_("It runs over the turn of the year: which years?"),
    "year_from_order": N_("The year was taken from the neighbouring rows."),
    "relative_year": N_("“The current year”: which one?"),
    "which_year": N_("A calendar year or a school year?"),
    "typo": N_("A slip of the pen was mended."),
    "no_such_date": N_("There is no such date."),
    "reversed": N_("The end comes before the beginning."),
    "odd_year": N_("The year is far from that of the document."),
    "outside_period": N_("It lies outside the period of the roadmap."),
    "approximate": N_("The date is approximate."),
    "until_period": N_("Is the named month itself included?"),
    "holidays": N_("School holidays: which days?"),
    "relative": N_("It counts from another event."),
    "times_unplaced": N_("How many times is said, but not when."),
    "count_mismatch": N_("The number of times and the dates do not agree."),
    "weekday_mismatch": N_("The date and the day of the week do not agree."),
    "first_of_month": N_("The first of the month, or the whole month?"),
}

REFUSAL: Mapping[str, str] = {
    "empty": N_("There is no text in this file. Please look at it and send it again."),
    "encrypted": N_("The file is protected by a password. Please send it without one."),
    "macros": N_("The file contains macros. Save it as a plain document and send it again."),
    "too_large": N_("The file is too large to be a roadmap. Please send the table alone."),
    "too_many_rows": N_("The table has too many rows to be a roadmap. Please send the table alone."),
    "bomb": N_("The file is packed in an unusual way. Save it anew and send it again."),
    "damaged": N_("The file does not open: it seems damaged. Save it anew and send it again."),
    "wrong_type": N_("The file is not what its name says. Please send it as DOCX or XLSX."),
    "unsupported": N_("I cannot read files of this kind. Please send the table as DOCX or XLSX."),
    "no_table": N_(
        "I did not find a table of measures in this file. It needs at least measures and deadlines."
    ),
    "too_many_pages": N_("The document is too long for me. Please send the table alone as DOCX or XLSX."),
    "no_text": N_(
        "This PDF is a scan: there is no text in it that I could read. Please send the table as DOCX or XLSX."
    ),
}

# What was remarked about the whole document.
READING: Mapping[str, str] = {
    "no_year": N_("No year is named in the document: please set it on the panel."),
    "year_from_document": N_("The year was taken from the date of the order."),
    "year_from_deadlines": N_("The year was taken from the deadlines."),
    "year_from_text": N_("The year was taken from the text of the measures."),
    "year_from_name": N_("The year was taken from the name of the file."),
    "from_pdf": N_("⚠ A PDF keeps no table: please check every row on the panel, or send the Word file."),
}


class NotARoadmap(DomainError):
    """A file that could not be read as a roadmap; `reason` says why."""

    sentence = N_(
        "I did not find a table of measures in this file. It needs at least measures and deadlines."
    )


def first_doubt(measure: Measure) -> str:
    """What to ask first."""
    return next((DOUBT[code] for code in measure.doubts if code in DOUBT), DOUBT["unclear"])
