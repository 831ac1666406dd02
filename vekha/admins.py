"""The first administrator: a person with a password, before anybody is in the bot."""

import pyotp
from sqlalchemy.exc import IntegrityError

from domain import access, people, schools
from domain.actor import SYSTEM, Place, Role
from domain.settings import Settings
from vekha import store
from vekha.console import Refused, say

SHORTEST = 10  # characters of a password


async def add_region(settings: Settings, name: str) -> None:
    """Note the region of the installation, so that registers need not name it."""
    async with store.opened(settings) as database, database.write(SYSTEM) as tx:
        await schools.add_region(tx, name, timezone=settings.timezone)


async def create(settings: Settings, *, login: str, name: str, region: str, password: str) -> dict[str, str]:
    """Make a regional coordinator with a password; returns login, secret and the otpauth address."""
    try:
        async with store.opened(settings) as database, database.write(SYSTEM) as tx:
            home = await schools.add_region(tx, region, timezone=settings.timezone)
            person = await people.add_person(tx, name, timezone=home.timezone)
            await people.grant_role(tx, person.id, Role.REGIONAL_COORDINATOR, Place(home.id))
            secret = await access.set_password(tx, person.id, login, password)
            await tx.session.flush()
    except IntegrityError as taken:
        raise Refused(say("The login %(login)s is taken.", login=login)) from taken
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Vekha")
    return {"login": login, "secret": secret, "otpauth": address}
