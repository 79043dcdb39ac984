"""Which usernames can be had."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.protocol.accounts import UsernameRefused
from dialog.protocol.base import Refused
from services.auth.usernames import check_username, is_reserved, is_well_shaped, skeleton


def refused_rule(name: str) -> str | None:
    try:
        check_username(name)
    except Refused as refused:
        return refused.failure.rule if isinstance(refused.failure, UsernameRefused) else "something else"
    return None


@pytest.mark.parametrize("name", ["ann", "anna.k", "a_b", "4nna", "a" * 32, "x.y_z9", "007bond", "calling", "modern"])
def test_ordinary_names_can_be_had(name: str) -> None:
    assert refused_rule(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("", "an", "a" * 33, "Anna", "anna ", " anna", "anna\n", "an na", "anna\0"),
        *(".anna", "_anna", "anna.", "anna_", "an..na", "an__na", "an._na", "123", "1.2_3"),
        *("anná", "аnna", "anna\u200b", "ａｎｎａ", "an-na", "anna!", "anna@x", "/etc", "a'b", "\U0001f600abc"),
    ],
)
def test_names_of_another_shape_are_refused(name: str) -> None:
    assert refused_rule(name) == "shape"


@pytest.mark.parametrize(
    "name",
    [
        *("admin", "adm1n", "a.d.m.i.n", "adrnin", "ad_min", "administrator", "rnod", "m0d", "r00t", "support"),
        *("supp0rt", "everyone", "here", "all", "a11", "nul1", "null", "undefined", "wellknown", "well.known"),
        *("dialog", "dia1og", "d1a1og", "dialog.support", "vanylix", "deleted", "deleted.user", "deleted_1234"),
        *("www.anna", "http.anna", "https", "anna.com", "shop.example.net", "t.me", "wa.me"),
    ],
)
def test_reserved_names_are_refused_in_every_disguise(name: str) -> None:
    assert is_well_shaped(name)
    assert refused_rule(name) == "reserved"


def test_lookalikes_have_the_same_skeleton() -> None:
    assert skeleton("a.d_m1n") == skeleton("admln") == skeleton("adrnin") == skeleton("admin")
    assert skeleton("anna") != skeleton("hanna")


@given(st.text(max_size=40))
def test_no_text_does_more_than_be_refused(name: str) -> None:
    if refused_rule(name) is None:
        assert name.isascii()
        assert 3 <= len(name) <= 32
        assert name == name.lower()
        assert not is_reserved(name)
