"""Threats of RELIABILITY.md §5 that a browser can bring: each is tried."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pyotp
import pytest

from admin.auth import COOKIE, local_path
from admin.page import STATIC
from domain import access, people, progress
from domain.actor import STRANGER, SYSTEM
from tests.admin.conftest import ADDRESS, Panel, panel_of, sign_in
from tests.world import World


async def code_of(world: World, name: str) -> str:
    async with world.db.write(await world.actor(name)) as tx:
        return await access.issue_code(tx)


async def test_a_code_lets_in_once(panel: Panel) -> None:
    code = await code_of(panel.world, "Марина")
    async with panel.browser() as browser:
        first = await browser.post("/sign-in", data={"code": code})
        assert (first.status_code, first.headers["location"]) == (303, "/")
        assert (await browser.get("/")).status_code == 200
    async with panel.browser() as thief:
        second = await thief.post("/sign-in", data={"code": code})
        assert (second.status_code, "set-cookie" in second.headers) == (422, False)


async def test_a_code_dies_after_ten_minutes(panel: Panel) -> None:
    code = await code_of(panel.world, "Марина")
    panel.world.clock.forward(minutes=10)
    async with panel.browser() as browser:
        assert (await browser.post("/sign-in", data={"code": code})).status_code == 422


async def test_a_link_previewer_does_not_spend_the_code(panel: Panel) -> None:
    code = await code_of(panel.world, "Марина")
    async with panel.browser() as previewer:
        for _ in range(3):
            page = await previewer.get("/sign-in", params={"code": code})
            assert (page.status_code, "set-cookie" in page.headers) == (200, False)
    async with panel.browser() as browser:
        assert (await browser.post("/sign-in", data={"code": code})).status_code == 303


async def test_the_cookie_is_closed_to_scripts_and_other_sites(panel: Panel, tmp_path: Path) -> None:
    code = await code_of(panel.world, "Марина")
    async with panel.browser() as browser:
        cookie = (await browser.post("/sign-in", data={"code": code})).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    safe = panel_of(panel.world, tmp_path, {}, public_url="https://vekha.example")
    code = await code_of(panel.world, "Марина")
    async with safe.browser() as browser:
        cookie = (await browser.post("/sign-in", data={"code": code})).headers["set-cookie"].lower()
    assert "secure" in cookie


async def test_guessing_is_slowed_down(panel: Panel) -> None:
    code = await code_of(panel.world, "Марина")
    async with panel.browser() as browser:
        for _ in range(10):
            assert (await browser.post("/sign-in", data={"code": "00000000"})).status_code == 422
        assert (await browser.post("/sign-in", data={"code": code})).status_code == 422
        panel.world.clock.forward(minutes=11)
        code = await code_of(panel.world, "Марина")
        assert (await browser.post("/sign-in", data={"code": code})).status_code == 303


async def test_the_administrator_needs_password_and_one_time_code(panel: Panel) -> None:
    world = panel.world
    async with world.db.write(SYSTEM) as tx:
        secret = await access.set_password(tx, world.people["Римма"], "rimma", "a long password")
    totp = pyotp.TOTP(secret)

    async def attempt(login: str, password: str, code: str) -> int:
        async with panel.browser() as browser:
            data = {"login": login, "password": password, "totp": code}
            return (await browser.post("/sign-in/password", data=data)).status_code

    now = totp.at(world.clock.now())
    assert await attempt("rimma", "another password", now) == 422
    assert await attempt("nobody", "a long password", now) == 422
    assert await attempt("rimma", "a long password", f"{(int(now) + 1) % 1000000:06}") == 422
    assert await attempt("rimma", "a long password", now) == 303
    assert await attempt("rimma", "a long password", now) == 422  # the same code again
    world.clock.forward(seconds=60)
    assert await attempt("rimma", "a long password", totp.at(world.clock.now())) == 303


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/schools?sort=done", "/schools?sort=done"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\tevil", "/"),
        ("javascript:alert(1)", "/"),
        ("schools", "/"),
        ("", "/"),
    ],
)
async def test_after_sign_in_one_stays_in_the_panel(panel: Panel, wanted: str, reached: str) -> None:
    assert local_path(wanted) == reached
    code = await code_of(panel.world, "Марина")
    async with panel.browser() as browser:
        response = await browser.post("/sign-in", data={"code": code, "next": wanted})
    assert response.headers["location"] == reached


async def test_the_way_to_a_closed_page_is_kept_through_sign_in(panel: Panel) -> None:
    async with panel.browser() as browser:
        away = await browser.get("/schools?search=%D0%9E%D0%A8")
        assert away.headers["location"].startswith("/sign-in?next=%2Fschools")
        page = await browser.get(away.headers["location"])
    assert 'name="next" value="/schools?search=%D0%9E%D0%A8"' in page.text


async def test_sign_out_ends_the_session_not_only_the_cookie(panel: Panel) -> None:
    assert (await panel.post("Марина", "/sign-out")).status_code == 303
    assert (await panel.get("Марина", "/")).status_code == 303


async def test_a_session_ends_after_two_weeks(panel: Panel) -> None:
    panel.world.clock.forward(days=13)
    assert (await panel.get("Марина", "/")).status_code == 200
    panel.world.clock.forward(days=1)
    assert (await panel.get("Марина", "/")).status_code == 303


async def test_taking_a_role_away_ends_the_persons_sessions(panel: Panel) -> None:
    world = panel.world
    async with world.db.read(await world.actor("Римма")) as tx:
        grants = await people.grants_of(tx, world.people["Кирилл"])
    panel.world.clock.forward(minutes=1)
    path = f"/people/{world.people['Кирилл']}/roles/{grants[0].id}/revoke"
    assert (await panel.post("Римма", path)).status_code == 303
    assert (await panel.get("Кирилл", "/")).headers["location"] == "/sign-in"
    panel.world.clock.forward(minutes=1)
    panel.tokens["Кирилл"] = await sign_in(world, "Кирилл")  # the other role is still there
    assert (await panel.get("Кирилл", "/")).status_code == 200


async def test_an_invented_session_is_nobodys(panel: Panel) -> None:
    async with panel.browser() as browser:
        browser.cookies.set(COOKIE, "x" * 44)
        assert (await browser.get("/")).status_code == 303


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://panel.test.evil.example"},
    {},
]
OURS: list[dict[str, str]] = [
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": ADDRESS},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_form_of_another_site_is_refused(panel: Panel, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=panel.app),
        base_url=ADDRESS,
        cookies={COOKIE: panel.tokens["Марина"]},
        headers=headers,
    ) as browser:
        assert (await browser.post("/sign-out")).status_code == 403
        assert (await browser.put("/sign-out")).status_code == 403
        assert (await browser.get("/")).status_code == 200  # still signed in


@pytest.mark.parametrize("headers", OURS)
async def test_our_own_form_is_accepted(panel: Panel, headers: dict[str, str]) -> None:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=panel.app),
        base_url=ADDRESS,
        cookies={COOKIE: panel.tokens["Марина"]},
        headers=headers,
    ) as browser:
        assert (await browser.post("/sign-out")).status_code == 303


@pytest.mark.parametrize("path", ["/", "/sign-in", "/schools/1", "/no-such-page", "/healthz"])
async def test_every_answer_carries_the_headers(panel: Panel, path: str) -> None:
    headers = (await panel.get("Марина", path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["script-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


async def test_static_files_may_be_kept_and_carry_the_headers_too(panel: Panel) -> None:
    async with panel.browser() as browser:
        response = await browser.get("/static/app.css")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.content == (STATIC / "app.css").read_bytes()


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"])
async def test_nothing_outside_the_static_folder_is_served(panel: Panel, path: str) -> None:
    async with panel.browser() as browser:
        assert (await browser.get(path)).status_code == 404


async def test_large_bodies_are_refused_whether_they_say_so_or_not(panel: Panel) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\n\r\n'
        for _ in range(200):
            yield b"x" * 64 * 1024

    multipart = {"content-type": "multipart/form-data; boundary=x"}
    async with panel.browser("Марина") as browser:
        announced = await browser.post("/sign-in", data={"code": "1" * 2_000_000})
        silent = await browser.post("/roadmaps/new", content=endless(), headers=multipart)
        small = await browser.post("/sign-in", data={"code": "1" * 200_000})
    assert (announced.status_code, silent.status_code, small.status_code) == (413, 413, 400)
    assert "Это больше 1 МБ" in announced.text
    assert "Это больше 10 МБ" in silent.text


async def test_a_form_may_bring_no_field_of_its_own(panel: Panel) -> None:
    world = panel.world
    person = world.people["Дина"]
    data = {"name": "Дина", "position": "завуч", "telegram_id": "1", "id": "1"}
    assert (await panel.post("Римма", f"/people/{person}/name", **data)).status_code == 422
    async with world.db.read(SYSTEM) as tx:
        kept = await people.person(tx, person)
        assert (kept.position, kept.telegram_id) == ("", world.telegram["Дина"])


async def test_what_people_write_stays_text(panel: Panel) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    person = panel.world.people["Дина"]
    assert (await panel.post("Римма", f"/people/{person}/name", name=evil)).status_code == 303
    for path in ("/people", f"/people/{person}", "/audit", f"/people?search={evil}"):
        page = (await panel.get("Римма", path)).text
        assert "<script" not in page
        assert "<img" not in page


async def test_an_error_page_tells_nothing_but_a_number(
    panel: Panel, caplog: pytest.LogCaptureFixture
) -> None:
    await panel.world.db.close()
    panel.world.db.__init__("sqlite+aiosqlite:////nonexistent-folder-for-vekha/x.db")  # type: ignore[misc]
    page = await panel.get("Марина", "/schools")
    assert page.status_code == 500
    assert "Traceback" not in page.text
    assert "sqlite" not in page.text


async def test_a_file_is_always_a_download(panel: Panel) -> None:
    world = panel.world
    stored = await panel.files.keep(b"<script>alert(1)</script>")
    assignment = await world.assignment_id("Тороповская", "2.1")
    name = 'при"каз\r\nX-Evil: 1/../../x.html'
    async with world.db.write(await world.actor("Тамара")) as tx:
        evidence = await progress.add_file(tx, assignment, stored, name=name, mime="text/html", photo=False)
        await progress.submit(tx, assignment)
    response = await panel.get("Кирилл", f"/files/{evidence.id}")
    assert response.content == b"<script>alert(1)</script>"
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith('attachment; filename="')
    assert "x-evil" not in response.headers
    assert ".." not in response.headers["content-disposition"]


async def test_a_draft_is_the_schools_own(panel: Panel) -> None:
    world = panel.world
    stored = await panel.files.keep(b"draft")
    assignment = await world.assignment_id("Тороповская", "2.1")
    async with world.db.write(await world.actor("Тамара")) as tx:
        evidence = await progress.add_file(tx, assignment, stored, name="a.pdf", mime="application/pdf")
    seen = {
        name: (await panel.get(name, f"/files/{evidence.id}")).status_code
        for name in ("Тамара", "Дина", "Кирилл", "Марина", "Римма", "Саша")
    }
    assert seen == {"Тамара": 200, "Дина": 200, "Кирилл": 404, "Марина": 404, "Римма": 404, "Саша": 404}


async def test_strangers_learn_nothing_from_health(panel: Panel) -> None:
    async with panel.browser() as browser:
        assert (await browser.get("/healthz")).text == "ok"
        assert (await browser.get("/readyz")).text == "ok"
    async with panel.world.db.write(STRANGER) as tx:
        await (await tx.session.connection()).exec_driver_sql("ALTER TABLE person RENAME TO gone")
    async with panel.browser() as browser:
        answer = await browser.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready")
