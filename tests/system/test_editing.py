"""Edits: what was said before can be seen, purged by its author, and goes with the message. Mentions and forwards."""

import asyncio

import pytest

from dialog.client import Refused
from dialog.ids import now_ms
from dialog.protocol.base import Forbidden, NotFound, tag_of
from dialog.protocol.chats import EditMember, OpenSaved, Role
from dialog.protocol.messages import (
    DeleteMessage,
    EditConflict,
    EditMessage,
    EditWindowOver,
    ForwardMessages,
    ListEdits,
    PinMessage,
    PurgeEdits,
    SendMessage,
)
from dialog.protocol.reactions import AddReaction
from tests.people import People, direct, group, in_step, knows, me
from tests.records import change_record, kept, on_record
from tests.servers import Suite


async def test_the_history_of_a_message(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    message = await anna.send(chat.id, "one")
    for text in ("two", "three"):
        message = await anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text=text))
    assert message.edits == 2
    found = (await ben.call(ListEdits(chat_id=chat.id, seq=message.seq))).edits
    assert [(edit.version, edit.text) for edit in found] == [(1, "one"), (2, "two")]
    assert found[0].written_at == message.sent_at
    with pytest.raises(Refused) as refused:
        await ben.call(PurgeEdits(chat_id=chat.id, seq=message.seq))
    assert isinstance(refused.value.failure, Forbidden)
    await anna.call(PurgeEdits(chat_id=chat.id, seq=message.seq))
    assert (await ben.call(ListEdits(chat_id=chat.id, seq=message.seq))).edits == []
    assert await kept(suite.servers, chat.id) == {"messages": 1}
    await anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text="four"))
    [left] = (await ben.call(ListEdits(chat_id=chat.id, seq=message.seq))).edits
    assert (left.version, left.text) == (3, "three")
    await in_step(anna, ben)


@pytest.mark.parametrize("kind", ["direct", "saved"])
async def test_for_two_days_and_what_one_keeps_for_oneself_for_ever(people: People, suite: Suite, kind: str) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await (direct(anna, ben) if kind == "direct" else anna.call(OpenSaved()))
    await knows(chat.id, anna)
    old = await anna.send(chat.id, "old")
    for hours, outcome in ((47, "edited"), (49, "edited" if kind == "saved" else "refused")):
        await change_record(
            suite.servers,
            "UPDATE messages SET sent_at = %(then)s WHERE chat_id = %(id)s AND seq = %(seq)s",
            then=now_ms() - hours * 3_600_000,
            id=chat.id,
            seq=old.seq,
        )
        edit = EditMessage(chat_id=chat.id, seq=old.seq, text=f"after {hours} hours")
        if outcome == "edited":
            assert (await anna.call(edit)).text == edit.text
        else:
            with pytest.raises(Refused) as refused:
                await anna.call(edit)
            assert refused.value.failure == EditWindowOver(hours=48)


async def test_of_two_edits_at_once_the_second_is_told(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    message = await anna.send(chat.id, "one")
    edits = [
        EditMessage(chat_id=chat.id, seq=message.seq, text=text, if_edits=0) for text in ("from desk", "from phone")
    ]
    outcomes = await asyncio.gather(anna.call(edits[0]), phone.call(edits[1]), return_exceptions=True)
    [conflict] = [one for one in outcomes if isinstance(one, Refused)]
    assert conflict.failure == EditConflict(edits=1)
    winner = next(edit for edit, outcome in zip(edits, outcomes, strict=True) if not isinstance(outcome, Refused))
    again = await anna.call(winner)  # as after a lost answer
    assert (again.text, again.edits) == (winner.text, 1)
    await in_step(anna, phone, ben)


async def test_nothing_is_left_of_what_is_deleted(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    first = await anna.send(chat.id, "first")
    secret = f"secret <@{me(ben).id}>"
    sent = SendMessage(chat_id=chat.id, nonce="n", text=secret, reply_to=first.seq, mentions=[me(ben).id])
    message = await anna.call(sent)
    await anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text=secret + "!", mentions=[me(ben).id]))
    await ben.call(AddReaction(chat_id=chat.id, seq=message.seq, emoji="👍"))
    await ben.call(PinMessage(chat_id=chat.id, seq=message.seq))
    deleted = await anna.call(DeleteMessage(chat_id=chat.id, seq=message.seq))
    assert (deleted.text, deleted.edits, deleted.mentions, deleted.reactions) == ("", 0, (), ())
    assert (deleted.pinned_at, deleted.reply_to, deleted.edited_at) == (None, None, None)
    assert deleted.deleted_by == me(anna).id
    assert await kept(suite.servers, chat.id) == {"messages": 2}
    [(text, reply_to, body)] = await on_record(
        suite.servers,
        "SELECT text, reply_to, body FROM messages WHERE chat_id = %(chat_id)s AND seq = %(seq)s",
        chat_id=chat.id,
        seq=message.seq,
    )
    assert (text, reply_to, body) == ("", None, f'{{"deleted_by":{me(anna).id}}}')
    for late in (ListEdits, PurgeEdits, PinMessage):
        with pytest.raises(Refused) as refused:
            await anna.call(late(chat_id=chat.id, seq=message.seq))
        assert isinstance(refused.value.failure, NotFound)
    await in_step(anna, ben)


MENTIONS = {
    "one who is there": ("<@{ben}> hi", ["ben"], ["ben"]),
    "twice the same": ("<@{ben}> <@{ben}>", ["ben", "ben"], ["ben"]),
    "oneself": ("<@{anna}>", ["anna"], ["anna"]),
    "one who is not in the chat": ("<@{carla}>", ["carla"], []),
    "nobody there is": ("<@17>", [17], []),
    "one whom the text does not name": ("hi", ["ben"], []),
    "one named but not meant": ("`<@{ben}>`", [], []),
}


@pytest.mark.parametrize("case", MENTIONS)
@pytest.mark.parametrize("kind", ["group", "direct"])
async def test_who_is_mentioned(people: People, case: str, kind: str) -> None:
    text, meant, expected = MENTIONS[case]
    anna, ben, carla = await people.join("anna", "ben", "carla")
    ids = {"anna": me(anna).id, "ben": me(ben).id, "carla": me(carla).id}
    chat = await (group(anna, ben) if kind == "group" else direct(anna, ben))
    wanted = [ids[one] if isinstance(one, str) else one for one in meant]
    text = text.format(**ids)
    message = await anna.call(SendMessage(chat_id=chat.id, nonce="n", text=text, mentions=wanted))
    assert message.mentions == tuple(ids[name] for name in expected)
    plain = await anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text="nobody", mentions=wanted))
    assert plain.mentions == ()
    again = await anna.call(EditMessage(chat_id=chat.id, seq=message.seq, text=text, mentions=wanted))
    assert again.mentions == message.mentions
    await in_step(anna, ben)


async def test_everybody_is_for_owner_and_admins_to_call(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat, pair = await group(anna, ben, carla), await direct(anna, ben)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(carla).id, role=Role.ADMIN))
    call = SendMessage(chat_id=chat.id, nonce="n", text="<@all> dinner", mention_all=True)
    for person in (anna, carla):
        assert (await person.call(call)).mentions_all
    with pytest.raises(Refused) as refused:
        await ben.call(call)
    assert isinstance(refused.value.failure, Forbidden)
    said = await ben.call(SendMessage(chat_id=chat.id, nonce="m", text="dinner", mention_all=True))
    assert not said.mentions_all
    with pytest.raises(Refused):
        await ben.call(EditMessage(chat_id=chat.id, seq=said.seq, text="<@all>", mention_all=True))
    assert (await ben.call(SendMessage(chat_id=pair.id, nonce="n", text="<@all>", mention_all=True))).mentions_all
    await in_step(anna, ben)


async def test_a_forward_is_a_copy_that_lives_on(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    source, target = await direct(anna, ben), await direct(anna, carla)
    first, second = await ben.send(source.id, "first"), await ben.send(source.id, "second")
    forward = ForwardMessages(chat_id=target.id, nonce="n", from_chat_id=source.id, seqs=[second.seq, first.seq])
    copies = (await anna.call(forward)).messages
    assert [copy.text for copy in copies] == ["second", "first"]
    assert [copy.seq for copy in copies] == [1, 2]
    assert copies[0].forwarded
    assert (copies[0].forwarded.author_id, copies[0].forwarded.sent_at) == (me(ben).id, second.sent_at)
    assert (await anna.call(forward)).messages == copies
    await ben.call(EditMessage(chat_id=source.id, seq=first.seq, text="changed"))
    await ben.call(DeleteMessage(chat_id=source.id, seq=second.seq))
    await in_step(anna, ben, carla)
    assert [one.text for one in carla.state.chats[target.id].messages.values()] == ["second", "first"]
    onwards = await direct(carla, ben)
    again = ForwardMessages(chat_id=onwards.id, nonce="n", from_chat_id=target.id, seqs=[1])
    [copy] = (await carla.call(again)).messages
    assert copy.forwarded == copies[0].forwarded, "the first author, not who passed it on"


@pytest.mark.parametrize("what", ["deleted", "unknown", "a chat of others", "to a chat of others"])
async def test_what_one_cannot_see_one_cannot_forward(people: People, what: str) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    mine, theirs = await direct(anna, ben), await direct(ben, carla)
    message = await ben.send(mine.id, "here")
    await ben.send(theirs.id, "there")
    if what == "deleted":
        await ben.call(DeleteMessage(chat_id=mine.id, seq=message.seq))
    source = theirs.id if what == "a chat of others" else mine.id
    target = theirs.id if what == "to a chat of others" else mine.id
    forward = ForwardMessages(chat_id=target, nonce="n", from_chat_id=source, seqs=[9 if what == "unknown" else 1])
    with pytest.raises(Refused) as refused:
        await anna.call(forward)
    assert tag_of(type(refused.value.failure)) == "not_found"
    await in_step(anna, ben, carla)
