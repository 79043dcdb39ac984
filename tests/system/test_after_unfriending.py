"""The end of a friendship: nobody is told, the chat stays readable, and who may write follows the settings."""

import asyncio

import pytest

from dialog.client import Client
from dialog.protocol.base import Refused, tag_of
from dialog.protocol.messages import MessageHistory, SendMessage
from dialog.protocol.people import RemoveFriend
from dialog.protocol.settings import EditSettings, Whom
from tests.patience import PATIENCE
from tests.people import People, befriend, direct, in_step, me, relation, sees, texts

WHO = {Whom.EVERYONE: "ok", Whom.FRIENDS: "not_accepting", Whom.NOBODY: "not_accepting"}
"""What comes of writing to somebody of whom one is no friend any more, by whom they let write."""


async def says(person: Client, chat_id: int, text: str) -> str:
    try:
        await person.call(SendMessage(chat_id=chat_id, nonce=text.replace(" ", "."), text=text))
    except Refused as refused:
        return tag_of(type(refused.failure))
    return "ok"


@pytest.mark.parametrize("remover", ["anna", "ben"])
@pytest.mark.parametrize("whom", WHO)
async def test_a_chat_after_the_friendship(people: People, whom: Whom, remover: str) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await befriend(anna, ben)
    await anna.send(chat.id, "before")
    await sees(ben, chat.id, "before")
    await ben.call(EditSettings(who_may_write=whom))
    one, other = (anna, ben) if remover == "anna" else (ben, anna)
    await one.call(RemoveFriend(user_id=me(other).id))
    for person, friend in ((anna, ben), (ben, anna)):
        await person.wait_for(lambda person=person, friend=friend: relation(person, friend) == "none", PATIENCE)
        history = await person.call(MessageHistory(chat_id=chat.id))
        assert [message.text for message in history.messages] == ["before"], (
            "nothing is lost, and no notice tells of it"
        )
        assert texts(person, chat.id) == ["before"]
    if WHO[whom] != "ok":  # chat hears of settings by a fact, a moment later
        async with asyncio.timeout(PATIENCE):
            number = 0
            while await says(anna, chat.id, f"try {number}") == "ok":
                number += 1
    assert await says(anna, chat.id, "after") == WHO[whom]
    assert await says(ben, chat.id, "from him") == "ok"
    await in_step(anna, ben)
