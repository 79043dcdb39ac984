"""People for tests: registered, signed in and connected through the gateway, each with a name of their own."""

import asyncio
import secrets
import time
from contextlib import AsyncExitStack

from dialog.client import Client, Entry
from dialog.protocol.chats import Chat, CreateChat, OpenDirect
from dialog.protocol.messages import Message
from dialog.protocol.people import AcceptFriend, RequestFriend
from tests.patience import PATIENCE
from tests.servers import Suite

PASSWORD = "seven purple kettles sing"


class People:
    """Makes people on `suite` and signs them out of the test at its end."""

    def __init__(self, suite: Suite, stack: AsyncExitStack) -> None:
        self.suite = suite
        self._stack = stack

    async def join(self, *names: str, gateway: str = "gateway") -> list[Client]:
        """New, connected people, side by side."""
        return list(await asyncio.gather(*(self._new(name, gateway) for name in names)))

    async def crowd(self, number: int) -> list[Client]:
        """So many, a few at a time."""
        joined: list[Client] = []
        while left := number - len(joined):
            joined += await self.join(*["mia"] * min(left, 10))
        return joined

    async def _new(self, name: str, gateway: str) -> Client:
        username = f"{name}.{secrets.token_hex(5)}"
        client = await Client.register(self.suite.url(gateway), username, PASSWORD, display_name=name.title())
        return await self._stack.enter_async_context(client)

    async def device(self, person: Client, *, gateway: str = "gateway", connected: bool = True) -> Client:
        """Another device of somebody."""
        client = await Client.sign_in(self.suite.url(gateway), username(person), PASSWORD, device="second")
        return await self._stack.enter_async_context(client) if connected else client

    async def enter(self, client: Client) -> Client:
        """Connect a client until the end of the test."""
        return await self._stack.enter_async_context(client)


def username(person: Client) -> str:
    return me(person).username


def me(person: Client):
    """Whom the client has signed in."""
    user = person.state.me
    assert user is not None
    return user


def token_of(person: Client) -> str:
    """The access token that the client holds."""
    assert person.session.access_token
    return person.session.access_token


async def direct(one: Client, other: Client) -> Chat:
    """The direct chat of two people, known to both."""
    chat = await one.call(OpenDirect(user_id=me(other).id))
    await knows(chat.id, one, other)
    return chat


async def group(owner: Client, *others: Client, title: str = "Group") -> Chat:
    """A group that all of these know of."""
    chat = await owner.call(CreateChat(title=title, user_ids=[me(other).id for other in others]))
    await knows(chat.id, owner, *others)
    return chat


async def befriend(one: Client, *others: Client) -> None:
    """Make people friends of the first one, and all of them know it."""
    for other in others:
        await one.call(RequestFriend(user_id=me(other).id))
        await other.call(AcceptFriend(user_id=me(one).id))
        await one.wait_for(lambda other=other: relation(one, other) == "friend")


def relation(client: Client, other: Client) -> str:
    """What somebody is to a client: `none`, `incoming`, `outgoing` or `friend`, and maybe ` blocked`."""
    held = client.state.affairs.relations.get(me(other).id)
    return f"{held.state}{' blocked' if held.blocked else ''}" if held else "none"


async def knows(chat_id: int, *clients: Client) -> None:
    """Wait until they hold the chat."""
    for client in clients:
        await client.wait_for(lambda client=client: chat_id in client.state.chats, PATIENCE)


def texts(client: Client, chat_id: int) -> list[str]:
    """What people said in a chat, as somebody sees it; not what the group told of itself."""
    return [message.text for message in client.state.chats[chat_id].messages.values() if message.kind != "system"]


async def sees(client: Client, chat_id: int, *expected: str) -> None:
    """Wait until exactly these texts are in the client's window."""
    try:
        await client.wait_for(lambda: texts(client, chat_id) == list(expected), PATIENCE)
    except TimeoutError:
        raise AssertionError(f"sees {texts(client, chat_id)}, not {list(expected)}") from None


async def in_step(*clients: Client) -> None:
    """Fail unless what each builds from events comes to be what a fresh start fetches."""
    for client in clients:
        deadline = time.monotonic() + PATIENCE
        while (held := client.state.snapshot()) != (fetched := (await client.fresh_state()).snapshot()):
            if time.monotonic() > deadline:
                assert held == fetched
            await asyncio.sleep(0.02)  # the last events are still on their way


async def acknowledged(entry: Entry) -> Message:
    """The message that the outbox entry became."""
    async with asyncio.timeout(PATIENCE):
        return await entry
