"""Who may come in, how fast, and from which address: decided before any work is done for them."""

import ipaddress
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from dialog.cache import LocalLimiter, Rate
from dialog.config import ConfigError
from dialog.protocol.base import Actor

if TYPE_CHECKING:
    from .app import Config

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FULL = (2.0, 20.0)
"""Seconds, between which a turned-away client is told a random moment to come back."""
LEAVING = (1.0, 2.0)
"""The same while this process drains: another one is there already, or about to start."""


def parse_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """`10.0.0.0/8` and the like. Raises ConfigError."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        raise ConfigError(f"DIALOG_GATEWAY_TRUSTED_PROXIES: {error}") from None


class Admission:
    """The limits of one gateway process."""

    def __init__(self, config: "Config", limiter: LocalLimiter) -> None:
        self._limiter = limiter
        self._origins = frozenset(origin.rstrip("/") for origin in config.origins)
        self._upgrades = Rate(burst=config.upgrades_burst, every=1 / config.upgrades_per_second)
        self._address = Rate(burst=config.address_burst, every=1 / config.address_per_second)
        self._user = Rate(burst=config.user_burst, every=1 / config.user_per_second)
        self._tls = bool(config.tls_certificate)
        self.trusted = parse_networks(config.trusted_proxies)
        self.closed = False
        """True while this process drains."""

    def may_enter(self, request: web.Request) -> bool:
        """Pages must come from an allowed origin; clients that are not browsers send none. And what is said must not
        have come here in the clear, but over TLS, from this machine, or through a trusted proxy."""
        origin = request.headers.get("Origin")
        return (origin is None or origin in self._origins) and (self._tls or self._is_near(request.remote))

    def _is_near(self, peer: str | None) -> bool:
        address = _ip(peer or "")
        return address is not None and (address.is_loopback or any(address in network for network in self.trusted))

    def upgrade_wait(self, address: str) -> float:
        """0 for a socket that may be opened now, or the seconds after which to try again."""
        if self.closed:
            return random.uniform(*LEAVING)  # noqa: S311 (spreads a herd, hides nothing)
        if wait := self.address_wait(address):  # first, so that one address cannot spend what is for all
            return wait
        if self._limiter.spend("upgrades", self._upgrades):
            return random.uniform(*FULL)  # noqa: S311
        return 0.0

    def address_wait(self, address: str) -> float:
        """0, or the seconds that this address should wait."""
        return self._limiter.spend(f"address:{address}", self._address)

    def user_wait(self, actor: Actor) -> float:
        """0, or the seconds that this person should wait."""
        return self._limiter.spend(f"user:{actor.user_id}", self._user)


def client_address(request: web.Request, trusted: Sequence[Network]) -> str:
    """The client's address; an IPv6 one is cut to its /64. Proxies are believed only when they are trusted."""
    address = _ip(request.remote or "")
    hops = [part for line in request.headers.getall("X-Forwarded-For", []) for part in line.split(",")]
    while hops and address is not None and any(address in network for network in trusted):
        address = _ip(hops.pop())
    if address is None:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        # A scope id (`fe80::1%eth0`) is of the machine that wrote it, and free text.
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
