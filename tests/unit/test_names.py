"""What is left of names and descriptions."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.names import clean_line, clean_lines, count_graphemes

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
RAINBOW = "\U0001f3f3\ufe0f\u200d\U0001f308"
NURSE = "\U0001f469\U0001f3fd\u200d\u2695\ufe0f"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Anna", "Anna"),
        ("  Anna \t\n K.  ", "Anna K."),
        ("A\u00a0\u2003\u3000B", "A B"),
        ("e\u0301", "é"),
        ("An\u202ena\u2066!\u200e", "Anna!"),
        ("An\u200bn\u200ca\ufeff\u2060\u00ad", "Anna"),
        ("An\u200dna", "Anna"),
        ("An\0na\x07\x1b[31m", "Anna[31m"),
        ("\u2800\u3164\uffa0\u115f", ""),
        ("\u200b\u202e\u200d", ""),
        ("\u0301\u0302", ""),
        ("\ufe0f", ""),
        ("   ", ""),
        (FAMILY, FAMILY),
        (RAINBOW, RAINBOW),
        (NURSE, NURSE),
        (SCOTLAND, SCOTLAND),
        ("\U0001f468\u200d", "\U0001f468"),
        ("A\U000e0067\U000e0062", "A"),
        ("\ue000A\ud800", "A"),
        ("محمد", "محمد"),
        ("สวัสดี", "สวัสดี"),
        ("🇩🇪 Ōṃ", "🇩🇪 Ōṃ"),
    ],
)
def test_a_line_keeps_what_can_be_seen(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_lines_stay_lines() -> None:
    assert clean_lines("\n a  b\r\n\r\n\r\n\r\nc\rd\u2028e \n\n") == "a b\n\nc\nd e"
    assert clean_lines("\0\n\u200b") == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Anna", 4),
        (FAMILY, 1),
        (RAINBOW, 1),
        (NURSE, 1),
        (SCOTLAND, 1),
        ("🇩🇪🇫🇷", 2),
        ("🇩🇪🇫", 2),
        ("นี่", 1),
        ("각", 1),
        ("e\u0301" * 3, 3),
    ],
)
def test_graphemes_are_what_a_reader_counts(text: str, count: int) -> None:
    assert count_graphemes(text) == count


def test_piled_up_marks_count() -> None:
    assert count_graphemes("a" + "\u0301" * 200) > 40


@given(st.text(max_size=300))
def test_cleaning_settles_and_leaves_nothing_hidden(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert count_graphemes(line) <= len(line) + 1
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in line)
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200e\u200f\ufeff")
    lines = clean_lines(text)
    assert clean_lines(lines) == lines
    assert "\n\n\n" not in lines
