"""Cleans what people call themselves, their devices and groups, and what they write about themselves. Pure.

Characters that cannot be seen, or that turn the text around them, are taken out: with them two names look alike, or a
name reaches out of its place on the screen.

Graphemes are counted here rather than by a package: the count only has to be a limit, so it may err on the high side
for scripts with unusual clusters, and a table of Unicode data would be one more dependency to keep current.
"""

import re
import unicodedata

GRAPHEMES = 64
DESCRIPTION_LENGTH = 256
LINES_APART = 2
"""At most this many line breaks in a row."""

_PLAIN = re.compile("[!-~]")
_JOINER = "\u200d"
_BLACK_FLAG = "\U0001f3f4"
_MARKS_PER_GRAPHEME = 4
_BLANKS = frozenset("\u2800\u3164\uffa0\u115f\u1160")
"""Letters and symbols that show nothing."""
_IGNORABLE = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
"""Marks that show nothing."""
_NUMBER_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Format characters that do show."""


def clean_line(text: str) -> str:
    """One line: NFC, nothing invisible, single spaces. Empty when nothing that can be seen is left."""
    visible = _visible(unicodedata.normalize("NFC", text))
    line = " ".join(visible.split())
    return line if _shows(line) else ""


def can_be_seen(text: str) -> bool:
    """Whether anything of a text can be seen: not when it is only spaces, controls and zero-width characters."""
    return bool(_PLAIN.search(text)) or _shows(_visible(text))


def _shows(visible: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNPS" or _is_new(char) for char in visible)


def clean_lines(text: str) -> str:
    """Several lines, each cleaned like one, with at most one empty line between two."""
    kept: list[str] = []
    for line in map(clean_line, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if line or kept[-(LINES_APART - 1) :] != [""] * (LINES_APART - 1):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def count_graphemes(text: str) -> int:
    """About how many characters a reader sees; never fewer, and more where marks are piled up without end."""
    count = marks = 0
    flag_half = joined = False
    for char in text:
        extends = unicodedata.category(char).startswith("M") or _is_modifier(char) or char == _JOINER or _is_tag(char)
        if extends:
            marks += 1
            if marks % _MARKS_PER_GRAPHEME == 0 and not _is_tag(char) and char != _JOINER:
                count += 1
        elif joined or (flag_half and _is_flag_half(char)):
            flag_half = False
        else:
            count, marks, flag_half = count + 1, 0, _is_flag_half(char)
        joined = char == _JOINER
    return count


def _visible(text: str) -> str:
    """The text without what cannot be seen; white space of any kind as spaces."""
    kept: list[str] = []
    for place, char in enumerate(text):
        if char.isspace() or char in _BLANKS:
            kept.append(" ")
        elif char == _JOINER:
            if _joins_emoji(text, place):
                kept.append(char)
        elif _is_tag(char):
            if _continues_flag(kept):
                kept.append(char)
        elif char in _NUMBER_SIGNS or not _is_hidden(char):
            kept.append(char)
    return "".join(kept)


def _is_hidden(char: str) -> bool:
    """Controls, format characters such as turns of direction, surrogates and private use."""
    return char in _IGNORABLE or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co")


def _joins_emoji(text: str, place: int) -> bool:
    before = text[:place].rstrip("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
    return _is_emoji(before[-1:]) and _is_emoji(text[place + 1 : place + 2])


def _is_emoji(char: str) -> bool:
    # ↔ alone of those that emoji are joined from is not a "symbol, other".
    return bool(char) and (unicodedata.category(char) == "So" or char == "\u2194" or _is_new(char))


def _is_new(char: str) -> bool:
    """Younger than this Python's Unicode tables, such as this year's emoji."""
    return unicodedata.category(char) == "Cn" and ord(char) & 0xFFFE != 0xFFFE


def _is_modifier(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_tag(char: str) -> bool:
    """The invisible letters that spell the flags of England, Scotland and Wales."""
    return "\U000e0020" <= char <= "\U000e007f"


def _continues_flag(kept: list[str]) -> bool:
    return bool(kept) and (kept[-1] == _BLACK_FLAG or _is_tag(kept[-1]))
