"""What one has written and the server has not confirmed yet: in order per chat, each with its nonce for ever."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from dialog.protocol.base import Command, Failure, Refused, Status
from dialog.protocol.messages import Message, SendMessage

from .errors import ConnectionLost, OutboxFull, SignedOut, TurnedAway, retry_after
from .pace import Backoff

R = TypeVar("R")

LIMIT = 1000


class Call(Protocol):
    """Gives a command, as `Client.call` does."""

    def __call__(self, command: Command[R], /) -> Awaitable[R]: ...


class Progress(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Entry:
    """A message on its way. Awaiting it gives the Message; raises Refused when it failed, ConnectionLost at the end."""

    def __init__(
        self, chat_id: int, text: str, reply_to: int | None, mentions: Sequence[int] = (), *, mention_all: bool = False
    ) -> None:
        self.chat_id = chat_id
        self.mentions = list(mentions)
        self.mention_all = mention_all
        self.text = text
        self.reply_to = reply_to
        self.nonce = str(uuid4())
        self.progress = Progress.WAITING
        self.message: Message | None = None
        self.failure: Failure | None = None
        self._settled = asyncio.Event()
        self._given_up: str = ""

    def __await__(self) -> Generator[Any, None, Message]:
        yield from self._settled.wait().__await__()
        if self.message:
            return self.message
        if self.failure:
            raise Refused(self.failure)
        raise ConnectionLost(self._given_up)

    def command(self) -> SendMessage:
        """What is sent, however often."""
        return SendMessage(
            chat_id=self.chat_id,
            nonce=self.nonce,
            text=self.text,
            reply_to=self.reply_to,
            mentions=self.mentions,
            mention_all=self.mention_all,
        )

    def sent(self, message: Message) -> None:
        """The server has it."""
        self.message, self.progress = message, Progress.SENT
        self._settled.set()

    def failed(self, failure: Failure) -> None:
        """The server does not want it."""
        self.failure, self.progress = failure, Progress.FAILED
        self._settled.set()

    def again(self) -> None:
        """It waits anew."""
        self.failure, self.progress = None, Progress.WAITING
        self._settled.clear()

    def given_up(self, why: str) -> None:
        """Nobody tries any more, though it may still be unsent."""
        self._given_up = why
        self._settled.set()


class Outbox:
    """The messages that wait, and those that failed. One task per chat that has any sends them one after the other."""

    def __init__(self, call: Call, live: Callable[[], Awaitable[None]], changed: Callable[[Entry], None]) -> None:
        self._call = call
        self._live = live
        self._changed = changed
        self._queues: dict[int, deque[Entry]] = {}
        self._unsent: dict[tuple[int, str], Entry] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def unsent(self, chat_id: int | None = None) -> list[Entry]:
        """What waits or has failed, in the order it was written; of one chat or of all."""
        return [entry for entry in self._unsent.values() if chat_id in (None, entry.chat_id)]

    def put(
        self,
        chat_id: int,
        text: str,
        reply_to: int | None = None,
        mentions: Sequence[int] = (),
        *,
        mention_all: bool = False,
    ) -> Entry:
        """Write a message. Raises OutboxFull."""
        if len(self._unsent) >= LIMIT:
            raise OutboxFull(f"{LIMIT} messages wait already")
        entry = Entry(chat_id, text, reply_to, mentions, mention_all=mention_all)
        self._enqueue(entry)
        return entry

    def retry(self, entry: Entry) -> None:
        """Try a failed message again, with the same nonce."""
        if entry.progress is Progress.FAILED and (entry.chat_id, entry.nonce) in self._unsent:
            entry.again()
            self._enqueue(entry)

    def discard(self, entry: Entry) -> None:
        """Take a failed message out."""
        if entry.progress is Progress.FAILED:
            self._unsent.pop((entry.chat_id, entry.nonce), None)

    def heard(self, message: Message) -> None:
        """A message of one's own was posted: it may be one whose answer has not come."""
        entry = self._unsent.pop((message.chat_id, message.nonce), None)
        if entry:
            entry.sent(message)
            self._changed(entry)

    def _enqueue(self, entry: Entry) -> None:
        self._unsent[entry.chat_id, entry.nonce] = entry
        self._queues.setdefault(entry.chat_id, deque()).append(entry)
        self._changed(entry)
        if entry.chat_id not in self._tasks:
            self._tasks[entry.chat_id] = asyncio.create_task(self._work(entry.chat_id))

    async def _work(self, chat_id: int) -> None:
        """Send what waits in one chat, in order, until nothing does."""
        queue = self._queues[chat_id]
        backoff = Backoff()
        try:
            while queue:
                entry = queue[0]
                if entry.progress is not Progress.WAITING or await self._try(entry, backoff):
                    queue.popleft()
                    backoff.reset()
        except ConnectionLost as error:
            self._give_up(queue, str(error))
        finally:
            del self._queues[chat_id], self._tasks[chat_id]

    async def _try(self, entry: Entry, backoff: Backoff) -> bool:
        """One attempt: whether this entry is done with. Raises ConnectionLost when nothing will ever be sent again."""
        await self._live()
        try:
            message = await self._call(entry.command())
        except (SignedOut, TurnedAway):
            raise
        except ConnectionLost:
            await asyncio.sleep(backoff.delay() if backoff.failures else 0)
            backoff.failures += 1
            return False
        except Refused as refused:
            return await self._refused(entry, refused, backoff)
        self._unsent.pop((entry.chat_id, entry.nonce), None)
        if entry.progress is Progress.WAITING:
            entry.sent(message)
            self._changed(entry)
        return True

    async def _refused(self, entry: Entry, refused: Refused, backoff: Backoff) -> bool:
        match refused.failure.status:
            case Status.RATE_LIMITED:
                await asyncio.sleep(max(0.05, retry_after(refused)) * random.uniform(1.0, 1.2))  # noqa: S311 - jitter
                return False
            case Status.UNAVAILABLE:
                await asyncio.sleep(retry_after(refused) + backoff.delay())
                return False
            case Status.UNAUTHENTICATED:
                await asyncio.sleep(backoff.delay())  # the client is already getting a new token
                return False
            case _:
                entry.failed(refused.failure)
                self._changed(entry)
                return True

    def _give_up(self, queue: deque[Entry], why: str) -> None:
        for entry in queue:
            if entry.progress is Progress.WAITING:
                entry.given_up(why)

    def resume(self) -> None:
        """Go on with what waits, after `close` or the end of a connection."""
        for entry in self.unsent():
            if entry.progress is Progress.WAITING and entry not in self._queues.get(entry.chat_id, ()):
                entry.again()
                self._enqueue(entry)

    async def close(self) -> None:
        """Stop trying. Whoever awaits an entry is told."""
        tasks = list(self._tasks.values())
        for queue in self._queues.values():
            self._give_up(queue, "the client was closed")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._queues.clear()
        self._tasks.clear()
