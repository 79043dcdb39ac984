"""structlog, set up once per process. Texts, tokens and passwords are never logged."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import msgspec
import structlog
from structlog.typing import EventDict, WrappedLogger

trace_of: ContextVar[str] = ContextVar("trace", default="")
"""The trace that the running task works for."""


def get_logger() -> Any:
    """The process's logger."""
    return structlog.get_logger()


class ServicePrefix:
    """Puts the service's name first on each console line, so that seven services can share a terminal."""

    def __init__(self, service: str) -> None:
        self.prefix = f"{service:<9}| "

    def __call__(self, _logger: WrappedLogger, _method: str, line: str) -> str:
        return "\n".join(self.prefix + part for part in line.splitlines())


def set_up(service: str, *, style: str, level: str) -> None:
    """Log from now on as `style` (`console` or `json`), from `level` up."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        _add_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if style == "json" else "%H:%M:%S"),
    ]
    structlog.configure(
        processors=[*shared, *_renderers(service, style)],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),  # a line and its end in one write
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[_Forward()], force=True)
    sys.excepthook = _log_uncaught


def _as_json(event: EventDict, **_options: object) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


def _add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if trace := trace_of.get():
        event["trace"] = trace
    return event


def _renderers(service: str, style: str) -> list[Any]:
    if style == "json":

        def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
            return {"service": service, **event}

        # Locals stay out of stack traces: they would hold passwords and texts.
        traces = structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        )
        return [add_service, traces, structlog.processors.JSONRenderer(_as_json)]
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
    return [console, ServicePrefix(service)]


class _Forward(logging.Handler):
    """What libraries log through `logging`, into the same stream."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("aiohttp") and record.exc_info:
            # Its errors quote the request, and with it tokens.
            kind = record.exc_info[0].__name__ if record.exc_info[0] else ""
            structlog.get_logger().log(record.levelno, "bad HTTP request", library=record.name, error=kind)
            return
        structlog.get_logger().log(record.levelno, record.getMessage(), library=record.name, exc_info=record.exc_info)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("stopped by an error", exc_info=(kind, error, trace))
