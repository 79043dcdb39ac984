"""The terminal app: what waits, what vanishes, who asks to come in, and how one wants a chat."""

from collections.abc import Callable

from dialog.client import Client
from dialog.protocol.invites import UseInvite
from dialog.protocol.preferences import NotificationLevel, Preferences
from dialog.protocol.settings import GetSettings, Whom
from tests.operators import operate
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, sees, username
from tests.servers import Suite
from tests.terminals import Terminal, a_name, registered


async def talking(terminal: Callable[..., Terminal], people: People) -> tuple[Terminal, Client, int, str]:
    """Anna at a terminal, in her chat with Ben, and her name."""
    [ben] = await people.join("ben")
    name = a_name("anna")
    anna = await registered(terminal, name)
    anna.types(f"/direct {username(ben)}")
    await anna.shows("── Ben ──")
    await ben.wait_for(lambda: ben.state.chats, PATIENCE)
    [chat_id] = ben.state.chats
    return anna, ben, chat_id, name


async def test_scheduling(terminal: Callable[..., Terminal], people: People) -> None:
    anna, ben, chat_id, _ = await talking(terminal, people)
    anna.types("/schedule 3d see you then")
    await anna.shows("It is sent")
    anna.types("/schedule 2026-01-01 a happy new year")
    await anna.shows("That is over.")
    anna.types("/schedule soon what")
    await anna.shows("soon is no time")
    anna.types("/schedule 2d never mind")
    await anna.shows("It is sent")
    anna.types("/scheduled")
    await anna.shows("1  ")
    await anna.shows("[Ben] never mind")
    await anna.shows("2  ")
    await anna.shows("[Ben] see you then")
    anna.types("/unschedule 1")
    await anna.shows("It is not sent.")
    anna.types("/schedule 1s supper is ready")
    await anna.shows("you supper is ready")
    await sees(ben, chat_id, "supper is ready")
    anna.types("/scheduled")
    await anna.shows("1  ")
    await anna.shows("[Ben] see you then")


async def test_what_could_not_be_sent_at_its_time_is_told(terminal: Callable[..., Terminal], people: People) -> None:
    anna, _, _, _ = await talking(terminal, people)
    anna.types("/group Walk")
    await anna.shows("── Walk ──")
    anna.types("/schedule 2s too late")
    await anna.shows("It is sent")
    anna.types("/leave")
    await anna.shows("You are no longer in this chat.")
    await anna.shows("[a chat that you are not in] too late (not sent: there is no such thing here)")


async def test_what_is_said_vanishes(terminal: Callable[..., Terminal], people: People) -> None:
    anna, ben, chat_id, _ = await talking(terminal, people)
    anna.types("/disappear")
    await anna.shows("What is said here stays.")
    anna.types("/disappear for ever")
    await anna.shows("off ends it")
    anna.types("/disappear 1s")
    await anna.shows("What is said here disappears after 1 second.")
    await ben.wait_for(lambda: ben.state.chats[chat_id].chat.disappear_after == 1, PATIENCE)
    anna.types("now you see it")
    await anna.shows("you now you see it (until ")
    await anna.shows("you (deleted)")
    anna.types("/disappear off")
    await anna.shows("What is said here stays.")


async def test_who_asks_to_come_in(terminal: Callable[..., Terminal], people: People) -> None:
    carla, dora = await people.join("carla", "dora")
    anna = await registered(terminal, a_name("anna"))
    anna.types("/group Walk")
    await anna.shows("── Walk ──")
    anna.types("/invite ask 5 7d")
    await anna.shows("asks to come in: /join ")
    token = anna.screen().rsplit("/join ", 1)[1].split()[0]
    for one in (carla, dora):
        assert (await one.call(UseInvite(token=token))).chat is None
        await anna.shows(f"({username(one)}) asks to come into Walk: /requests")
    anna.types("/requests")
    await anna.shows(f"Carla {username(carla)}, asked")
    await anna.shows(f"Dora {username(dora)}, asked")
    anna.types(f"/approve {username(carla)}")
    await anna.shows("Carla came in by an invite")
    anna.types(f"/refuse {username(dora)}")
    await anna.shows("They do not ask any more.")
    anna.types("/requests")
    await anna.shows("Nobody does.")
    await carla.wait_for(lambda: carla.state.chats, PATIENCE)
    assert not dora.state.chats
    anna.types("/invites")
    await anna.shows(f"{token} used 2 of 5 times, until")
    await anna.shows("an admin decides")
    anna.types(f"/uninvite {token}")
    anna.types("/invites")
    await anna.shows("There is none")
    anna.types(f"/ban {username(carla)}")
    await anna.shows("removed Carla")
    anna.types("/bans")
    await anna.shows(f"Carla {username(carla)}")
    anna.types(f"/unban {username(carla)}")
    anna.types("/bans")
    await anna.shows("Nobody is.")
    anna.types("/slow 30s")
    await anna.shows("set slow_mode to 30")


async def test_how_one_wants_a_chat(terminal: Callable[..., Terminal], people: People) -> None:
    anna, _, _, name = await talking(terminal, people)
    device = await Client.sign_in(people.suite.url("gateway"), name, PASSWORD)
    await people.enter(device)
    [view] = device.state.chats.values()

    async def prefers(typed: str, **expected: object) -> None:
        anna.types(typed)

        def held() -> dict[str, object]:
            prefs = view.mine.prefs or Preferences()
            return {field: getattr(prefs, field) for field in expected}

        await device.wait_for(lambda: held() == expected, PATIENCE)

    await prefers("/level mentions", level=NotificationLevel.MENTIONS)
    await prefers("/important", important=True)
    await prefers("/archive", archived=True)
    anna.types("/top")
    await anna.shows("on top")
    anna.types("/mute 23:59")
    await anna.shows("muted")
    anna.types("/list")
    await anna.shows("1  Ben  muted  on top  archived  important")
    await prefers("/archive", archived=False)
    await prefers("/important", important=False)
    await prefers("/top", pinned_at=0)
    await prefers("/mute off", muted_until=0)
    await prefers("/unread", marked_unread=True)
    anna.types("/list")
    await anna.shows("1  Ben  marked unread")
    anna.types("/level loud")
    await anna.shows("/level all, mentions or none")


async def test_privacy(terminal: Callable[..., Terminal], people: People) -> None:
    name = a_name("anna")
    anna = await registered(terminal, name)
    device = await Client.sign_in(people.suite.url("gateway"), name, PASSWORD)
    await people.enter(device)
    anna.types("/privacy write nobody")
    await anna.shows("write    nobody")
    await anna.shows("receipts on")
    await anna.shows("typing   on")
    anna.types("/privacy receipts off")
    await anna.shows("write    nobody")
    await anna.shows("receipts off")
    settings = (await device.call(GetSettings())).settings
    assert (settings.who_may_write, settings.read_receipts) == (Whom.NOBODY, False)
    anna.types("/privacy receipts nobody")
    await anna.shows("receipts can be on, off")
    anna.types("/privacy shoes on")
    await anna.shows("where WHAT is write, add")
    anna.types("/privacy")
    await anna.shows("write    nobody")
    await anna.shows("typing   on")


async def test_reporting_and_being_warned(terminal: Callable[..., Terminal], people: People, suite: Suite) -> None:
    anna, ben, chat_id, name = await talking(terminal, people)
    await ben.send(chat_id, "one")
    await ben.send(chat_id, "rude")
    await anna.shows("rude")
    anna.types("/report 2 harassment +5 he does this all the time")
    await anna.shows("The operators are told.")
    anna.types(f"/report {username(ben)} spam")
    await anna.shows("The operators are told.")
    anna.types("/report 2 because")
    await anna.shows("/report USER or N, and why: spam,")
    listed = await operate(suite, "--json", "reports", "--user", username(ben))
    assert listed.out.count('"harassment"') == 1
    assert listed.out.count('"spam"') == 1
    warned = await operate(suite, "warn", "--user", name, "--say", "Be nice", "--why", "a test")
    assert warned.code == 0, warned.error
    await anna.shows("From the operators")
    await anna.shows("Be nice")
    anna.types("/warnings")
    await anna.shows("Be nice")
    anna.types("/dismiss")
    anna.types("/warnings")
    await anna.shows("Nothing.")


async def test_answers_and_what_was_said_before(terminal: Callable[..., Terminal], people: People) -> None:
    anna, ben, chat_id, _ = await talking(terminal, people)
    await ben.send(chat_id, "shall we?")
    await anna.shows("Ben shall we?")
    anna.types("/reply 1 yes")
    await anna.shows("you yes (answers 1)")
    anna.types("/edit no")
    await anna.shows("you no (answers 1, edited)")
    anna.types("/edits 2")
    await anna.shows("yes")
    anna.types("/edits 1")
    await anna.shows("Nothing else is kept of it.")
    anna.types("/clear mine")
    await sees(ben, chat_id, "shall we?", "")
    anna.types("/clear everything")
    await anna.shows("Only mine can follow")
    anna.types("/drop")
    anna.types("/list")
    await anna.shows("You are in no chat yet")


async def test_where_a_command_makes_no_sense(terminal: Callable[..., Terminal]) -> None:
    anna = await registered(terminal, a_name("anna"))
    for command in ("requests", "level all", "disappear 1h", "invites", "report 1 spam", "drop", "schedule 1h what"):
        anna.types(f"/{command}")
        await anna.shows("No chat is open")
    anna.types("/help")
    await anna.shows("/quit")
