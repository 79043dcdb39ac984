"""What people do in orders that nobody had in mind, on several devices and with some of them away."""

import asyncio
import secrets
from typing import Any

import pytest

from dialog.client import Client, Refused
from dialog.ids import now_ms
from dialog.protocol.bans import BanMember, UnbanMember
from dialog.protocol.base import Command, Status, TooManyRequests, tag_of
from dialog.protocol.chats import (
    AddMember,
    DeleteChat,
    EditChat,
    EditMember,
    LeaveChat,
    RemoveMember,
    SetDisappearing,
)
from dialog.protocol.invites import (
    ApproveJoin,
    CreateInvite,
    ListJoinRequests,
    LookAtInvite,
    RevokeInvite,
    UseInvite,
)
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ListEdits,
    ListPins,
    MessageHistory,
    PinMessage,
    SendMessage,
)
from dialog.protocol.notices import MemberJoined
from dialog.protocol.reactions import AddReaction, RemoveReaction
from dialog.protocol.receipts import ReadReceipt
from dialog.protocol.reports import ReportMessage, ReportReason
from dialog.protocol.roles import Role
from dialog.protocol.scheduled import ScheduleMessage, UnscheduleMessage
from tests.operators import operate
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, knows, me, sees, texts, username
from tests.records import kept
from tests.servers import Suite

HOUR = 3_600_000


async def outcome(person: Client, command: Command[Any]) -> str:
    """`ok`, or why not. Asks again when the suite had no time."""
    while True:
        try:
            await person.call(command)
        except Refused as refused:
            if refused.failure.status is Status.UNAVAILABLE:
                continue
            return tag_of(type(refused.failure))
        return "ok"


def later(chat_id: int, text: str, seconds: float = 1.5, **more: Any) -> ScheduleMessage:
    send_at = now_ms() + int(seconds * 1000)
    return ScheduleMessage(chat_id=chat_id, nonce=secrets.token_hex(8), text=text, send_at=send_at, **more)


# --- coming and going


async def test_nobody_comes_into_a_group_that_its_last_member_has_left(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna)
    invite, asking = [await anna.call(CreateInvite(chat_id=chat.id, approval=approval)) for approval in (False, True)]
    await anna.call(LeaveChat(chat_id=chat.id))
    for token in (invite.token, asking.token):
        assert await outcome(ben, LookAtInvite(token=token)) == "invite_over"
        assert await outcome(ben, UseInvite(token=token)) == "invite_over"
    await in_step(anna, ben)


async def test_joining_while_the_last_member_leaves(people: People) -> None:
    """Whichever comes first, no group is without an owner."""
    anna, ben = await people.join("anna", "ben")
    for _ in range(6):
        chat = await group(anna)
        invite = await anna.call(CreateInvite(chat_id=chat.id))
        came, _left = await asyncio.gather(
            outcome(ben, UseInvite(token=invite.token)), outcome(anna, LeaveChat(chat_id=chat.id))
        )
        assert came in ("ok", "invite_over")
        if came == "ok":
            await knows(chat.id, ben)
            await ben.wait_for(lambda chat=chat: ben.state.chats[chat.id].mine.role is Role.OWNER, PATIENCE)
        await in_step(anna, ben)


async def test_a_request_outlives_its_invite_and_is_granted_once(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    phone = await people.device(carla)
    chat = await group(anna, ben)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    invite = await anna.call(CreateInvite(chat_id=chat.id, approval=True, uses=1))
    assert (await carla.call(UseInvite(token=invite.token))).chat is None
    await ben.call(RevokeInvite(chat_id=chat.id, token=invite.token))
    await phone.close()
    approve = ApproveJoin(chat_id=chat.id, user_id=me(carla).id)
    assert set(await asyncio.gather(*(outcome(one, approve) for one in (anna, ben, anna, ben)))) == {"ok"}
    await knows(chat.id, carla)
    phone = await people.enter(phone)
    await in_step(anna, ben, carla, phone)
    notices = [one.notice for one in phone.state.chats[chat.id].messages.values()]
    assert notices.count(MemberJoined()) == 1
    assert (await anna.call(ListJoinRequests(chat_id=chat.id))).requests == []


async def test_who_is_put_out_while_away_finds_the_group_gone(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await group(anna, ben)
    await anna.send(chat.id, "before")
    await in_step(anna, ben, phone)
    await phone.close()
    await anna.call(BanMember(chat_id=chat.id, user_id=me(ben).id))
    await anna.send(chat.id, "among us")
    await anna.call(UnbanMember(chat_id=chat.id, user_id=me(ben).id))
    phone = await people.enter(phone)
    for device in (ben, phone):
        await device.wait_for(lambda device=device: chat.id not in device.state.chats, PATIENCE)
        assert await outcome(device, MessageHistory(chat_id=chat.id)) == "not_found"
    await phone.close()
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    phone = await people.enter(phone)
    await knows(chat.id, ben, phone)
    await in_step(anna, ben, phone)
    assert phone.state.chats[chat.id].mine.unread == 0, "what was said while they were out"


async def test_coming_back_does_not_end_the_wait_of_slow_mode(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await anna.call(EditChat(chat_id=chat.id, slow_mode=3600))
    await ben.send(chat.id, "once")
    await ben.call(LeaveChat(chat_id=chat.id))
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    await knows(chat.id, ben)
    again = SendMessage(chat_id=chat.id, nonce="again", text="again")
    assert await outcome(ben, again) == "slow_mode"
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    assert await outcome(ben, again) == "ok"
    await in_step(anna, ben)


# --- later


async def demoted(anna: Client, ben: Client, chat_id: int) -> None:
    await anna.call(EditMember(chat_id=chat_id, user_id=me(ben).id, role=Role.MEMBER))


async def put_out(anna: Client, ben: Client, chat_id: int) -> None:
    await anna.call(RemoveMember(chat_id=chat_id, user_id=me(ben).id))


async def banned(anna: Client, ben: Client, chat_id: int) -> None:
    await anna.call(BanMember(chat_id=chat_id, user_id=me(ben).id))


async def ended(anna: Client, _ben: Client, chat_id: int) -> None:
    await anna.call(DeleteChat(chat_id=chat_id))


async def silenced(anna: Client, _ben: Client, chat_id: int) -> None:
    await anna.call(EditChat(chat_id=chat_id, may_send=Role.OWNER))


@pytest.mark.parametrize(
    ("spoil", "failure"),
    [
        (demoted, "forbidden"),
        (put_out, "not_found"),
        (banned, "not_found"),
        (ended, "not_found"),
        (silenced, "forbidden"),
    ],
)
async def test_what_may_not_be_posted_any_more_stays_with_its_author(people: People, spoil: Any, failure: str) -> None:
    """Calling everybody is for admins, which Ben was when he scheduled it."""
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await group(anna, ben)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    made = await ben.call(later(chat.id, "<@all> too late", mention_all=True))
    await phone.close()
    await spoil(anna, ben, chat.id)
    await ben.wait_for(lambda: ben.state.scheduled[made.id].failure == failure, PATIENCE)
    phone = await people.enter(phone)
    assert phone.state.scheduled[made.id].failure == failure
    await phone.call(UnscheduleMessage(scheduled_id=made.id))
    await ben.wait_for(lambda: not ben.state.scheduled, PATIENCE)
    await in_step(anna, ben, phone)
    if chat.id in anna.state.chats:
        assert texts(anna, chat.id) == []


async def test_what_was_scheduled_waits_for_slow_mode(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await group(anna, ben)
    await anna.call(EditChat(chat_id=chat.id, slow_mode=4))
    first = await ben.send(chat.id, "first")
    made = await ben.call(later(chat.id, "second", 0.2))
    dropped = await ben.call(later(chat.id, "third", 3600))
    await phone.wait_for(lambda: phone.state.scheduled.get(made.id, made).send_at > made.send_at, PATIENCE)
    await phone.call(UnscheduleMessage(scheduled_id=dropped.id))
    await sees(anna, chat.id, "first", "second")
    [_, second] = [one for one in anna.state.chats[chat.id].messages.values() if one.text]
    assert second.sent_at - first.sent_at >= 4000
    await ben.wait_for(lambda: not ben.state.scheduled, PATIENCE)
    await in_step(anna, ben, phone)


async def test_what_was_scheduled_brings_a_deleted_chat_back(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    said = await ben.send(chat.id, "before")
    await anna.call(later(chat.id, "an answer", reply_to=said.seq))
    await ben.call(DeleteMessage(chat_id=chat.id, seq=said.seq))
    for person in (anna, ben):
        await person.call(DeleteChat(chat_id=chat.id))
        assert not person.state.chats[chat.id].listed
    for person in (anna, ben):
        await sees(person, chat.id, "an answer")
        assert person.state.chats[chat.id].listed
    await in_step(anna, ben)


# --- what disappears


async def test_what_disappears_takes_everything_along_on_every_device(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(ben)
    chat = await direct(anna, ben)
    stays = await anna.send(chat.id, "stays")
    await anna.call(SetDisappearing(chat_id=chat.id, after=4))
    goes = await anna.send(chat.id, "goes")
    await ben.call(AddReaction(chat_id=chat.id, seq=goes.seq, emoji="👍"))
    await ben.call(PinMessage(chat_id=chat.id, seq=goes.seq))
    await phone.close()
    edited = await anna.call(EditMessage(chat_id=chat.id, seq=goes.seq, text="goes soon"))
    assert edited.expires_at == goes.expires_at, "an edit makes it stay no longer"
    await anna.call(SetDisappearing(chat_id=chat.id, after=None))
    kept_now = await ben.send(chat.id, "an answer", reply_to=goes.seq)
    await sees(anna, chat.id, "stays", "", "an answer")
    phone = await people.enter(phone)
    await in_step(anna, ben, phone)
    assert texts(phone, chat.id) == ["stays", "", "an answer"]
    assert (await phone.call(ListPins(chat_id=chat.id))).messages == []
    assert await outcome(phone, ListEdits(chat_id=chat.id, seq=goes.seq)) == "not_found"
    assert await kept(suite.servers, chat.id) == {"messages": 3}
    assert phone.state.chats[chat.id].mine.unread == 1, "the one that stays"
    assert (stays.expires_at, kept_now.expires_at) == (None, None)
    await phone.call(ReadReceipt(chat_id=chat.id, seq=kept_now.seq))
    await in_step(anna, ben, phone)


# --- messages


async def test_a_kind_of_reaction_that_is_gone_makes_room(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    message = await ben.send(chat.id, "look")
    emoji = [chr(0x1F600 + number) for number in range(21)]
    for number, one in enumerate(emoji[:19]):
        await (ben if number % 2 else anna).call(AddReaction(chat_id=chat.id, seq=message.seq, emoji=one))
    both = [AddReaction(chat_id=chat.id, seq=message.seq, emoji=one) for one in emoji[19:]]
    outcomes = await asyncio.gather(outcome(phone, both[0]), outcome(ben, both[1]))
    assert sorted(outcomes) == ["ok", "too_many_reactions"]
    await phone.call(RemoveReaction(chat_id=chat.id, seq=message.seq, emoji=emoji[0]))
    assert [await outcome(phone, both[0]), await outcome(ben, both[1])] == ["ok", "ok"]
    await in_step(anna, ben, phone)
    assert len(ben.state.chats[chat.id].messages[message.seq].reactions) == 20


async def test_an_author_who_has_left_changes_nothing_more(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    message = await ben.send(chat.id, "said")
    await ben.call(LeaveChat(chat_id=chat.id))
    for command in (
        EditMessage(chat_id=chat.id, seq=message.seq, text="changed"),
        DeleteMessage(chat_id=chat.id, seq=message.seq),
        AddReaction(chat_id=chat.id, seq=message.seq, emoji="👍"),
        PinMessage(chat_id=chat.id, seq=message.seq),
        ListEdits(chat_id=chat.id, seq=message.seq),
    ):
        assert await outcome(ben, command) == "not_found"
    await in_step(anna, ben)
    assert texts(anna, chat.id) == ["said"]


async def test_what_was_said_with_a_right_that_is_lost_stays_and_is_not_said_anew(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await anna.call(EditMember(chat_id=chat.id, user_id=me(ben).id, role=Role.ADMIN))
    said = await ben.call(SendMessage(chat_id=chat.id, nonce="n", text="<@all> dinner", mention_all=True))
    await demoted(anna, ben, chat.id)
    edit = EditMessage(chat_id=chat.id, seq=said.seq, text="<@all> supper", mention_all=True)
    assert await outcome(ben, edit) == "forbidden"
    await ben.call(EditMessage(chat_id=chat.id, seq=said.seq, text="supper"))
    await in_step(anna, ben)
    assert not anna.state.chats[chat.id].messages[said.seq].mentions_all


async def test_waiting_as_one_is_told_is_enough(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    message = await ben.send((await direct(anna, ben)).id, "look")

    async def react_until_refused() -> None:
        while True:
            for kind in (AddReaction, RemoveReaction):
                await anna.call(kind(chat_id=message.chat_id, seq=message.seq, emoji="👍"))

    for _ in range(6):
        with pytest.raises(Refused) as refused:
            await react_until_refused()
        assert isinstance(refused.value.failure, TooManyRequests)
        await asyncio.sleep(refused.value.failure.retry_after)
        assert await outcome(anna, AddReaction(chat_id=message.chat_id, seq=message.seq, emoji="👍")) == "ok"


# --- operators


async def test_removing_what_is_gone_already_closes_the_report(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    rude = await ben.send(chat.id, "rude")
    await anna.call(ReportMessage(chat_id=chat.id, seq=rude.seq, reason=ReportReason.HATE))
    await anna.call(DeleteChat(chat_id=chat.id))
    async with asyncio.timeout(PATIENCE):
        while await kept(suite.servers, chat.id):
            await asyncio.sleep(0.05)
    listed = await operate(suite, "reports", "--user", username(ben))
    report_id = listed.out.split()[0].lstrip("#")
    removed = await operate(suite, "remove-message", report_id, "--why", "rude")
    assert removed.code == 0, removed.error
    assert username(ben) not in (await operate(suite, "reports", "--user", username(ben))).out
