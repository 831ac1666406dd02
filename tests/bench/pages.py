"""The pages of a region of 81 schools, and what each of them reads as bare SQL: the rows that it shows, nothing that it is
drawn around (menus, filters, headings). Ids are those of `region.build` and `region.assess`."""

from typing import NamedTuple


class PageOf(NamedTuple):
    """A page, and the least SQL that gives its numbers."""

    path: str
    sql: tuple[str, ...]


CELLS = """SELECT a.id, a.measure_id, a.school_id, a.status, a.due_on, s.name, m.name
    FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
    WHERE a.region_id = 1 AND a.roadmap_id = 1 {} ORDER BY m.name, s.name"""
STATES = """count(*), sum(a.status = 'confirmed'), sum(a.status = 'in_review'), sum(a.status = 'returned'),
    sum(a.status IN ('not_done', 'returned') AND a.due_on < '2022-04-18'), max(a.status_at)"""
BY_MUNICIPALITY = f"""SELECT m.name, {STATES} FROM assignment a JOIN municipality m ON m.id = a.municipality_id
    WHERE a.region_id = 1 AND a.roadmap_id = 1 GROUP BY m.id ORDER BY m.name"""
BY_SCHOOL = f"""SELECT m.name, s.name, s.status, {STATES}
    FROM school s JOIN municipality m ON m.id = s.municipality_id LEFT JOIN assignment a ON a.school_id = s.id
    WHERE s.region_id = 1 {{}} GROUP BY s.id ORDER BY m.name, s.name"""
MARKS = "SELECT school_id, criterion, points, person_id FROM expert_mark WHERE wave_id = 1"
OFFICIAL = "SELECT municipality_id, school_id, facts, source FROM official_result WHERE wave_id = 1"
OWED = """SELECT a.id, a.status, a.due_on, x.number, x.title FROM assignment a JOIN measure x ON x.id = a.measure_id
    WHERE a.school_id = 1 ORDER BY a.due_on"""
TEAM = """SELECT p.name, p.position, g.role FROM role_grant g JOIN person p ON p.id = g.person_id
    WHERE g.school_id = 1 ORDER BY p.name"""
HISTORY = """SELECT e.at, e.action, e.details, p.name FROM audit_entry e LEFT JOIN person p ON p.id = e.person_id
    WHERE e.school_id = 1 ORDER BY e.id DESC LIMIT 20"""
RESULTS = "SELECT procedure, year, participants, below FROM outcome WHERE school_id = 1"
DYNAMICS = """SELECT o.procedure, o.year, o.school_id, o.participants, o.below
    FROM outcome o JOIN school s ON s.id = o.school_id WHERE o.region_id = 1 AND o.year IN (2021, 2022)"""
CLUSTERS = """SELECT c.year, c.school_id, c.cluster FROM cluster_mark c JOIN school s ON s.id = c.school_id
    WHERE c.region_id = 1 AND c.year IN (2021, 2022)"""
DECIDED = """SELECT r.reviewer_id, p.name, count(*), max(r.at) FROM review r JOIN person p ON p.id = r.reviewer_id
    GROUP BY r.reviewer_id ORDER BY p.name"""
REGISTER = """SELECT m.name, s.name, s.full_name, s.federal_login, s.status, s.settlement, s.social_index
    FROM school s JOIN municipality m ON m.id = s.municipality_id WHERE s.region_id = 1 ORDER BY m.name, s.name"""
ENGAGEMENT = """SELECT m.name, s.name, count(*), sum(a.status IN ('confirmed', 'waived')), sum(a.status = 'in_review')
    FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
    WHERE a.region_id = 1 GROUP BY a.school_id ORDER BY m.name, s.name"""
MISSING = """SELECT m.name, s.name, a.measure_id, a.status, a.due_on
    FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
    WHERE a.region_id = 1 AND a.roadmap_id = 1 ORDER BY m.name, s.name"""
LATE = """SELECT m.name, s.name, x.number, x.title, a.due_on
    FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
    JOIN measure x ON x.id = a.measure_id
    WHERE a.region_id = 1 AND a.status IN ('not_done', 'returned') AND a.due_on < '2022-04-18' ORDER BY a.due_on"""
FACTS = """SELECT a.id, s.id, s.name, m.name, x.number, x.title, a.status, a.due_on
    FROM assignment a JOIN school s ON s.id = a.school_id JOIN municipality m ON m.id = a.municipality_id
    JOIN measure x ON x.id = a.measure_id
    WHERE a.region_id = 1 AND a.roadmap_id = 1 ORDER BY a.due_on, m.name, s.name LIMIT 500"""

PAGES = (
    PageOf("/", (CELLS.format(""),)),
    PageOf("/schools", (BY_SCHOOL.format(""),)),
    PageOf("/schools/1", (OWED, TEAM, HISTORY, RESULTS, BY_SCHOOL.format("AND s.id = 1"))),
    PageOf("/monitoring", (BY_MUNICIPALITY, MARKS, OFFICIAL)),
    PageOf(
        "/monitoring/municipalities/1",
        (BY_SCHOOL.format("AND s.municipality_id = 1"), CELLS.format("AND a.municipality_id = 1"), MARKS),
    ),
    PageOf("/monitoring/facts", (FACTS,)),
    PageOf("/monitoring/outcomes", (DYNAMICS,)),
    PageOf("/monitoring/clusters", (CLUSTERS,)),
    PageOf("/monitoring/curators", (DECIDED,)),
    PageOf("/monitoring/waves", (BY_MUNICIPALITY, MARKS, OFFICIAL)),
    PageOf("/reports/board", (BY_MUNICIPALITY, MARKS, OFFICIAL)),
    PageOf("/reports/missing", (MISSING,)),
    PageOf("/reports/overdue", (LATE,)),
    PageOf("/reports/engagement", (ENGAGEMENT,)),
    PageOf("/reports/dynamics", (DYNAMICS,)),
    PageOf("/reports/clusters", (CLUSTERS,)),
    PageOf("/reports/register", (REGISTER,)),
)
