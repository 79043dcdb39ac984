"""Who leaves a group and is brought back begins anew there, on every device, also on one that was away meanwhile."""

from dialog.protocol.chats import AddMember, LeaveChat
from dialog.protocol.preferences import SetDraft, SetPreferences
from tests.people import People, group, in_step, knows, me


async def test_a_device_that_was_away_forgets_what_was_preferred_before(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    phone = await people.device(ben)
    await knows(chat.id, phone)
    await ben.call(SetPreferences(chat_id=chat.id, marked_unread=True))
    await ben.call(SetDraft(chat_id=chat.id, text="begun"))
    await phone.wait_for(lambda: (prefs := phone.state.chats[chat.id].mine.prefs) and prefs.draft == "begun")
    await phone.close()
    await ben.call(LeaveChat(chat_id=chat.id))
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    await knows(chat.id, ben)
    await phone.open()
    for device in (ben, phone):
        prefs = device.state.chats[chat.id].mine.prefs
        assert prefs is None or (not prefs.marked_unread and not prefs.draft)
    await in_step(anna, ben, phone)


async def test_what_is_preferred_after_the_return_holds(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    phone = await people.device(ben)
    await knows(chat.id, phone)
    for marked in (True, False, True):
        await ben.call(SetPreferences(chat_id=chat.id, marked_unread=marked))
    await phone.wait_for(lambda: (prefs := phone.state.chats[chat.id].mine.prefs) and prefs.rev == 3)
    await phone.close()
    await ben.call(LeaveChat(chat_id=chat.id))
    await anna.call(AddMember(chat_id=chat.id, user_ids=[me(ben).id]))
    await knows(chat.id, ben)
    await ben.call(SetPreferences(chat_id=chat.id, archived=True))
    await phone.open()
    for device in (ben, phone):
        prefs = device.state.chats[chat.id].mine.prefs
        assert prefs is not None
        assert (prefs.archived, prefs.marked_unread) == (True, False)
    await in_step(anna, ben, phone)
