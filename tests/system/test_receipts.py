"""Receipts, what is unread, and what each person prefers about a chat: the same on every device."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncmy
import pytest
from msgspec.structs import replace

from dialog.bus import Bus
from dialog.client import Client
from dialog.config import Settings
from dialog.db import Transaction, connection_arguments
from dialog.ids import now_ms
from dialog.protocol.base import Command, Refused, tag_of
from dialog.protocol.chats import AddMember, ClearChat, EditChat, LeaveChat
from dialog.protocol.frames import ENCODER
from dialog.protocol.messages import DeleteMessage, EditMessage, HideMessages, SendMessage
from dialog.protocol.preferences import FOR_EVER, NotificationLevel, Preferences, SetDraft, SetPreferences
from dialog.protocol.receipts import (
    DeliveredReceipt,
    ListReceipts,
    ReadReceipt,
    Receipt,
    ReceiptMoved,
    ReceiptsUntold,
)
from services.chat.store.receipts import choose
from tests.patience import PATIENCE, Late, timed
from tests.people import People, direct, group, in_step, knows, me, sees
from tests.servers import Servers


def unread(client: Client, chat_id: int) -> int:
    return client.state.chats[chat_id].mine.unread


def mentions(client: Client, chat_id: int) -> int:
    return client.state.chats[chat_id].mine.mentions


async def has_unread(number: int, chat_id: int, *devices: Client) -> None:
    """Wait until so many are unread on each of these devices."""
    for device in devices:
        try:
            await device.wait_for(lambda device=device: unread(device, chat_id) == number)
        except TimeoutError:
            raise AssertionError(f"{unread(device, chat_id)} unread, not {number}") from None


def prefs(client: Client, chat_id: int) -> Preferences:
    return client.state.chats[chat_id].mine.prefs or Preferences()


def pointer(client: Client, chat_id: int, person: Client) -> tuple[int, int]:
    """How far `client` knows that somebody has received and read."""
    held = client.state.chats[chat_id].receipts.get(me(person).id)
    return (held.delivered_seq, held.read_seq) if held else (0, 0)


async def refusal(client: Client, command: Command[object]) -> str:
    with pytest.raises(Refused) as refused:
        await client.call(command)
    return tag_of(type(refused.value.failure))


async def said(chat_id: int, person: Client, *texts: str) -> None:
    for text in texts:
        await person.send(chat_id, text)


# --- unread


async def test_unread_rises_with_what_others_say_and_falls_on_all_devices(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await knows(chat.id, phone)
    await said(chat.id, ben, "one", "two", "three")
    await said(chat.id, anna, "mine does not count")
    await has_unread(3, chat.id, anna, phone)
    await anna.call(ReadReceipt(chat_id=chat.id, seq=2))
    await has_unread(1, chat.id, anna, phone)
    await anna.read(chat.id)
    await has_unread(0, chat.id, anna, phone)
    await has_unread(1, chat.id, ben)
    await in_step(anna, phone, ben)


async def test_a_receipt_never_goes_back_nor_beyond_the_end(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await said(chat.id, ben, "one", "two")
    await anna.call(ReadReceipt(chat_id=chat.id, seq=2**53 - 1))
    await anna.call(ReadReceipt(chat_id=chat.id, seq=1))
    await anna.call(ReadReceipt(chat_id=chat.id, seq=0))
    await said(chat.id, ben, "three")
    await has_unread(1, chat.id, anna)
    assert anna.state.chats[chat.id].mine.read_seq == 2
    await in_step(anna, ben)


async def test_a_deleted_newest_message_leaves_no_badge(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await said(chat.id, ben, "one", "two")
    await has_unread(2, chat.id, anna)
    await ben.call(DeleteMessage(chat_id=chat.id, seq=2))
    await has_unread(1, chat.id, anna)
    await ben.call(EditMessage(chat_id=chat.id, seq=1, text="edited"))
    await anna.call(ReadReceipt(chat_id=chat.id, seq=1))
    await has_unread(0, chat.id, anna)
    await anna.read(chat.id)
    await in_step(anna, ben)


async def test_what_was_said_before_one_joined_is_not_unread(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben)
    await said(chat.id, anna, "one", "two")
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(carla).id]))
    await knows(chat.id, carla)
    await said(chat.id, anna, "three")
    await has_unread(1, chat.id, carla)
    await has_unread(3, chat.id, ben)
    await carla.call(LeaveChat(chat_id=chat.id))
    await said(chat.id, anna, "four", "five")
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(carla).id]))
    await knows(chat.id, carla)
    await said(chat.id, anna, "six")
    await has_unread(1, chat.id, carla)
    await in_step(anna, ben, carla)


async def test_a_device_that_was_away_learns_what_was_read(people: People) -> None:
    """Also where nothing else has happened in the chat."""
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat, other = await direct(anna, ben), await group(anna, ben)
    await knows(chat.id, phone)
    await knows(other.id, phone)
    await said(chat.id, ben, "one", "two")
    await has_unread(2, chat.id, anna, phone)
    await phone.close()
    await anna.call(ReadReceipt(chat_id=chat.id, seq=1))
    await anna.call(SetPreferences(chat_id=other.id, archived=True))
    await anna.call(SetDraft(chat_id=chat.id, text="begun"))
    await phone.open()
    await has_unread(1, chat.id, phone)
    assert prefs(phone, other.id).archived
    assert prefs(phone, chat.id).draft == "begun"
    await in_step(anna, phone)


async def test_a_device_with_a_small_window_asks_for_what_it_cannot_count(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await said(chat.id, ben, *(str(number) for number in range(8)))
    phone = await people.device(anna)
    assert phone.state.chats[chat.id].first_seq == 8
    await has_unread(8, chat.id, phone)
    await ben.call(DeleteMessage(chat_id=chat.id, seq=3))
    await has_unread(7, chat.id, phone)
    await anna.call(ReadReceipt(chat_id=chat.id, seq=4))
    await has_unread(4, chat.id, anna, phone)
    await in_step(anna, phone)


async def test_what_was_hidden_or_cleared_and_notices_are_not_unread_and_mentions_are_counted(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await group(ben, anna)
    await knows(chat.id, phone)
    await ben.call(EditChat(chat_id=chat.id, title="Walks"))
    await said(chat.id, ben, "one", "two", "three")
    await has_unread(3, chat.id, anna, phone)
    first = (await ben.send(chat.id, "four")).seq - 3
    await has_unread(4, chat.id, anna, phone)
    await anna.call(HideMessages(chat_id=chat.id, seqs=[first]))
    await has_unread(3, chat.id, anna, phone)
    anna_id = me(anna).id
    await ben.call(SendMessage(chat_id=chat.id, nonce="a", text=f"<@{anna_id}>", mentions=[anna_id]))
    await ben.call(SendMessage(chat_id=chat.id, nonce="b", text="<@all>", mention_all=True))
    await has_unread(5, chat.id, anna, phone)
    assert [mentions(device, chat.id) for device in (anna, phone)] == [2, 2]
    small = await people.device(anna)
    assert (unread(small, chat.id), mentions(small, chat.id)) == (5, 2)
    await ben.call(DeleteMessage(chat_id=chat.id, seq=first))
    await anna.call(ReadReceipt(chat_id=chat.id, seq=first + 4))
    await has_unread(1, chat.id, anna, phone, small)
    assert [mentions(device, chat.id) for device in (anna, phone, small)] == [1, 1, 1]
    await in_step(anna, phone, small)
    await anna.call(ClearChat(chat_id=chat.id))
    await has_unread(0, chat.id, anna, phone, small)
    await said(chat.id, ben, "anew")
    await has_unread(1, chat.id, anna, phone, small)
    late = await people.device(anna)
    assert (unread(late, chat.id), mentions(late, chat.id)) == (1, 0)
    await in_step(anna, phone, small, late)


# --- what others see


async def test_the_others_see_how_far_somebody_has_come(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    first = await anna.send(chat.id, "one")
    view = anna.state.chats[chat.id]
    assert view.progress_of(first) == "sent"
    await ben.call(DeliveredReceipt(chats={str(chat.id): 1}))
    await carla.call(DeliveredReceipt(chats={str(chat.id): 1, "77": 5}))
    await anna.wait_for(lambda: view.progress_of(first) == "delivered")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=1))
    await anna.wait_for(lambda: pointer(anna, chat.id, ben) == (1, 1))
    assert view.progress_of(first) == "delivered"
    await carla.call(ReadReceipt(chat_id=chat.id, seq=1))
    await anna.wait_for(lambda: view.progress_of(first) == "read")
    listed = await anna.call(ListReceipts(chat_id=chat.id, seq=1))
    assert (listed.people, listed.delivered, listed.read) == (2, 2, 2)
    assert {one.user_id for one in listed.receipts} == {me(ben).id, me(carla).id}
    fresh = await anna.fresh_state()
    assert fresh.chats[chat.id].receipts[me(ben).id] == Receipt(user_id=me(ben).id, delivered_seq=1, read_seq=1)


async def test_who_answers_has_read(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    first = await anna.send(chat.id, "a question")
    await said(chat.id, ben, "an answer")
    await sees(anna, chat.id, "a question", "an answer")
    assert anna.state.chats[chat.id].progress_of(first) == "read"


@timed
async def test_receipts_of_a_chat_are_told_together(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await said(chat.id, anna, *(str(number) for number in range(40)))
    anna.events.take()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for seq in range(1, 41):
        await ben.call(ReadReceipt(chat_id=chat.id, seq=seq))
        await carla.call(ReadReceipt(chat_id=chat.id, seq=seq))
    await anna.wait_for(lambda: pointer(anna, chat.id, ben) == pointer(anna, chat.id, carla) == (40, 40))
    told = [event for event in anna.events.take() if isinstance(event, ReceiptMoved)]
    if len(told) > 2 + (loop.time() - begun):
        raise Late(f"{len(told)} events in {loop.time() - begun:.2f} s")


async def test_those_who_left_stay_with_what_they_were_there_for(people: People) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await said(chat.id, anna, "one")
    await carla.call(ReadReceipt(chat_id=chat.id, seq=1))
    await carla.call(LeaveChat(chat_id=chat.id))
    await said(chat.id, anna, "two")  # after the notice that Carla has left
    before, after = [await anna.call(ListReceipts(chat_id=chat.id, seq=seq)) for seq in (1, 3)]
    assert (before.people, before.read) == (2, 1)
    assert (after.people, after.read) == (1, 0)
    assert await refusal(anna, ListReceipts(chat_id=chat.id, seq=4)) == "not_found"
    assert await refusal(carla, ReadReceipt(chat_id=chat.id, seq=3)) == "not_found"


@pytest.fixture
async def record(servers: Servers) -> AsyncIterator[Any]:
    """A cursor in chat's database."""
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(servers.mysql_url("admin")))
    async with connection.cursor() as cursor:
        await cursor.execute("USE dialog_chat")
        yield cursor
    connection.close()


async def chooses(record: Any, person: Client, *, shows: bool) -> None:
    """What auth tells chat when somebody changes this setting."""
    tx = Transaction(record)
    await choose(tx, me(person).id, shows=shows, rev=now_ms())
    await tx.commit()


async def test_receipts_are_mutual(people: People, record: Any) -> None:
    """Carla shows none: nobody sees hers, she sees nobody's, and nobody waits for her."""
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await chooses(record, carla, shows=False)
    first = await anna.send(chat.id, "one")
    for person in (carla, ben):
        await person.call(ReadReceipt(chat_id=chat.id, seq=1))
    await anna.wait_for(lambda: pointer(anna, chat.id, ben) == (1, 1))
    await has_unread(0, chat.id, carla)
    assert pointer(anna, chat.id, carla) == (0, 0)
    assert pointer(carla, chat.id, ben) == (0, 0)
    fresh = (await anna.fresh_state()).chats[chat.id]
    assert fresh.progress_of(first) == "read"
    assert fresh.receipts_off == {me(carla).id}
    hers = (await carla.fresh_state()).chats[chat.id]
    assert not hers.receipts
    assert hers.receipts_off == {me(carla).id}
    of_anna, of_carla = [await one.call(ListReceipts(chat_id=chat.id, seq=1)) for one in (anna, carla)]
    assert (of_anna.people, of_anna.read) == (1, 1)
    assert (of_carla.people, of_carla.read, of_carla.receipts) == (0, 0, [])
    await chooses(record, carla, shows=True)
    assert (await carla.call(ListReceipts(chat_id=chat.id, seq=1))).people == 1


async def test_what_is_told_again_is_only_what_is_shown(people: People, record: Any, servers: Servers) -> None:
    """Carla has read, shows it no longer, and has left: what another process tells anew says nothing of her."""
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await said(chat.id, anna, "one")
    for person in (ben, carla):
        await person.call(ReadReceipt(chat_id=chat.id, seq=1))
        await anna.wait_for(lambda person=person: pointer(anna, chat.id, person) == (1, 1))
    await chooses(record, carla, shows=False)
    await carla.call(LeaveChat(chat_id=chat.id))
    anna.events.take()
    bus = await Bus.connect(Settings(nats_url=servers.environment["DIALOG_NATS_URL"]), "test")
    untold = ReceiptsUntold(chat_ids=[chat.id])
    await bus.tell(tag_of(ReceiptsUntold), ENCODER.encode(untold), f"untold-{chat.id}")
    await bus.close()
    heard: list[Receipt] = []
    async with asyncio.timeout(PATIENCE):
        while not heard:
            heard = [one for event in anna.events.take() if isinstance(event, ReceiptMoved) for one in event.receipts]
            await asyncio.sleep(0.05)
    assert [one.user_id for one in heard] == [me(ben).id]


async def test_a_large_group_is_told_only_numbers(people: People, record: Any) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    await said(chat.id, anna, "one")
    await has_unread(1, chat.id, ben, carla)
    await record.execute(f"UPDATE chats SET member_count = 101 WHERE id = {chat.id}")
    await ben.call(ReadReceipt(chat_id=chat.id, seq=1))
    await has_unread(0, chat.id, ben)
    listed = await anna.call(ListReceipts(chat_id=chat.id, seq=1))
    assert (listed.people, listed.read, listed.receipts) == (2, 1, [])
    await record.execute(f"UPDATE chats SET member_count = 3 WHERE id = {chat.id}")
    await carla.call(ReadReceipt(chat_id=chat.id, seq=1))
    await anna.wait_for(lambda: pointer(anna, chat.id, carla) == (1, 1))
    assert pointer(anna, chat.id, ben) == (0, 0)


# --- preferences

LATER = 2_000_000_000_000

CHOICES: dict[str, tuple[Callable[[int], SetPreferences], Preferences]] = {
    "mute": (lambda id_: SetPreferences(chat_id=id_, muted_until=LATER), Preferences(rev=1, muted_until=LATER)),
    "mute for ever": (
        lambda id_: SetPreferences(chat_id=id_, muted_until=FOR_EVER),
        Preferences(rev=1, muted_until=FOR_EVER),
    ),
    "level": (
        lambda id_: SetPreferences(chat_id=id_, level=NotificationLevel.MENTIONS),
        Preferences(rev=1, level=NotificationLevel.MENTIONS),
    ),
    "archive": (lambda id_: SetPreferences(chat_id=id_, archived=True), Preferences(rev=1, archived=True)),
    "important": (lambda id_: SetPreferences(chat_id=id_, important=True), Preferences(rev=1, important=True)),
    "mark unread": (
        lambda id_: SetPreferences(chat_id=id_, marked_unread=True),
        Preferences(rev=1, marked_unread=True),
    ),
    "nothing": (lambda id_: SetPreferences(chat_id=id_), Preferences()),
    "what is so already": (lambda id_: SetPreferences(chat_id=id_, archived=False), Preferences()),
}


@pytest.mark.parametrize("what", CHOICES)
async def test_a_choice_is_known_to_all_devices_and_to_nobody_else(people: People, what: str) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await knows(chat.id, phone)
    build, expected = CHOICES[what]
    assert await anna.call(build(chat.id)) == expected
    await phone.wait_for(lambda: prefs(phone, chat.id) == expected)
    await in_step(anna, phone, ben)
    assert prefs(ben, chat.id) == Preferences()


async def test_reading_takes_the_mark_away_everywhere(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await knows(chat.id, phone)
    await said(chat.id, ben, "one", "two")
    await has_unread(2, chat.id, anna)
    await anna.read(chat.id)
    await anna.call(SetPreferences(chat_id=chat.id, marked_unread=True))
    await phone.wait_for(lambda: prefs(phone, chat.id).marked_unread)
    await phone.call(ReadReceipt(chat_id=chat.id, seq=1))
    assert prefs(phone, chat.id).marked_unread, "a late receipt says nothing about now"
    await phone.read(chat.id)
    await anna.wait_for(lambda: not prefs(anna, chat.id).marked_unread)
    await in_step(anna, phone)
    assert pointer(ben, chat.id, anna)[1] in (0, 2)


async def test_pins_are_bounded(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chats = [(await group(anna, ben, title=str(number))).id for number in range(3)]
    pinned = [await anna.call(SetPreferences(chat_id=chat_id, pinned=True)) for chat_id in chats]
    assert all(one.pinned_at for one in pinned)
    again = await anna.call(SetPreferences(chat_id=chats[0], pinned=True))
    assert again == pinned[0]
    assert (await anna.call(SetPreferences(chat_id=chats[0], pinned=False))).pinned_at == 0
    await in_step(anna)


async def test_the_last_draft_holds(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    phone = await people.device(anna)
    chat = await direct(anna, ben)
    await knows(chat.id, phone)
    await anna.call(SetDraft(chat_id=chat.id, text="from the desk"))
    await phone.call(SetDraft(chat_id=chat.id, text="from the phone"))
    await anna.wait_for(lambda: prefs(anna, chat.id).draft == "from the phone")
    await asyncio.gather(*(one.call(SetDraft(chat_id=chat.id, text=f"{one}")) for one in (anna, phone) * 5))
    await in_step(anna, phone)
    assert prefs(anna, chat.id) == prefs(phone, chat.id)
    await anna.call(SetDraft(chat_id=chat.id, text=""))
    await phone.wait_for(lambda: not prefs(phone, chat.id).draft)
    await in_step(anna, phone, ben)


async def test_leaving_takes_preferences_and_draft_along(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await ben.call(SetPreferences(chat_id=chat.id, muted_until=FOR_EVER))
    await ben.call(SetDraft(chat_id=chat.id, text="never sent"))
    await ben.call(LeaveChat(chat_id=chat.id))
    assert await refusal(ben, SetDraft(chat_id=chat.id, text="more")) == "not_found"
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    await knows(chat.id, ben)
    assert replace(prefs(ben, chat.id), rev=0) == Preferences()
    await in_step(anna, ben)
