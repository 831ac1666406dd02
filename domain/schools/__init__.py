"""Regions, municipalities, schools."""

from domain.schools.actions import add_municipality, add_region, add_school, enroll, set_mentor
from domain.schools.models import Enrollment, MentorLink, Municipality, Region, School, SchoolStatus
from domain.schools.queries import (
    PlaceName,
    SchoolRow,
    cohort_ids,
    find_place,
    mentor,
    municipalities,
    place_exists,
    place_name,
    place_names,
    regions,
    school,
    school_list,
    timezone,
    visible_schools,
)
from domain.schools.rules import fold, municipality_key, number_of, search_name, short_name

__all__ = [
    "Enrollment",
    "MentorLink",
    "Municipality",
    "PlaceName",
    "Region",
    "School",
    "SchoolRow",
    "SchoolStatus",
    "add_municipality",
    "add_region",
    "add_school",
    "cohort_ids",
    "enroll",
    "find_place",
    "fold",
    "mentor",
    "municipalities",
    "municipality_key",
    "number_of",
    "place_exists",
    "place_name",
    "place_names",
    "regions",
    "school",
    "school_list",
    "search_name",
    "set_mentor",
    "short_name",
    "timezone",
    "visible_schools",
]
