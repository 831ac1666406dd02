"""Forms: strictly the fields that the page has, nothing else (mass assignment, RELIABILITY.md §5)."""

from datetime import date
from typing import Annotated, Any, TypeVar, get_origin

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, field_validator
from starlette.datastructures import FormData, UploadFile

from domain.errors import DomainError, Forbidden, InvalidInput, NotFound


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


Choice = Annotated[int | None, BeforeValidator(_none_if_empty)]  # a select whose first line is «all»


Day = Annotated[date | None, BeforeValidator(_none_if_empty)]  # a date that may be left empty


LARGEST = 2**31 - 1  # of a number that a database keeps as one of its own


def is_beyond(text: str) -> bool:
    """Whether this is a number that no row can have; of thousands of digits none is ever computed."""
    digits = text.lstrip("0")
    return text.isdecimal() and (len(digits) > len(str(LARGEST)) or int(digits or "0") > LARGEST)


class _Sent(BaseModel):
    """What comes from outside: its numbers fit into a database."""

    @field_validator("*", mode="after")
    @classmethod
    def _fits(cls, value: Any) -> Any:
        many = value if isinstance(value, list | set | tuple) else (value,)
        if any(isinstance(one, int) and abs(one) > LARGEST for one in many):
            raise ValueError("a number that cannot be")
        return value


class Form(_Sent):
    """Base of all forms of the panel."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Filters(_Sent):
    """Base of all filters in an address; a value that cannot be is no filter."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class InvalidForm(InvalidInput):
    """The form cannot be used; `fields` names the places."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__()
        self.fields = fields


AnyForm = TypeVar("AnyForm", bound=Form)


async def sent(request: Request) -> FormData:
    """The raw fields of a form."""
    return await request.form(max_files=1, max_fields=2000, max_part_size=64 * 1024)


def read_form(kind: type[AnyForm], raw: FormData) -> AnyForm:
    """The form's fields as typed values; raises InvalidForm."""
    values: dict[str, Any] = {}
    for name in raw:
        field = kind.model_fields.get(name)
        many = field is not None and get_origin(field.annotation) in (list, set)
        value = raw.getlist(name) if many else raw[name]
        if not isinstance(value, UploadFile):
            values[name] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidForm(frozenset(str(e["loc"][0]) for e in error.errors() if e["loc"])) from None


def refusal(error: DomainError) -> DomainError:
    """An error to be shown beside the form; what is absent or not allowed has pages of its own."""
    if isinstance(error, NotFound | Forbidden):
        raise error
    return error
