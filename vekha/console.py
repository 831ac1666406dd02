"""How the command line speaks: results on stdout, everything else on stderr, exit codes 0, 1 and 2."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from typer.core import TyperGroup

from domain.errors import DomainError
from domain.texts import DEFAULT_LANGUAGE, texts

T = TypeVar("T")
say = texts(DEFAULT_LANGUAGE, escape=False)


class Refused(Exception):
    """The input or the installation is not as it must be; the sentence says what to do. Exit code 1."""


def note(text: str) -> None:
    """Say something to the person; stdout stays free for results."""
    print(text, file=sys.stderr, flush=True)


def out(text: str) -> None:
    """Print a result."""
    print(text, flush=True)


def emit(document: Any) -> None:
    """Print a result as one JSON document."""
    out(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def about(sentence: str, *examples: str) -> str:
    """The text of `--help`: what it is for, then examples."""
    lines = "\n".join(f"  {example}" for example in examples)
    return "\n".join([sentence, "", "\b", say("Example:"), lines])


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the asynchronous body of a command."""
    return asyncio.run(work)


def unreadable_settings(error: ValueError) -> str:
    """The settings that pydantic could not read, by name; nothing for any other error."""
    errors = getattr(error, "errors", None)
    if not callable(errors) or getattr(error, "title", "") != "Settings":
        return ""
    return ", ".join(str(found["loc"][0]).upper() for found in errors())


class Commands(TyperGroup):
    """A group that turns named errors into one sentence on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            note(str(refusal))
        except DomainError as error:
            note(say.error(error))
        except ValueError as error:
            names = unreadable_settings(error)
            if not names:
                raise
            note(say("These settings cannot be read: %(names)s", names=names))
        raise typer.Exit(1)


def group(help_text: str) -> typer.Typer:
    """A typer application with the conventions of this command line."""
    return typer.Typer(
        cls=Commands,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
