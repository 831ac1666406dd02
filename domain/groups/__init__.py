"""Working groups in the messenger: linked by a coordinator, told only what is public to them."""

from domain.groups.actions import (
    added,
    announce,
    keep_title,
    link,
    migrated,
    plan,
    removed,
    set_deadlines,
    unlink,
)
from domain.groups.models import GroupChat
from domain.groups.queries import (
    DueLine,
    due_lines,
    find_by_chat,
    find_by_id,
    group,
    group_list,
    group_to_link,
    linked,
    places_to_link,
    timezone,
)
from domain.groups.rules import NotForGroups

__all__ = [
    "DueLine",
    "GroupChat",
    "NotForGroups",
    "added",
    "announce",
    "due_lines",
    "find_by_chat",
    "find_by_id",
    "group",
    "group_list",
    "group_to_link",
    "keep_title",
    "link",
    "linked",
    "migrated",
    "places_to_link",
    "plan",
    "removed",
    "set_deadlines",
    "timezone",
    "unlink",
]
