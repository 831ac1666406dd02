"""An event ahead, a poll half answered, a saved circle and people not reached yet in the demonstration."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain import audiences, events, people, polls
from domain.actor import Role
from domain.audiences import Segment
from domain.dates import local_day, working_day_after
from domain.events import EventKind, EventSpec
from domain.polls import Kind, PollSpec, QuestionSpec
from vekha.demo.loading import Stage

REGION, DISTRICT, HEAD = 1007, 1005, 1001
EMPTY = "Шильпуховская ООШ"
TEAM = (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER)
QUESTIONS = (
    QuestionSpec("Нужна ли школе помощь в этом месяце?", options=("Да", "Нет", "Пока не знаем")),
    QuestionSpec("С чем?", Kind.MANY, ("Математика", "Русский язык", "Работа с родителями"), required=False),
    QuestionSpec("Насколько полезен был прошлый семинар?", Kind.SCALE),
    QuestionSpec("Что добавить?", Kind.TEXT, required=False),
)
ANSWERS: tuple[tuple[int, tuple[Any, ...]], ...] = (
    (1001, ([0], [0, 2], 5, "Больше разбора заданий")),
    (1009, ([0], [0], 4, None)),
    (1011, ([2], None, 4, "Запись семинара")),
)


async def tell(stage: Stage) -> None:
    """The district's hour in two days; the region asks schools what they need."""
    day = working_day_after(local_day(stage.tx.now, stage.timezone) + timedelta(days=2))
    starts_at = datetime.combine(day, time(11), ZoneInfo(stage.timezone))
    spec = EventSpec(
        "Час муниципального координатора",
        starts_at,
        starts_at + timedelta(hours=1),
        "https://vks.example.org/hour",
        "Сроки этого месяца и вопросы школ",
        EventKind.HOUR,
    )
    district = stage.as_(stage.played(DISTRICT))
    await events.create(district, spec, Segment(roles=(*TEAM, Role.CURATOR)), request_key="demo")
    region = stage.as_(stage.played(REGION), stage.tx.now - timedelta(days=3))
    await audiences.save(region, "Все, кто опаздывает", Segment(roles=TEAM, late_days=0))
    await _ask(stage)
    await _not_yet(stage)


async def _not_yet(stage: Stage) -> None:
    """Somebody was invited and has not come; of a school without anybody only its secretary is known."""
    region = stage.as_(stage.played(REGION), stage.tx.now - timedelta(days=6))
    school = stage.played(HEAD).places(Role.SCHOOL_HEAD)[0]
    made = await people.invite(region, Role.SCHOOL_MEMBER, school, name="Павел Ежов")
    subject = people.Unreached("invitation", made.invitation.id)
    await people.note_contact(region, subject, "через директора, кабинет 12")
    empty = stage.places[EMPTY].school_id
    await people.note_contact(region, people.Unreached("school", empty or 0), "секретарь, 8 (00000) 0-00-00")


async def _ask(stage: Stage) -> None:
    author = stage.as_(stage.played(REGION), stage.tx.now - timedelta(days=1))
    spec = PollSpec("Какая помощь нужна школе", QUESTIONS, closes_at=stage.tx.now + timedelta(days=3))
    poll = await polls.create(author, spec, Segment(roles=TEAM), request_key="demo")
    for number, values in ANSWERS:
        mine = stage.as_(stage.played(number), stage.tx.now - timedelta(hours=3))
        questions = (await polls.sheet(mine, poll.id)).questions
        for question, value in zip(questions, values, strict=True):
            if value is not None:
                await polls.answer(mine, poll.id, question.id, value)
        await mine.session.flush()
        await polls.submit(mine, poll.id)
