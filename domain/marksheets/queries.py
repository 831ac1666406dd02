"""What an import would do: results with their schools, before anything is written."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from domain import schools
from domain.db import Tx
from domain.errors import N_
from domain.marksheets.rules import Entry, Problem, Reading
from domain.policy import Permission
from domain.schools import School

_LOGIN = re.compile(r"\bedu\d{6}\b", re.IGNORECASE)


class Matched(NamedTuple):
    """A result and whose it is."""

    entry: Entry
    school: School


class Preview(NamedTuple):
    """Rows that would be kept, and those that would not."""

    matched: list[Matched]
    problems: list[Problem]
    absent: list[Matched]  # schools that only stand there, without numbers


class _Register(NamedTuple):
    by_login: dict[str, School]
    by_name: dict[str, list[tuple[School, str]]]  # search name → schools with the key of their municipality
    by_place: dict[str, dict[str, list[School]]]  # key of a municipality → name inside it → schools


async def preview(tx: Tx, reading: Reading) -> Preview:
    """Match the results with the schools of whose register the actor takes care."""
    register = _Register({}, {}, {})
    for row in await schools.school_list(tx, permission=Permission.REGISTER):
        key = schools.municipality_key(row.municipality)
        register.by_name.setdefault(row.school.search_name, []).append((row.school, key))
        inside = register.by_place.setdefault(key, {})
        inside.setdefault(schools.name_in_place(row.school.full_name, key), []).append(row.school)
        if row.school.federal_login:
            register.by_login[row.school.federal_login] = row.school
    matched: list[Matched] = []
    absent: list[Matched] = []
    problems = list(reading.problems)
    seen: dict[tuple[int, str, int], Entry] = {}
    for entry in [*reading.entries, *reading.absent]:
        found = list(_found(register, entry))
        if len(found) != 1:
            message = (
                N_("there is no such school in the register: correct its name or bring it in first")
                if not found
                else N_(
                    "several schools have this name: a column with the municipality or the login tells them apart"
                )
            )
            problems.append(_problem(entry, message, school=entry.school or entry.login))
            continue
        key_ = found[0].id, entry.procedure, entry.year
        if entry.nobody:
            absent.append(Matched(entry, found[0]))
            continue
        if key_ in seen:
            problems.append(
                _problem(
                    entry,
                    N_("the same school as in row %(other)s"),
                    school=entry.school,
                    other=seen[key_].row,
                )
            )
            continue
        seen[key_] = entry
        matched.append(Matched(entry, found[0]))
    return Preview(matched, _once(problems), absent)


def _found(register: _Register, entry: Entry) -> Iterator[School]:
    login = entry.login.strip().lower()
    if not login and (inside_name := _LOGIN.search(entry.school)):
        login = inside_name[0].lower()
    if login.isdecimal():  # «edu030152» kept as the number 30152
        login = f"edu{login:0>6}"
    if login in register.by_login:
        yield register.by_login[login]
        return
    wanted = schools.municipality_key(entry.municipality)
    named = register.by_name.get(schools.search_name(entry.school), [])
    inside = [school for school, key in named if not wanted or key == wanted]
    if not inside and entry.carried:  # the place of the rows above need not be that of this row
        inside = [school for school, _ in named]
    inside = inside or list(_by_parts(register, entry, wanted))
    if len(inside) > 1 and not entry.municipality:  # the cell of the name says it, or else a sheet or a title
        keys = {school.id: key for school, key in named}
        for text in (entry.school, entry.around):
            there = [school for school in inside if schools.names_place(text, keys.get(school.id, ""))]
            if there:
                inside = there
                break
    yield from inside


def _by_parts(register: _Register, entry: Entry, wanted: str) -> Iterator[School]:
    """Schools whose municipality stands in the cell of the name, or is called in another case."""
    text = entry.municipality or entry.school
    keys = [wanted] if wanted in register.by_place else register.by_place
    for key in keys:
        if key == wanted or schools.names_place(text, key):
            yield from register.by_place[key].get(schools.name_in_place(entry.school, key), [])


def _problem(entry: Entry, message: str, **params: object) -> Problem:
    return Problem(entry.sheet, entry.row, message, params)


def _once(problems: list[Problem]) -> list[Problem]:
    """A row with nine results has one missing school, not nine."""
    kept: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        kept.setdefault(
            (problem.sheet, problem.row, problem.message, *sorted(map(str, problem.params.values()))), problem
        )
    return list(kept.values())
