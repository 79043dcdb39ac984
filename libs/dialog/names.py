"""Names that people give to themselves and to things, made safe to show."""

import re
import unicodedata

_INVISIBLE = re.compile(
    # control characters, bidi controls, zero-width characters (the joiner is dealt with apart), fillers, tags
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SPACES = re.compile(r"\s+")


def clean_line(text: str) -> str:
    """One line in NFC without anything invisible, its spaces collapsed; a joiner stays only between two symbols."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    text = _drop_stray_joiners(_INVISIBLE.sub("", text))
    return _SPACES.sub(" ", text).strip()


def _drop_stray_joiners(text: str) -> str:
    """Keep U+200D where it makes one emoji of two."""
    kept = [
        character
        for number, character in enumerate(text)
        if character != "\u200d" or (_joins(text[:number]) and _is_symbol(text[number + 1 : number + 2]))
    ]
    return "".join(kept)


def _joins(before: str) -> bool:
    return _is_symbol(before.rstrip("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")[-1:])


def _is_symbol(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in ("So", "Sk")
