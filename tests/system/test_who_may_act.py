"""Who may still do what with older messages, by what they may in the chat: own messages and those of others.

Where somebody may not write, no words of theirs come in by an edit. Reacting goes with reading, pinning with its own
permission; neither reaches somebody who takes no messages from them. What takes something away is always theirs to do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from dialog.client import Client, ConnectionStatus
from dialog.protocol.bans import BanMember
from dialog.protocol.base import Command, Refused, tag_of
from dialog.protocol.chats import EditChat, EditMember, LeaveChat, RemoveMember
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    HideMessages,
    Message,
    PinMessage,
    PurgeEdits,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.moderation import SuspendUser
from dialog.protocol.people import AddBlock
from dialog.protocol.reactions import AddReaction, RemoveReaction
from dialog.protocol.roles import Role
from dialog.protocol.settings import EditSettings, Whom
from tests.operators import desk
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, me

Build = Callable[[int, int], Command[Any]]
ACTIONS: dict[str, Build] = {
    "edit": lambda chat_id, seq: EditMessage(chat_id=chat_id, seq=seq, text="edited"),
    "delete": lambda chat_id, seq: DeleteMessage(chat_id=chat_id, seq=seq),
    "react": lambda chat_id, seq: AddReaction(chat_id=chat_id, seq=seq, emoji="🎉"),
    "unreact": lambda chat_id, seq: RemoveReaction(chat_id=chat_id, seq=seq, emoji="👍"),
    "pin": lambda chat_id, seq: PinMessage(chat_id=chat_id, seq=seq),
    "unpin": lambda chat_id, seq: UnpinMessage(chat_id=chat_id, seq=seq),
    "hide": lambda chat_id, seq: HideMessages(chat_id=chat_id, seqs=[seq]),
    "purge": lambda chat_id, seq: PurgeEdits(chat_id=chat_id, seq=seq),
}

# One outcome for each action, or two where it is not the same for one's own messages and for those of others.
#    edit                     delete          react         unreact pin           unpin   hide    purge
IN_A_GROUP = {
    "owner":    "ok/forbidden     ok              ok            ok      ok            ok      ok      ok/forbidden",
    "admin":    "ok/forbidden     ok              ok            ok      ok            ok      ok      ok/forbidden",
    "member":   "ok/forbidden     ok/forbidden    ok            ok      forbidden forbidden   ok      ok/forbidden",
    "silenced": "forbidden        ok/forbidden    ok            ok      forbidden forbidden   ok      ok/forbidden",
    "former":   "not_found        not_found       not_found not_found   not_found not_found not_found not_found",
    "removed":  "not_found        not_found       not_found not_found   not_found not_found not_found not_found",
    "banned":   "not_found        not_found       not_found not_found   not_found not_found not_found not_found",
    "suspended": "session_ended " * 8,
}  # fmt: skip
IN_A_DIRECT_CHAT = {
    "partner":  "ok/forbidden     ok/forbidden    ok            ok      ok            ok      ok      ok/forbidden",
    "refused":
        "not_accepting/forbidden  ok/forbidden    not_accepting ok      not_accepting ok      ok      ok/forbidden",
    "blocked":  "ok/forbidden     ok/forbidden    ok            ok      ok            ok      ok      ok/forbidden",
    "blocker":  "ok/forbidden     ok/forbidden    ok            ok      ok            ok      ok      ok/forbidden",
}  # fmt: skip
"""`silenced` is a member where only admins may send; `refused` is one whom the other's settings let write no more.
Somebody `blocked` finds nothing changed."""


@dataclass
class Stage:
    """The actor and another one, and a message by each for each action: with a reaction and a pin to take back."""

    actor: Client
    other: Client
    chat_id: int
    seqs: dict[tuple[str, str], int]


async def prepare(actor: Client, other: Client, chat_id: int, pinner: Client) -> Stage:
    seqs: dict[tuple[str, str], int] = {}
    for whose, author in (("own", actor), ("other", other)):
        for name in ACTIONS:
            seqs[whose, name] = seq = (await author.send(chat_id, f"{whose} to {name}")).seq
            if name == "unreact":
                await actor.call(AddReaction(chat_id=chat_id, seq=seq, emoji="👍"))
            if name == "unpin":
                await pinner.call(PinMessage(chat_id=chat_id, seq=seq))
    return Stage(actor, other, chat_id, seqs)


async def outcome(asked: Awaitable[object]) -> str:
    try:
        await asked
    except Refused as refused:
        return tag_of(type(refused.failure))
    return "ok"


def expected(row: str) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name, cell in zip(ACTIONS, row.split(), strict=True):
        own, _, other = cell.partition("/")
        found |= {("own", name): own, ("other", name): other or own}
    return found


async def played(stage: Stage) -> dict[tuple[str, str], str]:
    """What each action comes to, over HTTP: that door is there also for whoever was signed out."""
    return {
        (whose, name): await outcome(stage.actor.post(ACTIONS[name](stage.chat_id, seq)))
        for (whose, name), seq in stage.seqs.items()
    }


async def become(people: People, role: str, owner: Client, actor: Client, chat_id: int) -> None:
    """Make a member of a group what the row says."""
    user_id = me(actor).id
    match role:
        case "admin":
            await owner.call(EditMember(chat_id=chat_id, user_id=user_id, role=Role.ADMIN))
        case "silenced":
            await owner.call(EditChat(chat_id=chat_id, may_send=Role.ADMIN))
        case "former":
            await actor.call(LeaveChat(chat_id=chat_id))
        case "removed":
            await owner.call(RemoveMember(chat_id=chat_id, user_id=user_id))
        case "banned":
            await owner.call(BanMember(chat_id=chat_id, user_id=user_id))
        case "suspended":
            async with desk(people.suite) as bus:
                await bus.call(SuspendUser(operator="olga", why="a test", user_id=user_id))
            await actor.wait_for(lambda: actor.status is ConnectionStatus.SIGNED_OUT, PATIENCE)
        case _:
            pass


DONE: dict[str, Callable[[Message], bool]] = {
    "edit": lambda message: message.text == "edited",
    "delete": lambda message: message.deleted_at is not None,
    "react": lambda message: any(one.emoji == "🎉" for one in message.reactions),
    "unreact": lambda message: all(one.emoji != "👍" for one in message.reactions),
    "pin": lambda message: message.pinned_at is not None,
    "unpin": lambda message: message.pinned_at is None,
}
"""Whether somebody else sees that it was done."""


async def holds(stage: Stage, watcher: Client, row: dict[tuple[str, str], str]) -> None:
    """Others see what was allowed, and nothing of what was refused."""

    def seen() -> dict[tuple[str, str], bool]:
        messages = watcher.state.chats[stage.chat_id].messages
        return {(whose, name): DONE[name](messages[seq]) for (whose, name), seq in stage.seqs.items() if name in DONE}

    allowed = {key: outcome == "ok" for key, outcome in row.items() if key[1] in DONE}
    await watcher.wait_for(lambda: all(done for key, done in seen().items() if allowed[key]), PATIENCE)
    await in_step(watcher, stage.other)
    assert seen() == allowed


@pytest.mark.parametrize("role", IN_A_GROUP)
async def test_in_a_group(people: People, role: str) -> None:
    founder, ben, carla = await people.join("founder", "ben", "carla")
    actor, other = (founder, ben) if role == "owner" else (ben, founder)
    chat = await group(founder, ben, carla)
    stage = await prepare(actor, other, chat.id, founder)
    await become(people, role, founder, actor, chat.id)
    row = expected(IN_A_GROUP[role])
    assert await played(stage) == row
    await holds(stage, carla, row)


@pytest.mark.parametrize("role", IN_A_DIRECT_CHAT)
async def test_in_a_direct_chat(people: People, role: str) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    stage = await prepare(ben, anna, chat.id, ben)
    if role == "refused":
        await anna.call(EditSettings(who_may_write=Whom.FRIENDS))
        await comes_to_refuse(ben, chat.id)
    elif role == "blocked":
        await anna.call(AddBlock(user_id=me(ben).id))
    elif role == "blocker":
        await ben.call(AddBlock(user_id=me(anna).id))
    row = expected(IN_A_DIRECT_CHAT[role])
    assert await played(stage) == row
    if role == "blocked":  # he cannot tell; she sees only what is gone
        row = {key: one if key[1] == "delete" else "unseen" for key, one in row.items()}
    await holds(stage, anna, row)
    await in_step(anna, ben)


async def comes_to_refuse(client: Client, chat_id: int) -> None:
    """chat hears of settings by a fact, a moment later."""
    async with asyncio.timeout(PATIENCE):
        while await outcome(client.post(SendMessage(chat_id=chat_id, nonce=uuid4().hex, text="hello"))) == "ok":
            await asyncio.sleep(0.02)


async def test_an_edit_whose_answer_was_lost_is_answered_after_the_right_is_gone(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    sent = await ben.send(chat.id, "one")
    edit = EditMessage(chat_id=chat.id, seq=sent.seq, text="two")
    edited = await ben.call(edit)
    await anna.call(EditChat(chat_id=chat.id, may_send=Role.ADMIN))
    assert await ben.call(edit) == edited
