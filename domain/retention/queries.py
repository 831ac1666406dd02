"""Which rows nothing needs any more, and how many rows there are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from domain.access import PanelSession, SignInAttempt, SignInCode
from domain.db import Base, Tx
from domain.handouts import KeptReport, State, Takeaway
from domain.inbox import DialogueState, InboxState, InboxUpdate
from domain.outbox import ENDED, OutboxMessage
from domain.packs import ChosenFile
from domain.people import Invitation, OtherContact
from domain.progress import OPEN, Assignment, Evidence, Status
from domain.retention.rules import Ages
from domain.uploads import UploadPass


class Size(NamedTuple):
    """A table and how many rows it has."""

    table: str
    rows: int


class Old(NamedTuple):
    """Rows of one table that may go."""

    table: type[Base]
    which: ColumnElement[bool]


def _ended_invitations(before: datetime) -> ColumnElement[bool]:
    """Nobody has come by them, and nobody can any more."""
    ended = or_(Invitation.expires_at < before, Invitation.revoked_at < before)
    return and_(Invitation.used_at.is_(None), ended)


def _left_drafts(before: datetime) -> ColumnElement[bool]:
    """Drafts of work that was closed without them: nobody can hand them in, their bytes follow later."""
    closed = exists().where(
        Assignment.id == Evidence.assignment_id,
        Assignment.status.not_in([*OPEN, Status.IN_REVIEW]),
        Assignment.status_at < before,
    )
    chosen = exists().where(ChosenFile.evidence_id == Evidence.id)
    return and_(Evidence.submission_id.is_(None), Evidence.added_at < before, closed, ~chosen)


def old(now: datetime, ages: Ages) -> Mapping[str, Old]:
    """What may go at this moment, by name, in the order in which rows lean on each other."""
    access, exports, drafts = now - ages.access, now - ages.exports, now - ages.drafts
    invited = _ended_invitations(now - ages.invitations)
    handled = InboxUpdate.state.in_((InboxState.DONE, InboxState.IGNORED))
    gone = Takeaway.state.in_((State.GONE, State.FAILED))
    return {
        "updates": Old(InboxUpdate, and_(handled, InboxUpdate.finished_at < now - ages.updates)),
        "messages": Old(
            OutboxMessage,
            and_(OutboxMessage.state.in_(ENDED), OutboxMessage.created_at < now - ages.messages),
        ),
        "sessions": Old(PanelSession, PanelSession.expires_at < access),
        "codes": Old(SignInCode, SignInCode.expires_at < access),
        "attempts": Old(SignInAttempt, SignInAttempt.at < access),
        "upload_links": Old(UploadPass, UploadPass.expires_at < access),
        "contacts": Old(OtherContact, OtherContact.invitation_id.in_(select(Invitation.id).where(invited))),
        "invitations": Old(Invitation, invited),
        "exports": Old(Takeaway, and_(gone, Takeaway.asked_at < exports)),
        "counted_pages": Old(KeptReport, KeptReport.asked_at < exports),
        "dialogues": Old(DialogueState, DialogueState.changed_at < drafts),
        "drafts": Old(Evidence, _left_drafts(drafts)),
    }


async def due(tx: Tx, ages: Ages) -> dict[str, int]:
    """How many rows of each kind would go now; kinds without any are left out."""
    found: dict[str, int] = {}
    for name, (table, which) in old(tx.now, ages).items():
        count = await tx.session.scalar(select(func.count()).select_from(table).where(which))
        if count:
            found[name] = count
    return found


async def sizes(tx: Tx) -> list[Size]:
    """Every table with its rows, the largest first. Looks at all of them: for a command, not for a page."""
    found: list[Size] = []
    for name, table in Base.metadata.tables.items():
        rows: Any = await tx.session.scalar(select(func.count()).select_from(table))
        found.append(Size(name, int(rows or 0)))
    return sorted(found, key=lambda size: (-size.rows, size.table))
