"""Setting up waves, giving schools to experts, marks, settlements, official results."""

from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from domain import audit, outbox, people, rubrics, schools
from domain.actor import Place, Role
from domain.db import WriteTx
from domain.errors import NotFound
from domain.monitoring import queries, rules
from domain.monitoring.models import ExpertMark, ExpertTask, OfficialResult, Recommendation, Wave
from domain.policy import Permission, require
from domain.schools import School


async def open_wave(
    tx: WriteTx, set_id: int, title: str, *, starts_on: date, ends_on: date, roadmap_id: int | None = None
) -> Wave:
    """Set up a wave by a kept criteria set; `roadmap_id`: the plan whose measures count, else all."""
    kept = await rubrics.kept_set(tx, set_id)
    require(tx.actor, Permission.REGISTER, Place(kept.region_id))
    if ends_on < starts_on:
        raise rules.WrongWindow
    wave = Wave(
        region_id=kept.region_id,
        set_id=set_id,
        roadmap_id=roadmap_id,
        title=title.strip()[:200],
        starts_on=starts_on,
        ends_on=ends_on,
        created_by=tx.actor.person_id,
        created_at=tx.now,
    )
    tx.session.add(wave)
    await tx.session.flush()
    audit.record(tx, "wave.open", "wave", wave.id, Place(wave.region_id), title=wave.title)
    return wave


async def give_to_expert(tx: WriteTx, wave_id: int, school_id: int, person_id: int) -> ExpertTask:
    """Put a school into an expert's sample; twice is once. Raises ConflictOfInterest."""
    wave = await queries.wave(tx, wave_id)
    require(tx.actor, Permission.REGISTER, Place(wave.region_id))
    school = await schools.school(tx, school_id)
    if school.region_id != wave.region_id:
        raise NotFound
    if not any(p.covers(school.place) for p in await queries.places_as(tx, person_id, {Role.EXPERT})):
        raise NotFound
    rules.check_interest(await queries.interests(tx, person_id), school_id)
    known = await _task(tx, wave_id, school_id, person_id)
    if known is not None:
        return known
    task = ExpertTask(
        wave_id=wave_id,
        school_id=school_id,
        person_id=person_id,
        given_by=tx.actor.person_id,
        given_at=tx.now,
    )
    tx.session.add(task)
    await tx.session.flush()
    audit.record(tx, "wave.expert", "wave", wave_id, school.place, person_id=person_id)
    return task


async def give_mark(
    tx: WriteTx, wave_id: int, school_id: int, criterion: str, points: Any, *, remark: str = ""
) -> ExpertMark:
    """An expert's points for a school of their sample; once more changes them while the wave is open.

    Raises NotYourSample, ConflictOfInterest (it may have arisen since), WaveClosed, NotForExperts, FactTooLarge.
    """
    wave = await queries.wave(tx, wave_id)
    person_id = tx.actor.person_id
    if person_id is None or await _task(tx, wave_id, school_id, person_id) is None:
        raise rules.NotYourSample
    rules.check_interest(await queries.interests(tx, person_id), school_id)
    if not wave.starts_on <= queries.today(tx) <= wave.ends_on:
        raise rules.WaveClosed(first=wave.starts_on.isoformat(), last=wave.ends_on.isoformat())
    school = await schools.school(tx, school_id)
    exact = await _points(tx, wave, criterion, points)
    return await _mark(tx, wave, school, (criterion, exact, remark), person_id)


async def settle(
    tx: WriteTx, wave_id: int, school_id: int, criterion: str, points: Any, *, reason: str
) -> ExpertMark:
    """The coordinator's word where two experts differ; their marks stay."""
    wave = await queries.wave(tx, wave_id)
    school = await schools.school(tx, school_id)
    require(tx.actor, Permission.REGISTER, school.place)
    exact = await _points(tx, wave, criterion, points)
    mark = await _mark(tx, wave, school, (criterion, exact, reason), None)
    audit.record(tx, "wave.settle", "wave", wave.id, school.place, criterion=criterion, points=mark.points)
    return mark


async def enter_official(
    tx: WriteTx, wave_id: int, place: Place, facts: dict[str, Any], *, source: str
) -> OfficialResult:
    """What was published about a place, as `rubrics.score` takes it, empty ones left out; the source is required."""
    wave = await queries.wave(tx, wave_id)
    require(tx.actor, Permission.REGISTER, place)
    if place.region_id != wave.region_id or not await schools.place_exists(tx, place):
        raise NotFound
    facts = {key: value for key, value in facts.items() if value not in (None, "")}
    if not facts:
        raise rules.WordsNeeded
    if not source.strip():
        raise rules.SourceNeeded
    rubrics.score(await queries.criteria_of(tx, wave), facts)  # refuses what cannot be
    result = OfficialResult(
        wave_id=wave.id,
        region_id=place.region_id,
        municipality_id=place.municipality_id,
        school_id=place.school_id,
        facts=facts,
        source=source.strip(),
        entered_by=tx.actor.person_id,
        entered_at=tx.now,
    )
    tx.session.add(result)
    await tx.session.flush()
    await rubrics.mark_scored(tx, wave.set_id)
    audit.record(tx, "wave.official", "wave", wave.id, place, source=result.source)
    return result


async def take_from_expert(tx: WriteTx, wave_id: int, school_id: int, person_id: int) -> None:
    """Take a school out of an expert's sample; marks that were given stay. NotFound where it is not there."""
    wave = await queries.wave(tx, wave_id)
    require(tx.actor, Permission.REGISTER, Place(wave.region_id))
    school = await schools.school(tx, school_id)
    task = await _task(tx, wave_id, school_id, person_id)
    if task is None:
        raise NotFound
    await tx.session.delete(task)
    audit.record(tx, "wave.expert_gone", "wave", wave_id, school.place, person_id=person_id)


async def recommend(
    tx: WriteTx, wave_id: int, school_id: int, text: str, *, due_on: date, criterion: str = ""
) -> Recommendation:
    """Ask a school to mend something until a day: its coordinators, and the expert to whom it was given.

    The school's team hears of it. Raises WordsNeeded, DayPassed.
    """
    wave = await queries.wave(tx, wave_id)
    school = await schools.school(tx, school_id)
    if school.region_id != wave.region_id:
        raise NotFound
    if await _task(tx, wave_id, school_id, tx.actor.person_id or 0) is None:
        require(tx.actor, Permission.OVERRULE, school.place)
    if not text.strip():
        raise rules.WordsNeeded
    if due_on < queries.today(tx):
        raise rules.DayPassed
    made = Recommendation(
        wave_id=wave.id,
        region_id=school.region_id,
        municipality_id=school.municipality_id,
        school_id=school.id,
        criterion=criterion,
        text=text.strip()[:2000],
        due_on=due_on,
        given_by=tx.actor.person_id,
        given_at=tx.now,
    )
    tx.session.add(made)
    await tx.session.flush()
    audit.record(tx, "wave.recommend", "recommendation", made.id, school.place, text=made.text)
    for person in await people.team(tx, school.place):
        await outbox.put(
            tx,
            "recommended",
            person_id=person.id,
            subject=f"recommendation:{made.id}",
            dedupe_key=f"recommended:{made.id}:{person.id}",
            params={"recommendation_id": made.id},
        )
    return made


async def close_recommendation(tx: WriteTx, recommendation_id: int, answer: str) -> Recommendation:
    """The school says what it has done. Raises WordsNeeded, AlreadyClosed."""
    found = await queries.recommendation(tx, recommendation_id)
    require(tx.actor, Permission.SUBMIT, found.place)
    if found.closed_at is not None:
        raise rules.AlreadyClosed
    if not answer.strip():
        raise rules.WordsNeeded
    found.answer, found.closed_by, found.closed_at = answer.strip()[:2000], tx.actor.person_id, tx.now
    audit.record(tx, "wave.mended", "recommendation", found.id, found.place, comment=found.answer)
    return found


async def _task(tx: WriteTx, wave_id: int, school_id: int, person_id: int) -> ExpertTask | None:
    query = select(ExpertTask).where(
        ExpertTask.wave_id == wave_id, ExpertTask.school_id == school_id, ExpertTask.person_id == person_id
    )
    return await tx.session.scalar(query)


async def _mark(
    tx: WriteTx, wave: Wave, school: School, given: tuple[str, Fraction, str], person_id: int | None
) -> ExpertMark:
    criterion, points, remark = given
    query = select(ExpertMark).where(
        ExpertMark.wave_id == wave.id,
        ExpertMark.school_id == school.id,
        ExpertMark.criterion == criterion,
        ExpertMark.person_id.is_(None) if person_id is None else ExpertMark.person_id == person_id,
    )
    found = await tx.session.scalar(query)
    if found is None:
        found = ExpertMark(
            wave_id=wave.id,
            region_id=school.region_id,
            municipality_id=school.municipality_id,
            school_id=school.id,
            criterion=criterion,
            person_id=person_id,
        )
        tx.session.add(found)
    found.points, found.remark, found.marked_at = str(points), remark.strip(), tx.now
    await tx.session.flush()
    await rubrics.mark_scored(tx, wave.set_id)
    return found


async def _points(tx: WriteTx, wave: Wave, key: str, points: Any) -> Fraction:
    """Exact points of a criterion that people score; a share or a mean is no expert's mark."""
    of = await queries.criteria_of(tx, wave)
    found = next((leaf for leaf in of.leaves() if leaf.key == key), None)
    if found is None or found.automatic:
        raise rules.NotForExperts(key=key)
    line = rubrics.line_of(found, points)
    if line is None or isinstance(points, dict):
        raise rubrics.FactUnclear(name=found.title, value=points)
    return line.points
