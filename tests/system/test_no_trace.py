"""What is deleted is deleted: however it goes, no table and no key of any service still holds its words."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncmy
import pytest
from redis.asyncio import Redis

from dialog.client import Client
from dialog.db import connection_arguments
from dialog.ids import now_ms
from dialog.protocol.chats import Chat, ClearChat, DeleteChat, EditChat, LeaveChat, SetDisappearing
from dialog.protocol.messages import DeleteMessage, EditMessage, HideMessages, Message, PinMessage, PurgeEdits
from dialog.protocol.people import AddBlock, RemoveBlock
from dialog.protocol.preferences import SetDraft
from dialog.protocol.reactions import AddReaction
from dialog.protocol.reports import ReportMessage, ReportReason
from dialog.protocol.scheduled import ScheduleMessage, UnscheduleMessage
from services.chat.store import clearing
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step
from tests.records import record_open
from tests.servers import Servers, Suite

HOUR = 3_600_000


async def traces(servers: Servers, word: str) -> set[str]:
    """The tables, of all services, and the keys in Redis that hold the word."""
    found: set[str] = set()
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(servers.mysql_url("admin")))
    try:
        async with connection.cursor() as cursor:
            await cursor.execute(
                """
                SELECT table_schema, table_name, GROUP_CONCAT(column_name) FROM information_schema.columns
                WHERE table_schema LIKE 'dialog%%' AND data_type IN
                    ('varchar', 'char', 'text', 'mediumtext', 'longtext', 'varbinary', 'mediumblob', 'blob', 'json')
                GROUP BY table_schema, table_name
                """
            )
            for schema, table, columns in await cursor.fetchall():
                held = " OR ".join(f"`{column}` LIKE %(word)s" for column in columns.split(","))
                await cursor.execute(f"SELECT COUNT(*) FROM `{schema}`.`{table}` WHERE {held}", {"word": f"%{word}%"})
                [(count,)] = await cursor.fetchall()
                if count:
                    found.add(table)
    finally:
        connection.close()
    async with Redis.from_url(servers.environment["DIALOG_REDIS_URL"]) as redis:
        async for key in redis.scan_iter(count=1000):
            value = await redis.get(key) if await redis.type(key) == b"string" else None
            if word.encode() in key + (value or b""):
                found.add(f"redis {key!r}")
    return found


class Scene:
    """A word said in a group and in a direct chat, with all that can hang on a message."""

    def __init__(self, servers: Servers, anna: Client, ben: Client, both: Chat, pair: Chat) -> None:
        self.servers = servers
        self.anna = anna
        self.ben = ben
        self.both = both
        self.pair = pair
        self.word = f"canary{secrets.token_hex(8)}"

    async def say(self, chat: Chat) -> Message:
        """Anna says the word, changes it, and Ben reacts and pins."""
        message = await self.anna.send(chat.id, f"{self.word} as it was")
        await self.anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text=f"the {self.word}"))
        await self.ben.call(AddReaction(chat_id=chat.id, seq=message.seq, emoji="👍"))
        await self.anna.call(PinMessage(chat_id=chat.id, seq=message.seq))
        await self.ben.send(chat.id, "an answer", reply_to=message.seq)
        return message

    async def leaves(self, *expected: str) -> None:
        """In the end, the word is in these tables alone."""
        deadline = time.monotonic() + PATIENCE
        while (found := await traces(self.servers, self.word)) != set(expected):  # the workers are at it
            assert time.monotonic() < deadline, f"it is still in {found}"
            await asyncio.sleep(0.1)
        await in_step(self.anna, self.ben)
        assert self.word not in repr((self.anna.state.snapshot(), self.ben.state.snapshot()))


@pytest.fixture
async def scene(people: People, suite: Suite) -> Scene:
    anna, ben = await people.join("anna", "ben")
    return Scene(suite.servers, anna, ben, await group(anna, ben), await direct(anna, ben))


async def deleted(scene: Scene) -> None:
    message = await scene.say(scene.pair)
    await scene.anna.call(DeleteMessage(chat_id=scene.pair.id, seq=message.seq))


async def deleted_by_the_owner(scene: Scene) -> None:
    message = await scene.ben.send(scene.both.id, scene.word)
    await scene.anna.call(DeleteMessage(chat_id=scene.both.id, seq=message.seq))


async def deleted_when_the_other_had_blocked(scene: Scene) -> None:
    """Ben still held it as it was before the block."""
    message = await scene.say(scene.pair)
    await scene.ben.call(AddBlock(user_id=message.author_id))
    await scene.anna.call(EditMessage(chat_id=scene.pair.id, seq=message.seq, text=f"{scene.word} anew"))
    unseen = await scene.anna.send(scene.pair.id, f"{scene.word} unseen")
    for seq in (message.seq, unseen.seq):
        await scene.anna.call(DeleteMessage(chat_id=scene.pair.id, seq=seq))
    await scene.ben.call(RemoveBlock(user_id=message.author_id))


async def deleted_after_hiding_it(scene: Scene) -> None:
    message = await scene.say(scene.both)
    for person in (scene.anna, scene.ben):
        await person.call(HideMessages(chat_id=scene.both.id, seqs=[message.seq]))
    await scene.anna.call(DeleteMessage(chat_id=scene.both.id, seq=message.seq))


async def disappeared(scene: Scene) -> None:
    await scene.anna.call(SetDisappearing(chat_id=scene.both.id, after=2))
    await scene.say(scene.both)


async def cleared_by_both(scene: Scene) -> None:
    await scene.say(scene.pair)
    for person in (scene.anna, scene.ben):
        await person.call(ClearChat(chat_id=scene.pair.id))


async def cleared_by_one_and_deleted_by_the_other(scene: Scene) -> None:
    await scene.say(scene.pair)
    await scene.ben.call(DeleteChat(chat_id=scene.pair.id))
    await scene.anna.call(ClearChat(chat_id=scene.pair.id))


async def left_with_all_of_it(scene: Scene) -> None:
    await scene.say(scene.both)
    await scene.anna.call(LeaveChat(chat_id=scene.both.id, delete_mine=True))


async def left_by_all(scene: Scene) -> None:
    await scene.say(scene.both)
    for person in (scene.ben, scene.anna):
        await person.call(LeaveChat(chat_id=scene.both.id))


async def cleared_by_who_stays_and_left_by_the_other(scene: Scene) -> None:
    await scene.say(scene.both)
    await scene.ben.call(ClearChat(chat_id=scene.both.id))
    await scene.anna.call(LeaveChat(chat_id=scene.both.id))


async def the_group_is_over(scene: Scene) -> None:
    await scene.anna.call(EditChat(chat_id=scene.both.id, title=scene.word, description=scene.word))
    await scene.say(scene.both)
    await scene.ben.call(SetDraft(chat_id=scene.both.id, text=scene.word))
    await scene.anna.call(DeleteChat(chat_id=scene.both.id))


async def taken_back_before_it_was_sent(scene: Scene) -> None:
    command = ScheduleMessage(chat_id=scene.pair.id, nonce="n", text=scene.word, send_at=now_ms() + HOUR)
    made = await scene.anna.call(command)
    await scene.anna.call(UnscheduleMessage(scheduled_id=made.id))


async def begun_and_not_written(scene: Scene) -> None:
    await scene.anna.call(SetDraft(chat_id=scene.pair.id, text=scene.word))
    await scene.anna.call(SetDraft(chat_id=scene.pair.id, text=""))


async def edited_and_purged(scene: Scene) -> None:
    message = await scene.say(scene.both)
    await scene.anna.call(EditMessage(chat_id=scene.both.id, seq=message.seq, text="something else"))
    await scene.anna.call(PurgeEdits(chat_id=scene.both.id, seq=message.seq))


async def a_description_of_before(scene: Scene) -> None:
    await scene.anna.call(EditChat(chat_id=scene.both.id, description=scene.word))
    await scene.anna.call(EditChat(chat_id=scene.both.id, description=""))


WAYS: tuple[Callable[[Scene], Awaitable[Any]], ...] = (
    deleted,
    deleted_by_the_owner,
    deleted_when_the_other_had_blocked,
    deleted_after_hiding_it,
    disappeared,
    cleared_by_both,
    cleared_by_one_and_deleted_by_the_other,
    left_with_all_of_it,
    left_by_all,
    cleared_by_who_stays_and_left_by_the_other,
    the_group_is_over,
    taken_back_before_it_was_sent,
    begun_and_not_written,
    edited_and_purged,
    a_description_of_before,
)


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
async def test_no_trace_is_left(scene: Scene, way: Callable[[Scene], Awaitable[Any]]) -> None:
    await way(scene)
    await scene.leaves()


async def test_the_operators_keep_their_copy_and_nothing_else(scene: Scene) -> None:
    message = await scene.say(scene.both)
    report = ReportMessage(chat_id=scene.both.id, seq=message.seq, reason=ReportReason.SPAM)
    await scene.ben.call(report)
    await scene.anna.call(DeleteMessage(chat_id=scene.both.id, seq=message.seq))
    await scene.leaves("evidence")


async def test_what_is_asked_for_twice_in_a_moment_is_not_taken_for_done_once(suite: Suite) -> None:
    """Whoever has done what was asked for first sees that it was asked for again since."""
    asked = {
        "purges": clearing.ask_purge(1, HOUR),
        "withdrawals": clearing.withdraw(1, 2, 3, HOUR),
    }
    async with record_open(suite.servers) as cursor:
        for table, statement in asked.items():
            for _ in range(2):
                await cursor.execute(statement.sql, statement.params)
            await cursor.execute(f"SELECT asked_at FROM {table} WHERE chat_id = 1")
            assert [row[0] for row in await cursor.fetchall()] == [HOUR + 1]


async def test_it_is_found_where_it_is(scene: Scene) -> None:
    """Or the tests above would find nothing anywhere."""
    await scene.say(scene.pair)
    await scene.anna.call(SetDraft(chat_id=scene.both.id, text=scene.word))
    assert {"messages", "edits", "preferences"} <= await traces(scene.servers, scene.word)
