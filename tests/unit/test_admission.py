"""Who may come in at all."""

import pytest
from aiohttp.test_utils import make_mocked_request

from dialog.cache import LocalLimiter
from services.gateway.admission import Admission, client_address, parse_networks
from services.gateway.app import Config


class Transport:
    """As much of a connection as a request reads: who is at the other end."""

    def __init__(self, peer: str) -> None:
        self.peer = peer

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self.peer, 4711) if name == "peername" else default


def request(peer: str, **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("POST", "/api/sync", headers=named, transport=Transport(peer))


@pytest.mark.parametrize(
    ("peer", "certificate", "enters"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("10.1.2.3", "", True),
        ("10.2.2.3", "", False),
        ("2001:db8::1", "", False),
        ("2001:db8::1", "cert.pem", True),
    ],
)
def test_nothing_is_taken_in_the_clear_from_afar(peer: str, certificate: str, enters: bool) -> None:
    config = Config(trusted_proxies=("10.1.0.0/16",), tls_certificate=certificate)
    assert Admission(config, LocalLimiter()).may_enter(request(peer)) is enters


def test_pages_come_from_allowed_origins() -> None:
    admission = Admission(Config(origins=("https://chat.example",)), LocalLimiter())
    assert admission.may_enter(request("127.0.0.1", Origin="https://chat.example"))
    assert not admission.may_enter(request("127.0.0.1", Origin="https://evil.example"))
    assert not admission.may_enter(request("127.0.0.1", Origin="null"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.0.1", "198.51.100.1, 203.0.113.5, 10.1.0.2", "203.0.113.5"),
        ("10.1.0.1", "nonsense", "unknown"),
        ("10.1.0.1", "fe80::1%x y", "fe80::"),
        ("10.1.0.1", "2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("10.1.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_address_of_a_client(peer: str, forwarded: str, address: str) -> None:
    networks = parse_networks(["10.1.0.0/16"])
    assert client_address(request(peer, X_Forwarded_For=forwarded), networks) == address


def test_one_address_cannot_spend_the_upgrades_of_all() -> None:
    config = Config(upgrades_burst=10, upgrades_per_second=0.001, address_burst=3, address_per_second=0.001)
    admission = Admission(config, LocalLimiter())
    assert [admission.upgrade_wait("203.0.113.9") == 0 for _ in range(50)] == [True] * 3 + [False] * 47
    assert [admission.upgrade_wait(f"198.51.100.{n}") == 0 for n in range(7)] == [True] * 7
    assert admission.upgrade_wait("198.51.100.8") > 1
