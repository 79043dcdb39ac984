"""Anna and Ben, by what is between the two, and Carla, whose group they are in.

| between the two | |
| --- | --- |
| none | nothing |
| friend | they are friends |
| ben blocks | Ben blocks Anna: he gets nothing of her, and she cannot tell |
| anna blocks | Anna blocks Ben, and goes on doing things |
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct

from dialog.client import Client
from dialog.protocol.messages import MessageHistory
from dialog.protocol.people import AddBlock
from dialog.protocol.presence import Availability, GetPresence
from dialog.protocol.receipts import ReadReceipt
from tests.patience import PATIENCE
from tests.people import People, befriend, direct, group, me

RELATIONS = ("none", "friend", "ben blocks", "anna blocks")


class Scene(Struct):
    """Before anything was between them: one message each in their direct chat and in Carla's group, all of it read."""

    anna: Client
    ben: Client
    carla: Client
    direct_id: int
    group_id: int


async def scene_of(people: People, between: str) -> Scene:
    [anna], [ben], [carla] = [await people.join(name) for name in ("anna", "ben", "carla")]  # ids in this order
    chat, both = await direct(anna, ben), await group(carla, anna, ben)
    for chat_id in (chat.id, both.id):
        for author in (anna, ben):
            await author.send(chat_id, f"of {me(author).display_name}")
    for client in (anna, ben):
        for chat_id in (chat.id, both.id):
            await client.wait_for(lambda client=client, chat_id=chat_id: client.state.chats[chat_id].head_seq >= 2)
            await client.call(ReadReceipt(chat_id=chat_id, seq=1000))
    scene = Scene(anna=anna, ben=ben, carla=carla, direct_id=chat.id, group_id=both.id)
    await relate(scene, between)
    return scene


async def relate(scene: Scene, between: str) -> None:
    match between:
        case "friend":
            await befriend(scene.anna, scene.ben)
        case "ben blocks":
            await scene.ben.call(AddBlock(user_id=me(scene.anna).id))
        case "anna blocks":
            await scene.anna.call(AddBlock(user_id=me(scene.ben).id))
        case _:
            pass


async def comes(is_so: Callable[[], Awaitable[bool]], *, expected: bool) -> bool:
    """Whether something comes to be so: what is expected is waited for, what is not is given a moment to go wrong."""
    async with asyncio.timeout(PATIENCE):
        while expected and not await is_so():
            await asyncio.sleep(0.05)
    if not expected:
        await asyncio.sleep(0.3)
    return await is_so()


async def message_for(client: Client, chat_id: int, seq: int) -> dict[str, Any] | None:
    """A message as somebody's history has it, without its number of change."""
    found = (await client.call(MessageHistory(chat_id=chat_id, around=seq, limit=10))).messages
    return next((msgspec.to_builtins(one) | {"rev": 0} for one in found if one.seq == seq), None)


async def held_by(client: Client, chat_id: int, seq: int) -> dict[str, Any]:
    """The same of one that is there."""
    found = await message_for(client, chat_id, seq)
    assert found
    return found


async def seen(viewer: Client, about: Client) -> Availability:
    [found] = (await viewer.call(GetPresence(user_ids=[me(about).id]))).people
    held = viewer.state.presence.get(me(about).id)
    return found.status if held is None or found.status is not Availability.OFFLINE else held.status
