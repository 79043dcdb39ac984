"""The limits of those who write: how much, to whom, and what while their account is new."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from dialog.cache import open_cache
from dialog.client import Client
from dialog.config import RedisSettings
from dialog.ids import now_ms
from dialog.protocol.base import Refused, TooManyRequests, tag_of
from dialog.protocol.chats import EditChat, OpenDirect
from dialog.protocol.messages import EditMessage, LinksRefused, Message, SendMessage
from dialog.protocol.reactions import AddReaction
from dialog.protocol.reports import ReportReason, ReportUser
from tests.patience import PATIENCE, timed, within
from tests.people import People, befriend, direct, group, me
from tests.servers import Servers, Suite

HOUR = 3600
STRICT = {
    "DIALOG_CHAT_MESSAGES_BURST": "5",
    "DIALOG_CHAT_MESSAGES_EVERY": str(HOUR),
    "DIALOG_CHAT_STRANGERS_BURST": "3",
    "DIALOG_CHAT_STRANGERS_EVERY": str(HOUR),
    "DIALOG_CHAT_EDITS_BURST": "3",
    "DIALOG_CHAT_EDITS_EVERY": str(HOUR),
    "DIALOG_CHAT_NEW_FOR": "86400",
    "DIALOG_CHAT_NEW_DIRECTS": "2",
}
LAX = STRICT | {"DIALOG_CHAT_NEW_FOR": "0.001", "DIALOG_CHAT_MESSAGES_BURST": "100"}
"""Everybody's account is old."""


@asynccontextmanager
async def open_people(settings: dict[str, str], chats: int = 1) -> AsyncGenerator[People]:
    """People on a suite of their own, whose chat is told this."""
    async with Servers() as servers, Suite(servers) as suite, AsyncExitStack() as stack:
        await suite.start("auth", env={"DIALOG_AUTH_REPORTS_BURST": "2"})
        await suite.start_all("presence", "gateway")
        for number in range(chats):
            await suite.start("chat", name=f"chat-{number}", env=settings)
        yield People(suite, stack)


@pytest.fixture(scope="module")
async def strict() -> AsyncIterator[People]:
    async with open_people(STRICT) as people:
        yield people


@pytest.fixture(scope="module")
async def lax() -> AsyncIterator[People]:
    async with open_people(LAX) as people:
        yield people


async def say(person: Client, chat_id: int, text: str = "hello", nonce: str = "") -> Message:
    return await person.call(SendMessage(chat_id=chat_id, nonce=nonce or secrets.token_hex(8), text=text))


async def outcome(said: Awaitable[object]) -> str:
    try:
        await said
    except Refused as refused:
        return tag_of(type(refused.failure))
    return "ok"


async def outcomes(number: int, act: Callable[[], Awaitable[object]]) -> list[str]:
    return [await outcome(act()) for _ in range(number)]


async def test_so_many_messages_and_then_a_wait(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    chat = await group(anna, ben)
    assert await outcomes(5, lambda: say(anna, chat.id)) == ["ok"] * 5
    with pytest.raises(Refused) as refused:
        await say(anna, chat.id)
    assert isinstance(refused.value.failure, TooManyRequests)
    assert HOUR - 120 < refused.value.failure.retry_after <= HOUR + 1
    assert await outcome(say(ben, chat.id)) == "ok"


async def test_fewer_to_strangers(strict: People) -> None:
    anna, ben, carla = await strict.join("anna", "ben", "carla")
    to_ben, to_carla = await direct(anna, ben), await direct(anna, carla)
    assert await outcomes(2, lambda: say(anna, to_ben.id)) == ["ok"] * 2
    assert await outcomes(2, lambda: say(anna, to_carla.id)) == ["ok", "rate_limited"], "all strangers count together"


async def test_friends_are_no_strangers(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    chat = await direct(anna, ben)
    await befriend(anna, ben)
    assert await outcomes(6, lambda: say(anna, chat.id)) == ["ok"] * 5 + ["rate_limited"]


async def test_a_retry_gets_its_message_also_beyond_the_limit(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    chat = await group(anna, ben)
    first = await say(anna, chat.id, nonce="first")
    assert await outcomes(4, lambda: say(anna, chat.id)) == ["ok"] * 4
    assert await say(anna, chat.id, nonce="first") == first
    assert await outcome(say(anna, chat.id)) == "rate_limited"


async def test_retries_are_not_counted(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    chat = await group(anna, ben)
    first = await say(anna, chat.id, nonce="first")
    assert [await say(anna, chat.id, nonce="first") for _ in range(2)] == [first] * 2


async def test_so_many_edits_and_then_a_wait(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    chat = await group(anna, ben)
    message = await say(anna, chat.id)
    texts = iter(f"edited {number}" for number in range(4))
    edits = await outcomes(4, lambda: anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text=next(texts))))
    assert edits == ["ok"] * 3 + ["rate_limited"]


async def test_what_is_refused_for_haste_does_not_begin_the_wait_of_slow_mode(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    hasty, slow = await group(anna, ben), await group(anna, ben)
    await anna.call(EditChat(chat_id=slow.id, slow_mode=3600))
    assert await outcomes(5, lambda: say(ben, hasty.id)) == ["ok"] * 5
    assert await outcome(say(ben, slow.id)) == "rate_limited"
    assert await outcome(say(ben, slow.id)) == "rate_limited", "not slow_mode: nothing was posted"


LINK = "look: HTTPS://example.org/"


async def test_a_new_account_sends_no_links_to_strangers(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    chat = await direct(anna, ben)
    with pytest.raises(Refused) as refused:
        await say(anna, chat.id, LINK)
    assert isinstance(refused.value.failure, LinksRefused)
    assert now_ms() < refused.value.failure.until <= now_ms() + 86_400_000
    harmless = await say(anna, chat.id, "look: example.org")
    edit = EditMessage(chat_id=chat.id, seq=harmless.seq, text=LINK)
    assert await outcome(anna.call(edit)) == "links_refused"


async def test_a_new_account_sends_links_to_friends_and_groups(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    both = await group(anna, ben)
    assert await outcome(say(anna, both.id, LINK)) == "ok"
    chat = await direct(anna, ben)
    await befriend(anna, ben)
    sent = await say(anna, chat.id, LINK)
    assert await outcome(anna.call(EditMessage(chat_id=chat.id, seq=sent.seq, text=LINK + "2"))) == "ok"


async def test_a_new_account_begins_few_direct_chats(strict: People) -> None:
    anna, *others = await strict.join("anna", "ben", "carla", "dora")
    begun = [await outcome(anna.call(OpenDirect(user_id=me(other).id))) for other in others]
    assert begun == ["ok", "ok", "rate_limited"]
    assert await outcome(anna.call(OpenDirect(user_id=me(others[0]).id))) == "ok", "it is there already"
    assert await outcome(others[2].call(OpenDirect(user_id=me(anna).id))) == "ok"


async def test_an_old_account_may_do_more(lax: People) -> None:
    anna, *others = await lax.join("anna", "ben", "carla", "dora")
    chats = [await direct(anna, other) for other in others]
    assert [await outcome(say(anna, chat.id, LINK)) for chat in chats] == ["ok"] * 3
    assert await outcome(say(anna, chats[0].id)) == "rate_limited"


async def test_reports_are_limited(strict: People) -> None:
    anna, ben = await strict.join("anna", "ben")
    report = ReportUser(user_id=me(ben).id, reason=ReportReason.SPAM)
    assert await outcomes(3, lambda: anna.call(report)) == ["ok", "ok", "rate_limited"]


async def test_two_replicas_share_a_limit() -> None:
    async with open_people(STRICT, chats=2) as people:
        anna, ben = await people.join("anna", "ben")
        chat = await group(anna, ben)
        url = people.suite.servers.environment["DIALOG_REDIS_URL"]
        key = f"pace:{{paces}}:messages:{me(anna).id}"
        async with open_cache(RedisSettings(redis_url=url)) as redis:
            passed, start = 0, float((await redis.time())[0])
            for _ in range(40):
                if await outcome(say(anna, chat.id)) != "ok":
                    continue
                passed += 1
                async with asyncio.timeout(PATIENCE):  # until one replica has told the other
                    while float(await redis.get(key) or 0) < start + passed * HOUR - 60:
                        await asyncio.sleep(0.02)
        assert 5 <= passed <= 6, "each replica asks with the first message it sees"


@timed
async def test_without_redis_each_process_goes_on_at_once() -> None:
    async with open_people(STRICT) as people:
        anna, ben = await people.join("anna", "ben")
        chat = await group(anna, ben)
        sent = await say(anna, chat.id)
        for hurt in (people.suite.pause, people.suite.kill):
            hurt("redis")
            with within(3):
                assert [await outcome(say(anna, chat.id)) for _ in range(2)] == ["ok", "ok"]
                for emoji in ("👍", "🎉"):
                    await anna.call(AddReaction(chat_id=chat.id, seq=sent.seq, emoji=emoji))
        assert await outcome(say(anna, chat.id)) == "rate_limited"
