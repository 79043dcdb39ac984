"""SQL of the search index: when the messages of a chat were sent, a block of them in each row."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from struct import pack, unpack

from msgspec import Struct

from dialog.db import Row, Statement

from .places import PLACES, listed

SHIFT = 9
BLOCK = 1 << SHIFT
"""Messages whose times are one row."""
TIME = 8
"""Bytes of one of the times."""
STRIDE = 32
"""Every so many of the times of a block are compared where it is looked for a moment."""


class Times(Struct, frozen=True):
    """When the next messages of a block were sent."""

    chat_id: int
    block: int
    times: list[int]


def place_of(seq: int) -> tuple[int, int]:
    """The block of a message, and where in it."""
    return (seq - 1) >> SHIFT, (seq - 1) & (BLOCK - 1)


def first_seq(block: int) -> int:
    return (block << SHIFT) + 1


def count_in(times: bytes) -> int:
    """Of how many messages these are the times."""
    return len(times) // TIME


def time_in(times: bytes, place: int) -> int:
    return int.from_bytes(times[place * TIME : (place + 1) * TIME], "little")


def begun(user_id: int, until: int) -> Statement:
    """The last block of each of a person's chats that had begun at a moment."""
    return Statement(
        """
        SELECT chat_id, (
            SELECT block FROM search_blocks FORCE INDEX (spans)
            WHERE search_blocks.chat_id = members.chat_id AND first_at <= %(until)s
            ORDER BY block DESC LIMIT 1
        ) AS block
        FROM members FORCE INDEX (of_user) WHERE user_id = %(user_id)s AND left_seq IS NULL
        """,
        {"user_id": user_id, "until": until},
    )


def begun_in(chat_id: int, until: int) -> Statement:
    """The same of one chat."""
    return Statement(
        """
        SELECT chat_id, block FROM search_blocks FORCE INDEX (spans)
        WHERE chat_id = %(chat_id)s AND first_at <= %(until)s ORDER BY block DESC LIMIT 1
        """,
        {"chat_id": chat_id, "until": until},
    )


_STEPS = " + ".join(
    f"(REVERSE(SUBSTRING(times, {place * TIME + 1}, {TIME})) > %(until)s)" for place in range(0, BLOCK, STRIDE)
)
_STEP = f"CEIL(LENGTH(times) / {STRIDE * TIME}) - ({_STEPS})"
"""Which of the strides of a block was going on at a moment, counted from 1."""


def passing(blocks: Iterable[tuple[int, int]], until: int) -> Statement:
    """Where in these blocks (at least one) a moment is, for `read_passing`. They had begun before it."""
    return Statement(
        f"""
        SELECT
            chat_id, block, {_STEP} AS step,
            SUBSTRING(times, ({_STEP} - 1) * {STRIDE * TIME} + 1, {STRIDE * TIME}) AS near
        FROM {PLACES} STRAIGHT_JOIN search_blocks FORCE INDEX (PRIMARY) ON chat_id = at_chat AND block = at_number
        """,
        {"until": until.to_bytes(TIME, "big"), "places": listed(blocks)},
    )


def read_passing(rows: Sequence[Row], until: int) -> dict[int, int]:
    """Of each chat the last message that was sent at that moment or before."""
    return {
        row["chat_id"]: first_seq(row["block"])
        + (int(row["step"]) - 1) * STRIDE
        + bisect_right(unpack(f"<{count_in(row['near'])}Q", row["near"]), until)
        - 1
        for row in rows
    }


def moments(messages: Iterable[tuple[int, int]]) -> Statement:
    """When these messages (at least one, by chat and number) were sent."""
    return Statement(
        f"""
        SELECT chat_id, SUBSTRING(times, (at_number - 1 & {BLOCK - 1}) * {TIME} + 1, {TIME}) AS at
        FROM {PLACES}
        STRAIGHT_JOIN search_blocks FORCE INDEX (PRIMARY) ON chat_id = at_chat AND block = at_number - 1 >> {SHIFT}
        """,
        {"places": listed(messages)},
    )


def of(blocks: Iterable[tuple[int, int]]) -> Statement:
    """The times of these blocks (at least one)."""
    return Statement(
        f"""
        SELECT chat_id, block, times
        FROM {PLACES} STRAIGHT_JOIN search_blocks FORCE INDEX (PRIMARY) ON chat_id = at_chat AND block = at_number
        """,
        {"places": listed(blocks)},
    )


def append(some: Sequence[Times]) -> Statement:
    """Store when the next messages of blocks (at least one) were sent."""
    return Statement(
        """
        INSERT INTO search_blocks (chat_id, block, first_at, last_at, times) VALUES {rows}
        ON DUPLICATE KEY UPDATE last_at = VALUES(last_at), times = CONCAT(times, VALUES(times))
        """,
        row="(%(chat_id)s, %(block)s, %(first_at)s, %(last_at)s, %(times)s)",
        rows=[
            {
                "chat_id": one.chat_id,
                "block": one.block,
                "first_at": one.times[0],
                "last_at": one.times[-1],
                "times": pack(f"<{len(one.times)}Q", *one.times),
            }
            for one in some
        ],
    )


def forget_upto(chat_id: int, seq: int) -> list[Statement]:
    """When the messages of a chat up to `seq` were sent is not known any more."""
    block, place = place_of(seq + 1)
    rows = {"chat_id": chat_id, "block": block}
    return [
        Statement("DELETE FROM search_blocks WHERE chat_id = %(chat_id)s AND block < %(block)s", rows),
        Statement(
            """
            UPDATE search_blocks SET times = CONCAT(LEFT(%(zeros)s, LENGTH(times)), SUBSTRING(times, %(rest)s))
            WHERE chat_id = %(chat_id)s AND block = %(block)s
            """,
            rows | {"zeros": bytes(place * TIME), "rest": place * TIME + 1},
        ),
    ]


def forget_chat(chat_id: int) -> Statement:
    return Statement("DELETE FROM search_blocks WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
