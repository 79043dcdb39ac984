"""Search: what was said is found by whoever may read it, in any script, and what is gone is not."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest

from deploy.local.settings import ROOT
from dialog.client import Client, Refused
from dialog.protocol.base import NotFound, TooLarge, TooManyRequests
from dialog.protocol.chats import ClearChat, DeleteChat, LeaveChat, RemoveMember, SetDisappearing
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    HideMessages,
    Message,
    PinMessage,
    SendMessage,
    UnpinMessage,
)
from dialog.protocol.reactions import AddReaction, RemoveReaction
from dialog.protocol.search import Has, SearchEmpty, SearchMessages, SearchPage
from tests.patience import PATIENCE
from tests.people import People, acknowledged, direct, group, me
from tests.records import indexed, on_record
from tests.servers import Suite

VECTORS: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "search.json").read_text())

TERMS = "SELECT COUNT(*) FROM search_terms WHERE chat_id = %(chat_id)s"
POSTINGS = "SELECT SUM(LENGTH(postings)) / 4 FROM search_terms WHERE chat_id = %(chat_id)s"


async def no_terms(suite: Suite, chat_id: int) -> None:
    """Return when the index holds nothing of a chat."""
    await _counts(suite, 0, TERMS, chat_id=chat_id)


async def _counts(suite: Suite, number: int, sql: str, **params: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while await on_record(suite.servers, sql, **params) != [(number,)]:
            await asyncio.sleep(0.05)


async def say(person: Client, chat_id: int, *texts: str) -> list[Message]:
    return [await acknowledged(person.send(chat_id, text)) for text in texts]


async def search(person: Client, text: str = "", **fields: Any) -> SearchPage:
    return await person.call(SearchMessages(text=text, **fields))


async def found(person: Client, text: str = "", **fields: Any) -> list[str]:
    return [message.text for message in (await search(person, text, **fields)).messages]


@pytest.mark.parametrize("first", [0, 1])
async def test_words_and_phrases_in_any_script(people: People, suite: Suite, first: int) -> None:
    """Each time half of them: nobody may search as often in a row."""
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    sent = await say(anna, chat.id, *VECTORS["said"])
    await indexed(suite, chat.id)
    for text, expected in list(VECTORS["asked"].items())[first::2]:
        page = await search(ben, text)
        assert [message.seq for message in page.messages] == [sent[number].seq for number in reversed(expected)], text
        assert page.next is None


async def test_filters(people: People, suite: Suite) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    both, pair = await group(anna, ben, carla), await direct(anna, ben)
    [one] = await say(anna, both.id, "word one https://example.com")
    [two] = await say(ben, both.id, "word two")
    mention = f"word three <@{me(ben).id}>"
    three = await anna.call(SendMessage(chat_id=pair.id, nonce="n", text=mention, mentions=[me(ben).id]))
    [four] = await say(ben, pair.id, "word four")
    await indexed(suite, both.id, pair.id)
    asked: Sequence[tuple[dict[str, Any], list[Message]]] = (
        ({}, [four, three, two, one]),
        ({"from_id": me(anna).id}, [three, one]),
        ({"from_id": me(anna).id, "text": ""}, [three, one]),
        ({"from_id": me(carla).id}, []),
        ({"chat_id": both.id}, [two, one]),
        ({"chat_id": pair.id, "from_id": me(ben).id}, [four]),
        ({"before": three.sent_at}, [one for one in (two, one) if one.sent_at < three.sent_at]),
        ({"after": three.sent_at}, [one for one in (four, three, two, one) if one.sent_at >= three.sent_at]),
        ({"before": one.sent_at}, []),
        ({"has": [Has.LINK]}, [one]),
        ({"has": [Has.LINK], "text": ""}, [one]),
        ({"has": [Has.MENTION]}, [three]),
        ({"has": [Has.MENTION, Has.LINK]}, []),
        ({"has": [Has.PIN]}, []),
        ({"has": [Has.REACTION]}, []),
    )
    for fields, expected in asked:
        assert await found(ben, **{"text": "word", **fields}) == [message.text for message in expected], fields
    assert await found(carla, "word") == [two.text, one.text]
    await ben.call(PinMessage(chat_id=pair.id, seq=four.seq))
    await ben.call(AddReaction(chat_id=pair.id, seq=three.seq, emoji="👍"))
    assert await found(anna, has=[Has.PIN]) == [four.text]
    assert await found(anna, "thr", has=[Has.REACTION]) == [three.text]
    await ben.call(UnpinMessage(chat_id=pair.id, seq=four.seq))
    await ben.call(RemoveReaction(chat_id=pair.id, seq=three.seq, emoji="👍"))
    assert await found(anna, has=[Has.PIN]) == await found(anna, has=[Has.REACTION]) == []


async def test_pages_go_back_through_all_chats(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chats = [await group(anna, ben), await group(anna, ben), await direct(anna, ben)]
    sent: list[Message] = []
    for number in range(40):
        [message] = await say(anna if number % 3 else ben, chats[number * 7 % 3].id, f"round {number}")
        sent.append(message)
    await indexed(suite, *(chat.id for chat in chats))
    expected = sorted(((one.sent_at, one.chat_id, one.seq) for one in sent), reverse=True)
    for limit in (3, 20, 50):
        seen: list[tuple[int, int, int]] = []
        place = None
        while True:
            page = await search(anna, "round", page=place, limit=limit)
            seen += [(one.sent_at, one.chat_id, one.seq) for one in page.messages]
            place = page.next
            if place is None:
                break
            assert len(page.messages) == limit
        assert seen == expected


async def test_what_is_gone_is_not_found(people: People, suite: Suite) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    both, pair = await group(anna, ben, carla), await direct(anna, ben)
    deleted, edited, hidden, stays = await say(anna, both.id, "word one", "word two", "word three", "word four")
    await say(anna, pair.id, "word five")
    await indexed(suite, both.id, pair.id)
    await anna.call(DeleteMessage(chat_id=both.id, seq=deleted.seq))
    await anna.call(EditMessage(chat_id=both.id, seq=edited.seq, text="another two"))
    await ben.call(HideMessages(chat_id=both.id, seqs=[hidden.seq]))
    await ben.call(ClearChat(chat_id=pair.id))
    assert await found(anna, "word") == ["word five", "word four", "word three"]
    assert await found(anna, "another") == ["another two"]
    assert await found(ben, "word") == ["word four"]
    await ben.call(LeaveChat(chat_id=both.id))
    assert await found(ben, "word") == await found(ben, "another") == []
    await anna.call(RemoveMember(chat_id=both.id, user_id=me(carla).id))
    assert await found(carla, "word") == []
    with pytest.raises(Refused) as refused:
        await search(carla, "word", chat_id=both.id)
    assert isinstance(refused.value.failure, NotFound)
    await anna.call(DeleteMessage(chat_id=both.id, seq=stays.seq))
    assert await found(anna, "word", chat_id=both.id) == ["word three"]


async def test_nothing_is_left_in_the_index(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    pair = await direct(anna, ben)
    for texts in (("one 東京", "two https://example.com"), ("three",)):
        gone = await say(anna, pair.id, *texts)
        await indexed(suite, pair.id)
        for message in gone:
            await anna.call(AddReaction(chat_id=pair.id, seq=message.seq, emoji="👍"))
            await anna.call(EditMessage(chat_id=pair.id, seq=message.seq, text="four five"))
            await anna.call(DeleteMessage(chat_id=pair.id, seq=message.seq))
        assert await on_record(suite.servers, TERMS, chat_id=pair.id) == [(0,)]
    await say(anna, pair.id, "six", "seven")
    await anna.call(ClearChat(chat_id=pair.id, delete_mine=True))
    await indexed(suite, pair.id)
    await no_terms(suite, pair.id)
    await say(anna, pair.id, "eight", "nine")
    await indexed(suite, pair.id)
    for person in (anna, ben):
        await person.call(ClearChat(chat_id=pair.id))
    await no_terms(suite, pair.id)
    await say(anna, pair.id, "ten")
    await indexed(suite, pair.id)
    assert await found(ben, "ten") == ["ten"]
    await anna.call(SetDisappearing(chat_id=pair.id, after=1))
    await say(anna, pair.id, "eleven")
    await indexed(suite, pair.id)
    await _counts(suite, 3, POSTINGS, chat_id=pair.id)  # "ten", its beginning and its author
    assert await found(ben, "eleven") == []
    both = await group(anna, ben)
    await say(anna, both.id, "twelve")
    await indexed(suite, both.id)
    await anna.call(DeleteChat(chat_id=both.id))
    await no_terms(suite, both.id)
    await _counts(suite, 0, "SELECT COUNT(*) FROM search_chats WHERE chat_id = %(chat_id)s", chat_id=both.id)


async def test_forwarded_words_are_found_where_they_are(people: People, suite: Suite) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    pair, other = await direct(anna, ben), await direct(ben, carla)
    [message] = await say(anna, pair.id, "a secret")
    await ben.call(ForwardMessages(chat_id=other.id, nonce="f", from_chat_id=pair.id, seqs=[message.seq]))
    await indexed(suite, pair.id, other.id)
    assert await found(carla, "secret") == ["a secret"]
    assert await found(ben, "secret") == ["a secret"] * 2
    assert await found(carla, "secret", from_id=me(anna).id) == []  # it is ben who said it there


async def test_what_cannot_be_looked_for(people: People) -> None:
    [anna] = await people.join("anna")
    for fields in ({}, {"text": " .,!"}, {"text": '""'}, {"before": 1}, {"text": "\u0301"}):
        with pytest.raises(Refused) as refused:
            await search(anna, **fields)
        assert isinstance(refused.value.failure, SearchEmpty)
    with pytest.raises(Refused) as refused:
        await search(anna, "x" * 201)
    assert refused.value.failure == TooLarge(limit=200)
    for text in (
        "x" * 200,
        "東" * 200,
        " ".join("abcdefghijklmnopqrstuvwxyz" * 3),
        '"' * 199 + "x",
        "%s {rows} \\'",
    ):
        assert await found(anna, text) == []
    with pytest.raises(Refused) as refused:
        await asyncio.gather(*(search(anna, "x") for _ in range(40)))
    assert isinstance(refused.value.failure, TooManyRequests)
    assert refused.value.failure.retry_after > 0


async def test_the_index_is_built_anew_from_nothing(isolated_suite: Callable[..., Awaitable[Suite]]) -> None:
    suite = await isolated_suite()
    async with AsyncExitStack() as stack:
        people = People(suite, stack)
        anna, ben = await people.join("anna", "ben")
        chats = [await group(anna, ben), await direct(anna, ben)]
        for chat in chats:
            await say(anna, chat.id, *(f"word {number}" for number in range(70)))
        await indexed(suite, *(chat.id for chat in chats))
        for table in ("search_terms", "search_blocks", "search_chats"):
            await on_record(suite.servers, f"DELETE FROM {table}")
        assert await found(ben, "word") == []
        suite.kill("chat")
        await suite.restart("chat")
        await indexed(suite, *(chat.id for chat in chats))
        assert len(await found(ben, "word", limit=50)) == 50
        assert await found(ben, "69", limit=50) == ["word 69", "word 69"]


async def test_two_processes_index_everything_once(isolated_suite: Callable[..., Awaitable[Suite]]) -> None:
    suite = await isolated_suite()
    await suite.start("chat", name="chat-2")
    async with AsyncExitStack() as stack:
        people = People(suite, stack)
        anna, ben = await people.join("anna", "ben")
        chats = [await group(anna, ben) for _ in range(3)]
        sent = await asyncio.gather(
            *(acknowledged(who.send(chat.id, f"word {n}")) for n in range(100) for chat in chats for who in (anna, ben))
        )
        await indexed(suite, *(chat.id for chat in chats))
        counted = "SELECT SUM(LENGTH(times)) / 8 FROM search_blocks WHERE chat_id = %(chat_id)s"
        for chat in chats:
            head = max(one.seq for one in sent if one.chat_id == chat.id)
            assert await on_record(suite.servers, counted, chat_id=chat.id) == [(head,)]
        seen: list[Message] = []
        place = None
        while True:
            page = await search(ben, "word", page=place, limit=50)
            seen += page.messages
            place = page.next
            if place is None:
                break
        assert sorted((one.chat_id, one.seq) for one in seen) == sorted((one.chat_id, one.seq) for one in sent)
