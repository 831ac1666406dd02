"""The words of a broadcast: few marks, no way out of them, variables that are known."""

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import broadcasts
from domain.broadcasts import LinkWrong, TextNeeded, UnknownVariable
from domain.broadcasts.rules import DeadlineUnknown, check_link, headline, variables


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*важно* и _тихо_", "<b>важно</b> и <i>тихо</i>"),
        ("2*2*2 и файл_номер_один", "2*2*2 и файл_номер_один"),
        ("* не выделено *", "* не выделено *"),
        ("*_и то и то_*", "<b><i>и то и то</i></b>"),
        ("*а _б* в_", "<b>а _б</b> в_"),
        ("[порядок](https://a.ru/x_y_z)", '<a href="https://a.ru/x_y_z">порядок</a>'),
        ("[нет](javascript:alert(1))", "[нет](javascript:alert(1))"),
        ("https://a.ru/_x_/*y*", "https://a.ru/_x_/*y*"),
        ("<b>5 < 7</b> & всё", "&lt;b&gt;5 &lt; 7&lt;/b&gt; &amp; всё"),
    ],
)
def test_marks(text: str, shown: str) -> None:
    assert broadcasts.to_html(text) == shown


def test_values_are_filled_in_and_escaped() -> None:
    values = {"name": "Дина <b>", "school": "ОШ *№ 1*"}
    assert broadcasts.to_html("*{имя}*, {Школа}, {срок}", values) == "<b>Дина &lt;b&gt;</b>, ОШ *№ 1*, {срок}"
    assert broadcasts.to_html("{name}", values) == "Дина &lt;b&gt;"


class Balanced(HTMLParser):
    """Fails where tags are crossed or others than ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("a", "b", "i")
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        assert all((value or "").startswith(("https://", "http://")) for _, value in attrs)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(alphabet="*_[]()<>&{}\"' абhtps:/.{имя}\n", max_size=60))
def test_whatever_is_written_the_tags_stay_ours_and_balanced(text: str) -> None:
    parser = Balanced()
    parser.feed(broadcasts.to_html(text, {"name": "Дина <i>"}))
    parser.close()
    assert parser.open == []


@given(st.text(max_size=80).filter(lambda t: not set(t) & set("*_[{")))
def test_words_without_marks_stay_as_they_are(text: str) -> None:
    assert html.unescape(broadcasts.to_html(text)) == text or "&" in text


def test_what_is_filled_in_must_be_known() -> None:
    assert variables("{имя} {МУНИЦИПАЛИТЕТ} {today}") == {"name", "municipality", "today"}
    with pytest.raises(UnknownVariable) as found:
        broadcasts.check_text("до {дата}")
    assert found.value.params == {
        "word": "{дата}",
        "known": "{имя}, {школа}, {муниципалитет}, {срок}, {сегодня}",
    }
    with pytest.raises(DeadlineUnknown):
        broadcasts.check_text("до {срок}", with_deadline=False)
    for wrong in ("", " \n ", "я" * (broadcasts.MAX_TEXT + 1)):
        with pytest.raises(TextNeeded):
            broadcasts.check_text(wrong)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.ru", "https://", "https://нет точки", "a.ru"]
)
def test_a_button_opens_addresses_of_the_web_only(url: str) -> None:
    with pytest.raises(LinkWrong):
        check_link("Открыть", url)


def test_a_button_without_words_shows_the_site() -> None:
    assert check_link(" ", "https://a.ru/x?y=1") == ("a.ru", "https://a.ru/x?y=1")
    assert check_link("Открыть", " ") == ("", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{имя}, завтра *совещание*.", "завтра совещание"),
        ("Школе {школа}:\nждём", "Школе …: ждём"),
        ("{имя}", "…"),
        ("Ждём {имя}! Отчёт школы {школа}. https://vks.example.org/k-1", "Ждём …! Отчёт школы"),
        ("{имя}, школа {школа}. Ждём до {срок}.", "школа … Ждём до"),
        ("https://vks.example.org/k-1", "https://vks.example.org/k-1"),
        ("Коллеги, ждём мониторинг: {школа}, срок {срок}", "Коллеги, ждём мониторинг"),
    ],
)
def test_a_headline_has_no_marks_and_nobodys_name(text: str, line: str) -> None:
    assert headline(text) == line
