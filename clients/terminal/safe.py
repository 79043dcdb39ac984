"""Text from others, made safe to print: it cannot move the cursor, colour the screen or pretend to be another line."""

import unicodedata

JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners: invisible, harmless, and part of many scripts and emoji."""


def line(text: str) -> str:
    """One line of it, with whatever is not plain text made visible."""
    return "".join(map(_shown, text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")))


def lines(text: str) -> list[str]:
    """All its lines."""
    return [line(part) for part in text.replace("\r\n", "\n").split("\n")]


def _shown(character: str) -> str:
    if character < " ":
        return chr(0x2400 + ord(character))  # ␛ and its like
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in JOINERS:
        return "\ufffd"
    return character
