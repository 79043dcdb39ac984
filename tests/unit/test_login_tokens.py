"""Login tokens, recovery keys and addresses as they are stored."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.addresses import network_of
from services.auth.login_tokens import PREFIX, LoginTokens, derive_key
from services.auth.recovery_keys import new_recovery_key, recovery_digest

TOKENS = LoginTokens("s" * 32)


def test_a_token_is_read_back() -> None:
    token = TOKENS.first(123)
    read = TOKENS.read(token.text)
    assert read == token
    assert read is not None
    assert read.session_id == 123
    assert re.fullmatch(r"dlg_[A-Za-z0-9_-]{75}", token.text)
    assert len(token.digest) == 32
    assert TOKENS.first(123).digest != token.digest


def test_the_successor_is_always_the_same_and_another() -> None:
    token = TOKENS.first(123)
    after = TOKENS.successor(token)
    assert after == TOKENS.successor(token)
    assert after != token
    assert TOKENS.read(after.text) == after
    assert TOKENS.successor(after) not in (token, after)
    assert LoginTokens("t" * 32).successor(token) != after


@pytest.mark.parametrize("place", range(56))
def test_no_byte_of_a_token_can_be_changed(place: int) -> None:
    payload = bytearray(TOKENS.first(123).payload)
    payload[place] ^= 1
    assert TOKENS.read(PREFIX + base64.urlsafe_b64encode(payload).decode().rstrip("=")) is None


def test_tokens_of_another_deployment_are_not_ours() -> None:
    assert LoginTokens("t" * 32).read(TOKENS.first(123).text) is None
    assert derive_key("s" * 32, "a") != derive_key("s" * 32, "b")


@given(st.text(max_size=120) | st.binary(max_size=80).map(lambda raw: PREFIX + base64.urlsafe_b64encode(raw).decode()))
def test_nothing_made_up_is_a_token(text: str) -> None:
    assert TOKENS.read(text) is None


def test_recovery_keys() -> None:
    keys = {new_recovery_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}", key) for key in keys)


def test_a_recovery_key_may_be_typed_carelessly() -> None:
    assert (
        recovery_digest(" abcde-fgh1j kmn0p ")
        == recovery_digest("ABCDEFGHIJKMNOP")
        == recovery_digest("abcdefghljkmnop")
    )
    assert recovery_digest("ABCDE") != recovery_digest("ABCDF")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::", "2001:db8:1::/48"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_addresses_are_cut(address: str, network: str) -> None:
    assert network_of(address) == network
