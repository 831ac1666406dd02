"""Monitoring in the demonstration: waves with the results that were published, results of schools, an open wave.

The three waves of 2022 and their totals are the region's own; results and clusters of schools are invented.
"""

from datetime import date, timedelta

from domain import monitoring, outcomes, rubrics, schools
from domain.actor import Place, Role
from domain.dates import local_day
from domain.outcomes import Cluster
from domain.schools import School
from vekha.demo.cast import HOME
from vekha.demo.loading import Stage

# Set, first and last day, points, where they were published.
PUBLISHED = (
    ("2022-wave-1", date(2022, 4, 11), date(2022, 4, 25), {"total": 902}),
    ("2022-wave-2", date(2022, 6, 16), date(2022, 6, 30), {"total": 399}),
    ("2022-wave-3", date(2022, 11, 7), date(2022, 11, 25), {"total": 603}),
)
SOURCE = "Материалы ИРО, 16.03.2023"
INVENTED = "пример, числа выдуманы"
EXPERT = 1018
# School, points by criterion, and of which criterion what was remarked.
MARKS = (
    (
        "Тороповская ОШ",
        {"tasks": 2, "indicators": 1, "evidence": 2},
        ("indicators", "Показатели названы не для всех задач."),
    ),
    ("Климатинская СОШ", {"tasks": 1, "indicators": 0}, ("indicators", "Не сформулированы показатели.")),
)
RECOMMENDED = ("Климатинская СОШ", "indicators", "Назовите показатель для каждой задачи программы.", 10)
# In the example two more criteria are computed, so that every way of computing can be opened.
COMPUTED = {
    "curators": ("curator_work", ((0, 0), (50, 1), (90, 2))),
    "engagement": ("engagement", ((0, 0), (30, 1), (60, 2))),
}
SAMPLE = ("Тороповская ОШ", "Климатинская СОШ", "Василёвская СОШ", "Середневская ООШ")


async def tell(scene: Stage) -> None:
    """Everything below, by the people's own actions where somebody does it."""
    region = scene.places[HOME]
    await _published(scene, region)
    await _results(scene, region)
    await _open_wave(scene, region)


async def _published(scene: Stage, region: Place) -> None:
    tx = scene.as_(scene.played(1007))
    for key, first, last, facts in PUBLISHED:
        kept = await rubrics.save_set(tx, region.region_id or 0, rubrics.shipped_document(key))
        of = rubrics.shipped_sets()[key]
        wave = await monitoring.open_wave(tx, kept.id, of.title, starts_on=first, ends_on=last)
        await monitoring.enter_official(tx, wave.id, region, facts, source=SOURCE)


async def _results(scene: Stage, region: Place) -> None:
    """Two years of results and clusters: a school's number decides, so the picture is the same on every run."""
    year = local_day(scene.tx.now, scene.timezone).year
    found = [
        row.school for row in await schools.school_list(scene.tx) if row.school.region_id == region.region_id
    ]
    for number, school in enumerate(found):
        for place, procedure in enumerate(outcomes.procedures()):
            seed = number * 7 + place * 3
            if seed % 13 == 0:
                continue  # nobody of this school took part
            pupils = 12 + seed % 17
            was = (seed * 5) % (pupils // 2 + 1) if seed % 4 else 0
            now = max(0, was - 1 - seed % 3) if seed % 5 else was + seed % 2
            for when, below in ((year - 1, was), (year, now)):
                await outcomes.enter_result(
                    scene.tx, school, procedure, when, participants=pupils, below=below, source=INVENTED
                )
        await _cluster(scene, school, number, year)


async def _cluster(scene: Stage, school: School, number: int, year: int) -> None:
    order = (Cluster.BASIC, Cluster.MODERATE, Cluster.SEVERE)
    was = order[number % 3]
    now = Cluster.NONE if number % 2 else order[max(0, number % 3 - 1)]
    await outcomes.enter_cluster(scene.tx, school, year - 1, was, source=INVENTED)
    await outcomes.enter_cluster(scene.tx, school, year, now, source=INVENTED)


async def _open_wave(scene: Stage, region: Place) -> None:
    today = local_day(scene.tx.now, scene.timezone)
    tx = scene.as_(scene.played(1007))
    document = {
        **rubrics.shipped_document("sverdlovsk-2022"),
        "key": "example",
        "title": "Пример листа оценки",
    }
    document["year"] = today.year
    for criterion in document["groups"][1]["criteria"]:
        if criterion["key"] in COMPUTED:
            source, bands = COMPUTED[criterion["key"]]
            criterion.pop("scale", None)
            criterion.update(
                scored_by="automatic",
                automatic=source,
                bands=[{"from": start, "points": points} for start, points in bands],
            )
    kept = await rubrics.save_set(tx, region.region_id or 0, document)
    wave = await monitoring.open_wave(
        tx,
        kept.id,
        f"Мониторинг {today.year} года",
        starts_on=today - timedelta(days=5),
        ends_on=today + timedelta(days=12),
    )
    expert = scene.played(EXPERT)
    assert Role.EXPERT in expert.roles()  # noqa: S101 - the cast and this page tell one story
    for name in SAMPLE:
        await monitoring.give_to_expert(tx, wave.id, scene.places[name].school_id or 0, expert.person_id or 0)
    for name, points, (remarked, words) in MARKS:
        school_id = scene.places[name].school_id or 0
        for key, value in points.items():
            remark = words if key == remarked else ""
            await monitoring.give_mark(scene.as_(expert), wave.id, school_id, key, value, remark=remark)
    name, key, words, days = RECOMMENDED
    school_id = scene.places[name].school_id or 0
    await monitoring.recommend(
        tx, wave.id, school_id, words, due_on=today + timedelta(days=days), criterion=key
    )
