"""Papers for people: a Word document from a region's own template, a PDF of the same facts. Pure, blocking; call in a thread.

A template is a Word file with fields as docxtpl reads them: {{ place }}, {% for row in dynamics %}. It runs in a sandbox
and sees only plain values.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from domain.errors import N_, DomainError
from domain.typesetting import typeset

HERE = Path(__file__).parent
_NUMBER = re.compile(r"[—–]|[−-]?\d+([.,]\d+)?( %)?")
MAX_TEMPLATE = 3 * 1024 * 1024  # bytes
MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


class Paper(StrEnum):
    """Papers that can be made."""

    ANALYTICAL = "analytical"
    EFFECTIVENESS = "effectiveness"
    HOUR = "hour"


PAPERS = {
    Paper.ANALYTICAL: N_("Analytical note"),
    Paper.EFFECTIVENESS: N_("Analysis of the effectiveness of measures"),
    Paper.HOUR: N_("Hour of the municipal coordinator"),
}
# Every field of a template, with those of its rows.
FIELDS: dict[Paper, dict[str, tuple[str, ...]]] = {
    Paper.ANALYTICAL: {
        "title": (),
        "place": (),
        "date": (),
        "schools_total": (),
        "required": (),
        "confirmed": (),
        "confirmed_percent": (),
        "in_review": (),
        "overdue": (),
        "wave": ("title", "total", "max", "index", "ends_on"),
        "official": ("source", "total", "index"),
        "dynamics": (
            *("group", "procedure", "positive", "all_passed", "negative", "neutral", "not_computed"),
            *("total", "positive_result", "positive_percent"),
        ),
        "clusters": ("group", "raised", "left", "positive_percent", "same", "down", "total"),
        "indicators": ("title", "value", "target", "state"),
        "curators": ("name", "decisions", "answers", "notes", "silent_weeks"),
        "late": ("school", "municipality", "measure", "days_late"),
        "remarks": (),
    },
    Paper.EFFECTIVENESS: {
        "title": (),
        "place": (),
        "date": (),
        "roadmap": (),
        "years": (),
        "measures": (
            *("measure", "required", "done", "percent", "effect", "problem", "proposal", "verdict"),
            *("covered", "others"),
        ),
    },
    Paper.HOUR: {
        "title": (),
        "place": (),
        "date": (),
        "schools": ("school", "municipality", "why"),
        "remarks": ("text", "count"),
        "curators": ("name", "count"),
        "dates": ("day", "what", "schools"),
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """A paper as values for a template, and as blocks for a PDF."""

    paper: Paper
    title: str
    subtitle: str
    context: dict[str, Any]
    blocks: Sequence["Block"]


class TemplateRefused(DomainError):
    """A template that would not work; the sentence names the place."""

    sentence = N_("The template does not open: save it in Word as .docx and try again.")


UNKNOWN_FIELD = N_("The template has the field «%(field)s», which does not exist. There are: %(known)s.")
BAD_SYNTAX = N_("The template cannot be read near «%(where)s»: %(error)s")
NO_FIELDS = N_(
    "This document has no fields to fill in. Take the template, change it in Word and upload it again."
)
TOO_LARGE = N_("The template is larger than %(max)s MB.")
FORBIDDEN = N_("The template wants something that templates may not: %(error)s")


class Block(NamedTuple):
    """A part of a PDF: a heading, a text, a list or a table."""

    kind: str  # heading, text, list, table
    text: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold nothing but numbers: they stand right."""
        return [all(_is_number(row[at]) for row in self.rows) for at in range(len(self.columns))]


def document_of(made: Written) -> dict[str, Any]:
    """What is to be read of a paper as plain values, to be kept."""
    blocks = [
        [
            block.kind,
            block.text,
            list(block.columns),
            [[v.isoformat() if isinstance(v, date) else v for v in row] for row in block.rows],
        ]
        for block in made.blocks
    ]
    return {"subtitle": made.subtitle, "blocks": blocks}


def read_again(paper: Paper, title: str, document: Mapping[str, Any]) -> Written:
    """A kept paper, to be read; it has nothing for a template."""
    return Written(paper, title, document["subtitle"], {}, [Block(*block) for block in document["blocks"]])


def default_template(paper: Paper) -> bytes:
    """The template that comes with the program."""
    return (HERE / f"{paper.value}.docx").read_bytes()


def check_template(paper: Paper, content: bytes) -> None:
    """Whether a template can be filled: rendered once with a value for every field. Raises TemplateRefused."""
    if len(content) > MAX_TEMPLATE:
        raise TemplateRefused(reason=TOO_LARGE, max=MAX_TEMPLATE // 1024 // 1024)
    known = FIELDS[paper]
    for many in (1, 0):
        sample: dict[str, Any] = {
            name: [dict.fromkeys(parts, "1")] * many if parts else "1" for name, parts in known.items()
        }
        if paper is Paper.ANALYTICAL:
            sample |= {"wave": dict.fromkeys(known["wave"], "1") if many else None, "remarks": ["1"] * many}
        render(paper, content, sample)
    if not _fields(content):
        raise TemplateRefused(reason=NO_FIELDS)


def _fields(content: bytes) -> set[str]:
    """Names of the fields that a template has: a document without any is no template."""
    from docxtpl import DocxTemplate

    return set(DocxTemplate(io.BytesIO(content)).get_undeclared_template_variables())


def render(paper: Paper, content: bytes, context: Mapping[str, Any]) -> bytes:
    """The Word document of a template. Raises TemplateRefused with the field or the place that is wrong."""
    import docx
    from docxtpl import DocxTemplate
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import SandboxedEnvironment

    sandbox = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.render(dict(context), sandbox, autoescape=True)
        out = io.BytesIO()
        template.save(out)
        docx.Document(io.BytesIO(out.getvalue()))  # a template may close what it has not opened
    except UndefinedError as error:
        raise _unknown(paper, str(error)) from error
    except TemplateSyntaxError as error:
        where = (error.source or "").splitlines()[error.lineno - 1 : error.lineno]
        near = re.sub(r"<[^>]+>", "", where[0])[:60].strip() if where else str(error.lineno)
        raise TemplateRefused(reason=BAD_SYNTAX, where=near, error=error.message) from error
    except SecurityError as error:
        raise TemplateRefused(reason=FORBIDDEN, error=str(error)) from error
    except TemplateError as error:
        raise TemplateRefused(reason=BAD_SYNTAX, where="", error=str(error)) from error
    except Exception as error:  # whatever a broken ZIP or XML raises in three libraries
        raise TemplateRefused from error
    return out.getvalue()


def _unknown(paper: Paper, message: str) -> TemplateRefused:
    found = re.search(r"attribute '([^']+)'|'([^']+)' is undefined", message)
    field = next((part for part in found.groups() if part), message) if found else message
    known = FIELDS[paper]
    names = [f"{name} ({', '.join(parts)})" if parts else name for name, parts in known.items()]
    return TemplateRefused(reason=UNKNOWN_FIELD, field=field, known=", ".join(names))


def to_pdf(title: str, subtitle: str, blocks: Sequence[Block], footer: str) -> bytes:
    """The PDF of a paper: A4, the house's own font, page numbers, table heads on every page."""
    data = {
        "title": title,
        "subtitle": subtitle,
        "footer": footer,
        "blocks": [
            {
                "kind": block.kind,
                "text": block.text,
                "columns": list(block.columns),
                "rows": [[_said(value) for value in row] for row in block.rows],
                "numeric": block.numeric,
            }
            for block in blocks
        ],
    }
    return typeset((HERE / "paper.typ").read_bytes(), {"data": json.dumps(data, ensure_ascii=False)})


def as_file(made: Written, kind: str, template: bytes = b"") -> bytes:
    """A paper as «docx» by its template, or as «pdf». Raises TemplateRefused."""
    if kind == "docx":
        return render(made.paper, template, made.context)
    return to_pdf(made.title, made.subtitle, made.blocks, made.subtitle)


def _is_number(value: Any) -> bool:
    """A number, also one already written («55,6 %», «503»), or a dash for none."""
    return value is None or isinstance(value, int | float) or bool(_NUMBER.fullmatch(str(value)))


def _said(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(value)
