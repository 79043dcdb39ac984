"""SQL of the search index: which messages of a chat have which terms.

The terms of 2048 messages, a shelf, are sorted into 1024 buckets by their hash. A bucket holds four bytes for each
message and term: two that say which of its terms, and two that say which message of the shelf. Only the first of the
four is 128 or more, so the server can look for a term within a bucket and take a posting out of it.

What is written here is written blindly: a posting that is there is added again, one that is not is taken away in vain.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from dialog.db import Row, Statement

SHELF_SHIFT = 11
SHELF = 1 << SHELF_SHIFT
BUCKETS = 1024
POSTING = 4
"""Bytes of a posting."""
BYTES_AT_FIRST = 1024
"""Of the postings of a bucket, those looked at together."""

Marks = Mapping[tuple[int, int, int], bytes]
"""Chat, bucket and shelf, with postings (at least one)."""


class FoundTerm(Struct):
    """A term, and the bucket that it is in: the postings in the order of the messages, and those that came late."""

    mark: bytes
    find: re.Pattern[bytes]
    postings: bytes = b""
    late: bytes = b""

    def newest(self, until: bytes) -> bytes:
        """The newest message before a place in the shelf that has the term; none if it is empty."""
        at = self.postings.rfind(self.mark, 0, self._offset(until)) + len(self.mark)
        newest = self.postings[at : at + 2] if at >= len(self.mark) else b""
        return max([newest, *self._late(b"", until)]) if self.late else newest

    def between(self, since: bytes, until: bytes) -> list[bytes]:
        """The messages that have the term, from a place in the shelf to before another."""
        found = self.find.findall(self.postings, self._offset(since), self._offset(until))
        return found + self._late(since, until) if self.late else found

    def before(self, place: bytes, size: int) -> bytes:
        """A place so many bytes of postings before another; none if that is where the shelf begins."""
        start = self._offset(place) - size
        return self._place(start // POSTING) if start > 0 else b""

    def _late(self, since: bytes, until: bytes) -> list[bytes]:
        return [place for place in self.find.findall(self.late) if since <= place < until]

    def _offset(self, place: bytes) -> int:
        if place > self.postings[-2:]:
            return len(self.postings)
        return POSTING * bisect_left(range(len(self.postings) // POSTING), place, key=self._place) if place else 0

    def _place(self, number: int) -> bytes:
        return self.postings[POSTING * number + 2 : POSTING * (number + 1)]


class FoundShelf(Struct, frozen=True):
    """A shelf in which all terms occur. They are put together bit by bit, as it is asked for."""

    shelf: int
    terms: list[FoundTerm]

    def newest(self, upto: int) -> int:
        """No message up to one has all of the terms, but this or one before it; 0 if none has."""
        until = self._until(upto)
        newest = min([term.newest(until) for term in self.terms]) if until else b""
        return self._seq(newest) if newest else 0

    def seqs(self, upto: int) -> Iterator[int]:
        """The messages up to one that have all of them, the newest first."""
        until = self._until(upto)
        fewest, *others = sorted(self.terms, key=lambda term: len(term.postings))
        size = BYTES_AT_FIRST
        while until:
            since = fewest.before(until, size)
            places = set(fewest.between(since, until))
            for term in others:
                if places:
                    places.intersection_update(term.between(since, until))
            for place in sorted(places, reverse=True):
                yield self._seq(place)
            until, size = since, 2 * size

    def _until(self, upto: int) -> bytes:
        """The place after a message; none if that is before the shelf."""
        first = (self.shelf << SHELF_SHIFT) + 1
        return _at(min(upto + 1 - first, SHELF)) if upto >= first else b""

    def _seq(self, place: bytes) -> int:
        return (self.shelf << SHELF_SHIFT) + 1 + (place[0] << 7) + place[1]


def shelf_of(seq: int) -> int:
    return (seq - 1) >> SHELF_SHIFT


def bucket_of(term: int) -> int:
    return term % BUCKETS


def mark_of(term: int) -> bytes:
    """What the postings of a term begin with, within its bucket."""
    rest = term // BUCKETS
    return bytes((0x80 | rest >> 7 & 0x7F, rest & 0x7F))


def posting_place(seq: int) -> bytes:
    """What the postings of a message end with."""
    return _at((seq - 1) & (SHELF - 1))


def _at(place: int) -> bytes:
    return bytes((place >> 7, place & 0x7F))


def found(user_id: int, terms: Sequence[int]) -> Statement:
    """Where in a person's chats these terms (at least one) occur, for `read_found`."""
    return _found(
        "members FORCE INDEX (of_user) STRAIGHT_JOIN",
        "search_terms.chat_id = members.chat_id AND members.user_id = %(user_id)s AND left_seq IS NULL",
        {"user_id": user_id},
        terms,
    )


def found_in(chat_id: int, terms: Sequence[int]) -> Statement:
    """The same of one chat."""
    return _found("", "search_terms.chat_id = %(chat_id)s", {"chat_id": chat_id}, terms)


def _found(where_from: str, where: str, params: Row, terms: Sequence[int]) -> Statement:
    return Statement(
        f"""
        SELECT search_terms.chat_id, shelf, late, wanted.term, postings
        FROM {where_from} ({{rows}}) AS wanted STRAIGHT_JOIN search_terms FORCE INDEX (PRIMARY)
        WHERE {where} AND search_terms.bucket = wanted.bucket AND INSTR(postings, wanted.mark) > 0
        """,
        params,
        row="SELECT %(term)s AS term, %(bucket)s AS bucket, %(mark)s AS mark",
        rows=[{"term": term, "bucket": bucket_of(term), "mark": mark_of(term)} for term in terms],
        glue=" UNION ALL ",
    )


def read_found(rows: Sequence[Row], terms: Sequence[int]) -> dict[int, list[FoundShelf]]:
    """Of each chat the shelves in which all these terms occur, the oldest first."""
    marks = {term: mark_of(term) for term in terms}
    finding = {term: (mark, re.compile(re.escape(mark) + b"(..)", re.DOTALL)) for term, mark in marks.items()}
    found: defaultdict[tuple[int, int], dict[int, FoundTerm]] = defaultdict(dict)
    for row in rows:
        term = found[row["chat_id"], row["shelf"]].setdefault(row["term"], FoundTerm(*finding[row["term"]]))
        if row["late"]:
            term.late = row["postings"]
        else:
            term.postings = row["postings"]
    chats: defaultdict[int, list[FoundShelf]] = defaultdict(list)
    for chat_id, shelf in sorted(found):
        of_each = found[chat_id, shelf]
        if len(of_each) == len(terms):
            chats[chat_id].append(FoundShelf(shelf, list(of_each.values())))
    return chats


def postings(chat_id: int, seq: int, terms: Iterable[int]) -> dict[tuple[int, int, int], bytes]:
    """What is to be marked for a message with these terms (at least one)."""
    marks: defaultdict[tuple[int, int, int], bytes] = defaultdict(bytes)
    shelf, place = shelf_of(seq), posting_place(seq)
    for term in terms:
        marks[chat_id, bucket_of(term), shelf] += mark_of(term) + place
    return marks


def mark(marks: Marks, *, late: bool = False) -> Statement:
    """Store which messages have which terms (at least one): of the next messages of a chat, or late.

    Numbers alone, written out here: thousands of rows at once would take the driver longer than the server.
    """
    rows = ",".join(
        f"({chat},{bucket},{shelf},{late},X'{some.hex()}')" for (chat, bucket, shelf), some in sorted(marks.items())
    )
    return Statement(
        f"INSERT INTO search_terms (chat_id, bucket, shelf, late, postings) VALUES {rows} "
        f"ON DUPLICATE KEY UPDATE postings = CONCAT(postings, VALUES(postings))"
    )


def unmark(chat_id: int, seq: int, terms: Iterable[int]) -> list[Statement]:
    """A message does not have these terms (at least one) any more."""
    place = {"chat_id": chat_id, "shelf": shelf_of(seq)}
    buckets: defaultdict[int, list[bytes]] = defaultdict(list)
    for term in terms:
        buckets[bucket_of(term)].append(mark_of(term) + posting_place(seq))
    gone = sorted((turn, bucket, one) for bucket, some in buckets.items() for turn, one in enumerate(some))
    return [
        *(
            Statement(
                """
                UPDATE search_terms FORCE INDEX (PRIMARY) SET postings = REPLACE(postings, CASE bucket {rows} END, '')
                WHERE chat_id = %(chat_id)s AND bucket IN %(buckets)s AND shelf = %(shelf)s
                """,
                place | {"buckets": [bucket for _, bucket, _ in some]},
                row="WHEN %(bucket)s THEN %(posting)s",
                rows=[{"bucket": bucket, "posting": posting} for _, bucket, posting in some],
                glue=" ",
            )
            for some in (list(turn) for _, turn in groupby(gone, key=itemgetter(0)))
        ),
        Statement(
            """
            DELETE FROM search_terms
            WHERE chat_id = %(chat_id)s AND bucket IN %(buckets)s AND shelf = %(shelf)s AND postings = ''
            """,
            place | {"buckets": sorted(buckets)},
        ),
    ]


def forget_chat(chat_id: int) -> Statement:
    return Statement("DELETE FROM search_terms WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
