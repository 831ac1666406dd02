"""What has happened in the demonstration: a year of work, most of it done, some late, some sent back.

Deadlines are those of the documents, read for the current year. Some are said anew with dates around today, as a
coordinator does who settles a draft: so there is something late, something due and something ahead on any day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain import broadcasts, giving, programme, progress, roadmaps, schools
from domain.actor import Role
from domain.dates import is_working, local_day
from domain.policy import Permission
from domain.progress import Decision
from domain.texts import texts
from vekha.demo.cast import CAST, HOME
from vekha.demo.loading import Stage, forget_news, import_roadmap

DERGACHI = "Дергачевский район"
YAROSLAVL_COHORT = "ШНСУ / ШНОР 2023"
DERGACHI_COHORT = "НОР 2020"

# Measures of the Yaroslavl roadmap that schools answer for, by the beginning of their text; with days from today
# where the deadline is said anew.
FOR_SCHOOLS: tuple[tuple[str, int | None], ...] = (
    ("Информационно-организационные совещание со школьными командами ШНОР", None),
    ("Реализация мероприятий плана графика проекта", -2),
    ("Адресная помощь ШНОР", 3),
    ("Мониторинг позитивных изменений", -9),
    ("Заключение соглашений", None),
    ("Разработка и реализация программ адресного сопровождения", 12),
    ("Пилотная апробация инструментов", 1),
    ("Обучение педагогов по ППК", None),
    ("Цикл семинаров", 30),
)
DERGACHI_FOR_SCHOOLS: tuple[tuple[str, int | None], ...] = (
    ("Практикумы, мастер- классы", None),
    ("Создание банка", -5),
    ("Разработка и реализация индивидуальных", 5),
    ("Проведение рейтинговой оценки", 9),
)
TEXTS = (
    "Сделано, документ приложен.",
    "Провели в срок, участвовали все педагоги. Протокол приложен.",
    "Утверждено приказом № 41, копия приложена.",
    "Работа завершена, итоги обсудили на педсовете.",
)
THANKS = "Документ подтверждает выполнение."


@dataclass(frozen=True, slots=True)
class Owed:
    """An assignment with who of the school answers for it and who decides."""

    id: int
    school: str
    title: str
    due_on: date | None
    worker: int
    reviewer: int


async def tell(stage: Stage) -> None:
    """The roadmaps, and the work of the past months."""
    await import_roadmap(stage, "sverdlovsk_federal.docx", HOME, roadmaps.Level.FEDERAL)
    await import_roadmap(stage, "dergachi_dk.docx", DERGACHI)
    await _give_out(stage, "dergachi_plan.docx", DERGACHI, DERGACHI_FOR_SCHOOLS, DERGACHI_COHORT)
    await _give_out(stage, "yaroslavl_2022.docx", HOME, FOR_SCHOOLS, YAROSLAVL_COHORT)
    for number, owed in enumerate(await _owed(stage)):
        await _past_work(stage, number, owed)
    await forget_news(stage)


async def latest_news(stage: Stage) -> None:
    """What happened yesterday and today: these messages are still on their way."""
    work = {(owed.school, owed.title): owed for owed in await _owed(stage, open_only=True)}
    morning = _at(stage, 0, 8, 40)

    def of(school: str, title: str) -> Owed | None:
        return next((o for (s, t), o in work.items() if s == school and t.startswith(title)), None)

    if (owed := of("Тороповская ОШ", "Пилотная апробация")) is not None:
        await stage.hand_in(_at(stage, -1, 16, 20), 1002, owed.id, TEXTS[1], ("minutes", "meeting"))
    if (owed := of("Василёвская СОШ", "Реализация мероприятий")) is not None:
        number = await stage.hand_in(_at(stage, -2, 15, 5), 1010, owed.id, TEXTS[0], ("meeting",))
        words = "Документ не подтверждает факт. Приложите подписанный приказ."
        await stage.decide(morning, owed.reviewer, number, Decision.RETURN, words)
    if (owed := of("Климатинская СОШ", "Пилотная апробация")) is not None:
        number = await stage.hand_in(_at(stage, -1, 12, 10), 1011, owed.id, TEXTS[3], ("minutes",))
        await stage.decide(morning, owed.reviewer, number, Decision.CONFIRM, THANKS)
    if (owed := of("Тороповская ОШ", "Адресная помощь")) is not None:
        await stage.draft(morning, 1002, owed.id, "Программа утверждена приказом № 41 от 12.04", ("order",))
    author = stage.as_(stage.played(1007), morning)
    segment = broadcasts.Segment(roles=(Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER))
    words = "Коллеги, напоминаем: документы по мониторингу позитивных изменений ждём до конца недели."
    await broadcasts.send(author, words, segment, request_key="demo")


async def _give_out(
    stage: Stage, file: str, owner: str, wanted: Sequence[tuple[str, int | None]], cohort_name: str
) -> None:
    """Import, settle the doubts, move some deadlines around today, approve, assign to the cohort's schools."""
    view = await import_roadmap(stage, file, owner)
    chosen = {}
    for measure in view.measures:
        title = " ".join(measure.title.split())
        found = next(((t, days) for t, days in wanted if title.startswith(t)), None)
        if found is not None:
            chosen[measure.id] = found
            if found[1] is not None:
                await roadmaps.retype_deadline(stage.tx, measure.id, _near(stage, found[1]))
                continue
        if measure.doubts:
            dated = any(due for _, due in measure.windows)
            answer = roadmaps.Settled.AS_READ if dated else roadmaps.Settled.NO_REMINDERS
            await roadmaps.settle_deadline(stage.tx, measure.id, answer)
    await roadmaps.approve(stage.tx, view.roadmap.id)
    cohort = await programme.find_cohort(stage.tx, cohort_name)
    ids = [p.school_id for p in stage.places.values() if p.school_id is not None]
    members = await _members(stage, ids, cohort.id if cohort else 0)
    await giving.assign(stage.tx, view.roadmap.id, members, measure_ids=sorted(chosen))


async def _members(stage: Stage, school_ids: Sequence[int], cohort_id: int) -> list[int]:
    cohorts = await schools.cohort_ids(stage.tx, school_ids)
    return sorted(school for school, of in cohorts.items() if cohort_id in of)


async def _owed(stage: Stage, *, open_only: bool = False) -> list[Owed]:
    """Work of the schools that have people, by deadline."""
    workers = {
        place: played.number for played in reversed(CAST) for role, place in played.roles if _of_team(role)
    }
    curators = {
        place: played.number for played in CAST for role, place in played.roles if role is Role.CURATOR
    }
    rows = await progress.my_work(stage.tx, permission=Permission.SEE, open_only=open_only)
    found = []
    for row in rows:
        worker = workers.get(row.school.name)
        if worker is not None:
            reviewer = curators.get(row.school.name) or _coordinator(stage, row.school.municipality_id)
            title = " ".join(row.measure.title.split())
            due_on = row.assignment.due_on
            found.append(Owed(row.assignment.id, row.school.name, title, due_on, worker, reviewer))
    return found


def _of_team(role: Role) -> bool:
    return role in (Role.SCHOOL_HEAD, Role.SCHOOL_MEMBER)


def _coordinator(stage: Stage, municipality_id: int | None) -> int:
    for played in CAST:
        for role, place in played.roles:
            if role is Role.MUNICIPAL_COORDINATOR and stage.places[place].municipality_id == municipality_id:
                return played.number
    return next(p.number for p in CAST if p.roles[0][0] is Role.REGIONAL_COORDINATOR)


async def _past_work(stage: Stage, number: int, owed: Owed) -> None:
    """What is long over was mostly done; of what ended lately some is late, some waits, some came back."""
    today = local_day(stage.tx.now, stage.timezone)
    if owed.due_on is None or owed.due_on > today:
        return
    lately = (today - owed.due_on).days <= 14
    fate = number % 10
    if lately and fate in (0, 3, 6):
        return  # late
    late = 3 if fate == 5 else -2
    sent = min(owed.due_on + timedelta(days=late), today - timedelta(days=6 if fate == 1 else 2))
    files = (("order",), ("minutes",), ("minutes", "meeting"))[number % 3]
    at = _moment(stage, sent, 14, 5 + fate)
    report = await stage.hand_in(at, owed.worker, owed.id, TEXTS[number % len(TEXTS)], files)
    if lately and fate in (1, 7):
        return  # waits for its reviewer
    answered = at + timedelta(hours=19)
    if lately and fate == 4:
        words = "Нет показателя результата: сколько педагогов приняли участие?"
        await stage.decide(answered, owed.reviewer, report, Decision.RETURN, words)
    else:
        await stage.decide(answered, owed.reviewer, report, Decision.CONFIRM, THANKS)


def _near(stage: Stage, days: int) -> str:
    """A deadline around today in a coordinator's words: a working day, within the year of the roadmap."""
    today = local_day(stage.tx.now, stage.timezone)
    day = today + timedelta(days=days)
    step = timedelta(days=1 if days > 0 else -1)
    while not is_working(day):
        day += step
    if day.year != today.year:
        day = date(today.year, 12, 31) if day.year > today.year else date(today.year, 1, 1)
    return f"до {texts('ru').date(day, year=True)}"


def _at(stage: Stage, days: int, hour: int, minute: int) -> datetime:
    """A moment of a day around today, never in the future."""
    day = local_day(stage.tx.now, stage.timezone) + timedelta(days=days)
    return min(_moment(stage, day, hour, minute), stage.tx.now)


def _moment(stage: Stage, day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(stage.timezone))
