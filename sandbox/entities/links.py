"""Which addresses Telegram accepts in buttons and links (td/telegram/LinkManager.cpp, check_link)."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_USER = re.compile(r"^tg:(?://)?user/?\?id=(\d+)$", re.IGNORECASE)
_TG_HOST = re.compile(r"^[A-Za-z0-9_-]+$")


class BadLink(ValueError):
    """The address would be refused; the text says why."""


def linked_user(link: str) -> int | None:
    """The person of ``tg://user?id=…``."""
    found = _USER.match(link.strip())
    return int(found[1]) if found else None


def checked_link(link: str, *, https_only: bool = False) -> str:
    """The address as Telegram would echo it. Raises BadLink."""
    link = link.strip()
    if link.lower().startswith("tg:"):
        if https_only:
            raise BadLink("Only HTTPS links are allowed")
        rest = link[3:].removeprefix("//")
        host = re.split(r"[/?#]", rest, maxsplit=1)[0]
        if not _TG_HOST.match(host):
            raise BadLink("Unallowed characters in URL host")
        return f"tg://{rest}"
    scheme, rest = "http", link
    found = _SCHEME.match(link)
    if found:
        scheme, rest = found[1].lower(), link[found.end() :]
    elif ":" in link.split("/", 1)[0] and not re.match(r"^[^/:]+:\d+(/|\?|#|$)", link):
        raise BadLink("Unsupported URL protocol")
    if scheme not in ("http", "https"):
        raise BadLink("Unsupported URL protocol")
    if https_only and scheme != "https":
        raise BadLink("Only HTTPS links are allowed")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    tail = rest[len(authority) :]
    host = authority.rsplit("@", 1)[-1]
    if not host:
        raise BadLink("URL host is empty")
    name = re.sub(r":\d+$", "", host)
    if re.search(r"[\s<>\"'\\^`{|}]", name) or ".." in name or name.startswith(".") or name.endswith(":"):
        raise BadLink("Unallowed characters in URL host")
    if "." not in name and not name.startswith("["):
        raise BadLink("Wrong HTTP URL")
    if not tail.startswith("/"):
        tail = "/" + tail
    if re.search(r"\s", tail):
        tail = re.sub(r"\s", "%20", tail)
    return f"{scheme}://{authority.lower() if '@' not in authority else authority}{tail}"
