"""One log on one stream: ours and the libraries', text for a terminal and JSON for everything else, never a secret."""

import contextlib
import logging
import os
from collections.abc import Mapping
from typing import Any, Final, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from server.observe.masking import masked

__all__ = ["start_logging"]

LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}

CHATTY: Final = ("websockets",)
"""Libraries that, asked for details, write down what players send, logins included."""


class _Forgiving:
    """A stream that drops what cannot be written, on a full disk or without a reader: a log must not end a server."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


def start_logging(
    level: Literal["debug", "info", "warning", "error"], form: Literal["auto", "text", "json"], stream: TextIO
) -> FilteringBoundLogger:
    """Send every log entry of this process to `stream`, and return the logger to hand to whoever writes some.

    Entries have an event, `level`, `timestamp` (UTC, ISO 8601) and what was bound: `logger.bind(player=…, table=…,
    bet=…, request=…)`; ids may be bytes. Starting again replaces what was started before. An entry below `level` costs
    one call. Writing blocks: `stream` should be stderr or a file. What it refuses is lost, and nothing is raised.
    """
    text = form == "text" or (form == "auto" and stream.isatty())
    chain = [*_details(), _mask, _text(stream) if text else structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", _Forgiving(stream))),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(LEVELS[level], stream, chain)
    logger: FilteringBoundLogger = structlog.get_logger().bind()
    return logger


def _details() -> list[Processor]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        # As text, before it is masked: the renderer's own tracebacks print local variables, secrets among them.
        structlog.processors.format_exc_info,
    ]


def _mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # An event is one line, whoever worded it: a second line could pass for an entry of its own.
    return masked({**event, "event": str(event.get("event", "")).replace("\n", "\\n")})


def _text(stream: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(colors=stream.isatty() and "NO_COLOR" not in os.environ, sort_keys=False)


def _adopt_libraries(level: int, stream: TextIO, chain: list[Any]) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *chain,
            ]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(capture=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
