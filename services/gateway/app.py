"""What the gateway is made of."""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from msgspec import Meta

from dialog.bus import Bus
from dialog.cache import LocalLimiter
from dialog.config import ConfigError, Count, Port, Seconds, Settings
from dialog.http import Check
from dialog.protocol.connection import Draining, Resync
from dialog.tasks import background
from dialog.tokens import KeyRing

from .admission import Admission, parse_networks
from .epoch import EpochCache
from .files import File, read_files
from .focus import Usage
from .hub import Hub
from .membership import Membership
from .presence import Reporter
from .revocations import Revocations
from .watch import watch_sockets


class Config(Settings, frozen=True, kw_only=True):
    """The settings of the gateway."""

    http_port: Annotated[Port, Meta(description="port of `/ws`, `/api`, health and metrics")] = 8080
    web_folder: Annotated[str, Meta(description="the built web client, served at `/`; empty for none")] = ""
    csp_reports: Annotated[
        str, Meta(description="address that browsers tell of what the policy of the web client forbade; empty for none")
    ] = ""
    tls_certificate: Annotated[str, Meta(description="PEM file with the certificate chain, for `https` and `wss`")] = ""
    tls_key: Annotated[str, Meta(description="PEM file with its private key")] = ""
    origins: Annotated[
        tuple[str, ...], Meta(description="exact origins whose pages may connect, such as `https://chat.example.org`")
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...], Meta(description="networks whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`")
    ] = ()
    heartbeat: Annotated[Seconds, Meta(description="seconds without a write until a socket is pinged")] = 25.0
    silence: Annotated[Seconds, Meta(description="seconds without a frame until a socket is closed (4008)")] = 60.0
    connect_timeout: Annotated[Seconds, Meta(description="seconds for the first command on a socket")] = 5.0
    body_timeout: Annotated[Seconds, Meta(description="seconds for the body of an HTTP request")] = 10.0
    frame_bytes: Annotated[Count, Meta(description="bytes of a frame or an HTTP body")] = 192 * 1024
    pending_commands: Annotated[Count, Meta(description="unanswered commands per socket; then reading pauses")] = 32
    bad_frames: Annotated[
        Count, Meta(description="frames that are not the protocol until a socket is closed (4502)")
    ] = 10
    sockets_per_user: Annotated[Count, Meta(description="open sockets of one person")] = 20
    write_ahead: Annotated[
        Count, Meta(description="bytes under way to a socket beyond which the rest waits; ephemeral events are dropped")
    ] = 64 * 1024
    waiting_events: Annotated[
        Count, Meta(description="bytes of waiting events beyond which they collapse into one notice")
    ] = 256 * 1024
    waiting_bytes: Annotated[Count, Meta(description="bytes waiting beyond which a socket is closed (4000)")] = (
        1280 * 1024
    )
    stalled: Annotated[Seconds, Meta(description="seconds without progress until a full socket is closed (4000)")] = (
        20.0
    )
    send_buffer: Annotated[Count, Meta(description="bytes of the kernel's send buffer per socket")] = 128 * 1024
    upgrades_burst: Annotated[Count, Meta(description="new sockets at once")] = 1000
    upgrades_per_second: Annotated[Seconds, Meta(description="new sockets per second after that; more get 503")] = 500.0
    address_burst: Annotated[Count, Meta(description="new sockets and HTTP requests of one address at once")] = 1000
    address_per_second: Annotated[Seconds, Meta(description="the same, per second after that")] = 50.0
    user_burst: Annotated[Count, Meta(description="commands of one person at once")] = 100
    user_per_second: Annotated[Seconds, Meta(description="commands of one person per second after that")] = 20.0
    drain_within: Annotated[Seconds, Meta(description="seconds in which clients move away when this process stops")] = (
        30.0
    )
    resync_within: Annotated[Seconds, Meta(description="seconds in which clients sync after trouble with the bus")] = (
        5.0
    )
    report_interval: Annotated[Seconds, Meta(description="seconds between two reports of all sessions to presence")] = (
        20.0
    )
    revocation_interval: Annotated[Seconds, Meta(description="seconds between two looks for ended sessions")] = 5.0
    revocation_memory: Annotated[
        Seconds, Meta(description="seconds an ended session is remembered: longer than an access token lives")
    ] = 600.0
    revocation_patience: Annotated[
        Seconds, Meta(description="seconds without news of ended sessions until nobody new is let in")
    ] = 60.0


@dataclass(frozen=True)
class App:
    config: Config
    bus: Bus
    hub: Hub
    keys: KeyRing
    admission: Admission
    revocations: Revocations
    membership: Membership
    epoch: EpochCache
    reporter: Reporter
    usage: Usage
    files: Mapping[str, File]
    checks: Mapping[str, Check]


@asynccontextmanager
async def open_app(config: Config, bus: Bus) -> AsyncGenerator[App]:
    """Start the timers. Raises ConfigError for a door that would be open to eavesdroppers."""
    _refuse_open_door(config)
    hub = Hub(bus)
    revocations = Revocations(bus, hub, config.revocation_memory, config.revocation_patience)
    membership = Membership(bus, hub, revocations)
    reporter = Reporter(bus, hub)
    usage = Usage(bus, hub, reporter)
    bus.on_trouble.append(usage.forget_statuses)
    bus.on_trouble.append(partial(_ask_all_to_sync, bus, hub, membership, config.resync_within))
    app = App(
        config=config,
        bus=bus,
        hub=hub,
        keys=KeyRing(bus),
        admission=Admission(config, LocalLimiter()),
        revocations=revocations,
        membership=membership,
        epoch=EpochCache(bus),
        reporter=reporter,
        usage=usage,
        files=read_files(config.web_folder),
        checks={},
    )
    async with background(
        watch_sockets(hub, config),
        revocations.watch(config.revocation_interval),
        reporter.report(config.report_interval),
    ):
        yield app


def _ask_all_to_sync(bus: Bus, hub: Hub, membership: Membership, within: float) -> None:
    if bus.connected:
        membership.leave_all()
        hub.tell_everyone(Resync(within=within))


def _refuse_open_door(config: Config) -> None:
    parse_networks(config.trusted_proxies)
    try:
        loopback = ipaddress.ip_address(config.http_host).is_loopback
    except ValueError:
        loopback = config.http_host == "localhost"
    if not (loopback or config.tls_certificate or config.trusted_proxies):
        raise ConfigError(
            f"DIALOG_GATEWAY_HTTP_HOST={config.http_host} would carry passwords in the clear: set "
            "DIALOG_GATEWAY_TLS_CERTIFICATE and _TLS_KEY, or DIALOG_GATEWAY_TRUSTED_PROXIES if a proxy does TLS"
        )


async def drain(app: App) -> None:
    """Ask every client to move to another gateway, and wait until they have or their time is over."""
    app.admission.closed = True
    hub, within = app.hub, app.config.drain_within
    hub.tell_everyone(Draining(within=within))
    deadline = asyncio.get_running_loop().time() + within + 2
    while hub.sockets and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 (once in a process's life)
        await asyncio.sleep(0.05)
    await hub.close_all()
