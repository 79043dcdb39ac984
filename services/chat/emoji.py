"""Which emoji there are: the Unicode list, as the package `emoji` has it. Pure."""

from emoji import EMOJI_DATA, STATUS

_PRESENTATION = "\ufe0f"

QUALIFIED = {
    emoji.replace(_PRESENTATION, ""): emoji
    for emoji, facts in EMOJI_DATA.items()
    if facts["status"] == STATUS["fully_qualified"]
}
"""Each emoji by its shortest spelling."""


def qualified(text: str) -> str | None:
    """The one fully qualified spelling of an emoji, so that a heart is a heart; None when it is not on the list."""
    return QUALIFIED.get(text.replace(_PRESENTATION, ""))
