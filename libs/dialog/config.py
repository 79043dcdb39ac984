"""Configuration: environment variables become one Struct per service, and anything unknown or wrong stops the start.

A shared setting is `DIALOG_<NAME>`; `DIALOG_<SERVICE>_<NAME>` sets it for one service and is the only form of that
service's own settings. `python -m dialog.config` prints `docs/configuration.md`.
"""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

SERVICES = ("gateway", "auth", "chat", "presence")

OPERATOR = "operator"
"""The tool that is no service but has a setting of its own, which services leave alone."""

S = TypeVar("S", bound="Settings")

Seconds = Annotated[float, Meta(gt=0, le=1e9)]
Count = Annotated[int, Meta(gt=0)]
Port = Annotated[int, Meta(ge=1, le=65535)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every service is told."""

    environment: Annotated[
        Literal["production", "development", "test"],
        Meta(description="`test` alone allows cheap password hashes, crash points and a database that is not durable"),
    ] = "production"
    nats_url: Annotated[str, Meta(description="`nats://user:password@host:port`")] = "nats://127.0.0.1:4222"
    http_host: Annotated[str, Meta(description="the address to listen on")] = "127.0.0.1"
    log_format: Annotated[Literal["console", "json"], Meta(description="how logs are written")] = "json"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="the least that is logged")] = (
        "info"
    )
    metrics_token: Annotated[
        str, Meta(description="bearer token for `/metrics`; without one only unproxied loopback clients may read it")
    ] = ""
    command_timeout: Annotated[Seconds, Meta(description="seconds until a command is answered `unavailable`")] = 5.0
    commands_at_once: Annotated[
        Count, Meta(description="commands that one process works on; more are answered `unavailable` at once")
    ] = 1024
    start_timeout: Annotated[
        Seconds, Meta(description="seconds to wait at start for a server that does not answer yet")
    ] = 30.0
    stop_timeout: Annotated[Seconds, Meta(description="seconds that SIGTERM leaves for work under way")] = 10.0
    facts_again_after: Annotated[
        Seconds, Meta(description="seconds until a fact is delivered again whose receiver was not heard of since")
    ] = 120.0
    facts_max_age: Annotated[Seconds, Meta(description="seconds that JetStream keeps a fact nobody has fetched")] = (
        3600.0
    )
    text_length: Annotated[Count, Meta(description="code points in a message")] = 8000
    crash_at: Annotated[str, Meta(description="for fault tests: the crash point at which to die")] = ""


class RedisSettings(Settings, frozen=True, kw_only=True):
    """What a service with Redis is told besides."""

    redis_url: Annotated[str, Meta(description="`redis://user:password@host:port/0`")] = "redis://127.0.0.1:6379/0"
    redis_timeout: Annotated[Seconds, Meta(description="seconds until Redis counts as gone")] = 0.25


class DatabaseSettings(RedisSettings, frozen=True, kw_only=True):
    """What a service with a database is told besides. A Struct can have but one base with fields: hence Redis, too."""

    mysql_url: Annotated[str, Meta(description="`mysql://user:password@host:port/database`")]
    mysql_connections: Annotated[Count, Meta(description="connections per process")] = 10
    mysql_connect_timeout: Annotated[Seconds, Meta(description="seconds to connect")] = 3.0
    mysql_acquire_timeout: Annotated[Seconds, Meta(description="seconds to wait for a free connection")] = 2.0
    mysql_statement_timeout: Annotated[Seconds, Meta(description="seconds that one statement may run")] = 5.0
    outbox_interval: Annotated[Seconds, Meta(description="seconds between two rounds of the outbox relay")] = 1.0
    outbox_grace: Annotated[
        Seconds, Meta(description="seconds after which the relay publishes what another process left behind")
    ] = 2.0


class ConfigError(Exception):
    """A setting is unknown, missing or wrong; the text says which and how."""


def load(kind: type[S], service: str, environ: Mapping[str, str]) -> S:
    """The settings of `service`. Raises ConfigError with a sentence for the operator."""
    values: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for name, raw in environ.items():
        field = _field_of(kind, service, name)
        if field and (name.startswith(_prefix(service)) or field not in values):
            values[field] = [item.strip() for item in raw.split(",") if item.strip()] if _is_list(hints[field]) else raw
    try:
        settings = msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_sentence(service, str(error))) from None
    if settings.crash_at and settings.environment != "test":
        raise ConfigError("DIALOG_CRASH_AT is for DIALOG_ENVIRONMENT=test only")
    return settings


def _prefix(service: str) -> str:
    return f"DIALOG_{service.upper()}_"


def _field_of(kind: type[Settings], service: str, name: str) -> str | None:
    """The field that the variable `name` sets, if it concerns this service."""
    if not name.startswith("DIALOG_"):
        return None
    if name.startswith(_prefix(service)):
        field, allowed = name.removeprefix(_prefix(service)).lower(), kind.__struct_fields__
    elif any(name.startswith(_prefix(other)) for other in (*SERVICES, OPERATOR)):
        return None
    else:
        field, allowed = name.removeprefix("DIALOG_").lower(), SHARED
    if field not in allowed:
        raise ConfigError(f"{name} is not a setting of {service}; docs/configuration.md lists them all")
    return field if field in kind.__struct_fields__ else None


def _is_list(hint: Any) -> bool:
    return get_origin(hint) in (tuple, list)


def _sentence(service: str, problem: str) -> str:
    """msgspec's "Expected `int`, got `str` - at `$.port`" or "missing required field `port`" for an operator."""
    what, _, where = problem.partition(" - at `$.")
    if where:
        return f"{_prefix(service)}{where.rstrip('`').split('[')[0].upper()}: {what}"
    if "missing required field" in what:
        return f"{_prefix(service)}{what.split('`')[1].upper()} is required and not set"
    return f"settings of {service}: {what}"


SHARED = frozenset(Settings.__struct_fields__) | frozenset(RedisSettings.__struct_fields__)

HEAD = """# Configuration

Printed from the code by `make gen`. Settings are environment variables; an unknown or wrong one stops the start with a
sentence. A shared setting can be given to one service alone as `DIALOG_<SERVICE>_<NAME>`. Commas separate the items of
a list.
"""


def document() -> str:
    """`docs/configuration.md`, from the Config of every service."""
    parts = [HEAD, "\n## All services\n", _table("DIALOG_", RedisSettings, set())]
    for service in SERVICES:
        config = importlib.import_module(f"services.{service}.app").Config
        parts += [f"\n## {service}\n", _table(_prefix(service), config, set(SHARED))]
    return "\n".join(parts)


def _table(prefix: str, kind: type[Settings], leave_out: set[str]) -> str:
    rows = ["| setting | default | meaning |", "| --- | --- | --- |"]
    hints = get_type_hints(kind, include_extras=True)
    rows += [
        f"| `{prefix}{field.name.upper()}` | {_default(field)} | {_description(hints[field.name])} |"
        for field in msgspec.structs.fields(kind)
        if field.name not in leave_out
    ]
    return "\n".join(rows) + "\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT:
        return "required"
    value: Any = field.default
    return f"`{','.join(map(str, value)) if isinstance(value, tuple) else value}`" if value not in ("", ()) else "empty"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _description(hint: Any) -> str:
    said = [extra.description for extra in get_args(hint)[1:] if isinstance(extra, Meta) and extra.description]
    if not said:
        raise ConfigError(f"a setting has no description: {hint}")
    return said[-1]


def main() -> None:
    """Write `docs/configuration.md`; with `--check`, fail when it is stale."""
    path = Path("docs/configuration.md")
    text = document()
    if "--check" not in sys.argv:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        sys.exit("docs/configuration.md is stale: run `make gen`")


if __name__ == "__main__":
    main()
