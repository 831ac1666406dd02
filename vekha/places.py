"""From words on the command line to a place of the tree, a group of schools, a role."""

from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz, process

from domain import programme, schools
from domain.actor import Place, Role
from domain.db import Tx
from domain.errors import NotFound
from domain.schools import School
from vekha.console import Refused, say

ROLES = {
    Role.REGIONAL_COORDINATOR: ("региональный координатор", "regional"),
    Role.MUNICIPAL_COORDINATOR: ("муниципальный координатор", "municipal"),
    Role.CURATOR: ("куратор",),
    Role.SCHOOL_HEAD: ("руководитель школы", "директор", "head"),
    Role.SCHOOL_MEMBER: ("член команды", "заместитель директора", "member"),
    Role.EXPERT: ("эксперт",),
    Role.OBSERVER: ("наблюдатель",),
}
LIKENESS = 55  # per cent from which a name is offered as «did you mean»


class Named(NamedTuple):
    """A place and what it is called with the one above it."""

    place: Place
    name: str
    above: str

    @property
    def label(self) -> str:
        """«Угличский МР / Василёвская СОШ»."""
        return f"{self.above} / {self.name}" if self.above else self.name


async def everything(tx: Tx) -> list[Named]:
    """All places that the actor may see."""
    known = list(await schools.regions(tx))
    names = {region.id: region.name for region in known}
    found = [Named(Place(region.id), region.name, "") for region in known]
    found += [Named(m.place, m.name, names.get(m.region_id, "")) for m in await schools.municipalities(tx)]
    found += [Named(r.school.place, r.school.name, r.municipality) for r in await schools.school_list(tx)]
    return found


async def place(tx: Tx, words: str) -> Place:
    """The place that the words name: a region, «Даниловский МР», a school, «Угличский МР / Василёвская СОШ»."""
    try:
        return await schools.find_place(tx, words)
    except NotFound:
        known = await everything(tx)
    above, slash, name = words.rpartition("/")
    exact = [p for p in known if slash and _same(p.name, name) and _same(p.above, above)]
    if len(exact) == 1:
        return exact[0].place
    several = [p.label for p in known if _same(p.name, name if slash else words)]
    if len(several) > 1:
        raise Refused(
            _choice(say("Several places are called «%(name)s». Name one of them:", name=words), several)
        )
    raise Refused(_choice(say("There is no place called «%(name)s».", name=words), _near(words, known)))


async def receivers(tx: Tx, words: str, owner: Place) -> list[School]:
    """Schools that `--assign` means inside the owner's place: `all`, a place, or a cohort."""
    rows = [row.school for row in await schools.school_list(tx)]
    inside = [school for school in rows if owner.covers(school.place)]
    if words.strip().casefold() in {"all", "все"}:
        chosen = inside
    elif (cohort := await programme.find_cohort(tx, words)) is not None:
        ids = await schools.cohort_ids(tx, [school.id for school in inside])
        chosen = [school for school in inside if cohort.id in ids.get(school.id, [])]
    else:
        try:
            target = await place(tx, words)
        except Refused as refusal:
            cohorts = [cohort.name for cohort in await programme.cohorts(tx)]
            raise Refused(
                _choice("\n".join([str(refusal), say("Cohorts:")]), cohorts) if cohorts else str(refusal)
            ) from None
        chosen = [school for school in inside if target.covers(school.place)]
    if not chosen:
        raise Refused(say("«%(name)s»: no school of the roadmap's owner is among them.", name=words))
    return chosen


def role(words: str) -> Role:
    """A role by its identifier or its Russian name."""
    wanted = schools.fold(words).replace("-", "_")
    for candidate, names in ROLES.items():
        if wanted == candidate.value or wanted.replace("_", " ") in names:
            return candidate
    raise Refused(_choice(say("There is no role «%(name)s». Roles:", name=words), [r.value for r in Role]))


def _same(one: str, other: str) -> bool:
    equal = schools.fold(one) == schools.fold(other) or schools.search_name(one) == schools.search_name(other)
    return equal or (bool(schools.municipality_key(one)) and _key(one) == _key(other))


def _key(name: str) -> str:
    return schools.municipality_key(name)


def _near(words: str, known: Iterable[Named]) -> list[str]:
    labels = {p.label: schools.fold(p.name) for p in known}
    found = process.extract(schools.fold(words), labels, scorer=fuzz.WRatio, score_cutoff=LIKENESS, limit=5)
    return [label for _, _, label in found]


def _choice(sentence: str, names: list[str]) -> str:
    if not names:
        return sentence + " " + say("Nothing resembles it. Import schools first: vekha import schools FILE")
    return "\n".join([sentence, *(f"  {name}" for name in names)])
