"""Settings: each is described, and a wrong one stops the start with a sentence."""

from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from msgspec import Meta

from dialog.config import SERVICES, SHARED, ConfigError, load
from tests.contract.test_handlers import SERVICES as RUNNING

KINDS = {name: service.config_type for name, service in RUNNING.items()}
NEEDED = {
    "DIALOG_AUTH_MYSQL_URL": "mysql://a:b@127.0.0.1/auth",
    "DIALOG_CHAT_MYSQL_URL": "mysql://a:b@127.0.0.1/chat",
    "DIALOG_AUTH_SECRET": "s" * 32,
}


def refusal(service: str, **changed: str) -> str:
    with pytest.raises(ConfigError) as refused:
        load(KINDS[service], service, NEEDED | changed)
    return str(refused.value)


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_has_a_description(service: str) -> None:
    for name, hint in get_type_hints(KINDS[service], include_extras=True).items():
        assert any(isinstance(extra, Meta) and extra.description for extra in get_args(hint)), name


@pytest.mark.parametrize("service", SERVICES)
def test_only_what_cannot_be_guessed_is_required(service: str) -> None:
    required = {field.name for field in msgspec.structs.fields(KINDS[service]) if field.required}
    assert required <= {"mysql_url", "secret"}
    load(KINDS[service], service, NEEDED)


@pytest.mark.parametrize("service", SERVICES)
def test_an_unknown_setting_is_named(service: str) -> None:
    own = f"DIALOG_{service.upper()}_HTPP_PORT"
    assert (
        refusal(service, **{own: "1"}) == f"{own} is not a setting of {service}; docs/configuration.md lists them all"
    )
    assert "DIALOG_NATS_ULR is not a setting" in refusal(service, DIALOG_NATS_ULR="nats://x")


def test_a_misspelt_service_is_an_unknown_setting() -> None:
    assert "DIALOG_CHATS_HTTP_PORT is not a setting" in refusal("chat", DIALOG_CHATS_HTTP_PORT="1")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("value", ["eighty", "0", "65536", "-1", "80.5", ""])
def test_a_wrong_value_is_named_with_its_setting(service: str, value: str) -> None:
    assert refusal(service, **{f"DIALOG_{service.upper()}_HTTP_PORT": value}).startswith(
        f"DIALOG_{service.upper()}_HTTP_PORT: "
    )


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^DIALOG_CHAT_MYSQL_URL is required and not set$"):
        load(KINDS["chat"], "chat", {})


def test_a_setting_of_one_service_goes_before_a_shared_one_in_any_order() -> None:
    chosen = {"DIALOG_PRESENCE_LOG_LEVEL": "debug", "DIALOG_LOG_LEVEL": "error"}
    for items in (chosen.items(), reversed(chosen.items())):
        assert load(KINDS["presence"], "presence", dict(items)).log_level == "debug"


def test_what_concerns_others_is_let_be() -> None:
    """All services of a machine may share one environment."""
    others: dict[str, Any] = NEEDED | {"DIALOG_GATEWAY_ORIGINS": "https://a.example", "HOME": "/", "DIALOGUE": "x"}
    load(KINDS["presence"], "presence", others)
    assert "redis_url" in SHARED
    load(KINDS["chat"], "chat", NEEDED | {"DIALOG_REDIS_URL": "redis://127.0.0.1"})


def test_a_list_is_separated_by_commas() -> None:
    text = " https://a.example , https://b.example,,"
    loaded: Any = load(KINDS["gateway"], "gateway", {"DIALOG_GATEWAY_ORIGINS": text})
    assert loaded.origins == ("https://a.example", "https://b.example")
