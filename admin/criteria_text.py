"""A criteria set as text for people: the same shape as the files that come along (TOML)."""

import json
from collections.abc import Mapping
from typing import Any

PLAIN = str | int | float | bool


def written(document: Mapping[str, Any]) -> str:
    """The document as TOML; reading it back gives the same document."""
    return "\n".join(_table(document, ())).strip() + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if not _is_tables(value)]
    for key, value in table.items():
        if _is_tables(value):
            for item in value:
                lines += ["", f"[[{'.'.join((*path, key))}]]", *_table(item, (*path, key))]
    return lines


def _is_tables(value: Any) -> bool:
    """Groups, criteria and parts stand below each other; bands stay on their line."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, Mapping) and "title" in item for item in value)
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def _key(key: Any) -> str:
    text = str(key)
    return (
        text
        if text.replace("_", "").replace("-", "").isalnum() and text.isascii()
        else json.dumps(text, ensure_ascii=False)
    )
