"""What is done with files in the background: photos become one PDF, wiped bytes leave the disk, exports are written."""

from collections.abc import Awaitable, Callable, Mapping

from domain import handouts, leftovers, proof
from domain.db import Database
from domain.files import FileStore
from domain.texts import DEFAULT_LANGUAGE, texts


async def join_photos(db: Database, files: FileStore) -> int:
    """One PDF of the photos of each report that has none; its name is in the language of the installation."""
    say = texts(DEFAULT_LANGUAGE, escape=False)
    return await proof.join_photos(db, files, lambda number: say("Photos_%(number)s.pdf", number=number))


async def write_exports(db: Database, files: FileStore) -> int:
    """Long exports and packs that wait, also those that a stop broke off; old ones leave the disk."""
    return await handouts.run(db, files)


async def sweep_files(db: Database, files: FileStore) -> int:
    """Lists that were looked at and not brought in, documents of drafts that were dropped: after a week they go."""
    return await leftovers.sweep(db, files)


# Topic of the commit that causes it → what is then done. What was missed is found by the next tick.
CHORES: Mapping[str, Callable[[Database, FileStore], Awaitable[int]]] = {
    "photos": join_photos,
    "wiped": proof.delete_wiped,
    "takeaways": write_exports,
    "looks": proof.take_looks,
}
