"""A load that keeps a history: people who write, edit, come and go, and devices that note what they see.

async with Load(stage, rng) as load:
    async with load.running():
        ...                        # whatever may go wrong
    await load.settle()            # all is well again: everything must fall into place
    load.verify()
"""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self, TypeVar

from deploy.local.settings import LOCAL
from dialog.client import Client, ConnectionLost, ConnectionStatus, Entry, State
from dialog.client.view import ChatView
from dialog.protocol.accounts import EditProfile
from dialog.protocol.base import Command, Event, Refused, Status, tag_of
from dialog.protocol.chats import AddMember, ChatLeft, GetChat, MemberChanged, RemoveMember
from dialog.protocol.messages import EditMessage, Message, MessageChanged, MessagePosted, SendMessage
from tests.faults.history import (
    NOTICE,
    Edit,
    Heard,
    HeardOut,
    History,
    Holding,
    Move,
    Outcome,
    Removal,
    Return,
    Seen,
    Send,
    Sighting,
    check,
    disagreements,
    longest_span,
)
from tests.faults.stage import Stage
from tests.patience import PATIENCE
from tests.people import PASSWORD, direct, group, knows, me

R = TypeVar("R")

RATE = 30.0
"""Messages per second, all writers together; 40 at most."""
WRITERS = 4
SETTLE_SECONDS = 90.0
"""Much more than the seconds after which NATS repeats a fact that was lost on its way or with a process."""
ONE_TRY_SECONDS = 4.0
WINDOW = 1_000_000
SAMPLE_SECONDS = 0.02
BACKLOG = 60
"""Unsent messages beyond which a writer pauses."""


def now() -> float:
    return time.monotonic()


def outcome_of(refused: Refused) -> Outcome:
    """`unavailable` says nothing about what happened."""
    match refused.failure.status:
        case Status.UNAVAILABLE:
            return Outcome.UNKNOWN
        case Status.INTERNAL:
            return Outcome.BROKEN
        case _:
            return Outcome.REFUSED


class Load:
    """Four writers with two devices each and a guest, in a direct chat and two groups; the guest comes and goes."""

    def __init__(
        self, stage: Stage, rng: random.Random, *, rate: float = RATE, writers: int = WRITERS, profiles: bool = True
    ) -> None:
        """`profiles`: whether people change theirs meanwhile."""
        self.stage = stage
        self.history = History()
        self.devices: dict[str, Client] = {}
        self.writers: list[Client] = []
        self.chats: list[int] = []
        self.offline: dict[str, list[tuple[float, bool]]] = {}
        """Samples of whether each device is connected."""
        self._rng = rng
        self._rate = rate
        self._size = writers
        self._profiles = profiles
        self._stack = AsyncExitStack()
        self._working: set[asyncio.Task[object]] = set()
        self._own: dict[int, list[Message]] = {}
        self._stopping = False

    async def __aenter__(self) -> Self:
        try:
            await self._gather()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await self._stack.aclose()

    # --- people

    async def _gather(self) -> None:
        names = [f"w{number}" for number in range(self._size)]
        self.writers = list(await asyncio.gather(*(self.join(name) for name in names)))
        self._guest = await self.join("guest")
        for name, writer in zip(names, self.writers, strict=True):
            await self.add_device(f"{name}'s phone", writer)
        everyone = list(self.devices.values())
        chat = await direct(self.writers[0], self.writers[1])
        self._meeting = await group(self.writers[0], *self.writers[1:], self._guest)
        small = await group(self.writers[1], *self.writers[2:])
        self.chats = [chat.id, self._meeting.id, small.id]
        for device in everyone:
            if me(device).id != me(self._guest).id:
                await knows(self._meeting.id, device)
        self._places = {
            me(writer).id: [chat_id for chat_id in self.chats if chat_id in writer.state.chats]
            for writer in self.writers
        }

    async def join(self, name: str) -> Client:
        """A new person."""
        username = f"{name}.{secrets.token_hex(5)}"
        client = await Client.register(
            self.stage.url, username, PASSWORD, display_name=name, window=WINDOW, on_event=self._sees(name)
        )
        return await self._enter(name, client)

    async def add_device(self, name: str, person: Client) -> Client:
        """Another device of somebody."""
        client = await Client.sign_in(
            self.stage.url, me(person).username, PASSWORD, device=name, window=WINDOW, on_event=self._sees(name)
        )
        return await self._enter(name, client)

    async def _enter(self, name: str, client: Client) -> Client:
        client.connection._hear = self._hears(name, client.connection._hear)
        await self._stack.enter_async_context(client)
        self.devices[name] = client
        self.history.devices[name] = me(client).id
        return client

    def _sees(self, device: str) -> Callable[[Event], None]:
        def see(event: Event) -> None:
            if isinstance(event, MessagePosted):
                message = event.message
                self.history.sightings.append(Sighting(device, message.chat_id, message.seq, _mark(message)))
            elif isinstance(event, MemberChanged):
                self._note(event)

        return see

    def _hears(self, device: str, hear: Callable[[Event], None]) -> Callable[[Event], None]:
        """What comes over the socket, before the client has looked at it."""

        def heard(event: Event) -> None:
            if isinstance(event, MessagePosted | MessageChanged):
                self.history.heard.append(Heard(device, event.message.chat_id, event.message.rev, now()))
            elif isinstance(event, MemberChanged):
                self._note(event)
                self.history.heard.append(Heard(device, event.member.chat_id, event.member.rev, now()))
            elif isinstance(event, ChatLeft):
                self.history.heard_out.append(HeardOut(device, event.chat_id, event.rev, now()))
            hear(event)

        return heard

    def _note(self, event: MemberChanged) -> None:
        member = event.member
        if member.rev > 0:
            self.history.moves.add(Move(member.chat_id, member.user_id, member.rev, member.left))

    # --- work

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Writers write, the guest comes and goes, until the block is left."""
        self._stopping = False
        work = [
            *(self._write(writer) for writer in self.writers),
            self._come_and_go(),
            *([self._change_profiles()] if self._profiles else []),
            self._watch_connections(),
        ]
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            self._stopping = True
            done, late = await asyncio.wait(tasks, timeout=SETTLE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        assert not late, "a writer hangs"
        for task in done:
            task.result()

    async def _pause(self, seconds: float) -> None:
        until = now() + seconds
        while not self._stopping and now() < until:
            await asyncio.sleep(min(0.1, max(0.0, until - now())))

    async def _write(self, writer: Client) -> None:
        while not self._stopping:
            await self._pause(self._rng.expovariate(self._rate / len(self.writers)))
            if len(writer.outbox.unsent()) > BACKLOG:
                continue
            chat_id = self._rng.choice(self._places[me(writer).id])
            own = self._own.get(me(writer).id)
            roll = self._rng.random()
            if roll < 0.7 or not own:
                self.post(writer, chat_id)
            elif roll < 0.9:
                self._begin(self.post_once(writer, chat_id))
            else:
                await self._edit(writer, own[-1])

    def _begin(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def post(self, writer: Client, chat_id: int, text: str = "") -> Entry:
        """Send a message as people do: tried until it is there."""
        entry = writer.send(chat_id, text or f"{secrets.token_hex(8)} ünï")
        send = Send(me(writer).id, chat_id, entry.nonce, now())
        self.history.sends.append(send)
        self._begin(self._follow(entry, send))
        return entry

    async def posted(self, writer: Client, chat_id: int, text: str) -> Message:
        """Send a message and wait until it is there."""
        async with asyncio.timeout(PATIENCE):
            return await self.post(writer, chat_id, text)

    async def _follow(self, entry: Entry, send: Send) -> None:
        try:
            message = await entry
        except Refused as refused:
            send.outcome = outcome_of(refused)
        except ConnectionLost:
            return
        else:
            send.outcome, send.seq = Outcome.OK, message.seq
            self._own.setdefault(send.author_id, []).append(message)
        send.ended = now()

    async def post_once(
        self,
        writer: Client,
        chat_id: int,
        text: str = "",
        *,
        timeout: float = ONE_TRY_SECONDS,  # noqa: ASYNC109 (as of `Client.call`)
    ) -> Send:
        """Send a message and do not care: one try."""
        nonce = secrets.token_hex(8)
        send = Send(me(writer).id, chat_id, nonce, now())
        self.history.sends.append(send)
        try:
            message = await writer.call(
                SendMessage(chat_id=chat_id, nonce=nonce, text=text or f"once {nonce}"), timeout=timeout
            )
        except Refused as refused:
            send.outcome = outcome_of(refused)
        except ConnectionLost:
            pass
        else:
            send.outcome, send.seq = Outcome.OK, message.seq
        send.ended = now()
        return send

    async def _edit(self, writer: Client, message: Message) -> None:
        edit = Edit(message.chat_id, message.seq, f"edited {secrets.token_hex(4)}", now())
        self.history.edits.append(edit)
        try:
            await writer.call(EditMessage(chat_id=edit.chat_id, seq=edit.seq, text=edit.text), timeout=ONE_TRY_SECONDS)
        except Refused as refused:
            edit.outcome = outcome_of(refused)
        except ConnectionLost:
            pass
        else:
            edit.outcome = Outcome.OK

    async def _come_and_go(self) -> None:
        """The guest is put out and brought back, and is in at the end."""
        owner, chat_id, guest_id = self.writers[0], self._meeting.id, me(self._guest).id
        while not self._stopping:
            await self._pause(self._rng.uniform(0.5, 1.5))
            await self.insist(owner, RemoveMember(chat_id=chat_id, user_id=guest_id))
            self.history.removals.append(Removal(chat_id, guest_id, now()))
            await self._pause(self._rng.uniform(0.3, 1.0))
            self.history.returns.append(Return(chat_id, guest_id, now()))
            await self.insist(owner, AddMember(chat_id=chat_id, user_ids=[guest_id]))
            state = await self.insist(owner, GetChat(chat_id=chat_id))
            if state:
                back = next(member for member in state.members if member.user_id == guest_id)
                self.history.moves.add(Move(chat_id, guest_id, back.rev, left=False))

    async def insist(self, client: Client, command: Command[R], seconds: float = 60) -> R | None:
        """Ask until there is an answer; None when it had been done already. For what may be done twice."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    return await client.call(command, timeout=ONE_TRY_SECONDS)
                except ConnectionLost:
                    await asyncio.sleep(0.1)
                except Refused as refused:
                    if outcome_of(refused) is Outcome.BROKEN:
                        self.history.broken.append(tag_of(type(command)))
                        return None
                    if outcome_of(refused) is Outcome.REFUSED:
                        return None
                    await asyncio.sleep(0.1)

    async def _change_profiles(self) -> None:
        number = 0
        while not self._stopping:
            await self._pause(self._rng.uniform(0.3, 1.0))
            number += 1
            writer = self._rng.choice(self.writers)
            with contextlib.suppress(ConnectionLost, Refused):
                await writer.call(EditProfile(description=f"number {number}"), timeout=ONE_TRY_SECONDS)

    async def _watch_connections(self) -> None:
        while not self._stopping:
            at = now()
            for name, device in self.devices.items():
                self.offline.setdefault(name, []).append((at, device.status is ConnectionStatus.LIVE))
            await asyncio.sleep(SAMPLE_SECONDS)

    def longest_offline(self) -> float:
        """The longest time that one device was not connected, in seconds.

        While this process stood still, its devices did as well: that is nobody's fault.
        """
        return max((longest_span(samples, 5 * SAMPLE_SECONDS) for samples in self.offline.values()), default=0.0)

    # --- the end

    async def settle(self, seconds: float = SETTLE_SECONDS) -> float:
        """Wait until everything sent is answered, everything committed is published and all devices are in step.

        Returns the seconds it took. What is not so in time is left for `verify` to find.
        """
        started = now()
        deadline = started + seconds
        if self._working:
            await asyncio.wait(self._working, timeout=seconds)
        while await self.stage.rows_waiting() and now() < deadline:
            await asyncio.sleep(0.1)
        while True:
            looks = await asyncio.gather(*(self._look(name, device, deadline) for name, device in self.devices.items()))
            self.history.holdings = [holding for look in looks for holding in look]
            if now() > deadline or not any(disagreements(self.history)):
                return now() - started
            await asyncio.sleep(0.2)

    async def _look(self, name: str, device: Client, deadline: float) -> list[Holding]:
        """What a device holds, and what a fresh start fetches."""
        while True:
            try:
                await device.wait_live(max(1.0, deadline - now()))
                for chat_id in list(device.state.chats):
                    await device.fill(chat_id, 1)
                fresh = await device.fresh_state()
                break
            except (ConnectionLost, Refused, KeyError):
                if now() > deadline:
                    raise
                await asyncio.sleep(0.2)
        return [*_holdings(name, device.state, fresh=False), *_holdings(name, fresh, fresh=True)]

    def verify(self) -> None:
        """Fail on everything that `check` finds."""
        __tracebackhide__ = True
        assert all(not send.ended or send.outcome for send in self.history.sends)
        unanswered = sum(not send.ended for send in self.history.sends)
        found = [str(violation) for violation in check(self.history)]
        if unanswered:
            found.append(f"{unanswered} messages are still waiting in a client's outbox")
        if found:
            folder = LOCAL / "faults"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"history-{secrets.token_hex(4)}.json"
            self.history.save(path)
            raise AssertionError("\n".join([*found, *self.stage.errors(), f"The whole history: {path}"]))

    def figures(self) -> str:
        """What was done, in a few words."""
        history = self.history
        return (
            f"{len(history.sends)} sends ({history.count(Outcome.OK)} acknowledged, "
            f"{history.count(Outcome.UNKNOWN)} unknown), {len(history.edits)} edits, "
            f"{len(history.removals)} removals, {len(self.devices)} devices"
        )


def _holdings(name: str, state: State, *, fresh: bool) -> list[Holding]:
    """Each chat; and whom the person knows, under a number that no chat has."""
    user = state.me
    assert user is not None
    people = Holding(name, -user.id, {}, members=state.snapshot()["people"], chat=user, fresh=fresh)
    return [people, *(_holding(name, chat_id, view, fresh=fresh) for chat_id, view in state.chats.items())]


def _mark(message: Message) -> str:
    """What a message goes by: its nonce, which in that of a notice nobody could have sent."""
    return f"{NOTICE} {message.nonce}" if message.notice else message.nonce


def _holding(name: str, chat_id: int, view: ChatView, *, fresh: bool) -> Holding:
    return Holding(
        name,
        chat_id,
        {seq: Seen(_mark(message), message.text) for seq, message in view.messages.items()},
        members=dict(view.members),
        chat=view.chat,
        head_seq=view.head_seq,
        fresh=fresh,
    )
