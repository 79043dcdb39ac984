"""The table of presence, through the gateway: what each may see of Anna, by her status and what they are to her.

| column | what the one who looks is to Anna |
| --- | --- |
| friend | her friend, without a direct chat |
| partner | they share a direct chat |
| stranger | they are in the same group |
| blocks | a partner who blocks her |
| blocked | a partner whom she blocks |

And whoever is invisible is, byte for byte, like somebody who has gone.
"""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from dialog.bus import Bus
from dialog.client import Client
from dialog.client.door import http_session
from dialog.config import Settings, load
from dialog.ids import new_id
from dialog.protocol.accounts import FindUser
from dialog.protocol.base import Command, Event, tag_of
from dialog.protocol.chats import CreateChat, GetChat, GetPeople, OpenDirect, Sync
from dialog.protocol.frames import ENCODER
from dialog.protocol.internal import LiveSession, ReportSessions
from dialog.protocol.messages import MessageHistory, SendMessage
from dialog.protocol.people import AcceptFriend, AddBlock, ListPeople, RequestFriend
from dialog.protocol.presence import (
    Availability,
    Choice,
    FocusSession,
    GetPresence,
    Presence,
    PresenceChanged,
    SetStatus,
    StartTyping,
    Typing,
)
from dialog.protocol.receipts import DeliveredReceipt, ListReceipts, ReadReceipt
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, knows, token_of
from tests.raw import RawSocket, raw_socket

RELATIONS = ("friend", "partner", "stranger", "blocks", "blocked")
STATUSES = ("online", "idle", "dnd", "invisible", "offline")
LONG_AGO = 1000.0
"""Seconds without input after which somebody is idle."""

NOTHING = "- - - - -"
#                                       friend partner stranger blocks blocked
TABLE: dict[str, dict[str, str]] = {
    "presence.get": {
        "online": "online online offline offline offline",
        "idle": "idle idle offline offline offline",
        "dnd": "dnd:busy dnd:busy offline offline offline",
        "invisible": "offline offline offline offline offline",
        "offline": "offline offline offline offline offline",
    },
    "presence.changed": {
        "online": "online online - - -",
        "idle": "idle idle - - -",
        "dnd": "dnd:busy dnd:busy - - -",
        "invisible": NOTHING,
        "offline": "online,offline online,offline - - -",
    },
    "last seen": {
        "online": NOTHING,
        "idle": NOTHING,
        "dnd": NOTHING,
        "invisible": NOTHING,  # she was never seen
        "offline": "yes yes - - -",
    },
    "typing": {
        "online": "yes yes yes - -",
        "dnd": "yes yes yes - -",
        "invisible": NOTHING,
    },
    "receipts": {
        "online": "yes yes yes - -",
        "idle": "yes yes yes - -",
        "dnd": "yes yes yes - -",
        "invisible": NOTHING,
        "offline": "yes yes yes - -",
    },
    "profile": dict.fromkeys(STATUSES, "same same same same same"),
}


class Scene(Struct):
    """Anna, who has never connected, and those who look. They share a group with Wanda, whom everybody may see."""

    anna: Client
    wanda: Client
    viewers: dict[str, Client]
    group_id: int
    heard: dict[str, list[Event]]
    """What each viewer was told of since the scene was set."""
    profiles: dict[str, bytes]
    """What each saw of Anna then."""

    def hear(self) -> None:
        for relation, viewer in self.viewers.items():
            self.heard[relation] += viewer.events.take()


def id_of(client: Client) -> int:
    """Of somebody who need not have connected."""
    user = client.session.user
    assert user is not None
    return user.id


async def newcomer(people: People, name: str) -> Client:
    """Somebody who has not connected yet."""
    username = f"{name}.{secrets.token_hex(5)}"
    return await Client.register(people.suite.url("gateway"), username, PASSWORD, display_name=name.title())


async def relate(anna: Client, viewer: Client, relation: str) -> None:
    """Make somebody to Anna what the table says."""
    if relation == "friend":
        await anna.post(RequestFriend(user_id=id_of(viewer)))
        await viewer.call(AcceptFriend(user_id=id_of(anna)))
    elif relation != "stranger":
        await viewer.call(OpenDirect(user_id=id_of(anna)))
    if relation == "blocks":
        await viewer.call(AddBlock(user_id=id_of(anna)))
    elif relation == "blocked":
        await anna.post(AddBlock(user_id=id_of(viewer)))


async def scene_of(people: People) -> Scene:
    viewers = dict(zip(RELATIONS, await people.join(*RELATIONS), strict=True))
    anna, wanda = await newcomer(people, "anna"), await newcomer(people, "wanda")
    owner, *others = viewers.values()
    chat = await owner.call(CreateChat(title="All", user_ids=[id_of(one) for one in (anna, wanda, *others)]))
    await knows(chat.id, *viewers.values())
    await owner.send(chat.id, "read this")
    for relation, viewer in viewers.items():
        await relate(anna, viewer, relation)
        await viewer.call(OpenDirect(user_id=id_of(wanda)))
        await viewer.call(FocusSession(focused=True, chat_id=chat.id))
    scene = Scene(
        anna=anna,
        wanda=wanda,
        viewers=viewers,
        group_id=chat.id,
        heard={},
        profiles={relation: await profile(viewer, anna) for relation, viewer in viewers.items()},
    )
    scene.heard = {relation: [] for relation in RELATIONS}
    for viewer in viewers.values():
        viewer.events.take()
    return scene


async def profile(viewer: Client, about: Client) -> bytes:
    user = about.session.user
    assert user is not None
    return ENCODER.encode(await viewer.call(FindUser(username=user.username)))


# --- what she does


async def come(people: People, scene: Scene, status: str) -> None:
    """Anna connects in this status, for the first time; or she has been there and goes."""
    anna, friend = scene.anna, scene.viewers["friend"]
    if status in ("dnd", "invisible"):
        await anna.post(SetStatus(status=Choice(status), text="busy" if status == "dnd" else ""))
    await people.enter(anna)
    if status == "offline":
        await friend.wait_for(lambda: seen_as(friend, anna) is Availability.ONLINE, PATIENCE)
        await anna.close()


@asynccontextmanager
async def idle_device(people: People, anna: Client) -> AsyncGenerator[None]:
    """A device that says with its first words that there was no input for long.

    Whoever was never here counts as active until they say so; she was, as another gateway tells.
    """
    url = {"DIALOG_NATS_URL": people.suite.servers.environment["DIALOG_NATS_URL"]}
    bus = await Bus.connect(load(Settings, "test", url), "test")
    before = LiveSession(user_id=id_of(anna), session_id=new_id(), idle_for=LONG_AGO)
    await bus.call(ReportSessions(gateway="another", here=[before], gone=[]))
    await bus.close()
    async with raw_socket(anna.session.url) as socket:
        await socket.send({"id": 1, "command": {"type": "connect", "access_token": token_of(anna)}})
        await socket.send({"id": 2, "command": {"type": "session.focus", "focused": True, "idle_for": LONG_AGO}})
        for number in (1, 2):
            answer = await socket.receive()
            assert answer["id"] == number
            assert "reply" in answer, answer
        yield


async def act(person: Client, scene: Scene, *, types: bool) -> None:
    """Somebody reads in the group, and types there if they can."""
    if types:
        await person.call(FocusSession(focused=True, chat_id=scene.group_id))
        await person.call(StartTyping(chat_id=scene.group_id))
    await person.post(ReadReceipt(chat_id=scene.group_id, seq=1))


async def all_is_told(people: People, scene: Scene) -> None:
    """Wanda comes and does the same after Anna: who has heard it of her has heard all there was of Anna."""
    wanda = id_of(scene.wanda)
    await people.enter(scene.wanda)
    await act(scene.wanda, scene, types=True)
    for viewer in scene.viewers.values():
        view = viewer.state.chats[scene.group_id]
        await viewer.wait_for(
            lambda viewer=viewer, view=view: (
                wanda in viewer.state.presence and wanda in view.receipts and wanda in viewer.usage.typing_in(view.id)
            ),
            PATIENCE,
        )


# --- what others see


def shown(presence: Presence) -> str:
    return f"{presence.status}:{presence.text}" if presence.text else presence.status.value


async def asked(scene: Scene, relation: str) -> Presence:
    """Asked over HTTP, of which the device does not learn: it goes by what it is told."""
    [found] = (await scene.viewers[relation].post(GetPresence(user_ids=[id_of(scene.anna)]))).people
    return found


async def presence_asked(scene: Scene, relation: str) -> str:
    return shown(await asked(scene, relation))


async def presence_told(scene: Scene, relation: str) -> str:
    """All that they were told of her, in its order. What a block took away may have been told as gone before."""
    anna = id_of(scene.anna)
    told = [event for event in scene.heard[relation] if isinstance(event, PresenceChanged)]
    seen = [one for event in told for one in event.people if one.user_id == anna]
    assert all(one.last_seen is None for one in seen)
    if relation in ("blocks", "blocked"):
        seen = [one for one in seen if one.status is not Availability.OFFLINE]
    return ",".join(map(shown, seen)) or "-"


async def last_seen(scene: Scene, relation: str) -> str:
    return "yes" if (await asked(scene, relation)).last_seen else "-"


async def typing(scene: Scene, relation: str) -> str:
    notices = [event for event in scene.heard[relation] if isinstance(event, Typing)]
    return "yes" if any(one.user_id == id_of(scene.anna) for one in notices) else "-"


async def receipts(scene: Scene, relation: str) -> str:
    """As a device holds them and as it would fetch them."""
    viewer, anna = scene.viewers[relation], id_of(scene.anna)
    held = anna in viewer.state.chats[scene.group_id].receipts
    fetched = (await viewer.call(GetChat(chat_id=scene.group_id))).receipts
    listed = (await viewer.call(ListReceipts(chat_id=scene.group_id, seq=1))).receipts
    told = {
        held,
        any(one.user_id == anna for one in fetched),
        any(one.user_id == anna and one.read_seq for one in listed),
    }
    return "yes" if told == {True} else "-" if told == {False} else "different"


async def same_profile(scene: Scene, relation: str) -> str:
    changes = [event for event in scene.heard[relation] if tag_of(type(event)) in ("user.changed", "member.changed")]
    same = await profile(scene.viewers[relation], scene.anna) == scene.profiles[relation]
    return "same" if same and not changes else "changed"


SURFACES: dict[str, Callable[[Scene, str], Awaitable[str]]] = {
    "presence.get": presence_asked,
    "presence.changed": presence_told,
    "last seen": last_seen,
    "typing": typing,
    "receipts": receipts,
    "profile": same_profile,
}


@pytest.mark.parametrize("status", STATUSES)
async def test_what_each_may_see(people: People, status: str) -> None:
    scene = await scene_of(people)
    async with AsyncExitStack() as stack:
        if status == "idle":
            await stack.enter_async_context(idle_device(people, scene.anna))
        else:
            await come(people, scene, status)
        await act(scene.anna, scene, types=status in TABLE["typing"])
        await all_is_told(people, scene)
        for surface, lines in TABLE.items():
            if status in lines:
                await comes_to_be(scene, surface, lines[status])


async def comes_to_be(scene: Scene, surface: str, line: str) -> None:
    """What should be told is waited for; what should not be would have been by now."""
    deadline = time.monotonic() + PATIENCE
    while True:
        scene.hear()
        found = [await SURFACES[surface](scene, relation) for relation in RELATIONS]
        if found == line.split():
            return
        assert time.monotonic() < deadline, f"{surface}: {found} is not {line.split()}"
        await asyncio.sleep(0.05)


# ------------------------------------------------------------------------------------------- byte for byte like offline


class Onlooker:
    """Ben, who keeps every byte that he is sent, with names for ids and without moments."""

    def __init__(self, ben: Client, names: dict[str, str]) -> None:
        self.ben = ben
        self.names = names
        self.frames: list[str] = []

    def plain(self, text: str) -> str:
        for one, name in self.names.items():
            text = text.replace(one, name)
        return re.sub(r"\b1[0-9]{12}\b", "<moment>", text)

    async def answer(self, command: Command[Any]) -> str:
        """What he is answered, as it comes."""
        fields = msgspec.to_builtins(command)
        kind = fields.pop("type")
        async with http_session(None) as http:
            url = f"{self.ben.session.url}/api/{kind}"
            async with http.post(url, json=fields, headers={"Authorization": f"Bearer {token_of(self.ben)}"}) as answer:
                return f"{kind} {answer.status} {self.plain(await answer.text())}"

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[RawSocket]:
        async with raw_socket(self.ben.session.url, token_of(self.ben)) as socket:
            listening = asyncio.create_task(self._listen(socket))
            yield socket
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, socket: RawSocket) -> None:
        while True:
            self.frames.append(self.plain((await socket.ws.receive()).data))

    async def look_into(self, socket: RawSocket, chat_id: int) -> None:
        """Open a chat, on the socket and on the other device."""
        await self.ben.call(FocusSession(focused=True, chat_id=chat_id))
        before = len(self.frames)
        await socket.send({"id": 7, "command": {"type": "session.focus", "focused": True, "chat_id": chat_id}})
        await self.heard('"id":7', since=before)

    async def heard(self, *parts: str, since: int = 0) -> None:
        """Wait until each of these stands in a frame that this device was sent."""
        async with asyncio.timeout(PATIENCE):
            while not all(any(part in frame for frame in self.frames[since:]) for part in parts):
                await asyncio.sleep(0.01)


async def all_that_is_seen(people: People, relation: str, how: str) -> list[str]:
    """Anna was there and has gone, or is invisible and goes on doing things: every byte that Ben gets from then on."""
    [ben], [carla] = await people.join("ben"), await people.join("carla")
    anna = await newcomer(people, "anna")  # one after the other, so that their ids are in the same order each time
    chat = await ben.call(CreateChat(title="All", user_ids=[id_of(anna), id_of(carla)]))
    await knows(chat.id, ben, carla)
    await relate(anna, ben, relation)
    await has_heard(ben, anna, relation)
    await people.enter(anna)
    chats = {chat.id: "<group>"} | {chat_id: "<direct>" for chat_id in anna.state.chats if chat_id != chat.id}
    for chat_id in chats:
        await knows(chat_id, ben)
        await ben.call(SendMessage(chat_id=chat_id, nonce="first", text="first"))
    for chat_id in chats:
        await anna.call(ReadReceipt(chat_id=chat_id, seq=1))
    await carla.call(ReadReceipt(chat_id=chat.id, seq=1))
    sees_her = relation in ("friend", "partner")
    view = ben.state.chats[chat.id]
    await ben.wait_for(lambda: id_of(carla) in view.receipts, PATIENCE)
    if sees_her:
        await ben.wait_for(lambda: seen_as(ben, anna) is Availability.ONLINE, PATIENCE)
        for chat_id in chats:
            await ben.wait_for(lambda chat_id=chat_id: id_of(anna) in ben.state.chats[chat_id].receipts, PATIENCE)

    await asyncio.sleep(2)  # what else he is told of that is no part of what follows
    names = {str(chat_id): name for chat_id, name in chats.items()}
    for name, client in (("anna", anna), ("ben", ben), ("carla", carla)):
        user = client.session.user
        assert user is not None
        names |= {str(user.id): f"<{name}>", user.username: f"<{name}'s name>"}
    onlooker = Onlooker(ben, names)
    async with onlooker.listening() as socket:
        if how == "offline":
            await anna.close()
        else:
            await anna.call(SetStatus(status=Choice.INVISIBLE))
        if sees_her:
            await ben.wait_for(lambda: seen_as(ben, anna) is Availability.OFFLINE, PATIENCE)
        for chat_id in chats:
            await onlooker.look_into(socket, chat_id)
            await ben.call(SendMessage(chat_id=chat_id, nonce="second", text="second"))
            if how == "invisible":
                await live_on(people, anna, chat_id)
        await onlooker.look_into(socket, chat.id)
        await carla.call(FocusSession(focused=True, chat_id=chat.id))
        await carla.call(StartTyping(chat_id=chat.id))
        await carla.call(ReadReceipt(chat_id=chat.id, seq=2))
        await ben.wait_for(
            lambda: view.receipts[id_of(carla)].read_seq == 2 and ben.usage.typing_in(chat.id) == [id_of(carla)],
            PATIENCE,
        )
        await onlooker.heard('"type":"typing"', '"user_id":<carla>,"delivered_seq":2,"read_seq":2')
        questions = questions_about(anna, list(chats))
        return [*[await onlooker.answer(one) for one in questions], *sorted(onlooker.frames)]


async def has_heard(ben: Client, anna: Client, relation: str) -> None:
    """Wait until he was told all that follows from how they stand to each other."""
    if relation in ("friend", "blocks", "blocked"):
        await ben.wait_for(lambda: seen_as(ben, anna) is not None, PATIENCE)  # by presence, which knows it as well then
    if relation in ("friend", "blocks"):
        await ben.wait_for(lambda: stands_to(ben, anna) == relation, PATIENCE)


def stands_to(ben: Client, anna: Client) -> str | None:
    """As his device was told: that they are friends, or that he blocks her."""
    held = ben.state.affairs.relations.get(id_of(anna))
    return ("blocks" if held.blocked else held.state.value) if held else None


def seen_as(viewer: Client, about: Client) -> Availability | None:
    """As a device was told; None when it was told nothing."""
    held = viewer.state.presence.get(id_of(about))
    return held.status if held else None


async def live_on(people: People, anna: Client, chat_id: int) -> None:
    """What somebody invisible does that nobody else should notice."""
    await anna.call(FocusSession(focused=True, chat_id=chat_id))
    await anna.call(StartTyping(chat_id=chat_id))
    await anna.call(DeliveredReceipt(chats={str(chat_id): 2}))
    await anna.call(ReadReceipt(chat_id=chat_id, seq=2))
    await anna.call(SetStatus(status=Choice.INVISIBLE, text="nobody reads this"))
    phone = await people.device(anna)
    await phone.call(FocusSession(focused=True, chat_id=chat_id))
    await phone.close()


def questions_about(anna: Client, chat_ids: list[int]) -> list[Command[Any]]:
    user = anna.session.user
    assert user is not None
    questions: list[Command[Any]] = [
        GetPresence(user_ids=[user.id]),
        FindUser(username=user.username),
        ListPeople(),
        Sync(),
    ]
    for chat_id in chat_ids:
        questions += [
            GetPeople(chat_id=chat_id, user_ids=[user.id]),
            GetChat(chat_id=chat_id),
            MessageHistory(chat_id=chat_id),
            ListReceipts(chat_id=chat_id, seq=1),
            ListReceipts(chat_id=chat_id, seq=2),
        ]
    return questions


@pytest.mark.parametrize("relation", RELATIONS)
async def test_invisible_is_byte_for_byte_like_gone(people: People, relation: str) -> None:
    gone, invisible = await asyncio.gather(
        *(all_that_is_seen(people, relation, how) for how in ("offline", "invisible"))
    )
    for one, other in zip(invisible, gone, strict=True):
        assert one == other
