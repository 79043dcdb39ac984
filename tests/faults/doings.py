"""What people do in chats besides writing: read, mark, give roles, come and go. Each does one thing after the other."""

import random
from typing import TYPE_CHECKING

from dialog.client import Client
from dialog.client.view import ChatView
from dialog.protocol.chats import AddMember, EditMember, GetChat, LeaveChat, RemoveMember, Role
from dialog.protocol.preferences import SetPreferences
from dialog.protocol.receipts import DeliveredReceipt, ReadReceipt
from tests.faults.history import Appointment, Marking, Move, Outcome, Reading, Removal, Return
from tests.people import me

if TYPE_CHECKING:
    from tests.faults.load import Load

READS = 12.0
"""Times per second that somebody reads, receives or marks, all people together."""


class Reader:
    """Somebody who reads now on one of their devices, now on another."""

    def __init__(self, load: "Load", rng: random.Random, devices: list[Client], pause: float) -> None:
        """`pause`: seconds between two doings, on average."""
        self._load = load
        self._rng = rng
        self._devices = devices
        self._pause = pause
        self._user_id = me(devices[0]).id

    async def run(self) -> None:
        """Read until the load ends."""
        while not self._load.stopping:
            await self._load.pause(self._rng.expovariate(1 / self._pause))
            device = self._rng.choice(self._devices)
            if device.state.chats:
                await self._do(device, device.state.chats[self._rng.choice(list(device.state.chats))])

    async def _do(self, device: Client, view: ChatView) -> None:
        seq = self._rng.choice(
            [view.head_seq, self._rng.randint(min(view.mine.read_seq, view.head_seq), view.head_seq)]
        )
        roll = self._rng.random()
        if roll < 0.25:
            marking = Marking(view.id, self._user_id, marked=self._rng.random() < 0.7)
            self._load.history.doings.append(marking)
            command = SetPreferences(chat_id=view.id, marked_unread=marking.marked)
            marking.outcome = await self._load.attempt(device, command)
        elif roll < 0.5 and self._user_id not in self._load.history.passers:  # who is out would not be told so
            receiving = Reading(view.id, self._user_id, seq)
            self._load.history.doings.append(receiving)
            receiving.outcome = await self._load.attempt(device, DeliveredReceipt(chats={str(view.id): seq}))
        elif seq:  # what is recorded of a reading of nothing could be that of a delivery
            reading = Reading(view.id, self._user_id, seq, seq)
            self._load.history.doings.append(reading)
            reading.outcome = await self._load.attempt(device, ReadReceipt(chat_id=view.id, seq=seq))


class Owner:
    """Makes members of a group admins and admins members."""

    def __init__(self, load: "Load", rng: random.Random, owner: Client, chat_id: int) -> None:
        self._load = load
        self._rng = rng
        self._owner = owner
        self._chat_id = chat_id

    async def run(self) -> None:
        """Give roles until the load ends."""
        roles = {user_id: role for chat_id, user_id, role in self._load.founded if chat_id == self._chat_id}
        others = [user_id for user_id in roles if user_id not in {me(self._owner).id, *self._load.history.passers}]
        while not self._load.stopping:
            await self._load.pause(self._rng.uniform(0.3, 1.5))
            user_id = self._rng.choice(others)
            await self.appoint(user_id, self._rng.choice([Role.ADMIN, Role.MEMBER]))

    async def appoint(self, user_id: int, role: Role) -> None:
        """Give somebody this role, until there is an answer."""
        command = EditMember(chat_id=self._chat_id, user_id=user_id, role=role)
        await place(self._load, self._owner, command, user_id, role)


class Passer:
    """Somebody who leaves a group or is put out of it, and is brought back, again and again; is in at the end."""

    def __init__(self, load: "Load", rng: random.Random, owner: Client, passer: Client, chat_id: int) -> None:
        self._load = load
        self._rng = rng
        self._owner = owner
        self._passer = passer
        self._chat_id = chat_id

    async def run(self) -> None:
        """Come and go until the load ends."""
        while not self._load.stopping:
            await self._load.pause(self._rng.uniform(0.5, 1.5))
            await self.leave(by_themselves=self._rng.random() < 0.4)
            await self._load.pause(self._rng.uniform(0.3, 1.0))
            await self.come_back()

    async def leave(self, *, by_themselves: bool = False) -> None:
        """Go, or be put out."""
        user_id, history = me(self._passer).id, self._load.history
        if by_themselves:
            await place(self._load, self._passer, LeaveChat(chat_id=self._chat_id), user_id, "")
        else:
            command = RemoveMember(chat_id=self._chat_id, user_id=user_id)
            await place(self._load, self._owner, command, user_id, "")
        history.removals.append(Removal(self._chat_id, user_id, self._load.now()))

    async def come_back(self) -> None:
        """Be brought back."""
        user_id, history = me(self._passer).id, self._load.history
        history.returns.append(Return(self._chat_id, user_id, self._load.now()))
        command = AddMember(chat_id=self._chat_id, user_ids=[user_id])
        await place(self._load, self._owner, command, user_id, Role.MEMBER)
        state = await self._load.insist(self._owner, GetChat(chat_id=self._chat_id))
        for member in state.members if state else ():
            if member.user_id == user_id:
                history.moves.add(Move(self._chat_id, user_id, member.rev, left=False))


Placing = AddMember | EditMember | LeaveChat | RemoveMember


async def place(load: "Load", actor: Client, command: Placing, user_id: int, role: str) -> None:
    """Have somebody get this role, or "" for none. Each try without an answer may be carried out later."""

    def tried(outcome: Outcome) -> None:
        # Refused means that it is so already: by an earlier try without an answer.
        done = Outcome.OK if outcome is Outcome.REFUSED else outcome
        load.history.appointments.append(Appointment(command.chat_id, user_id, str(role), done))

    await load.insist(actor, command, tried=tried)
