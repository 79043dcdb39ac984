"""Places in chats, as a table to join with: of each a chat and a number in it.

A list of SELECTs joined by UNION ALL, of which both servers make the same, costs them five times as much to take apart.
"""

from collections.abc import Iterable

from dialog.protocol.frames import ENCODER

PLACES = """
    JSON_TABLE(%(places)s, '$[*]' COLUMNS (
        at_chat BIGINT UNSIGNED PATH '$[0]', at_number BIGINT UNSIGNED PATH '$[1]'
    )) AS places
"""
"""Rows of `at_chat` and `at_number`, in no order, from what `listed` makes."""


def listed(places: Iterable[tuple[int, int]]) -> str:
    """The parameter `places`."""
    return ENCODER.encode(list(places)).decode()
