"""Words: what a text says, for finding it again in any script.

Two spellings of a word that nobody tells apart when they search are one: upper and lower case, wide and narrow, with
accents or without. Scripts that put no spaces between words are taken character by character.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, starmap
from unicodedata import normalize
from zlib import crc32

import regex
from msgspec import Struct

from dialog.protocol.messages import TEXT, Message
from dialog.protocol.search import Has

_DENSE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\u30fc"
_RUNS = regex.compile(
    rf"""
    (?P<mention> <@ (?: \d+ | all ) > )
    | (?P<dense> [{_DENSE}]+ )
    | (?P<word> [[\p{{L}}\p{{N}}]--[{_DENSE}]] [[\p{{L}}\p{{M}}\p{{N}}]--[{_DENSE}]]* )
    | (?P<sign> \p{{Extended_Pictographic}} )
    """,
    regex.V1 | regex.VERBOSE,
)
_ACCENTS = re.compile(
    "[\u0300-\u0305\u0307-\u036f]|(?<!\u0438)\u0306"  # of Latin, Greek and Cyrillic, in which й is a letter of its own
    "|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"  # Hebrew vowel points
    "|[\u0640\u064b-\u0652\u0670]"  # Arabic vowel signs and stretching
)
_LINK = re.compile(r"https?://[^\s]", re.IGNORECASE)

PREFIXES = (5, 4, 3)
"""Beginnings of words that are terms, too, so that a word can be found while it is being typed."""
TERMS = 8
"""Terms of one query that are looked up: the text itself decides about the others."""


class Part(Struct, frozen=True):
    """What must stand in a text in a row: words, and characters of scripts without spaces."""

    units: tuple[str, ...]
    terms: tuple[int, ...]
    open: bool = False
    """Whether the last word may go on."""

    def found_in(self, units: Sequence[str]) -> bool:
        """Whether it stands in a text of these units."""
        *whole, last = self.units
        size = len(whole)
        return any(
            (unit.startswith(last) if self.open else unit == last) and list(units[end - size : end]) == whole
            for end, unit in enumerate(units[size:], start=size)
        )


def terms_of(message: Message) -> set[int]:
    """What a message is to be found by: nothing, if it is deleted or a notice."""
    if message.kind != TEXT or message.deleted_at is not None:
        return set()
    terms = {author(message.author_id)}
    units: list[str] = []
    for kind, run in _runs(message.text):
        if kind == "word":
            units.append(run)
            terms.update(_of_word(run))
        else:
            units += run
            terms.update(map(_word, run))
    terms.update(starmap(_pair, pairwise(units)))
    return terms.union(map(has, things_in(message)))


def things_in(message: Message) -> set[Has]:
    """What a message has besides words."""
    there = {
        Has.LINK: _LINK.search(message.text),
        Has.MENTION: message.mentions or message.mentions_all,
        Has.PIN: message.pinned_at is not None,
        Has.REACTION: message.reactions,
    }
    return {what for what, is_there in there.items() if is_there}


def author(user_id: int) -> int:
    """The term of what somebody wrote."""
    return _term("from", str(user_id))


def has(what: Has) -> int:
    """The term of messages with such a thing."""
    return _term("has", what)


def units_of(text: str) -> list[str]:
    """The words of a text, and the characters of what has none, in their order."""
    return [unit for kind, run in _runs(text) for unit in ([run] if kind == "word" else run)]


def parts_of(text: str) -> list[Part]:
    """What somebody looks for: what they put in quotation marks stands in a row, the rest anywhere.

    A last word outside of them is taken for the beginning of one.
    """
    parts: list[Part] = []
    *quoted, rest = text.replace("\u201c", '"').replace("\u201d", '"').split('"')
    for number, some in enumerate(quoted):
        parts += [_part(chunk, still_typing=False) for chunk in ([some] if number % 2 else some.split())]
    if len(quoted) % 2:  # quotation marks that are not closed yet
        parts.append(_part(rest, still_typing=True))
    else:
        chunks = rest.split()
        parts += [
            _part(chunk, still_typing=number == len(chunks) and not rest[-1].isspace())
            for number, chunk in enumerate(chunks, start=1)
        ]
    return [part for part in parts if part.units]


def chosen(parts: Iterable[Part]) -> list[int]:
    """The terms of all these parts that are worth looking up: of many, those of the longest parts."""
    longest = sorted(parts, key=lambda part: sum(map(len, part.units)), reverse=True)
    return list(dict.fromkeys(term for part in longest for term in part.terms))[:TERMS]


def _part(text: str, *, still_typing: bool) -> Part:
    runs = _runs(text)
    units = tuple(unit for kind, run in runs for unit in ([run] if kind == "word" else run))
    last = runs[-1][1] if still_typing and runs and runs[-1][0] == "word" else ""
    size = next((size for size in PREFIXES if len(last) >= size), 0)
    whole = units[:-1] if size else units
    terms = list(starmap(_pair, pairwise(whole))) if len(whole) > 1 else [_word(unit) for unit in whole]
    if size:
        terms.append(_beginning(last, size))
    return Part(units=units, terms=tuple(terms), open=size > 0)


def _runs(text: str) -> list[tuple[str, str]]:
    """The words, runs of characters and signs of a text, each with its kind."""
    return [
        (str(match.lastgroup), match.group()) for match in _RUNS.finditer(_folded(text)) if match.lastgroup != "mention"
    ]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = normalize("NFD", normalize("NFKC", text).casefold())
    return normalize("NFKC", _ACCENTS.sub("", apart))


@lru_cache(maxsize=20_000)
def _of_word(word: str) -> tuple[int, ...]:
    return (_word(word), *(_beginning(word, size) for size in PREFIXES if len(word) >= size))


def _word(word: str) -> int:
    return _term("word", word)


def _pair(one: str, next_one: str) -> int:
    """Of two units that stand together."""
    return _term("pair", f"{one} {next_one}")


def _beginning(word: str, size: int) -> int:
    return _term("begins", word[:size])


def _term(kind: str, value: str) -> int:
    """Two things may have the same term: what is found is compared with what was looked for."""
    return crc32(f"{kind} {value}".encode())
