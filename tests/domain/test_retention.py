"""Old rows leave the database after their days; nothing that is still needed goes with them."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

import domain.models  # noqa: F401 - every table is known
from domain import access, handouts, inbox, leftovers, outbox, people, progress, retention, uploads
from domain.actor import STRANGER, SYSTEM, Role
from domain.db import Base, Tx
from domain.files import FileStore
from domain.people import Invitation, OtherContact, Unreached
from domain.progress import Assignment, Evidence, Status
from domain.retention import Ages
from domain.settings import Settings
from tests.world import World


async def rows(world: World) -> dict[str, int]:
    """How many rows each table has, without the empty ones."""
    async with world.db.read(SYSTEM) as tx:
        return {size.table: size.rows for size in await retention.sizes(tx) if size.rows}


async def fill(world: World, mark: str) -> None:
    """One row of every kind that ends by itself, and its neighbours that must stay."""
    async with world.db.write(await world.actor("Дина")) as tx:
        await access.sign_in(tx, await access.issue_code(tx), source="test")
        await access.issue_code(tx)
        await access.note_failure(tx, mark)
        await uploads.offer_upload(tx, await _work(tx, "1.2", world))
    async with world.db.write(await world.actor("Марина")) as tx:
        made = await people.invite(
            tx, Role.SCHOOL_MEMBER, world.schools["Тороповская"], name=f"Не пришла {mark}"
        )
        await people.note_contact(tx, Unreached("invitation", made.invitation.id), "через секретаря")
        await handouts.ask(tx, "overdue", handouts.Format.CSV, {}, f"Что просрочено {mark}")
        await handouts.want(tx, "overdue", {"municipality": mark})
    async with world.db.write(SYSTEM) as tx:
        await inbox.keep_dialogues(tx, {f"42:{mark}": ("draft", {"a": 1})})
        for number, state in enumerate((inbox.InboxState.DONE, inbox.InboxState.DEAD)):
            update_id = int(mark) * 10 + number
            await inbox.accept(tx, 42, [{"update_id": update_id, "message": {"chat": {"id": 1}}}])
            found = select(inbox.InboxUpdate.id).where(inbox.InboxUpdate.update_id == update_id)
            key = await tx.session.scalar(found) or 0
            if state is inbox.InboxState.DONE:
                await inbox.finish(tx, [key])
            else:
                await inbox.bury(tx, key, 3, "broken")
        for end in (outbox.OutboxState.SENT, outbox.OutboxState.UNKNOWN):
            dedupe_key = f"{mark}:{end}"
            await outbox.put(tx, "decided", person_id=1, subject="s", dedupe_key=dedupe_key)
            query = update(outbox.OutboxMessage).where(outbox.OutboxMessage.dedupe_key == dedupe_key)
            await tx.session.execute(query.values(state=end))


async def _work(tx: Tx, number: str, world: World) -> int:
    found = await progress.my_work(tx, school_id=world.schools["Тороповская"].school_id)
    return next(row.assignment.id for row in found if row.measure.number == number)


async def draft(world: World, store: FileStore, number: str, status: Status) -> None:
    """A file in the draft of work that then came to this state without it."""
    async with world.db.write(await world.actor("Дина")) as tx:
        work_id = await _work(tx, number, world)
        await progress.add_file(tx, work_id, await store.keep(number.encode()), name=f"{number}.pdf")
    async with world.db.write(SYSTEM) as tx:
        query = update(Assignment).where(Assignment.id == work_id)
        await tx.session.execute(query.values(status=status, status_at=tx.now))


async def test_what_has_ended_goes_after_its_days_and_the_rest_stays(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    await fill(world, "1")
    async with world.db.write(await world.actor("Кирилл")) as tx:
        await access.issue_code(tx)
    await handouts.run(world.db, store)
    for number, status in (
        ("2.1", Status.WAIVED),
        ("2.2", Status.CONFIRMED),
        ("2.3", Status.NOT_DONE),
        ("2.4", Status.RETURNED),
    ):
        await draft(world, store, number, status)
    before = await rows(world)
    assert await retention.forget_old(world.db) == {}  # nothing has ended yet
    assert await rows(world) == before
    world.clock.forward(days=181)
    await handouts.run(world.db, store)  # the export's file has gone, its line stands
    await fill(world, "2")
    young = await rows(world)
    async with world.db.read(SYSTEM) as tx:
        due = await retention.due(tx, retention.USUAL)
    gone = await retention.forget_old(world.db)
    assert gone == due
    assert gone == {
        "updates": 1,
        "messages": 1,
        "sessions": 1,
        "codes": 1,
        "attempts": 1,
        "upload_links": 1,
        "contacts": 1,
        "invitations": 1,
        "exports": 1,
        "counted_pages": 1,
        "dialogues": 1,
        "drafts": 2,
    }
    after = await rows(world)
    lost = {table: count - after.get(table, 0) for table, count in young.items() if count != after.get(table)}
    assert lost == {
        "inbox_update": 1,
        "outbox_message": 1,
        "panel_session": 1,
        "sign_in_attempt": 1,
        "sign_in_code": 1,
        "upload_pass": 1,
        "other_contact": 1,
        "invitation": 1,
        "takeaway": 1,
        "kept_report": 1,
        "dialogue_state": 1,
        "evidence": 2,
    }
    assert await retention.forget_old(world.db) == {}  # twice is once


async def test_what_a_person_must_still_decide_never_goes(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    await fill(world, "1")
    for number, status in (("2.3", Status.NOT_DONE), ("2.4", Status.RETURNED), ("2.1", Status.IN_REVIEW)):
        await draft(world, store, number, status)
    world.clock.forward(days=4000)
    await retention.forget_old(world.db)
    async with world.db.read(SYSTEM) as tx:
        assert [u.state for u in await tx.session.scalars(select(inbox.InboxUpdate))] == ["dead"]
        assert await outbox.counts(tx) == {"unknown": 1}
        assert sorted(e.name or "" for e in await tx.session.scalars(select(Evidence))) == [
            "2.1.pdf", "2.3.pdf", "2.4.pdf",
        ]  # fmt: skip
        assert await tx.session.scalar(select(handouts.Takeaway.state)) == handouts.State.WAITING
        joined = (await tx.session.scalars(select(Invitation))).all()
        assert all(invitation.used_at for invitation in joined)
        assert len(joined) == 14  # everybody of the world


async def test_a_code_that_still_works_and_a_session_in_use_stay(world: World) -> None:
    async with world.db.write(await world.actor("Дина")) as tx:
        token = (await access.sign_in(tx, await access.issue_code(tx), source="test")).token
        code = await access.issue_code(tx)
    at_once = Ages(*[timedelta(0)] * len(Ages._fields))
    assert await retention.forget_old(world.db, at_once) == {}
    async with world.db.write(STRANGER) as tx:
        assert (await access.session_actor(tx, token)) is not None
        await access.sign_in(tx, code, source="test")


async def test_the_bytes_of_left_drafts_follow(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    await draft(world, store, "2.1", Status.WAIVED)
    await draft(world, store, "2.3", Status.NOT_DONE)
    world.clock.forward(days=181)
    assert await leftovers.sweep(world.db, store, -timedelta(days=4000)) == 0
    await retention.forget_old(world.db)
    assert await leftovers.sweep(world.db, store, -timedelta(days=4000)) == 1


async def test_a_contact_noted_for_a_person_or_school_is_no_matter_of_age(world: World) -> None:
    async with world.db.write(await world.actor("Марина")) as tx:
        await people.note_contact(tx, Unreached("person", world.people["Дина"]), "8 (48538) 5-00-00")
    world.clock.forward(days=4000)
    await retention.forget_old(world.db)
    async with world.db.read(SYSTEM) as tx:
        assert [c.text for c in await tx.session.scalars(select(OtherContact))] == ["8 (48538) 5-00-00"]


def test_the_ages_are_settings_and_cannot_be_too_short() -> None:
    plain = Settings(_env_file=None)
    assert Ages.of(plain) == retention.USUAL
    chosen = Ages.of(Settings(_env_file=None, keep_messages_days=365, keep_drafts_days=30))
    assert (chosen.messages, chosen.drafts) == (timedelta(days=365), timedelta(days=30))
    for name, too_few in (("keep_updates_days", 1), ("keep_messages_days", 30), ("keep_exports_days", 1)):
        with pytest.raises(ValidationError):
            Settings.model_validate({"_env_file": None, name: too_few})


async def test_every_table_is_counted(world: World) -> None:
    async with world.db.read(SYSTEM) as tx:
        found = await retention.sizes(tx)
    assert {size.table for size in found} == set(Base.metadata.tables)
    assert found[0].rows == max(size.rows for size in found) > 0
