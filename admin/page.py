"""What a page needs: the texts of its reader, the templates, the two doors to the data, the way on."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain import roadmaps
from domain.actor import Actor
from domain.db import Database, Tx, WriteTx
from domain.errors import N_
from domain.files import FileStore
from domain.policy import TABLE, Permission
from domain.settings import Settings
from domain.texts import Texts, catalogue, texts

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"

# What the line on top says after a form was sent; the address carries only the key and a number.
DONE = {
    "added": N_("The row is added at the end."),
    "answered": N_("Answered. The school will hear of it."),
    "asked": N_("The poll is on its way. Here you see who has answered."),
    "invited": N_("The invitations are on their way."),
    "approved": N_("The roadmap is approved. It can now be given to schools."),
    "assigned": N_("Done. Schools that have received the roadmap: %(n)s."),
    "compared": N_("Here is what has changed. Nothing is applied yet."),
    "confirmed": N_("Confirmed. The school will hear of it."),
    "dates_set": N_("The dates are set. Measures that report on them: %(n)s."),
    "discarded": N_("The draft is gone."),
    "documents_asked": N_("Asked. The schools see the documents among their assignments."),
    "dropped": N_("The row is left out; it stands among the rows passed over."),
    "given": N_("Done. New assignments: %(n)s."),
    "merged": N_("The two rows are one now."),
    "moved": N_("The deadline is moved. Open assignments that moved with it: %(n)s."),
    "noted": N_("Noted."),
    "passed_on": N_("Passed on to the chat."),
    "pack_ordered": N_("The pack is being put together. You may go on; it will be here when it is ready."),
    "placed": N_("Placed. Measures: %(n)s."),
    "period_set": N_("The year is set. Deadlines that mean something else now: %(n)s."),
    "kept": N_("The report is kept as it is today."),
    "ordered": N_("It is being written. The bot will tell you when it is ready."),
    "peer_prepared": N_("Prepared. Now make the pairs; no school has heard of it yet."),
    "peer_proposed": N_("New pairs: %(n)s."),
    "peer_changed": N_("Partners are changed, the schools hear of it. What was written is kept."),
    "peer_started": N_("The round has started. Pairs that hear of each other: %(n)s."),
    "peer_shared": N_("Shown. The partner will hear of it in the bot."),
    "peer_final": N_("The form is final; the partner will hear of it in the bot."),
    "peer_meeting": N_("Agreed. The partner will hear of it in the bot."),
    "queued": N_("The message is on its way. Here you see who has received it."),
    "read_anew": N_("The document is read anew. What you had changed has stayed."),
    "reopened": N_("The roadmap is a draft again."),
    "registered": N_("The list is brought in. New in the register: %(n)s."),
    "resolved": N_("Noted."),
    "restored": N_("The row is back."),
    "revised": N_("The newer version is applied. Schools whose deadlines moved hear of it once."),
    "reminded": N_("Reminded: %(n)s. Nobody is reminded twice a day."),
    "repeated": N_("Sent once more: %(n)s."),
    "returned": N_("Returned for rework. The school will read your comment."),
    "said": N_("Sent. The other side will hear of it in the bot."),
    "saved": N_("Saved."),
    "set_aside": N_("The comparison is set aside; the roadmap is as it was."),
    "settled": N_("The deadline is settled."),
    "slot_set": N_("Saved. It holds for what is sent from now on, in the bot and here."),
    "split": N_("The row is split. Look whether each part has its own deadline."),
    "taken_back": N_("Taken back. Assignments that are gone: %(n)s."),
    "targets": N_("The numbers are counted from now on."),
    "unconfirmed": N_("The confirmation is taken back; the school and the reviewer know why."),
    "undone": N_("Undone: the roadmap is as it was before."),
    "uploaded": N_("Here is what was read. Look at the doubtful places first."),
    "uploaded_before": N_("This file has come before: here is its draft as it stands."),
    "invitation_revoked": N_("The invitation no longer works."),
    "role_revoked": N_("The role is taken away. This person is signed out of the panel."),
    "recommended": N_("Sent to the school. It answers here or in the bot."),
    "marked": N_("Saved. Criteria with points: %(n)s."),
    "wave_open": N_("The wave is open. Now choose the sample and its experts."),
    "results_in": N_("The results are brought in. New or changed: %(n)s."),
    "copied": N_("A new version is made: change it and save."),
    "years_moved": N_("All dates are moved. Measures with other dates now: %(n)s."),
    "wiped": N_("The file is removed everywhere. The report itself has stayed."),
    "settled_places": N_("Saved. Schools with a town or a village now: %(n)s."),
    "signed_out": N_("You are signed out."),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """What the pages stand on."""

    db: Database
    settings: Settings
    files: FileStore
    bot_username: Callable[[], str]


class Section(NamedTuple):
    """An entry of the menu, drawn only for those who may open it."""

    path: str
    title: str
    permission: Permission


SECTIONS = (
    Section("/schools", N_("Schools"), Permission.SEE),
    Section("/roadmaps", N_("Roadmaps"), Permission.SEE),
    Section("/review", N_("Review"), Permission.OVERRULE),
    Section("/monitoring", N_("Monitoring"), Permission.SEE),
    Section("/broadcasts", N_("Broadcasts"), Permission.BROADCAST),
    Section("/events", N_("Events"), Permission.OVERRULE),
    Section("/peer", N_("Mutual expertise"), Permission.SEE),
    Section("/people", N_("People"), Permission.SEE_PEOPLE),
    Section("/silence", N_("Silence"), Permission.OVERRULE),
    Section("/audit", N_("History"), Permission.AUDIT),
    Section("/attention", N_("Needs attention"), Permission.REGISTER),
)


@cache
def static_url(name: str) -> str:
    """Address of a static file that changes with its content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


@cache
def environment(language: str) -> Environment:
    """Templates in one language: `_` and `ngettext` are its catalogue, `say` its dates and sizes."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(short=roadmaps.short, spoken=roadmaps.spoken, listed=roadmaps.listed)
    env.filters["named"] = lambda rows: [
        (row.id, row.name) for row in rows
    ]  # choices of a list to choose from
    env.globals.update(say=texts(language, escape=False), static=static_url, Permission=Permission)
    return env


class Visit:
    """One request of one person (or of a stranger, on the sign-in page)."""

    def __init__(self, request: Request, panel: Panel, actor: Actor) -> None:
        self.request = request
        self.panel = panel
        self.actor = actor
        self.say: Texts = texts(actor.language, escape=False)

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A reading transaction of this person."""
        return self.panel.db.read(self.actor)

    def write(self) -> AbstractAsyncContextManager[WriteTx]:
        """A writing transaction of this person, committed at the end of the block."""
        return self.panel.db.write(self.actor)

    def may(self, permission: Permission) -> bool:
        """Whether the person holds this permission anywhere: decides what is drawn, never what is allowed."""
        return any(permission in TABLE[grant.role] for grant in self.actor.grants)

    def page(self, template: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
        """Draw a page."""
        html = (
            environment(self.say.language)
            .get_template(template)
            .render(visit=self, path=self.request.url.path, **context)
        )
        return HTMLResponse(html, status_code=status)

    @property
    def sections(self) -> list[Section]:
        """The menu of this person."""
        return [section for section in SECTIONS if self.may(section.permission)]

    @property
    def done(self) -> str:
        """The line that says what has just happened."""
        key, count = self.request.query_params.get("done", ""), self.request.query_params.get("n", "")
        message = DONE.get(key)
        if message is None or ("%(n)s" in message and not count.isdecimal()):
            return ""
        return self.say(message, n=int(count)) if "%(n)s" in message else self.say(message)

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment by the reader's clock, for tables."""
        return moment.astimezone(ZoneInfo(self.actor.timezone)) if moment is not None else None

    def link(self, **changes: Any) -> str:
        """This page with other filters; an empty value drops one, and the line of the last action goes."""
        query = {**self.request.query_params, "done": None, "n": None, **changes}
        kept = {key: value for key, value in query.items() if value not in (None, "")}
        return f"{self.request.url.path}?{urlencode(kept)}" if kept else self.request.url.path

    def go(self, path: str, done: str = "", n: int | None = None, *, anchor: str = "") -> RedirectResponse:
        """After a form: on to a page, with a line on top that says what happened."""
        query = {key: value for key, value in (("done", done), ("n", n)) if value not in ("", None)}
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        return RedirectResponse(f"{path}#{anchor}" if anchor else path, status_code=303)
