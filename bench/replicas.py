"""One gateway and one chat, then two of each: twice the processes do more, and nothing comes twice or out of order."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext

from .figures import BUSIEST, MESSAGES, OTHERS, PER_MESSAGE, Figure, Scenario, middle
from .jobs import Send
from .rig import Failed, Rig, Window, median
from .shares import pinned, rationed

CHATS = 256
TURNS = 2
TURN_WINDOWS = 2
SHARE = 0.15
"""Of a core, that each gateway and each chat may use: so little that two have twice of what one has, although MariaDB,
NATS and the load generators need their part of the same two cores."""
EVENTS_ON_THEIR_WAY = 1.0
RATIONED = f"{SHARE:.0%} of a core each"
FREE = "as much as there is"
ONE, TWO = "one of each", "two of each"


class Comparison:
    """The same load over one gateway and one chat, and over two; all that was seen of it."""

    def __init__(self, rig: Rig, seats: Sequence[int], senders: Sequence[Send]) -> None:
        self._rig = rig
        self._seats = seats
        self._senders = senders
        self.windows: dict[str, list[Window]] = {}
        self.answered = self.delivered = self.refused = 0

    async def look(self, number: str, endings: Sequence[str]) -> None:
        """What the gateways and chats whose names end so do: rationed, and then not."""
        rig, cores = self._rig, sorted(os.sched_getaffinity(0))
        if len(cores) < len(endings):
            raise Failed("it takes two cores")
        places = {
            rig.suite.processes[f"{service}{ending}"].pid: core
            for ending, core in zip(endings, cores, strict=False)
            for service in ("gateway", "chat")
        }
        async with rig.crowd(2, [f"gateway{ending}" for ending in endings]) as crowd:
            await crowd.connect(rig.people.enter(self._seats))
            await crowd.close_loop(self._senders)
            with pinned(places):
                for much in (RATIONED, FREE):
                    with rationed(list(places), SHARE) if much is RATIONED else nullcontext():
                        seen = await crowd.windows(TURN_WINDOWS)
                    self.windows[f"{much}, {number}"] = self.windows.get(f"{much}, {number}", []) + seen
            await crowd.stop()
            await asyncio.sleep(EVENTS_ON_THEIR_WAY)
            await crowd.read()
        self.answered += crowd.answered
        self.delivered += crowd.delivered
        self.refused += crowd.refused


async def one_and_two(rig: Rig) -> list[Figure]:
    """Many direct chats, by turns; of two gateways, who listens is at the other one than who sends.

    The first gateway and chat stay on the first core and the second ones on the second; the rest goes anywhere.
    """
    people = await rig.people.make(CHATS * 2)
    chat_ids = await rig.people.directs(list(zip(people[:CHATS], people[CHATS:], strict=True)))
    senders = [Send(number, chat_id) for number, chat_id in enumerate(chat_ids)]
    # They take turns at the gateways: moved by one place, each listener is at another one than their sender.
    seats = [*people[:CHATS], *people[CHATS + 1 :], people[CHATS]]
    seen = Comparison(rig, seats, senders)
    for turn in range(TURNS):
        await seen.look(ONE, [""])
        async with another(rig, f"-{turn + 2}"):
            await seen.look(TWO, ["", f"-{turn + 2}"])
    wrong = await rig.people.wrong(chat_ids)
    return [
        *_compared(RATIONED, seen.windows),
        *_compared(FREE, seen.windows),
        Figure("numbers missing, taken twice or not in the order of sending", wrong.numbers, ""),
        Figure("messages stored twice, or not", abs(seen.answered - wrong.stored) + wrong.doubled, ""),
        Figure("events delivered twice, or not", abs(seen.delivered - 2 * seen.answered), ""),
        *([Figure("refused", seen.refused, "")] if seen.refused else []),
        *_surroundings(seen.windows),
    ]


@asynccontextmanager
async def another(rig: Rig, ending: str) -> AsyncGenerator[None]:
    """One more gateway and one more chat."""
    await asyncio.gather(*(rig.suite.start(service, f"{service}{ending}") for service in ("gateway", "chat")))
    try:
        yield
    finally:
        await asyncio.gather(*(rig.suite.terminate(f"{service}{ending}") for service in ("gateway", "chat")))


def _compared(much: str, windows: Mapping[str, Sequence[Window]]) -> list[Figure]:
    """Messages per second and CPU per message of one and of two, and how many times as many two do."""
    figures: list[Figure] = []
    rates: list[float] = []
    for number in (ONE, TWO):
        seen = windows[f"{much}, {number}"]
        per_second = [window.messages_per_second() for window in seen]
        rates.append(median(per_second))
        figures += [
            middle(f"{MESSAGES}, {much}, {number}", per_second, "/s"),
            middle(f"{PER_MESSAGE}, {much}, {number}", [window.per_message() for window in seen], "µs"),
        ]
    return [*figures, Figure(f"two for one, {much}", rates[1] / max(1.0, rates[0]), "×")]


def _surroundings(windows: Mapping[str, Sequence[Window]]) -> list[Figure]:
    all_seen = [window for seen in windows.values() for window in seen]
    return [
        middle(BUSIEST, [max(window.used.generators, default=0.0) * 100 for window in all_seen], "% of a core"),
        middle(OTHERS, [window.used.others * 100 for window in all_seen], "% of a core"),
    ]


SCENARIOS = (
    Scenario("replicas", "256 direct chats over one gateway and one chat, and over two", one_and_two, seconds=180),
)
