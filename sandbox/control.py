"""The sandbox's own HTTP interface under ``/_sandbox/``: for the chat page, and for tests in another process.

Every request and answer is JSON but for uploads (multipart) and downloads. Errors: 400 with ``{"error": …}``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from .acting import Item
from .api import answer
from .faults import Fault
from .feed import bot_json, chat_feed, groups_of, person_json
from .files import image_size, image_type
from .model import JSON, Chat, Person
from .people import NotPossible
from .views import SentMessage

if TYPE_CHECKING:
    from .server import Extra, Sandbox

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_HEARTBEAT = 15.0
_PRESS_WAIT = 30.0
_NEW_PERSON = 9_000_000_001


def _sent(message: SentMessage) -> JSON:
    return {"message_id": message.message_id, "chat_id": message.chat_id, "message": message.raw}


class Control:
    """Handlers of ``/_sandbox/…``."""

    def __init__(self, sandbox: Sandbox, extras: Sequence[Extra]) -> None:
        self._sandbox = sandbox
        self._extras = extras

    def add_to(self, app: web.Application) -> None:
        """Put the routes into the application."""
        gets: dict[str, Handler] = {
            "state": self.state,
            "people": self.people,
            "chat": self.chat,
            "events": self.events,
            "log": self.log,
            "limits": self.limits,
            "files/{file_id}": self.file,
        }
        posts: dict[str, Handler] = {
            "people": self.add_person,
            "send": self.send,
            "upload": self.upload,
            "press": self.press,
            "edit": self.edit,
            "delete": self.delete,
            "block": self.block,
            "fault": self.fault,
            "faults/clear": self.clear_faults,
            "limits": self.set_limits,
            "groups": self.groups,
            "extra": self.extra,
        }
        for path, handler in gets.items():
            app.router.add_get(f"/_sandbox/{path}", self._guarded(handler))
        for path, handler in posts.items():
            app.router.add_post(f"/_sandbox/{path}", self._guarded(handler))

    def _guarded(self, handler: Handler) -> Handler:
        """Refuse what another site sends through a browser; turn what people cannot do into 400."""

        async def run(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
                return answer({"error": "cross-site request"}, 403)
            try:
                return await handler(request)
            except (NotPossible, ValueError, KeyError, TypeError) as error:
                return answer({"error": str(error)}, 400)

        return run

    def _person(self, value: Any) -> Person:
        person = self._sandbox.world.people.get(int(value))
        if person is None:
            raise NotPossible(f"no person {value}")
        return person

    def _chat(self, person: Person, chat_id: Any) -> Chat:
        bot = self._sandbox.bot
        if chat_id in (None, "", "0") or int(chat_id) == person.id:
            return self._sandbox.world.private_chat(bot, person.id)
        chat = bot.chats.get(int(chat_id))
        if chat is None:
            raise NotPossible(f"no chat {chat_id}")
        return chat

    # --- reading ----------------------------------------------------------------------------------------------

    async def state(self, request: web.Request) -> web.Response:
        """What the page needs first: the bot, the people, the extra buttons."""
        return answer(
            {
                "bot": bot_json(self._sandbox.bot),
                "people": [person_json(person) for person in self._sandbox.people()],
                "extras": [extra.label for extra in self._extras],
                "rev": self._sandbox.world.rev,
            }
        )

    async def people(self, request: web.Request) -> web.Response:
        """Everyone."""
        return answer([person_json(person) for person in self._sandbox.people()])

    async def chat(self, request: web.Request) -> web.Response:
        """``?person=&chat=&since=``: a chat, or what changed in it."""
        person = self._person(request.query["person"])
        chat = self._chat(person, request.query.get("chat"))
        since = int(request.query.get("since", "0"))
        feed = chat_feed(self._sandbox.world, self._sandbox.bot, person, chat, since)
        feed["groups"] = groups_of(self._sandbox.bot, person)
        return answer(feed)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A stream of change numbers (server-sent events); the page then asks for what it shows."""
        world = self._sandbox.world
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        told = -1
        try:
            while not world.stopping.is_set():
                if world.rev != told:
                    told = world.rev
                    await response.write(f"data: {told}\n\n".encode())
                if not await world.changed.wait(_HEARTBEAT):
                    await response.write(b": still here\n\n")
        except (ConnectionError, asyncio.CancelledError):
            pass
        return response

    async def log(self, request: web.Request) -> web.Response:
        """The delivery log, ``?since=seq``."""
        found = self._sandbox.log.since(int(request.query.get("since", "0")))
        return answer([entry.as_json() for entry in found])

    async def limits(self, request: web.Request) -> web.Response:
        """The flood limits."""
        limits = self._sandbox.limits
        names = ("enforce", "per_second", "chat_per_second", "group_per_minute")
        return answer({name: getattr(limits, name) for name in names})

    async def file(self, request: web.Request) -> web.Response:
        """A file for the page: pictures are shown, everything else is saved."""
        stored = self._sandbox.world.files.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        body = self._sandbox.world.store.body(stored.unique_id)
        shown = image_type(body) if stored.kind in ("photo", "thumbnail", "document") else None
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }
        response = web.Response(body=body, content_type=shown or "application/octet-stream", headers=headers)
        if request.query.get("show") != "1" or shown is None:
            response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name)}"
        return response

    # --- people -----------------------------------------------------------------------------------------------

    async def add_person(self, request: web.Request) -> web.Response:
        """``{id?, first_name, last_name?, username?, about?, language_code?}``; without a number a new one is given."""
        given = await request.json()
        first_name = str(given.get("first_name", "")).strip()[:64]
        if not first_name:
            raise NotPossible("a person needs a name")
        number = given.get("id") or max([_NEW_PERSON - 1, *self._sandbox.world.people]) + 1
        person = self._sandbox.add_person(
            int(number),
            first_name,
            last_name=str(given.get("last_name") or "").strip()[:64],
            username=given.get("username") or None,
            language_code=str(given.get("language_code") or "ru"),
            about=str(given.get("about") or "")[:200],
        )
        return answer(person_json(person))

    async def send(self, request: web.Request) -> web.Response:
        """``{person, text, chat?, reply_to?}`` or ``{person, contact}`` or ``{person, location: [lat, lon]}``."""
        given = await request.json()
        user_id = self._person(given["person"]).id
        if "contact" in given:
            return answer(_sent(await self._sandbox.send_contact(user_id, str(given["contact"]))))
        if "location" in given:
            latitude, longitude = given["location"]
            return answer(
                _sent(await self._sandbox.send_location(user_id, float(latitude), float(longitude)))
            )
        chat_id = int(given["chat"]) if given.get("chat") else None
        reply_to = int(given["reply_to"]) if given.get("reply_to") else None
        return answer(
            _sent(await self._sandbox.send_text(user_id, given["text"], chat_id=chat_id, reply_to=reply_to))
        )

    async def upload(self, request: web.Request) -> web.Response:
        """Multipart: fields ``person``, ``caption``, ``as_photos`` and any number of ``file``; several are an album."""
        fields, files = await _read_upload(request)
        user_id = self._person(fields["person"]).id
        chat_id = int(fields["chat"]) if fields.get("chat") else None
        declared = int(fields["declared_size"]) if fields.get("declared_size") else None
        items = []
        for name, body in files:
            photo = fields.get("as_photos") == "1" and image_size(body) is not None
            items.append(Item(body, name, "photo" if photo else "document", None, None, declared))
        items.sort(key=lambda item: item.kind != "photo")
        if not items:
            raise NotPossible("no file")
        items[0] = replace(items[0], caption=fields.get("caption"))
        sent = await self._send_items(user_id, items, chat_id)
        return answer([_sent(message) for message in sent])

    async def _send_items(self, user_id: int, items: list[Item], chat_id: int | None) -> list[SentMessage]:
        """One by one or as albums of at most ten, photos and documents apart, as the app does."""
        sent: list[SentMessage] = []
        for kind in ("photo", "document"):
            same = [item for item in items if item.kind == kind]
            for start in range(0, len(same), 10):
                part = same[start : start + 10]
                if len(part) > 1:
                    sent += await self._sandbox.send_album(user_id, part, chat_id=chat_id)
                    continue
                item = part[0]
                if kind == "photo":
                    sent.append(
                        await self._sandbox.send_photo(
                            user_id, item.body, caption=item.caption, chat_id=chat_id
                        )
                    )
                else:
                    sent.append(
                        await self._sandbox.send_document(
                            user_id,
                            item.body,
                            item.name,
                            caption=item.caption,
                            declared_size=item.declared_size,
                            chat_id=chat_id,
                        )
                    )
        return sent

    async def press(self, request: web.Request) -> web.Response:
        """``{person, message_id, data or text, chat?, timeout?}``: the bot's answer, null where none came."""
        given = await request.json()
        found = await self._sandbox.press(
            self._person(given["person"]).id,
            int(given["message_id"]),
            given.get("data"),
            text=given.get("text"),
            chat_id=int(given["chat"]) if given.get("chat") else None,
            timeout=float(given.get("timeout", _PRESS_WAIT)),
        )
        shown = {"text": found.text, "show_alert": found.show_alert, "url": found.url} if found else None
        return answer({"answer": shown})

    async def edit(self, request: web.Request) -> web.Response:
        """``{person, message_id, text}``: change an own message."""
        given = await request.json()
        user_id = self._person(given["person"]).id
        return answer(_sent(await self._sandbox.edit_text(user_id, int(given["message_id"]), given["text"])))

    async def delete(self, request: web.Request) -> web.Response:
        """``{person, message_id}``: delete a message of the private chat."""
        given = await request.json()
        await self._sandbox.delete(self._person(given["person"]).id, int(given["message_id"]))
        return answer({})

    async def block(self, request: web.Request) -> web.Response:
        """``{person, blocked}``: block the bot or let it write again."""
        given = await request.json()
        user_id = self._person(given["person"]).id
        await (self._sandbox.block(user_id) if given["blocked"] else self._sandbox.unblock(user_id))
        return answer({})

    # --- the server -------------------------------------------------------------------------------------------

    async def fault(self, request: web.Request) -> web.Response:
        """The fields of Fault: plant one."""
        self._sandbox.world.faults.plant(Fault(**await request.json()))
        return answer({})

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Behave again."""
        self._sandbox.clear_faults()
        return answer({})

    async def set_limits(self, request: web.Request) -> web.Response:
        """Change some of the fields that GET shows."""
        given = await request.json()
        for name, kind in (
            ("enforce", bool),
            ("per_second", int),
            ("chat_per_second", int),
            ("group_per_minute", int),
        ):
            if name in given:
                setattr(self._sandbox.limits, name, kind(given[name]))
        return await self.limits(request)

    async def groups(self, request: web.Request) -> web.Response:
        """``{do, …}``: create, add_bot, remove_bot, migrate, set_member; see Acting."""
        given = await request.json()
        acting, what = self._sandbox, given["do"]
        if what == "create":
            supergroup = bool(given.get("supergroup"))
            return answer(
                {"chat_id": acting.create_group(given["title"], given["members"], supergroup=supergroup)}
            )
        chat_id = int(given["chat_id"])
        if what == "add_bot":
            await acting.add_bot_to_group(
                chat_id, int(given["by"]), administrator=bool(given.get("administrator"))
            )
        elif what == "remove_bot":
            await acting.remove_bot_from_group(chat_id, int(given["by"]))
        elif what == "set_member":
            await acting.set_member(chat_id, int(given["person"]), given["status"])
        elif what == "migrate":
            chat_id = await acting.migrate_to_supergroup(chat_id)
        else:
            raise NotPossible(f"unknown: {what}")
        return answer({"chat_id": chat_id})

    async def extra(self, request: web.Request) -> web.Response:
        """``{index, person?}``: run an extra button; its line comes back."""
        given = await request.json()
        extra = self._extras[int(given["index"])]
        person = int(given["person"]) if given.get("person") else None
        return answer({"message": await extra.callback(person)})


async def _read_upload(request: web.Request) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.filename is None:
            fields[part.name or ""] = await part.text()
        else:
            files.append((part.filename, bytes(await part.read(decode=False))))
    return fields, files
