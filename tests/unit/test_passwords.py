"""What may be a password, and what auth refuses to start with."""

import pytest

from dialog.config import ConfigError, load
from dialog.protocol.accounts import PasswordRefused
from dialog.protocol.base import Refused
from services.auth.config import Config
from services.auth.passwords import Passwords, check_new_password

NEEDED = {"DIALOG_AUTH_MYSQL_URL": "mysql://u:p@127.0.0.1/d", "DIALOG_AUTH_SECRET": "s" * 32}


async def rule(password: str, *names: str) -> str | None:
    try:
        await check_new_password(password, *names)
    except Refused as refused:
        return refused.failure.rule if isinstance(refused.failure, PasswordRefused) else "something else"
    return None


@pytest.mark.parametrize(
    "password", ["tulips in the rain", "  spaces count  ", "ąęółńśżźćx", "💐" * 256, "qx7#\0vd93kz", "x" * 5 + "9zq!k"]
)
async def test_good_ones(password: str) -> None:
    assert await rule(password, "anna", "Anna K") is None


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("short one", "length"),
        ("x1" * 128 + "y", "length"),
        ("💐" * 9, "length"),
        ("1234567890", "breached"),
        ("passwordpassword", "breached"),
        ("correcthorsebatterystaple", "breached"),
        ("ilove-MÜLLER-lüdenscheid", "obvious"),
        ("xx-mueller.lüdenscheid-xx", "obvious"),
        ("MY-DiaLog-secret", "obvious"),
    ],
)
async def test_bad_ones(password: str, expected: str) -> None:
    assert await rule(password, "anna", "Müller-Lüdenscheid", "Mueller.Lüdenscheid") == expected


async def test_very_short_names_rule_nothing_out() -> None:
    assert await rule("axolotl swims by", "A", "xo") is None


@pytest.mark.parametrize("name", ["ARGON2_MEMORY_KIB", "ARGON2_TIME"])
def test_weak_hashes_are_for_tests_only(name: str) -> None:
    weak = {**NEEDED, f"DIALOG_AUTH_{name}": "1024" if "MEMORY" in name else "1"}
    for environment in ("production", "development"):
        with pytest.raises(ConfigError, match=name):
            Passwords(load(Config, "auth", {**weak, "DIALOG_ENVIRONMENT": environment}))
    Passwords(load(Config, "auth", {**weak, "DIALOG_ENVIRONMENT": "test"})).close()


def test_the_secret_is_required_and_long() -> None:
    with pytest.raises(ConfigError, match="DIALOG_AUTH_SECRET"):
        load(Config, "auth", {name: value for name, value in NEEDED.items() if "SECRET" not in name})
    with pytest.raises(ConfigError, match="DIALOG_AUTH_SECRET"):
        load(Config, "auth", {**NEEDED, "DIALOG_AUTH_SECRET": "s" * 31})
