"""Reading settings, on a Struct made for it."""

from typing import Annotated, Literal

import pytest
from msgspec import Meta

from dialog.config import ConfigError, Count, Port, Seconds, Settings, load


class Config(Settings, frozen=True, kw_only=True):
    needed: Annotated[str, Meta(description="d")]
    http_port: Annotated[Port, Meta(description="d")] = 8082
    patience: Annotated[Seconds, Meta(description="d")] = 1.5
    most: Annotated[Count, Meta(description="d")] = 10
    how: Annotated[Literal["fast", "slow"], Meta(description="d")] = "fast"
    loud: Annotated[bool, Meta(description="d")] = False
    names: Annotated[tuple[str, ...], Meta(description="d")] = ()


def loaded(**chosen: str) -> Config:
    return load(Config, "chat", {"DIALOG_CHAT_NEEDED": "yes"} | chosen)


def refusal(**chosen: str) -> str:
    with pytest.raises(ConfigError) as refused:
        loaded(**chosen)
    return str(refused.value)


def test_defaults_stand_where_nothing_is_said() -> None:
    config = loaded()
    assert (config.needed, config.http_port, config.patience, config.log_level) == ("yes", 8082, 1.5, "info")


def test_text_becomes_what_the_field_is() -> None:
    config = loaded(
        DIALOG_CHAT_HTTP_PORT="9000",
        DIALOG_CHAT_PATIENCE="2",
        DIALOG_CHAT_LOUD="true",
        DIALOG_CHAT_NAMES="a, b",
        DIALOG_CHAT_HOW="slow",
    )
    assert (config.http_port, config.patience, config.loud, config.names, config.how) == (
        9000,
        2.0,
        True,
        ("a", "b"),
        "slow",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PORT", "0"),
        ("HTTP_PORT", "x"),
        ("PATIENCE", "0"),
        ("PATIENCE", "soon"),
        ("PATIENCE", "-1"),
        ("MOST", "1.5"),
        ("MOST", "0"),
        ("HOW", "quickly"),
        ("LOUD", "perhaps"),
        ("LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_value_names_its_setting(name: str, value: str) -> None:
    text = refusal(**{f"DIALOG_CHAT_{name}": value})
    assert text.startswith(f"DIALOG_CHAT_{name}: ")
    assert "\n" not in text
    assert "$" not in text


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^DIALOG_CHAT_NEEDED is required and not set$"):
        load(Config, "chat", {})


def test_an_unknown_setting_is_named() -> None:
    assert "DIALOG_CHAT_NEDED" in refusal(DIALOG_CHAT_NEDED="x")
    assert "DIALOG_PATIENCE" in refusal(DIALOG_PATIENCE="1")  # one service's own setting is not a shared one


def test_a_list_of_nothing_is_empty() -> None:
    assert loaded(DIALOG_CHAT_NAMES="").names == ()


def test_infinity_is_no_deadline() -> None:
    for value in ("inf", "nan", "1e999"):
        assert refusal(DIALOG_CHAT_PATIENCE=value)
