"""A school's team for its head: who is in it, a word to all of them, one more person."""

from aiogram.types import CallbackQuery

from bot.flows.writing import TEXT
from bot.presses import Home, InviteMake
from bot.presses_review import Team
from bot.routes import Routes
from bot.talk import Talk
from bot.ui import Expects, Row, Screen, bold, button, safe
from bot.words import ROLE
from domain import people, schools
from domain.actor import SCHOOL_TEAM, Role
from domain.audiences import Segment
from domain.errors import Forbidden
from domain.policy import Permission, allows

router = Routes("teaming")

SHOWN = 20  # people named on one screen


@router.callback_query(Team.filter())
async def show_team(query: CallbackQuery, callback_data: Team, talk: Talk) -> None:
    """Who reports for the school and who reviews it; or the place to write to the team."""
    async with talk.db.read(talk.actor) as tx:
        school = await schools.school(tx, callback_data.school)
        if not allows(talk.actor, Permission.BROADCAST, school.place):
            raise Forbidden
        rows = await people.person_list(tx, place=school.place)
    if callback_data.do == "write":
        await talk.show(_writing(talk, school.id))
        return
    lines = [bold(school.name)]
    for person, grant in rows[:SHOWN]:
        gone = "" if person.telegram_id and not person.unreachable else talk.plain(" (not in the bot)")
        lines.append(safe(f"{person.name}: {talk.plain(ROLE[grant.role])}{gone}"))
    colleagues = {p.id for p, grant in rows if grant.role in SCHOOL_TEAM} - {talk.actor.person_id}
    if not colleagues:
        lines.append(talk.say("You are alone in the team. Invite those who prepare the reports."))
    region, municipality, _ = school.place
    invite = InviteMake(
        role=Role.SCHOOL_MEMBER, region=region or 0, municipality=municipality or 0, school=school.id
    )
    first: Row = [button(talk.plain("Invite"), invite)]
    if colleagues:
        first = [button(talk.plain("Write to the team"), Team(school=school.id, do="write")), *first]
    await talk.show(
        Screen("\n".join(lines), [first, [button(talk.plain("‹ Back"), Home(hat=f"s{school.id}"))]])
    )


def _writing(talk: Talk, school_id: int) -> Screen:
    segment = Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER), school_ids=(school_id,))
    text = talk.say("Write the message as one text. I will show it before it is sent.")
    back: Row = [button(talk.plain("‹ Back"), Team(school=school_id))]
    return Screen(text, [back], Expects(TEXT, {"segment": segment.to_json()}))
