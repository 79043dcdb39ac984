"""The terminal app, as people see it: in a terminal of their own, over the whole suite."""

import asyncio
import re
import signal
import stat
from collections.abc import Callable
from pathlib import Path

from dialog.protocol.presence import Choice, FocusSession, SetStatus
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, me, sees
from tests.servers import Suite
from tests.terminals import Terminal, a_name, registered


async def test_two_people_meet_and_talk(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    anna_name, ben_name = a_name("anna"), a_name("ben")
    anna, ben = await asyncio.gather(registered(terminal, anna_name), registered(terminal, ben_name))
    assert PASSWORD not in anna.raw + ben.raw, "a password is never shown"

    anna.types(f"/direct {ben_name}")
    await anna.shows("── Ben ──")
    await ben.shows("You are in a new chat: Anna")
    anna.types("hello ben")
    await anna.shows("you hello ben")
    await ben.shows("[Anna]")
    await ben.shows("hello ben")

    ben.types("/open Anna")
    await ben.shows("── Anna ──")
    ben.types("half a sen", enter=False)
    await ben.shows("half a sen")
    anna.types("are you there?")
    await ben.shows("Anna are you there?")
    ben.types("tence")
    await anna.shows("Ben half a sentence")

    anna.types("/edit are you here?")
    await ben.shows("Anna are you here? (edited)")
    anna.types("/delete 1")
    await ben.shows("Anna (deleted)")

    anna.types("/quit")
    assert await anna.ends() == 0
    kept = tmp_path / ".local/terminal" / f"{anna_name}.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    again = terminal(anna_name)
    await again.shows("connected")
    again.types("/open Ben")
    await again.shows("you are you here? (edited)")
    await again.shows("Ben half a sentence")
    assert "Password" not in again.screen()


async def test_groups_members_profiles_and_sessions(terminal: Callable[..., Terminal], people: People) -> None:
    [ben, carla] = await people.join("ben", "carla")
    anna = await registered(terminal, a_name("anna"))
    anna.types(f'/group "Sunday walk" {me(ben).username}')
    await anna.shows("── Sunday walk ──")
    anna.types("/members")
    await anna.shows("owner")
    await anna.shows("member")
    anna.types(f"/add {me(carla).username}")
    await anna.shows("Carla is a member")
    anna.types(f"/remove {me(carla).username}")
    await anna.shows("Carla left")
    anna.types("/profile Annabel")
    await anna.shows("You are Annabel now.")
    anna.types("/sessions")
    await anna.shows("Terminal")
    await anna.shows("this one")
    anna.types("/direct nobody.at.all")
    await anna.shows("That did not work: there is no such thing here")
    anna.types("/leave")
    await anna.shows("You are no longer in this chat.")
    anna.types("/revoke 1")
    await anna.shows("signed out")
    assert await anna.ends() == 0


async def test_running_a_group(terminal: Callable[..., Terminal], people: People) -> None:
    [ben] = await people.join("ben")
    anna = await registered(terminal, a_name("anna"))
    anna.types("/group Walk " + me(ben).username)
    await anna.shows("── Walk ──")
    anna.types("/title Sunday hike")
    await anna.shows("called the group Sunday hike")
    anna.types(f"/role {me(ben).username} admin")
    await anna.shows("made Ben admin")
    anna.types("/invite")
    await anna.shows("comes in: /join ")
    carla = await registered(terminal, a_name("carla"))
    token = anna.screen().rsplit("/join ", 1)[1].split()[0]
    carla.types(f"/join {token}")
    await carla.shows("── Sunday hike ──")
    await anna.shows("Carla came in by an invite")
    anna.types(f"/ban {me(ben).username}")
    await carla.shows("removed Ben")
    anna.types(f"/role {me(ben).username} member")
    await anna.shows("there is no such thing here")
    carla.types("/title Mine")
    await carla.shows("you may not do that")
    carla.types("/saved")
    await carla.shows("── Saved messages ──")
    carla.types("buy milk")
    await carla.shows("you buy milk")
    carla.types("/join nonsense")
    await carla.shows("the invite leads nowhere")


async def test_what_others_write_cannot_touch_the_terminal(terminal: Callable[..., Terminal], people: People) -> None:
    [ben] = await people.join("ben")
    name = a_name("anna")
    anna = await registered(terminal, name)
    anna.types(f"/direct {me(ben).username}")
    await anna.shows("── Ben ──")
    await ben.wait_for(lambda: ben.state.chats)
    [chat_id] = ben.state.chats
    await ben.send(chat_id, "a\x1b]0;owned\x07b\x1b[2Jc\x9b31md\u202ee\rf\nsecond\x08line")
    await anna.shows("a␛]0;owned␇b␛[2Jc�31md�e␍f")
    await anna.shows("second␈line")
    assert "\x1b]0;" not in anna.raw
    assert "\x9b" not in anna.raw


async def test_a_message_written_while_the_server_is_away(
    terminal: Callable[..., Terminal], people: People, suite: Suite
) -> None:
    [ben] = await people.join("ben")
    anna = await registered(terminal, a_name("anna"))
    anna.types(f"/direct {me(ben).username}")
    await anna.shows("── Ben ──")
    suite.processes["gateway"].send(signal.SIGSTOP)
    try:
        anna.types("patience")
        await anna.shows("on its way: patience")
        await anna.shows("1 not sent yet")
    finally:
        suite.processes["gateway"].send(signal.SIGCONT)
    await anna.shows("you patience")
    await ben.wait_for(lambda: ben.state.chats)
    [chat_id] = ben.state.chats
    await sees(ben, chat_id, "patience")


async def test_a_second_terminal_is_a_second_device(terminal: Callable[..., Terminal], people: People) -> None:
    name = a_name("anna")
    first = await registered(terminal, name)
    second = terminal(name)
    await second.shows("Password of")
    second.types(PASSWORD)
    await second.shows("connected")
    [ben] = await people.join("ben")
    first.types(f"/direct {me(ben).username}")
    await second.shows("You are in a new chat: Ben")
    second.types("/list")
    await second.shows("1  Ben")
    second.types("/open 1")
    await second.shows("── Ben ──")
    second.types("from the second")
    await first.shows("you from the second")
    [chat_id] = ben.state.chats
    await sees(ben, chat_id, "from the second")


async def test_statuses_and_who_is_typing(terminal: Callable[..., Terminal], people: People) -> None:
    [ben] = await people.join("ben")
    anna = await registered(terminal, a_name("anna"))
    anna.types(f"/direct {me(ben).username}")
    await anna.shows("── Ben ──")
    await ben.wait_for(lambda: ben.state.chats)
    [chat_id] = ben.state.chats
    ben.usage.open_chat(chat_id)
    await ben.call(FocusSession(focused=True, chat_id=chat_id))  # by its answer the gateway knows
    anna.types("half a sen", enter=False)
    await ben.wait_for(lambda: ben.usage.typing_in(chat_id))
    ben.usage.type(chat_id)
    await anna.shows("Ben typing…")
    anna.types("tence")
    await anna.shows("half a sentence")
    anna.types("/who")
    await anna.shows("Ben online")
    await ben.call(SetStatus(status=Choice.DND, text="busy\x07"))
    await ben.wait_for(lambda: ben.state.status and ben.state.status.status is Choice.DND)
    async with asyncio.timeout(PATIENCE):
        while "Ben do not disturb, busy" not in anna.screen():
            anna.types("/who")
            await asyncio.sleep(0.5)
    anna.types("/status invisible 30 not here")
    await anna.shows("You are invisible, not here, until")
    anna.types("/status nonsense")
    await anna.shows("/status auto, dnd or invisible")


async def test_searching(terminal: Callable[..., Terminal], people: People) -> None:
    [ben] = await people.join("ben")
    anna = await registered(terminal, a_name("anna"))
    anna.types(f"/direct {me(ben).username}")
    await anna.shows("── Ben ──")
    anna.types("the ferry leaves at ten")
    await anna.shows("you the ferry leaves at ten")
    for _ in range(20):
        anna.types("/search ferr from:me")
        await anna.shows("that is all")
        if "[Ben]" in anna.screen():
            break
        await asyncio.sleep(1)  # until it is indexed
    assert re.search(r"\[Ben\].*you the ferry leaves at ten", anna.screen())
    anna.types("/search has:fun")
    await anna.shows("A message has no fun")
    anna.types("/search")
    await anna.shows("there is no word to look for")
