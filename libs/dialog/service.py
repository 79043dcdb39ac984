"""What a service is: a name, an `App`, and the modules whose tagged functions it answers with.

`@command`, `@on` and `@route` only tag a function; `Service` lists the modules and collects them, so importing has no
side effects. The annotations are the declaration: a handler that does not return what its command promises fails here.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Any, TypeVar, get_type_hints

import uvloop
from aiohttp import web

from . import crash, garbage, log
from .bus import Bus
from .config import ConfigError, Settings, load
from .http import Check, serve_http
from .protocol.base import Command, Fact, reply_type
from .tasks import background

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])

_COMMAND = "__dialog_command__"
_FACT = "__dialog_fact__"
_ROUTE = "__dialog_route__"


def command(handler: F) -> F:
    """Tag `async def handler(app, actor, command: SomeCommand) -> Reply` as the one that answers SomeCommand."""
    hints = get_type_hints(handler)
    kind = hints.get("command")
    if not (isinstance(kind, type) and issubclass(kind, Command)):
        raise TypeError(f"{handler.__name__} must take a `command: SomeCommand`")
    promised = reply_type(kind)
    if hints.get("return") is not promised:
        raise TypeError(f"{handler.__name__} returns {hints.get('return')}, {kind.__name__} promises {promised}")
    setattr(handler, _COMMAND, kind)
    return handler


def on(fact: type[Fact]) -> Callable[[F], F]:
    """Tag `async def handler(app, fact)` to hear every `fact` at least once."""

    def tag(handler: F) -> F:
        setattr(handler, _FACT, fact)
        return handler

    return tag


def route(method: str, path: str) -> Callable[[F], F]:
    """Tag `async def handler(app, request) -> response` as an HTTP route."""

    def tag(handler: F) -> F:
        setattr(handler, _ROUTE, (method, path))
        return handler

    return tag


@dataclass(frozen=True)
class Service:
    """One service. `open_app(config, bus)` is an async context manager; its first annotation is the Config."""

    name: str
    open_app: Callable[[Any, Bus], contextlib.AbstractAsyncContextManager[Any]]
    features: tuple[ModuleType, ...]
    drain: Callable[[Any], Awaitable[None]] | None = None
    """Called when the process is asked to stop, while it still works."""
    commands: dict[type[Command[Any]], Callable[..., Awaitable[Any]]] = field(default_factory=dict, init=False)
    facts: list[tuple[type[Fact], Callable[..., Awaitable[None]]]] = field(default_factory=list, init=False)
    routes: list[tuple[str, str, Callable[..., Awaitable[web.StreamResponse]]]] = field(
        default_factory=list, init=False
    )

    def __post_init__(self) -> None:
        for module in self.features:
            for handler in vars(module).values():
                if getattr(handler, "__module__", None) == module.__name__:
                    self._collect(handler)

    def _collect(self, handler: Any) -> None:
        if kind := getattr(handler, _COMMAND, None):
            if kind in self.commands:
                raise TypeError(f"{kind.__name__} has two handlers in {self.name}")
            self.commands[kind] = handler
        if fact := getattr(handler, _FACT, None):
            self.facts.append((fact, handler))
        if tagged := getattr(handler, _ROUTE, None):
            self.routes.append((*tagged, handler))

    @property
    def config_type(self) -> type[Settings]:
        """The Struct of this service's settings."""
        return get_type_hints(self.open_app)["config"]


@contextlib.asynccontextmanager
async def started(service: Service, config: Any) -> AsyncGenerator[Any]:
    """The service, answering. Leaving the block drains and stops it."""
    bus = await Bus.connect(config, service.name)
    try:
        async with service.open_app(config, bus) as app:
            state = {"ready": False}
            checks: Mapping[str, Check] = {"nats": bus.check, **app.checks}
            stop_http = await serve_http(config, [(m, p, partial(h, app)) for m, p, h in service.routes], checks, state)
            for kind, handler in service.commands.items():
                await bus.serve(service.name, kind, partial(handler, app))
            await bus.flush()
            try:
                async with background(*(bus.consume(service.name, fact, partial(h, app)) for fact, h in service.facts)):
                    state["ready"] = True
                    yield app
                    state["ready"] = False
                    if service.drain:
                        await service.drain(app)
            finally:
                state["ready"] = False
                await bus.stop_serving(config.stop_timeout)
                await stop_http()
    finally:
        await bus.close()


async def _run(service: Service, config: Any) -> None:
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    async with started(service, config), background(garbage.keep_collecting()):
        garbage.collect_seldom()
        log.get_logger().info("ready", port=config.http_port, pid=os.getpid())
        await asked_to_stop.wait()
        log.get_logger().info("stopping")


def run(service: Service) -> None:
    """Run the service in this process until SIGTERM or SIGINT. Exits with a sentence when a setting is wrong."""
    try:
        config: Any = load(service.config_type, service.name, os.environ)
    except ConfigError as error:
        sys.exit(f"{service.name}: {error}")
    log.set_up(service.name, style=config.log_format, level=config.log_level)
    crash.arm(config.crash_at)
    try:
        uvloop.run(_run(service, config))
    except ConfigError as error:
        sys.exit(f"{service.name}: {error}")
    except Exception as error:
        log.get_logger().critical("stopped by an error", exc_info=error)
        sys.exit(1)
