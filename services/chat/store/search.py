"""SQL of the search index: blocks of 512 messages of a chat, and which of them have which terms.

What is written here is written blindly: a bit that is set is set again, one that is not there is taken away in vain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from struct import pack

from msgspec import Struct

from dialog.db import Database, Row, Statement, rows_as
from dialog.protocol.chats import Mine

from .chats import SEAT

SHIFT = 9
BLOCK = 1 << SHIFT
"""Messages in a block."""
WORD = 64
BITS = ("b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7")
TIME = 8
"""Bytes of one of the times."""

ANY_BIT = "COALESCE(b0, b1, b2, b3, b4, b5, b6, b7)"
NONE = "CAST(0 AS UNSIGNED)"
"""A plain 0 would make decimals of numbers beside it, which lose the highest bit."""
TOGETHER = ", ".join(f"BIT_AND(COALESCE({bits}, {NONE})) AS all_{bits}" for bits in BITS)
ANY_TOGETHER = " | ".join(f"all_{bits}" for bits in BITS)
EITHER = ", ".join(f"{bits} = COALESCE({bits} | VALUES({bits}), {bits}, VALUES({bits}))" for bits in BITS)
WITHOUT = ", ".join(f"{bits} = NULLIF({bits} & %({bits})s, {NONE})" for bits in BITS)
FULL = 2**WORD - 1

Marks = Mapping[tuple[int, int, int], int]
"""Chat, term and block, with a bit for each message that has it: the lowest for the first of the block."""


class IndexedRow(Struct, frozen=True):
    """How far a chat is indexed, and the latest time in it."""

    chat_id: int
    seq: int
    last_at: int


class ProgressRow(Struct, frozen=True):
    """A chat and how much of it there is, and how much of that is indexed."""

    chat_id: int
    head_seq: int
    seq: int | None


class FoundBlock(Struct, frozen=True):
    """A block in which all terms occur, and where in it."""

    chat_id: int
    block: int
    first_at: int
    last_at: int
    bits: int


class SearchedChat(Struct, frozen=True):
    """What somebody is and has done in a chat, and whether some of it was ever kept from them."""

    mine: Mine
    keeps: bool


class Times(Struct, frozen=True):
    """When the next messages of a block were sent."""

    chat_id: int
    block: int
    times: list[int]


def place_of(seq: int) -> tuple[int, int]:
    """The block of a message, and which of its bits."""
    return (seq - 1) >> SHIFT, (seq - 1) & (BLOCK - 1)


def first_seq(block: int) -> int:
    return (block << SHIFT) + 1


def seqs_of(block: int, bits: int) -> Iterator[int]:
    """The messages of a block whose bits these are, the newest first."""
    while bits:
        place = bits.bit_length() - 1
        yield first_seq(block) + place
        bits ^= 1 << place


def count_in(times: bytes) -> int:
    """Of how many messages these are the times."""
    return len(times) // TIME


def time_in(times: bytes, place: int) -> int:
    return int.from_bytes(times[place * TIME : (place + 1) * TIME], "little")


# --- finding


def places(user_id: int) -> Statement:
    """The chats of a person, and what they are to them, for `read_places`."""
    return Statement(
        f"""
        SELECT chat_id, {SEAT} FROM members FORCE INDEX (of_user)
        WHERE user_id = %(user_id)s AND left_seq IS NULL AND unaware = 0
        """,
        {"user_id": user_id},
    )


def read_places(rows: Sequence[Row]) -> dict[int, SearchedChat]:
    found = zip(rows, rows_as(Mine, rows), strict=True)
    return {row["chat_id"]: SearchedChat(mine, keeps=row["hidden_rev"] > 0) for row, mine in found}


def found(user_id: int, terms: Sequence[int], since: int, until: int) -> Statement:
    """The blocks of a person's chats between two moments in which all of these terms (at least one) occur together."""
    return _found(
        "members FORCE INDEX (of_user) STRAIGHT_JOIN",
        "search_terms.chat_id = members.chat_id AND members.user_id = %(user_id)s AND left_seq IS NULL",
        {"user_id": user_id, "since": since, "until": until},
        terms,
    )


def found_in(chat_id: int, terms: Sequence[int], since: int, until: int) -> Statement:
    """The same of one chat."""
    return _found("", "search_terms.chat_id = %(chat_id)s", {"chat_id": chat_id, "since": since, "until": until}, terms)


def _found(where_from: str, where: str, params: Row, terms: Sequence[int]) -> Statement:
    return Statement(
        f"""
        SELECT STRAIGHT_JOIN hits.*, first_at, last_at FROM (
            SELECT search_terms.chat_id, search_terms.block, {TOGETHER}
            FROM {where_from} ({{rows}}) AS wanted STRAIGHT_JOIN search_terms FORCE INDEX (PRIMARY)
            WHERE {where} AND search_terms.term = wanted.term
            GROUP BY search_terms.chat_id, search_terms.block
            HAVING COUNT(*) = %(number)s AND ({ANY_TOGETHER}) <> 0
        ) AS hits
        JOIN search_blocks FORCE INDEX (spans)
            ON search_blocks.chat_id = hits.chat_id AND search_blocks.block = hits.block
        WHERE last_at >= %(since)s AND first_at <= %(until)s
        """,
        params | {"number": len(terms)},
        row="SELECT %(term)s AS term",
        rows=[{"term": term} for term in terms],
        glue=" UNION ALL ",
    )


def read_found(rows: Sequence[Row]) -> list[FoundBlock]:
    """Rows of `found` as what they are."""
    return [
        FoundBlock(
            row["chat_id"],
            row["block"],
            row["first_at"],
            row["last_at"],
            sum(row[f"all_{name}"] << (WORD * number) for number, name in enumerate(BITS)),
        )
        for row in rows
    ]


def times(blocks: Iterable[tuple[int, int]]) -> Statement:
    """The times of these blocks (at least one)."""
    return Statement(
        """
        SELECT chat_id, block, times FROM ({rows}) AS places
        STRAIGHT_JOIN search_blocks FORCE INDEX (PRIMARY) ON chat_id = at_chat AND block = at_block
        """,
        row="SELECT %(at_chat)s AS at_chat, %(at_block)s AS at_block",
        rows=[{"at_chat": chat_id, "at_block": block} for chat_id, block in blocks],
        glue=" UNION ALL ",
    )


# --- feeding


def hold(chat_ids: Sequence[int]) -> Statement:
    """Have the index of these chats for ourselves until we commit."""
    return Statement(
        "INSERT INTO search_chats (chat_id, seq, last_at) VALUES {rows} ON DUPLICATE KEY UPDATE seq = seq",
        row="(%(chat_id)s, 0, 0)",
        rows=[{"chat_id": chat_id} for chat_id in sorted(chat_ids)],
    )


def indexed(chat_ids: Sequence[int]) -> list[Statement]:
    """How far these chats (at least one), which we hold, are indexed, for `read_indexed`."""
    return [
        Statement(
            "SELECT chat_id, seq, last_at FROM search_chats WHERE chat_id IN %(chat_ids)s", {"chat_ids": list(chat_ids)}
        ),
        Statement("SELECT id AS chat_id, head_seq FROM chats WHERE id IN %(chat_ids)s", {"chat_ids": list(chat_ids)}),
    ]


def read_indexed(rows: Sequence[list[Row]]) -> dict[int, tuple[IndexedRow, int]]:
    """Of those chats that there are, how far they are indexed, and how far they go."""
    heads = {row["chat_id"]: row["head_seq"] for row in rows[1]}
    return {row.chat_id: (row, heads[row.chat_id]) for row in rows_as(IndexedRow, rows[0]) if row.chat_id in heads}


def move(rows: Sequence[IndexedRow]) -> Statement:
    """Store how far chats (at least one) are indexed now."""
    return Statement(
        """
        INSERT INTO search_chats (chat_id, seq, last_at) VALUES {rows}
        ON DUPLICATE KEY UPDATE seq = VALUES(seq), last_at = VALUES(last_at)
        """,
        row="(%(chat_id)s, %(seq)s, %(last_at)s)",
        rows=[{"chat_id": row.chat_id, "seq": row.seq, "last_at": row.last_at} for row in rows],
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


def mark(marks: Marks) -> Statement:
    """Store which messages have which terms (at least one).

    Numbers alone, written out here: thousands of rows at once would take the driver longer than the server.
    """
    rows = ",".join(
        f"({chat_id},{term},{block},{_written(bits)})" for (chat_id, term, block), bits in sorted(marks.items())
    )
    return Statement(
        f"INSERT INTO search_terms (chat_id, term, block, {', '.join(BITS)}) VALUES {rows} "
        f"ON DUPLICATE KEY UPDATE {EITHER}"
    )


def _written(bits: int) -> str:
    return ",".join(str(bits >> place & FULL or "NULL") for place in range(0, BLOCK, WORD))


async def progress(db: Database, after: int, limit: int) -> list[ProgressRow]:
    """How far the next chats after one are indexed, whatever their state."""
    return await db.fetch(
        ProgressRow,
        """
        SELECT STRAIGHT_JOIN chats.id AS chat_id, head_seq, search_chats.seq
        FROM chats FORCE INDEX (PRIMARY) LEFT JOIN search_chats ON search_chats.chat_id = chats.id
        WHERE chats.id > %(after)s ORDER BY chats.id LIMIT %(limit)s
        """,
        after=after,
        limit=limit,
    )


# --- forgetting


def unmark(chat_id: int, seq: int, terms: Iterable[int]) -> list[Statement]:
    """A message does not have these terms (at least one) any more."""
    block, place = place_of(seq)
    rows = {"chat_id": chat_id, "block": block, "terms": sorted(terms)}
    return [
        Statement(
            f"""
            UPDATE search_terms FORCE INDEX (PRIMARY) SET {WITHOUT}
            WHERE chat_id = %(chat_id)s AND block = %(block)s AND term IN %(terms)s
            """,
            rows | _masks(~(1 << place)),
        ),
        Statement(
            f"""
            DELETE FROM search_terms
            WHERE chat_id = %(chat_id)s AND block = %(block)s AND term IN %(terms)s AND {ANY_BIT} IS NULL
            """,
            rows,
        ),
    ]


def forget_times(chat_id: int, seq: int) -> list[Statement]:
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


def forget_chat(chat_id: int) -> list[Statement]:
    params = {"chat_id": chat_id}
    return [
        hold([chat_id]),
        Statement("DELETE FROM search_terms WHERE chat_id = %(chat_id)s", params),
        Statement("DELETE FROM search_blocks WHERE chat_id = %(chat_id)s", params),
        Statement("DELETE FROM search_chats WHERE chat_id = %(chat_id)s", params),
    ]


def _masks(bits: int) -> Row:
    return {name: bits >> (WORD * number) & FULL for number, name in enumerate(BITS)}
