"""Searching: what the index costs to build, and how long it takes to find something among a million messages."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from time import monotonic
from typing import Any

from dialog.ids import now_ms

from .figures import Figure, Scenario, latency
from .machine import between, sample
from .rig import Failed, Rig

MESSAGES = 1_000_000
LARGE = (200_000, *[20_000] * 10)
CHATS = 500
PEOPLE = 40
"""All of them in all chats: each may search only so often."""
ROUNDS = 2
"""Searches of each kind by each of them."""
VOCABULARY = 20_000
WORDS = 8
CHARACTERS = 3000
CJK = 10
"""Of so many messages one is Chinese."""
RARE = 2000
"""Of so many messages one says a certain word."""
DAYS = 730
BUILD_SECONDS = 700.0

QUERIES = (
    *("a common word", "a rare word", "a beginning", "three words", "words never together", "a phrase", "CJK"),
    *("from one, a common word", "in one chat", "before a day"),
)
Query = dict[str, Any]


async def search(rig: Rig) -> list[Figure]:
    """Build the index of a million messages from nothing; then people search in them, one after the other."""
    people = await rig.people.make(PEOPLE)
    chat_ids = await rig.people.groups([people] * CHATS)
    vocabulary = Vocabulary()
    for chat_id, number in zip(chat_ids, _sizes(), strict=True):
        await rig.people.say(chat_id, people, number, DAYS, vocabulary.message)
    await rig.people.settle()
    figures = await _build(rig)
    async with rig.crowd() as crowd, rig.watch():
        await crowd.connect(rig.people.enter(people), at_once=2)
        for name, queries in _queries(vocabulary, chat_ids, people).items():
            before = sample()
            taken = [
                await crowd.ask(person, [json.dumps({"type": "message.search"} | query) for query in some])
                for person, some in enumerate(_shares(queries))
            ]
            used = between(before, sample())
            figures += latency(name, [sorted(value for some in taken for value in some)])
            figures.append(Figure(f"{name}, server CPU", used.suite / len(queries) * 1e3, "ms"))
    return figures


def _sizes() -> list[int]:
    rest = MESSAGES - sum(LARGE)
    small = CHATS - len(LARGE)
    return [*LARGE, *[rest // small] * (small - 1), rest - rest // small * (small - 1)]


def _shares(queries: Sequence[Query]) -> list[Sequence[Query]]:
    return [queries[person::PEOPLE] for person in range(PEOPLE)]


class Vocabulary:
    """Words as often as in a language: the second half as often as the first, the third a third as often."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        letters = "eeeeaaaiioouttnnsshrrdlcmfpgwybvk"
        spelled = {"".join(self._random.choices(letters, k=2 + number % 9)) for number in range(2 * VOCABULARY)}
        self.words = sorted(spelled, key=lambda word: (len(word), word))[:VOCABULARY]
        self._shares = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self._signs = [chr(0x4E00 + 5 * number) for number in range(CHARACTERS)]
        self._sign_shares = list(accumulate(1 / (rank + 30) for rank in range(CHARACTERS)))
        self.said = 0

    def message(self) -> str:
        """Something to say."""
        self.said += 1
        if self.said % CJK == 0:
            return "".join(self._random.choices(self._signs, cum_weights=self._sign_shares, k=WORDS * 2))
        words = self._random.choices(self.words, cum_weights=self._shares, k=WORDS)
        if self.said % RARE == 1:
            words.append("zanzibar")
        return " ".join(words)

    def signs(self, first: int) -> str:
        """Two signs that sometimes follow each other."""
        return self._signs[first] + self._signs[first + 1]


def _queries(vocabulary: Vocabulary, chat_ids: Sequence[int], people: Sequence[int]) -> Mapping[str, list[Query]]:
    common, words, now = vocabulary.words[:40], vocabulary.words, now_ms()
    month = 30 * 86_400_000
    kinds: dict[str, list[Query]] = {
        "a common word": [{"text": f"{common[number]} "} for number in range(len(common))],
        "a rare word": [{"text": '"zanzibar"'}, *[{"text": f'"{word}"'} for word in words[-39:]]],
        "a beginning": [{"text": word[:4]} for word in words[4_000:20_000:400]],
        "three words": [{"text": " ".join(common[number % 30 : number % 30 + 3])} for number in range(40)],
        "words never together": [{"text": f'"zanzibar {common[number]}"'} for number in range(40)],
        "a phrase": [{"text": f'"{common[number % 20]} {common[number // 3]}"'} for number in range(40)],
        "CJK": [{"text": vocabulary.signs(number % 20)} for number in range(40)],
        "from one, a common word": [{"text": f"{common[number]} ", "from_id": people[number]} for number in range(40)],
        "in one chat": [{"text": f"{common[number]} ", "chat_id": chat_ids[number]} for number in range(40)],
        "before a day": [{"text": f"{common[number]} ", "before": now - number % 20 * month} for number in range(40)],
    }

    return {name: queries * ROUNDS for name, queries in kinds.items()}


async def _build(rig: Rig) -> list[Figure]:
    """A chat that has just started finds what is not indexed."""
    waiting = await rig.people.unindexed()
    await rig.suite.restart("chat")
    before, begun = sample(), monotonic()
    while left := await rig.people.unindexed():
        if monotonic() - begun > BUILD_SECONDS:
            raise Failed(f"{left:,} messages are not indexed after {BUILD_SECONDS:.0f} s")
        await asyncio.sleep(0.5)
    used = between(before, sample())
    size = await rig.people.index_bytes()
    indexed = max(1, waiting)
    return [
        Figure("index: messages", indexed / used.seconds, "/s"),
        Figure("index: CPU per message, chat", used.parts["chat"] / indexed * 1e6, "µs"),
        Figure("index: CPU per message, mariadb", used.parts["mariadb"] / indexed * 1e6, "µs"),
        Figure("index: bytes per message", size / indexed, "B"),
    ]


SCENARIOS = (Scenario("search", "1,000,000 messages in 500 chats", search, seconds=900),)
