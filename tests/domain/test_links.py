"""Addresses in people's words, and what they lead to."""

import pytest

from domain.progress import Kind, address_in
from domain.progress.rules import kind_of
from domain.proof import LinkKind, link_kind


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://school.example/plan", "https://school.example/plan"),
        ("Разместили на сайте (school5.edu.yar.ru/news/12).", "school5.edu.yar.ru/news/12"),
        ("www.shkola.ru", "www.shkola.ru"),
        ("школа-5.рф/novosti", "школа-5.рф/novosti"),
        ("см. https://vk.com/video-1_2, со 2-й минуты", "https://vk.com/video-1_2"),
        ("Приказ.pdf", None),
        ("Отчёт за 12.04.2022 готов", None),
        ("пишите на ivanova@school.ru", None),
        ("и т.д.", None),
        ("", None),
    ],
)
def test_an_address_is_found_where_one_stands(words: str, address: str | None) -> None:
    assert address_in(words) == address


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("https://school.example/plan", Kind.LINK),
        (" school5.edu.yar.ru ", Kind.LINK),
        ("HTTPS://SCHOOL.EXAMPLE", Kind.LINK),
        ("Программа: https://school.example/plan", Kind.TEXT),
        ("Приказ.docx", Kind.TEXT),
        ("№ 41 от 12.04", Kind.TEXT),
    ],
)
def test_a_message_that_is_only_an_address_is_a_link(words: str, kind: Kind) -> None:
    assert kind_of(words) is kind


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://rutube.ru/video/abc/", LinkKind.VIDEO),
        ("youtu.be/abc", LinkKind.VIDEO),
        ("https://m.vk.com/video-1_2", LinkKind.VIDEO),
        ("https://vk.com/school5", LinkKind.PAGE),
        ("https://ok.ru/video/12", LinkKind.VIDEO),
        ("https://school.example/open/lesson.mp4?x=1", LinkKind.VIDEO),
        ("https://disk.yandex.ru/i/abc", LinkKind.CLOUD),
        ("docs.google.com/document/d/1", LinkKind.CLOUD),
        ("https://school5.edu.yar.ru/plan.pdf", LinkKind.PAGE),
        ("https://notyoutube.com/x", LinkKind.PAGE),
        ("", LinkKind.PAGE),
    ],
)
def test_what_an_address_leads_to(address: str, kind: LinkKind) -> None:
    assert link_kind(address) is kind
