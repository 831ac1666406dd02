"""Papers: the analytical note, the analysis of measures, the coordinators' hour; as Word from a template and as PDF."""

from domain.briefs.actions import drop_template, put_template
from domain.briefs.models import PaperTemplate
from domain.briefs.queries import TemplateRow, paper, place_of, template_of, templates
from domain.briefs.rules import (
    FIELDS,
    MAX_TEMPLATE,
    MIME,
    PAPERS,
    Block,
    Paper,
    TemplateRefused,
    Written,
    as_file,
    check_template,
    default_template,
    document_of,
    read_again,
    render,
    to_pdf,
)

__all__ = [
    "FIELDS",
    "MAX_TEMPLATE",
    "MIME",
    "PAPERS",
    "Block",
    "Paper",
    "PaperTemplate",
    "TemplateRefused",
    "TemplateRow",
    "Written",
    "as_file",
    "check_template",
    "default_template",
    "document_of",
    "drop_template",
    "paper",
    "place_of",
    "put_template",
    "read_again",
    "render",
    "template_of",
    "templates",
    "to_pdf",
]
