"""The people of the demonstration. All of them are invented; the schools are real, their staff is not."""

from typing import NamedTuple

from domain.actor import Role

HOME, NEIGHBOUR = "Ярославская область", "Саратовская область"
R = Role


class Played(NamedTuple):
    """Somebody to be on the chat page: the account, the name, what they are and where."""

    number: int
    first: str
    last: str
    position: str
    roles: tuple[tuple[Role, str], ...]

    @property
    def name(self) -> str:
        """As people are written in lists."""
        return f"{self.first} {self.last}"


CAST = (
    Played(1001, "Анна", "Кузьмина", "директор", ((R.SCHOOL_HEAD, "Тороповская ОШ"),)),
    Played(1002, "Павел", "Орехов", "заместитель директора", ((R.SCHOOL_MEMBER, "Тороповская ОШ"),)),
    Played(
        1003,
        "Марина",
        "Белова",
        "заместитель директора",
        (
            (R.CURATOR, "Тороповская ОШ"),
            (R.CURATOR, "Середневская ООШ"),
            (R.CURATOR, "Климатинская СОШ"),
            (R.CURATOR, "СШ № 16"),
        ),
    ),
    Played(
        1004,
        "Наталья",
        "Дёмина",
        "директор и куратор",
        ((R.SCHOOL_HEAD, "Любимская ООШ"), (R.CURATOR, "ОШ № 3")),
    ),
    Played(
        1005,
        "Сергей",
        "Ланской",
        "районный отдел образования",
        (
            (R.MUNICIPAL_COORDINATOR, "Даниловский МР"),
            (R.MUNICIPAL_COORDINATOR, "Любимский МР"),
            (R.MUNICIPAL_COORDINATOR, "Первомайский МР"),
        ),
    ),
    Played(
        1006, "Ирина", "Зотова", "районный отдел образования", ((R.MUNICIPAL_COORDINATOR, "Угличский МР"),)
    ),
    Played(1007, "Елена", "Громова", "департамент образования", ((R.REGIONAL_COORDINATOR, HOME),)),
    Played(
        1008,
        "Олег",
        "Вершинин",
        "директор",
        (
            (R.CURATOR, "Василёвская СОШ"),
            (R.CURATOR, "ОШ № 35"),
            (R.CURATOR, "Диево-Городищенская СОШ"),
        ),
    ),
    Played(1009, "Виктор", "Соболев", "директор", ((R.SCHOOL_HEAD, "Василёвская СОШ"),)),
    Played(1010, "Татьяна", "Ершова", "заместитель директора", ((R.SCHOOL_MEMBER, "Василёвская СОШ"),)),
    Played(1011, "Галина", "Фомина", "директор", ((R.SCHOOL_HEAD, "Климатинская СОШ"),)),
    Played(1012, "Лидия", "Крюкова", "директор", ((R.SCHOOL_HEAD, "Середневская ООШ"),)),
    Played(1013, "Роман", "Тихонов", "директор", ((R.SCHOOL_HEAD, "СШ № 16"),)),
    Played(1014, "Юлия", "Серова", "заместитель директора", ((R.SCHOOL_MEMBER, "СШ № 16"),)),
    Played(1015, "Ольга", "Мельник", "директор", ((R.SCHOOL_HEAD, "ОШ № 35"),)),
    Played(1016, "Игорь", "Панин", "директор", ((R.SCHOOL_HEAD, "ОШ № 3"),)),
    Played(1017, "Вера", "Лосева", "директор", ((R.SCHOOL_HEAD, "Диево-Городищенская СОШ"),)),
    Played(1018, "Андрей", "Ковалёв", "эксперт", ((R.EXPERT, HOME),)),
    Played(1019, "Светлана", "Никитина", "наблюдатель", ((R.OBSERVER, HOME),)),
    Played(
        1020, "Любовь", "Гущина", "управление образования", ((R.MUNICIPAL_COORDINATOR, "Дергачевский район"),)
    ),
    Played(
        1021,
        "Николай",
        "Асанов",
        "заместитель директора",
        ((R.CURATOR, "ООШ п. Тимонин"), (R.CURATOR, "ООШ с. Камышево"), (R.CURATOR, "СОШ с. Демьяс")),
    ),
    Played(1022, "Зоя", "Карпова", "директор", ((R.SCHOOL_HEAD, "ООШ п. Тимонин"),)),
    Played(1023, "Алексей", "Юдин", "директор", ((R.SCHOOL_HEAD, "ООШ с. Камышево"),)),
    Played(1024, "Раиса", "Шамина", "директор", ((R.SCHOOL_HEAD, "СОШ п. Мирный"),)),
)

ROLE_NAMES = {
    R.REGIONAL_COORDINATOR: "региональный координатор",
    R.MUNICIPAL_COORDINATOR: "муниципальный координатор",
    R.CURATOR: "куратор",
    R.SCHOOL_HEAD: "руководитель школы",
    R.SCHOOL_MEMBER: "член команды",
    R.EXPERT: "эксперт",
    R.OBSERVER: "наблюдатель",
}


def about(played: Played) -> str:
    """One line for the chat page: «куратор: Тороповская ОШ, ещё 3»."""
    role, place = played.roles[0]
    others = sum(r is role for r, _ in played.roles) - 1
    line = f"{ROLE_NAMES[role]}: {place}" + (f", ещё {others}" if others else "")
    extra = [f"{ROLE_NAMES[r]}: {p}" for r, p in played.roles if r is not role]
    return "; ".join([line, *extra])
