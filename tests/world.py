"""The people everyone knows. A stranger is always in the room, with data that could leak.

`build_world(db)` fills an empty database through the domain's own actions:

Ярославская область   Римма (regional coordinator), Ольга (observer), Эмма (expert)
  Даниловский МР      Марина (municipal coordinator)
    Тороповская ОШ    Тамара (head), Дина (deputy), curator Кирилл
  Угличский МР        Ульяна (municipal coordinator)
    Климатинская СОШ  Клим (head; also curator of Тороповская's neighbour Василёвская)
    Василёвская СОШ   Вера (head), curator Клим
    СШ № 16           Кирилл (head)
Саратовская область   the strangers' region, with a roadmap and a report of its own
  Дергачевский район  Саша (municipal coordinator)
    ООШ п. Тимонин    Степан (head)
Somebody unknown      telegram id 999
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain import documents, giving, people, programme, progress, roadmaps, schools
from domain.actor import SYSTEM, Actor, Place, Role
from domain.db import Clock, Database
from domain.files import FileStore
from tests.stores import url_in

DATA = Path(__file__).parent / "data"
YAROSLAVL = "roadmaps/000_yaroslavl_2022.docx"
NOBODY = 999  # a Telegram account that nobody invited
# Monday morning in the middle of the programme's year.
START = datetime(2022, 4, 18, 7, 0, tzinfo=UTC)


class MovableClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime = START) -> None:
        super().__init__(lambda: self.moment)
        self.moment = moment

    def forward(self, **delta: float) -> None:
        """Move on by days, hours, …"""
        self.moment += timedelta(**delta)


@dataclass
class World:
    """Ids by first name; everyone has the Telegram id `100 + n`."""

    db: Database
    clock: MovableClock
    folder: Path  # the test's own: nothing is written elsewhere, wherever the database lies
    people: dict[str, int] = field(default_factory=dict)
    telegram: dict[str, int] = field(default_factory=dict)
    schools: dict[str, Place] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    roadmap_id: int = 0
    foreign_roadmap_id: int = 0

    @property
    def files(self) -> FileStore:
        """What people send in."""
        return FileStore(self.folder / "files")

    def moved_to(self, db: Database, clock: "MovableClock", folder: Path) -> "World":
        """The same world in a copy of its database; who joins it there stays there."""
        return replace(
            self,
            db=db,
            clock=clock,
            folder=folder,
            people=dict(self.people),
            telegram=dict(self.telegram),
            schools=dict(self.schools),
            places=dict(self.places),
        )

    async def actor(self, name: str) -> Actor:
        """The person as an actor, with today's grants."""
        async with self.db.read(SYSTEM) as tx:
            return await people.actor_by_id(tx, self.people[name])

    async def assignment_id(self, school: str, number: str) -> int:
        """The assignment of a school for the measure of this number."""
        async with self.db.read(SYSTEM) as tx:
            rows = await progress.my_work(tx, school_id=self.schools[school].school_id)
            return next(r.assignment.id for r in rows if r.measure.number == number)


def open_database(folder: Path) -> tuple[Database, MovableClock]:
    """A real database with a clock that a test may move."""
    clock = MovableClock()
    return Database(url_in(folder), clock), clock


async def create_tables(db: Database) -> None:
    """All tables, without the detour over the migrations (which have their own tests)."""
    from domain.models import metadata

    async with db.write(SYSTEM) as tx:
        connection = await tx.session.connection()
        await connection.run_sync(metadata.create_all)


async def build_world(db: Database, clock: MovableClock, folder: Path, *, roadmap: bool = True) -> World:
    """Everybody above; with `roadmap` also the Yaroslavl plan of 2022, approved and assigned."""
    world = World(db, clock, folder)
    async with db.write(SYSTEM) as tx:
        await programme.programme(tx, "500+")
        cohort = await programme.cohort(tx, "500+ 2022")
        ours = await schools.add_region(tx, "Ярославская область", timezone="Europe/Moscow", code="76")
        theirs = await schools.add_region(tx, "Саратовская область", timezone="Europe/Saratov", code="64")
        world.places["область"], world.places["чужая область"] = Place(ours.id), Place(theirs.id)
        for region, municipality, names in (
            (ours, "Даниловский МР", ["МБОУ Тороповская ОШ"]),
            (ours, "Угличский МР", ["МОУ Климатинская СОШ", "МОУ Василёвская СОШ", "МОУ Средняя школа № 16"]),
            (theirs, "Дергачевский район", ["МОУ «ООШ п. Тимонин»"]),
        ):
            place = await schools.add_municipality(tx, region, municipality)
            world.places[municipality.split()[0]] = place.place
            for full_name in names:
                school, _ = await schools.add_school(tx, place, full_name)
                world.schools[school.name.split()[0] if "№" not in school.name else "16"] = school.place
                await schools.enroll(tx, school, cohort.id)
        world.schools["Тимонин"] = world.schools.pop("ООШ")
    await _invite_all(world)
    if roadmap:
        world.roadmap_id = await give_roadmap(
            world, "Римма", world.places["область"], ["Тороповская", "Климатинская", "Василёвская"]
        )
        world.foreign_roadmap_id = await give_roadmap(
            world, "Саша", world.places["Дергачевский"], ["Тимонин"]
        )
    return world


CAST: list[tuple[str, Role, str]] = [
    ("Римма", Role.REGIONAL_COORDINATOR, "область"),
    ("Ольга", Role.OBSERVER, "область"),
    ("Эмма", Role.EXPERT, "область"),
    ("Марина", Role.MUNICIPAL_COORDINATOR, "Даниловский"),
    ("Ульяна", Role.MUNICIPAL_COORDINATOR, "Угличский"),
    ("Тамара", Role.SCHOOL_HEAD, "Тороповская"),
    ("Дина", Role.SCHOOL_MEMBER, "Тороповская"),
    ("Кирилл", Role.SCHOOL_HEAD, "16"),
    ("Кирилл", Role.CURATOR, "Тороповская"),
    ("Клим", Role.SCHOOL_HEAD, "Климатинская"),
    ("Клим", Role.CURATOR, "Василёвская"),
    ("Вера", Role.SCHOOL_HEAD, "Василёвская"),
    ("Саша", Role.MUNICIPAL_COORDINATOR, "Дергачевский"),
    ("Степан", Role.SCHOOL_HEAD, "Тимонин"),
]


async def _invite_all(world: World) -> None:
    async with world.db.write(SYSTEM) as tx:
        for name, role, place in CAST:
            telegram_id = world.telegram.setdefault(name, 101 + len(world.telegram))
            where = world.schools.get(place) or world.places[place]
            invited = await people.invite(tx, role, where, name=name)
            person = await people.join(tx, invited.payload, telegram_id=telegram_id, name=name)
            world.people[name] = person.id


async def give_roadmap(world: World, author: str, owner: Place, receivers: list[str]) -> int:
    """Import the real Yaroslavl plan as the author, approve it, give it to the schools."""
    reading = documents.read_roadmap(DATA / YAROSLAVL, "000_yaroslavl_2022.docx", year=2022)
    async with world.db.write(await world.actor(author)) as tx:
        roadmap = await roadmaps.import_draft(tx, owner, reading, file_name="000_yaroslavl_2022.docx")
        await roadmaps.approve(tx, roadmap.id)
        ids = [world.schools[name].school_id or 0 for name in receivers]
        await giving.assign(tx, roadmap.id, ids)
        return roadmap.id
