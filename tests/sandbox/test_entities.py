"""Words and entities as Telegram's server reads them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.entities import BadMarkup, cut, parse_html, parse_markdown, to_html, trimmed, units, with_found


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


HTML = [
    ("просто", "просто", []),
    ("<b>ж</b><strong>ж</strong>", "жж", [entity("bold", 0, 1), entity("bold", 1, 1)]),
    ("<i>к</i><em>к</em>", "кк", [entity("italic", 0, 1), entity("italic", 1, 1)]),
    ("<u>п</u><ins>п</ins>", "пп", [entity("underline", 0, 1), entity("underline", 1, 1)]),
    ("<s>з</s><strike>з</strike><del>з</del>", "ззз", [entity("strikethrough", n, 1) for n in range(3)]),
    ("<tg-spoiler>т</tg-spoiler>", "т", [entity("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">т</span>', "т", [entity("spoiler", 0, 1)]),
    (
        "<a href='https://e.org/?a=1&amp;b=2'>сюда</a>",
        "сюда",
        [entity("text_link", 0, 4, url="https://e.org/?a=1&b=2")],
    ),
    ('<a href="https://e.org">e</a>', "e", [entity("text_link", 0, 1, url="https://e.org/")]),
    ("<a>https://e.org/x</a>", "https://e.org/x", [entity("text_link", 0, 15, url="https://e.org/x")]),
    ('<a href="нет ссылки">слова</a>', "слова", []),
    ('<a href="tg://user?id=7">он</a>', "он", [entity("text_mention", 0, 2, user_id=7)]),
    ("<code>x</code>", "x", [entity("code", 0, 1)]),
    ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
    ('<pre><code class="language-python">x</code></pre>', "x", [entity("pre", 0, 1, language="python")]),
    ('<code class="language-python">x</code>', "x", [entity("code", 0, 1)]),
    ("<blockquote>ц</blockquote>", "ц", [entity("blockquote", 0, 1)]),
    ("<blockquote expandable>ц</blockquote>", "ц", [entity("expandable_blockquote", 0, 1)]),
    ('<tg-emoji emoji-id="5368">👍</tg-emoji>', "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="5368")]),
    ("&lt;b&gt; &amp; &quot;&#1046;&#x416;", '<b> & "ЖЖ', []),
    ("&nbsp;&unknown;", "&nbsp;&unknown;", []),
    ("👋<b>после</b>", "👋после", [entity("bold", 2, 5)]),
    ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
    ("<B>большие</B>", "большие", [entity("bold", 0, 7)]),
    ("<b></b>пусто", "пусто", []),
]


@pytest.mark.parametrize(("source", "text", "entities"), HTML)
def test_html(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert parse_html(source) == (text, entities)


BAD_HTML = [
    ("<b>нет конца", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("да<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 4'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ('<a href="x', "Unclosed start tag at byte offset 0"),
    ('<a "x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
    ('<span class="red">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
]


@pytest.mark.parametrize(("source", "reason"), BAD_HTML)
def test_bad_html(source: str, reason: str) -> None:
    with pytest.raises(BadMarkup) as found:
        parse_html(source)
    assert str(found.value) == reason


MARKDOWN = [
    (
        r"*ж* _к_ __п__ ~з~ ||т|| `x`",
        "ж к п з т x",
        ["bold", "italic", "underline", "strikethrough", "spoiler", "code"],
    ),
    ("[сюда](https://e.org/)", "сюда", ["text_link"]),
    ("```python\nx = 1```", "x = 1", ["pre"]),
    (r"1\.5 \* 2", "1.5 * 2", []),
]


@pytest.mark.parametrize(("source", "text", "kinds"), MARKDOWN)
def test_markdown(source: str, text: str, kinds: list[str]) -> None:
    found, entities = parse_markdown(source)
    assert (found, [one["type"] for one in entities]) == (text, kinds)


BAD_MARKDOWN = [
    ("1.5", "Character '.' is reserved and must be escaped with the preceding '\\'"),
    ("да *нет", "Can't find end of Bold entity at byte offset 5"),
    ("[x](https://e.org", "Can't find end of a URL at byte offset 4"),
]


@pytest.mark.parametrize(("source", "reason"), BAD_MARKDOWN)
def test_bad_markdown(source: str, reason: str) -> None:
    with pytest.raises(BadMarkup) as found:
        parse_markdown(source)
    assert str(found.value) == reason


FOUND = [
    ("/start школа", [("bot_command", "/start")]),
    ("/menu@sandbox_bot да", [("bot_command", "/menu@sandbox_bot")]),
    ("1/2 и a/b", []),
    ("см. https://e.org/a?b=1.", [("url", "https://e.org/a?b=1")]),
    ("панель http://127.0.0.1:8000/in", [("url", "http://127.0.0.1:8000/in")]),
    ("t.me/x и школа.рф", [("url", "t.me/x"), ("url", "школа.рф")]),
    ("пишите a.b@e.org", [("email", "a.b@e.org")]),
    ("@anna_k #отчёт", [("mention", "@anna_k"), ("hashtag", "#отчёт")]),
    ("тел. +7 900 123-45-67", [("phone_number", "+7 900 123-45-67")]),
    ("Приказ.docx от 12.04.2026", []),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_what_telegram_finds(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(one["type"], cut(text, one["offset"], one["length"])) for one in with_found(text, [])]
    assert found == expected


def test_nothing_is_found_inside_code() -> None:
    assert with_found("/start", [entity("code", 0, 6)]) == [entity("code", 0, 6)]


def test_no_more_than_100_entities() -> None:
    assert len(with_found(" ".join(["#да"] * 150), [])) == 100


def test_lengths_are_utf16() -> None:
    assert (units("я"), units("👋"), units("👩‍🏫")) == (1, 2, 5)


def test_trimming_moves_entities() -> None:
    assert trimmed("\n  жирно  ", [entity("bold", 3, 7)]) == ("жирно", [entity("bold", 0, 5)])


ROUND = [
    "<b>a</b> &lt;x&gt; <i>b</i>",
    '<a href="https://e.org/">l</a>',
    "<blockquote>ц</blockquote>",
    '<pre><code class="language-python">x &amp; y</code></pre>',
    "<b>a<i>b</i></b>c",
]


@pytest.mark.parametrize("source", ROUND)
def test_rendering_gives_the_source_back(source: str) -> None:
    assert to_html(*parse_html(source)) == source
