"""What a file that is no document of a kind read here turns out to be, and what to send instead. For any shell."""

from collections.abc import Mapping

from domain.documents.errors import DocumentRefused
from domain.errors import N_

_OTHER_WORD = N_(
    "This is a document of another format. Open it, choose “Save as”, type .docx, and send that."
)
_TEXT = N_("This is plain text. A table is needed: save it as .docx or .xlsx.")
# True kinds of container.py.
SENTENCES: Mapping[str, str] = {
    "photo": N_("This is a picture: no table can be read from it. Send the document itself, .docx or .xlsx."),
    "html": N_(
        "This is a web page under another name. Open it in Excel or Word and save it as .xlsx or .docx."
    ),
    "text": _TEXT,
    "csv": _TEXT,
    "rtf": _OTHER_WORD,
    "doc": _OTHER_WORD,
    "odt": _OTHER_WORD,
    "presentation": N_("This is a presentation. Put the table into a .docx or .xlsx and send that."),
    "xlsb": N_("This is a binary workbook. In Excel choose “Save as”, type .xlsx, and send that."),
    "archive": N_("This is an archive. Unpack it and send the document itself."),
    "program": N_("This is a program and no document. Send the table as .docx or .xlsx."),
}


def sentence_of(refused: DocumentRefused) -> str | None:
    """The sentence (a key of the catalogue) for a file of another kind; None where the code of the refusal says it."""
    if refused.code not in ("wrong_type", "unsupported"):
        return None
    return SENTENCES.get(str(refused.params.get("true", "")))
