"""Logs go to stderr, as JSON or for a console, and every line has passed through `masking` (P9).

Ours are made with structlog: a static event name and identifiers. Those of libraries come through the
standard library's loggers; the ones known to print addresses or paths are silenced or reworded here.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bailiwick.config import masking

LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}

QUIET: Final = {
    "uvicorn.error": logging.WARNING,  # at info: "<address> - WebSocket <path> [accepted]"
    "websockets": logging.WARNING,
    "aioice": logging.WARNING,
    "aiortc": logging.WARNING,
    "asyncio": logging.WARNING,
    "django.db.backends": logging.WARNING,  # at debug: statements with their values
    "django.template": logging.WARNING,
}
"""Below these levels, the loggers' lines are about people or about nothing."""

SILENT: Final = ("uvicorn.access", "django.server")
"""One line a request, with its address and path."""

REWORDED: Final = {
    "django.request": "http_request_failed",
    "django.security.csrf": "http_request_failed",
    "django.security": "http_request_suspicious",
    "django.channels.server": "http_request_failed",
}
"""Loggers whose messages hold request paths: only their status code is kept, under a name of ours."""


def configure(options: Mapping[str, str]) -> None:
    """Set up all logging of this process. `options`: "level" and "format" (json, console or auto: console
    where a person looks on); Django calls this with its setting LOGGING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(options["format"]))
    handler.addFilter(_reword)
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(LEVELS[options["level"]])
    _tame_libraries(root.level)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_common(), _for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def also_to(handler: logging.Handler) -> None:
    """Write every line of this process to `handler` too, as JSON. Call it after `configure`."""
    handler.setFormatter(_formatter("json"))
    handler.addFilter(_reword)
    logging.getLogger().addHandler(handler)


def _tame_libraries(level: int) -> None:
    """No handlers of their own (Django's and uvicorn's defaults), no lines below the level in QUIET."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"django", "uvicorn"}:
            logger = logging.getLogger(name)
            logger.handlers.clear()
            logger.propagate = True
    for name, lowest in QUIET.items():
        logging.getLogger(name).setLevel(max(level, lowest))
    for name in SILENT:
        logging.getLogger(name).disabled = True


def _reword(record: logging.LogRecord) -> bool:
    """Replace a message with a path in it by a static name."""
    for name, event in REWORDED.items():
        if record.name == name or record.name.startswith(f"{name}."):
            record.msg, record.args = event, ()
            break
    return True


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


_for_formatter: Final = structlog.stdlib.ProcessorFormatter.wrap_for_formatter


def _formatter(style: str) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_common(), structlog.stdlib.ExtraAdder(allow={"status_code"})],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            # Standard formatting: file, line and text. The values of local variables are never shown.
            structlog.processors.format_exc_info,
            masked,
            _renderer(style),
        ],
    )


def masked(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor before the last."""
    return masking.event(event)


def _renderer(style: str) -> Processor:
    if chosen_style(style) == "json":
        return structlog.processors.JSONRenderer(default=_refuse)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def chosen_style(style: str) -> str:
    """json or console; "auto" means console where a person looks on."""
    if style != "auto":
        return style
    return "console" if sys.stderr.isatty() else "json"


def _refuse(given: Any) -> str:
    """`masking` has left plain data only; should anything else come, its type is all that is told."""
    return f"<{type(given).__name__}>"
