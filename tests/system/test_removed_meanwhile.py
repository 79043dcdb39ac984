"""Who is put out of a group while a command of theirs is under way leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from dialog.client import Client
from dialog.protocol.base import Command, Refused
from dialog.protocol.preferences import Preferences, SetDraft, SetPreferences
from tests.patience import Late, timed
from tests.people import People, group, me
from tests.records import on_record, record_open
from tests.servers import Servers


@pytest.fixture
async def removing(servers: Servers) -> AsyncIterator[Any]:
    """A transaction on chat's database that has not been committed."""
    async with record_open(servers) as cursor:
        yield cursor


COMMANDS: dict[str, Callable[[int], Command[Preferences]]] = {
    "draft": lambda chat_id: SetDraft(chat_id=chat_id, text="never sent"),
    "preferences": lambda chat_id: SetPreferences(chat_id=chat_id, archived=True),
}


async def reason(client: Client, command: Command[Preferences]) -> str:
    """Why it is refused; `done` when it is not."""
    try:
        await client.call(command)
    except Refused as refused:
        return str(refused)
    return "done"


@pytest.mark.parametrize("what", COMMANDS)
async def test_nothing_is_stored_of_who_was_removed_meanwhile(
    people: People, removing: Any, servers: Servers, what: str
) -> None:
    @timed  # nobody waits longer than a second for a row
    async def removed_at_the_same_time() -> None:
        anna, ben = await people.join("anna", "ben")
        chat = await group(anna, ben)
        await removing.execute(
            "UPDATE members SET left_seq = 0 WHERE chat_id = %s AND user_id = %s", (chat.id, me(ben).id)
        )
        asked = asyncio.create_task(reason(ben, COMMANDS[what](chat.id)))
        await asyncio.wait([asked], timeout=0.3)
        await removing.execute("COMMIT")
        if (answer := await asked) == "unavailable":
            raise Late("the removal took too long")
        assert answer == "not_found"
        assert not await on_record(servers, "SELECT rev FROM preferences WHERE chat_id = %(id)s", id=chat.id)

    await removed_at_the_same_time()
