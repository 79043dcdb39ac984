"""Reactions: idempotent, bounded, exact under any crowd, and gone with their message."""

import asyncio

import pytest

from dialog.client import Client, Refused
from dialog.protocol.base import NotFound
from dialog.protocol.messages import DeleteMessage, Message
from dialog.protocol.reactions import (
    AddReaction,
    EmojiRefused,
    ListReactions,
    RemoveReaction,
    TooManyReactions,
)
from tests.people import People, direct, group, in_step, me
from tests.records import kept
from tests.servers import Suite

MANY = [
    "😀",
    "😁",
    "😂",
    "🤣",
    "😃",
    "😄",
    "😅",
    "😆",
    "😉",
    "😊",
    "😋",
    "😎",
    "😍",
    "😘",
    "🥰",
    "😗",
    "😙",
    "😚",
    "🙂",
    "🤗",
    "🤩",
]


def given(message: Message) -> dict[str, tuple[int, tuple[int, ...]]]:
    return {one.emoji: (one.count, one.user_ids) for one in message.reactions}


async def react(person: Client, message: Message, emoji: str) -> Message:
    return await person.call(AddReaction(chat_id=message.chat_id, seq=message.seq, emoji=emoji))


async def take_back(person: Client, message: Message, emoji: str) -> Message:
    return await person.call(RemoveReaction(chat_id=message.chat_id, seq=message.seq, emoji=emoji))


EMOJI = {
    "a plain one": ("👍", "👍"),
    "a heart without its presentation": ("\u2764", "\u2764\ufe0f"),
    "a heart with it": ("\u2764\ufe0f", "\u2764\ufe0f"),
    "a skin tone": ("👍🏽", "👍🏽"),
    "a family": ("👨‍👩‍👧", "👨‍👩‍👧"),
    "a flag": ("🇩🇪", "🇩🇪"),
    "the flag of Scotland": ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    "a keycap": ("1️⃣", "1️⃣"),
    "a letter": ("a", None),
    "a digit": ("1", None),
    "two": ("👍👍", None),
    "one and a space": ("👍 ", None),
    "half a flag": ("🇩", None),
    "a skin tone alone": ("🏽", None),
    "a presentation alone": ("\ufe0f", None),
    "markup": ("<b>", None),
    "a name": (":thumbsup:", None),
}


@pytest.mark.parametrize("case", EMOJI)
async def test_what_is_on_the_list_is_a_reaction(people: People, case: str) -> None:
    said, kept_as = EMOJI[case]
    anna, ben = await people.join("anna", "ben")
    message = await anna.send((await direct(anna, ben)).id, "look")
    if kept_as is None:
        with pytest.raises(Refused) as refused:
            await react(ben, message, said)
        assert isinstance(refused.value.failure, EmojiRefused)
    else:
        assert given(await react(ben, message, said)) == {kept_as: (1, (me(ben).id,))}
        assert given(await take_back(ben, message, said)) == {}


async def test_reacting_twice_is_reacting_once(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    message = await anna.send((await direct(anna, ben)).id, "look")
    once = await react(ben, message, "👍")
    assert await react(ben, message, "👍") == once
    gone = await take_back(ben, message, "👍")
    assert gone.reactions == ()
    assert await take_back(ben, message, "👍") == gone
    await in_step(anna, ben)


async def test_a_message_has_at_most_twenty_kinds(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    message = await anna.send((await direct(anna, ben)).id, "look")
    for number, emoji in enumerate(MANY[:20]):
        await react(anna if number % 2 else ben, message, emoji)
    with pytest.raises(Refused) as refused:
        await react(anna, message, MANY[20])
    assert refused.value.failure == TooManyReactions(limit=20)
    assert given(await react(anna, message, MANY[0]))[MANY[0]][0] == 2  # a kind that is there may be joined
    await in_step(anna, ben)


async def test_a_crowd_that_reacts_at_once_is_counted_exactly(people: People) -> None:
    crowd = await people.join(*(f"guest{number}" for number in range(25)))
    chat = await group(*crowd)
    message = await crowd[0].send(chat.id, "the wedding is on")
    await asyncio.gather(*(react(one, message, emoji) for one in crowd for emoji in ("🎉", "❤️")))
    await asyncio.gather(*(take_back(one, message, "🎉") for one in crowd[:15]))
    await in_step(*crowd)
    seen = given(crowd[-1].state.chats[chat.id].messages[message.seq])
    stayed = {me(one).id for one in crowd[15:]}
    assert (seen["🎉"][0], set(seen["🎉"][1])) == (10, stayed)
    assert (seen["❤️"][0], len(seen["❤️"][1])) == (25, 20)
    listed = await crowd[3].call(ListReactions(chat_id=chat.id, seq=message.seq, emoji="❤️"))
    assert listed.user_ids == sorted(me(one).id for one in crowd)
    assert listed.mine
    assert not (await crowd[3].call(ListReactions(chat_id=chat.id, seq=message.seq, emoji="🎉"))).mine


async def test_reactions_go_with_their_message(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    message = await anna.send(chat.id, "look")
    await react(ben, message, "👍")
    deleted = await anna.call(DeleteMessage(chat_id=chat.id, seq=message.seq))
    assert deleted.reactions == ()
    assert await kept(suite.servers, chat.id) == {"messages": 1}
    for late in (react, take_back):
        with pytest.raises(Refused) as refused:
            await late(ben, message, "👍")
        assert isinstance(refused.value.failure, NotFound)
    await in_step(anna, ben)
