"""How the terminal app puts things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.terminal import safe
from clients.terminal.words import explain
from dialog.client import Refused
from dialog.protocol.base import NotFound
from dialog.protocol.messages import TextTooLong


@given(st.text())
def test_nothing_that_moves_a_terminal_is_left(text: str) -> None:
    for shown in safe.lines(text):
        assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüße, 你好, שלום, हिन्दी 👩‍👩‍👧", "Grüße, 你好, שלום, हिन्दी 👩‍👩‍👧"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x9b2J\x7f", "�2J�"),
        ("moc.live\u202e", "moc.live�"),
        ("one\ntwo\r\nthree", "one two three"),
        ("a\ud800b", "a�b"),
    ],
)
def test_what_is_plain_text_stays(text: str, shown: str) -> None:
    assert safe.line(text) == shown


def test_refusals_are_put_in_words() -> None:
    assert explain(Refused(NotFound())) == "there is no such thing here"
    assert explain(Refused(TextTooLong(limit=8000))) == "the message is too long (limit 8000)"
