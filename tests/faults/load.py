"""A load that keeps a history: people who write, read, come and go, and devices that note what they see.

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
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self, TypeVar

from deploy.local.settings import LOCAL
from dialog.client import Client, ConnectionLost, ConnectionStatus, Entry, State
from dialog.client.view import ChatView
from dialog.protocol.accounts import EditProfile
from dialog.protocol.base import Command, Event, Refused, Status, tag_of
from dialog.protocol.chats import ChatLeft, MemberChanged, Role
from dialog.protocol.messages import DeleteMessage, EditMessage, Message, MessageChanged, MessagePosted, SendMessage
from dialog.protocol.receipts import ChatRead, ListReceipts, ReceiptMoved
from tests.faults.checker import check, disagreements
from tests.faults.doings import READS, Owner, Passer, Reader
from tests.faults.history import (
    NOTICE,
    Appointment,
    Edit,
    Heard,
    HeardOut,
    History,
    Holding,
    Look,
    Move,
    Outcome,
    Pointed,
    Seen,
    Send,
    Sighting,
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
        self.stopping = False
        """Whether whoever does something should come to an end."""
        self.founded: list[tuple[int, int, Role]] = []
        """Who was in which group at first, and as what."""

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
        for name, person in zip([*names, "guest"], [*self.writers, self._guest], strict=True):
            await self.add_device(f"{name}'s phone", person)
        everyone = list(self.devices.values())
        chat = await direct(self.writers[0], self.writers[1])
        self._meeting = await group(self.writers[0], *self.writers[1:], self._guest)
        small = await group(self.writers[1], *self.writers[2:])
        self.chats = [chat.id, self._meeting.id, small.id]
        for device in everyone:
            await knows(self._meeting.id, device)
        self._found(self._meeting.id, self.writers[0], *self.writers[1:], self._guest)
        self._found(small.id, self.writers[1], *self.writers[2:])
        self.owner = Owner(self, self._rng, self.writers[0], self._meeting.id)
        self.passer = Passer(self, self._rng, self.writers[0], self._guest, self._meeting.id)
        self.history.passers.add(me(self._guest).id)
        self._places = {
            me(writer).id: [chat_id for chat_id in self.chats if chat_id in writer.state.chats]
            for writer in self.writers
        }

    def _found(self, chat_id: int, owner: Client, *others: Client) -> None:
        roles = {me(owner).id: Role.OWNER} | {me(other).id: Role.MEMBER for other in others}
        for user_id, role in roles.items():
            self.founded.append((chat_id, user_id, role))
            self.history.appointments.append(Appointment(chat_id, user_id, str(role), Outcome.OK))

    def devices_of(self, person: Client) -> list[Client]:
        """All on which somebody is signed in."""
        return [device for device in self.devices.values() if me(device).id == me(person).id]

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
            elif isinstance(event, ChatRead | ReceiptMoved):
                self._point(device, event)

        return see

    def _point(self, device: str, event: ChatRead | ReceiptMoved) -> None:
        """What the device shows now that it has taken this in."""
        client = self.devices[device]
        view, user_id = client.state.chats[event.chat_id], me(client).id
        if isinstance(event, ChatRead):
            self.history.pointed.append(Pointed(device, view.id, user_id, 0, view.mine.read_seq))
            return
        for receipt in event.receipts:
            held = view.receipts.get(receipt.user_id)
            if held and receipt.user_id != user_id:
                pointed = Pointed(device, view.id, held.user_id, held.delivered_seq, held.read_seq)
                self.history.pointed.append(pointed)

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
        self.stopping = False
        work = [
            *(self._write(writer) for writer in self.writers),
            *(
                Reader(self, self._rng, self.devices_of(person), (len(self.writers) + 1) / READS).run()
                for person in (*self.writers, self._guest)
            ),
            self.owner.run(),
            self.passer.run(),
            *([self._change_profiles()] if self._profiles else []),
            self._watch_connections(),
        ]
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            self.stopping = True
            done, late = await asyncio.wait(tasks, timeout=SETTLE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        assert not late, "a writer hangs"
        for task in done:
            task.result()

    def now(self) -> float:
        """The time of the history."""
        return now()

    async def pause(self, seconds: float) -> None:
        """Wait for so long, or until the load ends."""
        until = now() + seconds
        while not self.stopping and now() < until:
            await asyncio.sleep(min(0.1, max(0.0, until - now())))

    async def _write(self, writer: Client) -> None:
        while not self.stopping:
            await self.pause(self._rng.expovariate(self._rate / len(self.writers)))
            if len(writer.outbox.unsent()) > BACKLOG:
                continue
            chat_id = self._rng.choice(self._places[me(writer).id])
            own = self._own.get(me(writer).id)
            roll = self._rng.random()
            if roll < 0.7 or not own:
                self.post(writer, chat_id)
            elif roll < 0.88:
                self._begin(self.post_once(writer, chat_id))
            elif roll < 0.95:
                await self._edit(writer, own[-1])
            else:
                await self._delete(writer, own.pop(self._rng.randrange(len(own))))

    def _begin(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def post(self, writer: Client, chat_id: int, text: str = "") -> Entry:
        """Send a message as people do: tried until it is there."""
        text, mentions, all_ = (
            (text, [], False) if text else self._words(writer, chat_id, f"{secrets.token_hex(8)} ünï")
        )
        entry = writer.send(chat_id, text, mentions=mentions, mention_all=all_)
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
        text, mentions, all_ = self._words(writer, message.chat_id, f"edited {secrets.token_hex(4)}")
        edit = Edit(message.chat_id, message.seq, text, now())
        self.history.edits.append(edit)
        command = EditMessage(chat_id=edit.chat_id, seq=edit.seq, text=edit.text, mentions=mentions, mention_all=all_)
        edit.outcome = await self.attempt(writer, command)

    async def _delete(self, writer: Client, message: Message) -> None:
        edit = Edit(message.chat_id, message.seq, "", now())
        self.history.edits.append(edit)
        edit.outcome = await self.attempt(writer, DeleteMessage(chat_id=edit.chat_id, seq=edit.seq))

    def _words(self, writer: Client, chat_id: int, text: str) -> tuple[str, list[int], bool]:
        """A text that now and then mentions somebody who is always there, and in the meeting, for its owner, all."""
        roll = self._rng.random()
        if roll < 0.2:
            there = [me(other).id for other in self.writers if chat_id in self._places[me(other).id]]
            user_id = self._rng.choice(there)
            return f"<@{user_id}> {text}", [user_id], False
        if roll < 0.3 and writer is self.writers[0] and chat_id == self._meeting.id:
            return f"<@all> {text}", [], True
        return text, [], False

    async def attempt(self, client: Client, command: Command[Any]) -> Outcome:
        """One try."""
        try:
            await client.call(command, timeout=ONE_TRY_SECONDS)
        except ConnectionLost:
            return Outcome.UNKNOWN
        except Refused as refused:
            return outcome_of(refused)
        return Outcome.OK

    async def insist(
        self,
        client: Client,
        command: Command[R],
        seconds: float = 60,
        *,
        tried: Callable[[Outcome], None] = lambda _: None,
    ) -> R | None:
        """Ask until there is an answer; None when it had been done already. For what may be done twice.

        `tried` is told how each try ended.
        """
        async with asyncio.timeout(seconds):
            while True:
                try:
                    reply = await client.call(command, timeout=ONE_TRY_SECONDS)
                except ConnectionLost:
                    tried(Outcome.UNKNOWN)
                    await asyncio.sleep(0.1)
                except Refused as refused:
                    tried(outcome_of(refused))
                    if outcome_of(refused) is Outcome.BROKEN:
                        self.history.broken.append(tag_of(type(command)))
                        return None
                    if outcome_of(refused) is Outcome.REFUSED:
                        return None
                    await asyncio.sleep(0.1)
                else:
                    tried(Outcome.OK)
                    return reply

    async def _change_profiles(self) -> None:
        number = 0
        while not self.stopping:
            await self.pause(self._rng.uniform(0.3, 1.0))
            number += 1
            writer = self._rng.choice(self.writers)
            with contextlib.suppress(ConnectionLost, Refused):
                await writer.call(EditProfile(description=f"number {number}"), timeout=ONE_TRY_SECONDS)

    async def _watch_connections(self) -> None:
        while not self.stopping:
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
                looks = {chat_id: await _look_at(device, view) for chat_id, view in fresh.chats.items()}
                break
            except (ConnectionLost, Refused, KeyError):
                if now() > deadline:
                    raise
                await asyncio.sleep(0.2)
        return [*_holdings(name, device.state, {}, fresh=False), *_holdings(name, fresh, looks, fresh=True)]

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
            f"{len(history.doings)} readings and marks, {len(history.appointments)} roles and removals, "
            f"{len(self.devices)} devices"
        )


async def _look_at(device: Client, view: ChatView) -> Look | None:
    """Who has received and read a message, one of the last, so that some have and some have not."""
    seq = max(view.head_seq - 5, 1)
    if not view.head_seq:
        return None
    told = (await device.call(ListReceipts(chat_id=view.id, seq=seq))).receipts
    return Look(
        seq,
        frozenset(one.user_id for one in told if one.delivered_seq >= seq),
        frozenset(one.user_id for one in told if one.read_seq >= seq),
    )


def _holdings(name: str, state: State, looks: Mapping[int, Look | None], *, fresh: bool) -> list[Holding]:
    """Each chat; and whom the person knows, under a number that no chat has."""
    user = state.me
    assert user is not None
    people = Holding(name, -user.id, {}, members=state.snapshot()["people"], chat=user, fresh=fresh)
    holdings = [_holding(name, user.id, view, fresh=fresh) for view in state.chats.values()]
    for holding in holdings:
        holding.look = looks.get(holding.chat_id)
    return [people, *holdings]


def _mark(message: Message) -> str:
    """What a message goes by: its nonce, which in that of a notice nobody could have sent."""
    return f"{NOTICE} {message.nonce}" if message.notice else message.nonce


def _seen(message: Message) -> Seen:
    return Seen(
        _mark(message),
        message.text,
        message.author_id,
        tuple(message.mentions),
        message.mentions_all,
        counts=message.deleted_at is None and message.kind != "system",
    )


def _holding(name: str, user_id: int, view: ChatView, *, fresh: bool) -> Holding:
    """What is held of a chat. What one is told of oneself among others is nothing to go by."""
    held = view.snapshot()
    return Holding(
        name,
        view.id,
        {seq: _seen(message) for seq, message in held["messages"].items()},
        members=held["members"],
        chat=held["chat"],
        mine=held["mine"],
        receipts={other: receipt for other, receipt in view.receipts.items() if other != user_id},
        head_seq=view.head_seq,
        fresh=fresh,
    )
