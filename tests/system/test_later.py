"""Messages that are posted later, and messages that disappear: at their time, once, whoever dies over it."""

import asyncio
import secrets

import pytest

from dialog.client import Refused
from dialog.ids import now_ms
from dialog.protocol.base import Forbidden, NotFound
from dialog.protocol.chats import LeaveChat, SetDisappearing
from dialog.protocol.messages import EditMessage, ForwardMessages
from dialog.protocol.reactions import AddReaction
from dialog.protocol.scheduled import (
    ListScheduled,
    ScheduleFull,
    ScheduleMessage,
    TimeRefused,
    UnscheduleMessage,
)
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, me, sees, texts
from tests.records import kept
from tests.servers import Suite

DAY = 86_400_000


def at(chat_id: int, text: str, send_at: int, nonce: str = "") -> ScheduleMessage:
    return ScheduleMessage(chat_id=chat_id, nonce=nonce or secrets.token_hex(8), text=text, send_at=send_at)


async def test_it_is_posted_at_its_time(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    later, soon = at(chat.id, "later", now_ms() + DAY), at(chat.id, "soon", now_ms() + 1000)
    scheduled = await anna.call(later)
    assert await anna.call(later) == scheduled
    await anna.call(soon)
    await phone.wait_for(lambda: scheduled.id in phone.state.scheduled)
    await sees(ben, chat.id, "soon")
    [message] = ben.state.chats[chat.id].messages.values()
    assert (message.author_id, message.nonce) == (me(anna).id, soon.nonce)
    assert message.sent_at >= soon.send_at
    await anna.wait_for(lambda: list(anna.state.scheduled) == [scheduled.id])
    assert (await anna.call(ListScheduled())).scheduled == [scheduled]
    await anna.call(UnscheduleMessage(scheduled_id=scheduled.id))
    with pytest.raises(Refused) as refused:
        await anna.call(UnscheduleMessage(scheduled_id=scheduled.id))
    assert isinstance(refused.value.failure, NotFound)
    await in_step(anna, phone, ben)


async def test_whose_author_may_not_post_any_more_is_told(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await group(anna, ben)
    scheduled = await ben.call(at(chat.id, "soon", now_ms() + 1000))
    await ben.call(LeaveChat(chat_id=chat.id))
    await phone.wait_for(lambda: phone.state.scheduled[scheduled.id].failure == "not_found", PATIENCE)
    await in_step(ben, phone)
    await ben.call(UnscheduleMessage(scheduled_id=scheduled.id))
    await in_step(anna, ben, phone)
    assert texts(anna, chat.id) == []


async def test_there_is_a_limit_to_what_waits(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    for _ in range(5):
        await anna.call(at(chat.id, "x" * 8000, now_ms() + DAY))
    with pytest.raises(Refused) as refused:
        await anna.call(at(chat.id, "x", now_ms() + DAY))
    assert refused.value.failure == ScheduleFull(limit=100, characters=40_000)
    with pytest.raises(Refused) as refused:
        await ben.call(at(chat.id, "x", now_ms() + 367 * DAY))
    assert refused.value.failure == TimeRefused(days=366)


@pytest.mark.parametrize("point", ["scheduled_claimed", "scheduled_posted"])
async def test_a_crash_neither_loses_nor_doubles_it(isolated_suite, point: str) -> None:
    from contextlib import AsyncExitStack

    suite: Suite = await isolated_suite("gateway", "auth", "presence")
    async with AsyncExitStack() as stack:
        quick = {"DIALOG_CHAT_WORK_INTERVAL": "0.1", "DIALOG_CHAT_CLAIM_SECONDS": "1"}
        await suite.start("chat", env={"DIALOG_CHAT_CRASH_AT": point, **quick})
        people = People(suite, stack)
        anna, ben = await people.join("anna", "ben")
        chat = await direct(anna, ben)
        await anna.call(at(chat.id, "once", now_ms() + 300))
        async with asyncio.timeout(PATIENCE):
            while suite.is_running("chat"):
                await asyncio.sleep(0.05)
        await asyncio.gather(*(suite.start("chat", name=f"chat-{number}", env=quick) for number in (2, 3)))
        await anna.wait_for(lambda: not anna.state.scheduled, PATIENCE)
        await anna.send(chat.id, "and then")
        await sees(ben, chat.id, "once", "and then")
        await in_step(anna, ben)


async def test_two_replicas_do_everything_once(isolated_suite) -> None:
    from contextlib import AsyncExitStack

    suite: Suite = await isolated_suite("gateway", "auth", "presence")
    async with AsyncExitStack() as stack:
        quick = {"DIALOG_CHAT_WORK_INTERVAL": "0.05"}
        await asyncio.gather(*(suite.start("chat", name=name, env=quick) for name in ("chat", "chat-2")))
        people = People(suite, stack)
        anna, ben = await people.join("anna", "ben")
        chat = await direct(anna, ben)
        await anna.call(SetDisappearing(chat_id=chat.id, after=5))
        when = now_ms() + 1500
        nonces = [(await anna.call(at(chat.id, f"message {number}", when))).nonce for number in range(20)]
        await anna.wait_for(lambda: not anna.state.scheduled, PATIENCE)
        await ben.wait_for(lambda: len(texts(ben, chat.id)) >= 20 and not any(texts(ben, chat.id)), PATIENCE)
        await in_step(anna, ben)
        view = ben.state.chats[chat.id]
        assert sorted(message.nonce for message in view.messages.values()) == sorted(nonces)
        assert view.rev == 2 + 1 + 20 + 20, "each was posted once and deleted once"
        assert await kept(suite.servers, chat.id) == {"messages": 20}


async def test_what_disappears_is_gone_for_everyone(people: People, suite: Suite) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat, other = await group(anna, ben), await direct(ben, carla)
    stays = await anna.send(chat.id, "stays")
    with pytest.raises(Refused) as refused:
        await ben.call(SetDisappearing(chat_id=chat.id, after=2))
    assert isinstance(refused.value.failure, Forbidden)
    assert (await anna.call(SetDisappearing(chat_id=chat.id, after=2))).disappear_after == 2
    await in_step(anna, ben)
    goes = await ben.send(chat.id, "goes", reply_to=stays.seq)
    assert goes.expires_at == goes.sent_at + 2000
    await ben.call(EditMessage(chat_id=chat.id, seq=goes.seq, text="goes soon"))
    await anna.call(AddReaction(chat_id=chat.id, seq=goes.seq, emoji="👍"))
    await ben.call(ForwardMessages(chat_id=other.id, nonce="n", from_chat_id=chat.id, seqs=[goes.seq]))
    await sees(anna, chat.id, "stays", "")
    gone = anna.state.chats[chat.id].messages[goes.seq]
    assert gone.deleted_by is None
    assert (gone.deleted_at or 0) >= goes.sent_at + 2000
    assert await kept(suite.servers, chat.id) == {"messages": 3}  # with the notice that messages disappear
    await anna.call(SetDisappearing(chat_id=chat.id, after=None))
    assert (await anna.send(chat.id, "stays as well")).expires_at is None
    await in_step(anna, ben, carla)
    assert texts(carla, other.id) == ["goes soon"]
