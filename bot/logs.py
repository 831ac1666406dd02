"""Logs: one line an event, and never a bot token in them.

aiohttp's and aiogram's errors quote the address they called, and the token is part of it. So the finished line is
cleaned, whoever wrote it, tracebacks included.
"""

import logging
import re
import sys
from collections.abc import Iterable
from types import TracebackType

import structlog

TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")  # in an address it follows «bot» without a gap
HIDDEN = "[token]"


class Redacting(logging.Formatter):
    """Wraps a formatter and hides secrets in what it made."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        """The cleaned line."""
        return self.clean(self._inner.format(record))

    def clean(self, text: str) -> str:
        """The text without tokens, whether known ones or what merely looks like one."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return TOKEN.sub(HIDDEN, text)


def set_up(level: str, *, as_json: bool = False, secrets: Iterable[str] = ()) -> None:
    """Send everything (ours, libraries', warnings, what nobody caught) through one cleaned handler on stderr.

    Called once at start; uvicorn must be given `log_config=None`, or it brings handlers of its own.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(formatter, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiogram.event", "apscheduler", "aiosqlite"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("vekha").critical("uncaught", exc_info=(kind, error, trace))
