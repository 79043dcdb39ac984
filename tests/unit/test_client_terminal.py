"""How the terminal app puts things."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.terminal import safe
from clients.terminal.typed import Mistake, moment, seconds
from clients.terminal.words import explain, span_words
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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("30s", 30), ("10m", 600), ("8h", 28_800), ("7d", 604_800), ("4w", 2_419_200), ("10", None), ("m", None)],
)
def test_spans(typed: str, meant: int | None) -> None:
    assert seconds(typed) == meant


@pytest.mark.parametrize(
    ("lasts", "said"), [(1, "1 second"), (90, "90 seconds"), (60, "1 minute"), (7200, "2 hours"), (604_800, "7 days")]
)
def test_how_long_something_lasts(lasts: int, said: str) -> None:
    assert span_words(lasts) == said


def test_a_time_of_day_is_the_next_one() -> None:
    now = datetime.now().astimezone()
    for minutes in (-2, 2):
        typed = now + timedelta(minutes=minutes)
        when = datetime.fromtimestamp(moment(f"{typed:%H:%M}") / 1000).astimezone()
        assert (when.hour, when.minute, when.second) == (typed.hour, typed.minute, 0)
        assert timedelta() < when - now <= timedelta(days=1, hours=1)


def test_a_day_is_its_beginning_here() -> None:
    assert moment("2026-11-24") == int(datetime(2026, 11, 24).astimezone().timestamp() * 1000)


@pytest.mark.parametrize("typed", ["soon", "24:00", "12:60", "99999999w", "2026-13-01", "0001-01-01"])
def test_what_is_no_time(typed: str) -> None:
    with pytest.raises(Mistake):
        moment(typed)
