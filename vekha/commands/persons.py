"""Letting people in: invitations and the first administrator."""

from typing import Annotated, Any

import typer

from vekha.commands.reading import AsJson
from vekha.console import Refused, about, emit, group, note, out, run, say

admin = group(say("Administrators of the panel."))


def invite(
    role: Annotated[str, typer.Argument(help=say("A role: school_head, curator, municipal_coordinator…"))],
    place: Annotated[str, typer.Argument(help=say("A region, a municipality or a school."))],
    name: Annotated[str, typer.Option(help=say("Whom it is for, to tell links apart."))] = "",
    as_json: AsJson = False,
) -> None:
    """Make a personal link into the bot: one role, one place, one use, 14 days."""
    from domain import people
    from domain.actor import SYSTEM
    from domain.settings import Settings
    from vekha import places, store, telegram

    settings = Settings()
    chosen = places.role(role)

    async def work() -> dict[str, Any]:
        async with store.opened(settings) as database, database.write(SYSTEM) as tx:
            where = await places.place(tx, place)
            made = await people.invite(tx, chosen, where, name=name)
            label = next(p.name for p in await places.everything(tx) if p.place == where)
            expires_at = made.invitation.expires_at.isoformat()
            return {
                "payload": made.payload,
                "link": None,
                "role": chosen.value,
                "place": label,
                "expires_at": expires_at,
            }

    made = run(work())
    try:
        made["link"] = f"https://t.me/{telegram.bot_name(settings)}?start={made['payload']}"
    except telegram.Unreachable as why:
        note(say("The link needs the name of the bot. %(why)s", why=why))
        note(say("The person can also write to the bot: /start %(payload)s", payload=made["payload"]))
    if as_json:
        emit(made)
    else:
        out(made["link"] or f"/start {made['payload']}")
        note(say("One person, one use, until %(day)s.", day=made["expires_at"][:10]))


@admin.command(
    "create",
    help=about(
        say("Makes a regional coordinator who signs in to the panel with a password and one-time codes."),
        'vekha admin create anna --name "Анна Петрова" --region "Ярославская область"',
    ),
)
def admin_create(
    login: Annotated[str, typer.Argument(help=say("The login for the panel."))],
    name: Annotated[str, typer.Option(help=say("Name and surname."))],
    region: Annotated[str, typer.Option(help=say("The region; a new one is added."))],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="ADMIN_PASSWORD",
            help=say("Asked for where it is not given; at least 10 characters."),
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Create an administrator."""
    from domain.settings import Settings
    from vekha import admins, store

    if len(password) < admins.SHORTEST:
        raise Refused(say("The password is too short: at least %(n)s characters.", n=admins.SHORTEST))
    settings = Settings()
    store.prepare(settings)
    made = run(admins.create(settings, login=login, name=name, region=region, password=password))
    if as_json:
        emit(made)
        return
    out(made["otpauth"])
    note(
        say("Add the line above to an authenticator app (or type the key %(secret)s).", secret=made["secret"])
    )
    note(say("Sign in to the panel: login %(login)s, the password, and a code from the app.", login=login))
