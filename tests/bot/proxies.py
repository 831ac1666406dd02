"""Small real proxies for tests: SOCKS5 with or without a password, HTTP with CONNECT; and TLS in front of a server."""

import asyncio
import base64
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Proxy:
    """A proxy that leads every name to one server, as a proxy in a free network would find it by itself.

    `asked` are the addresses that it was asked for, before it looked at them; `refuses`: it leads nowhere.
    """

    target: tuple[str, int]
    login: str = ""
    password: str = ""
    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    refused: int = 0
    port: int = 0
    led: list[asyncio.StreamWriter] = field(default_factory=list)

    async def lead(self, host: str, port: int) -> Streams | None:
        """A connection to the server, where this proxy gives one."""
        self.asked.append(f"{host}:{port}")
        if self.refuses:
            self.refused += 1
            return None
        far = await asyncio.open_connection(*self.target)
        self.led.append(far[1])
        return far

    async def drop(self) -> None:
        """Break every connection that it has led."""
        for writer in self.led:
            writer.transport.abort()
        self.led.clear()


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends."""
    try:
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
    except OSError:
        pass
    finally:
        sink.close()


async def join(one: Streams, other: Streams) -> None:
    """Both directions."""
    await asyncio.gather(pump(one[0], other[1]), pump(other[0], one[1]))


@asynccontextmanager
async def serving(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server of this handler; its port."""
    at_work: set[asyncio.Task[None]] = set()

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(work(reader, writer))
        at_work.add(task)
        task.add_done_callback(at_work.discard)

    server = await asyncio.start_server(begin, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(at_work):
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


@asynccontextmanager
async def socks5(proxy: Proxy) -> AsyncIterator[Proxy]:
    """RFC 1928, with RFC 1929 where there is a password."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        wanted = 2 if proxy.login else 0
        if wanted not in offered:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes([5, wanted]))
        if wanted:
            _, size = await reader.readexactly(2)
            login = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            fits = (login.decode(), password.decode()) == (proxy.login, proxy.password)
            writer.write(b"\x01\x00" if fits else b"\x01\x01")
            if not fits:
                return
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(map(str, await reader.readexactly(4)))
        port = int.from_bytes(await reader.readexactly(2), "big")
        far = await proxy.lead(host, port)
        answer = 0 if far is not None else 2  # not allowed by the rules
        writer.write(bytes([5, answer, 0, 1, 0, 0, 0, 0, 0, 0]))
        if far is not None:
            await join((reader, writer), far)

    async with serving(handle) as proxy.port:
        yield proxy


@asynccontextmanager
async def http_proxy(proxy: Proxy) -> AsyncIterator[Proxy]:
    """CONNECT for https, and addresses written out in full for http; Basic where there is a password."""
    wanted = "Basic " + base64.b64encode(f"{proxy.login}:{proxy.password}".encode()).decode()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, address, version = first.split(" ")
        headers = {
            n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)
        }
        if proxy.login and headers.get("proxy-authorization") != wanted:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        parts = urlsplit(f"//{address}" if method == "CONNECT" else address)
        far = await proxy.lead(parts.hostname or "", parts.port or 80)
        if far is None:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            kept = [f"{n}: {v}" for n, v in headers.items() if not n.startswith("proxy-")]
            far[1].write("\r\n".join([f"{method} {path} {version}", *kept, "", ""]).encode("latin-1"))
        await join((reader, writer), far)

    async with serving(handle) as proxy.port:
        yield proxy


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of this name that nobody else has signed, and its key."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "36500",
        "-subj",
        f"/CN={name}",
    ]
    words += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(words, check=True, capture_output=True)
    return cert, key


@asynccontextmanager
async def tls(target: tuple[str, int], cert: Path, key: Path) -> AsyncIterator[int]:
    """TLS in front of a plain server; the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await join((reader, writer), await asyncio.open_connection(*target))

    async with serving(handle, context) as port:
        yield port
