"""Reports with their evidence, and what operators do about them with their tool, run as they run it."""

import asyncio
import json
import secrets
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from dialog.client import Client, ConnectionStatus
from dialog.ids import now_ms
from dialog.protocol.accounts import BadCredentials, EditProfile, Suspended
from dialog.protocol.base import Refused, tag_of
from dialog.protocol.chats import ClearChat
from dialog.protocol.messages import DeleteMessage, EditMessage, HideMessages
from dialog.protocol.moderation import LiftSuspension, SuspendUser
from dialog.protocol.people import ListPeople
from dialog.protocol.reports import ReportMessage, ReportReason, ReportUser
from dialog.protocol.scheduled import ScheduleMessage
from dialog.protocol.warnings import DismissWarning
from tests.operators import desk, operate
from tests.patience import PATIENCE
from tests.people import PASSWORD, People, direct, group, in_step, me, sees, username
from tests.servers import Servers, Suite

SPAM = ReportReason.SPAM


async def tool(suite: Suite, *words: str, name: str = "olga") -> Any:
    """What the tool answers, as JSON."""
    said = await operate(suite, "--json", *words, name=name)
    assert said.code == 0, said.error
    return json.loads(said.out)


async def report_about(suite: Suite, person: Client) -> int:
    """The one open report about somebody."""
    [report] = (await tool(suite, "reports", "--user", username(person)))["reports"]
    return report["id"]


async def opened(suite: Suite, report_id: int) -> Any:
    return await tool(suite, "report", str(report_id), "--why", "looking into it")


def copied(file: Any) -> list[tuple[str, bool]]:
    """The messages in the evidence, and which one is reported."""
    found = [one["message"] for one in file["evidence"] if one.get("message")]
    return [(one["message"]["text"], one["reported"]) for one in found]


async def reason_of(asked: Any) -> str:
    with pytest.raises(Refused) as refused:
        await asked
    return tag_of(type(refused.value.failure))


# ------------------------------------------------------------------------------------------------------------ reporting


async def test_the_evidence_is_what_was_there(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben, title="Walks")
    for text in ("one", "two", "hidden", "secret", "rude"):
        last = await ben.send(chat.id, text)
    await anna.call(HideMessages(chat_id=chat.id, seqs=[last.seq - 2]))
    await ben.call(DeleteMessage(chat_id=chat.id, seq=last.seq - 1))
    await anna.call(
        ReportMessage(chat_id=chat.id, seq=last.seq, reason=ReportReason.HATE, comment="Not nice", context=True)
    )
    await ben.call(EditMessage(chat_id=chat.id, seq=last.seq, text="polite"))
    await ben.call(DeleteMessage(chat_id=chat.id, seq=last.seq))
    file = await opened(suite, await report_about(suite, ben))
    assert [one for one in copied(file) if one[0]] == [("one", False), ("two", False), ("rude", True)]
    assert [(one["reason"], one["comment"]) for one in file["complaints"]] == [("hate", "Not nice")]
    assert file["evidence"][0]["user"]["username"] == username(ben)
    assert {one["message"]["chat_title"] for one in file["evidence"] if one.get("message")} == {"Walks"}


async def test_without_consent_only_the_message_itself(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    await ben.send(chat.id, "before")
    rude = await ben.send(chat.id, "rude")
    await anna.call(ReportMessage(chat_id=chat.id, seq=rude.seq, reason=SPAM))
    assert copied(await opened(suite, await report_about(suite, ben))) == [("rude", True)]


async def test_a_profile_is_copied(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    await ben.call(EditProfile(description="rude words"))
    await anna.call(ReportUser(user_id=me(ben).id, reason=ReportReason.IMPERSONATION))
    await ben.call(EditProfile(description="polite words"))
    file = await opened(suite, await report_about(suite, ben))
    assert [one["user"]["description"] for one in file["evidence"]] == ["rude words"]


async def test_only_what_one_sees(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    gone, hidden, cleared = [await ben.send(chat.id, text) for text in ("gone", "hidden", "cleared")]
    await ben.call(DeleteMessage(chat_id=chat.id, seq=gone.seq))
    await anna.call(HideMessages(chat_id=chat.id, seqs=[hidden.seq]))
    for seq in (gone.seq, hidden.seq, cleared.seq + 1):
        assert await reason_of(anna.call(ReportMessage(chat_id=chat.id, seq=seq, reason=SPAM))) == "not_found"
    await anna.call(ClearChat(chat_id=chat.id))
    assert await reason_of(anna.call(ReportMessage(chat_id=chat.id, seq=cleared.seq, reason=SPAM))) == "not_found"
    assert await reason_of(anna.call(ReportUser(user_id=1, reason=SPAM))) == "not_found"


async def test_who_is_reported_cannot_tell(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    rude = await ben.send(chat.id, "rude")
    await in_step(anna, ben)
    before = ben.state.snapshot(), ben.state.revs(), ben.state.affairs.rev
    await anna.call(ReportMessage(chat_id=chat.id, seq=rude.seq, reason=SPAM))
    await anna.call(ReportUser(user_id=me(ben).id, reason=SPAM))
    relations = await ben.call(ListPeople())
    assert (ben.state.snapshot(), ben.state.revs(), relations.rev) == before


async def test_reports_of_one_thing_are_one_report(people: People, suite: Suite) -> None:
    anna, ben, carla = await people.join("anna", "ben", "carla")
    chat = await group(anna, ben, carla)
    rude = await ben.send(chat.id, "rude")
    report = ReportMessage(chat_id=chat.id, seq=rude.seq, reason=SPAM)
    await asyncio.gather(anna.call(report), carla.call(report), anna.call(report))
    [found] = (await tool(suite, "reports", "--user", username(ben)))["reports"]
    assert (found["reporters"], found["reasons"]) == (2, {"spam": 2})
    assert copied(await opened(suite, found["id"])) == [("rude", True)]
    await tool(suite, "dismiss", str(found["id"]), "--why", "harmless")
    await anna.call(report)
    assert await report_about(suite, ben) != found["id"], "what was decided is not opened again"


# ---------------------------------------------------------------------------------------------------------------- deeds


async def reported(people: People) -> tuple[Client, Client, int, int]:
    """Anna has reported a message of Ben's: they, the chat and the report."""
    anna, ben = await people.join("anna", "ben")
    chat = await group(anna, ben)
    await ben.send(chat.id, "first")
    rude = await ben.send(chat.id, "rude")
    await anna.call(ReportMessage(chat_id=chat.id, seq=rude.seq, reason=SPAM))
    return anna, ben, chat.id, await report_about(people.suite, ben)


async def decision(suite: Suite, ben: Client) -> list[str]:
    return [one["decision"] for one in (await tool(suite, "reports", "--closed", "--user", username(ben)))["reports"]]


async def test_a_warning_waits_until_it_is_dismissed(people: People, suite: Suite) -> None:
    _, ben, _, report_id = await reported(people)
    phone = await people.device(ben)
    await tool(suite, "warn", "--report", str(report_id), "--say", "Be kind", "--why", "rude")
    for device in (ben, phone):
        await device.wait_for(lambda device=device: bool(device.state.affairs.warnings), PATIENCE)
    late = await people.device(ben)
    await late.wait_for(lambda: bool(late.state.affairs.warnings), PATIENCE)
    [warning] = late.state.affairs.warnings.values()
    assert warning.text == "Be kind"
    await phone.call(DismissWarning(warning_id=warning.id))
    await phone.call(DismissWarning(warning_id=warning.id))
    for device in (ben, phone, late):
        await device.wait_for(lambda device=device: not device.state.affairs.warnings, PATIENCE)
    later = await people.device(ben)
    assert not later.state.affairs.warnings
    assert await decision(suite, ben) == ["warn"]


async def test_nobody_dismisses_the_warning_of_another(people: People, suite: Suite) -> None:
    anna, ben, _, _ = await reported(people)
    await tool(suite, "warn", "--user", username(ben), "--say", "Be kind", "--why", "rude")
    await ben.wait_for(lambda: bool(ben.state.affairs.warnings), PATIENCE)
    [warning_id] = ben.state.affairs.warnings
    assert await reason_of(anna.call(DismissWarning(warning_id=warning_id))) == "not_found"


async def sign_in(suite: Suite, person: Client, password: str = PASSWORD) -> Any:
    """The session, or the failure."""
    try:
        return await Client.sign_in(suite.url("gateway"), username(person), password, device="x")
    except Refused as refused:
        return refused.failure


async def test_a_suspension_ends_every_session_and_lets_nobody_in(people: People, suite: Suite) -> None:
    _, ben, chat_id, report_id = await reported(people)
    later = ScheduleMessage(chat_id=chat_id, nonce="later", text="later", send_at=now_ms() + 3_600_000)
    scheduled = await ben.call(later)
    await tool(suite, "suspend", "--report", str(report_id), "--for", "7d", "--say", "Spam", "--why", "spam")
    async with asyncio.timeout(PATIENCE):
        while ben.status is not ConnectionStatus.SIGNED_OUT:
            await asyncio.sleep(0.02)
    failure = await sign_in(suite, ben)
    assert isinstance(failure, Suspended)
    assert failure.said == "Spam"
    assert failure.until is not None
    assert abs(failure.until / 1000 - time.time() - 7 * 86400) < 600
    assert isinstance(await sign_in(suite, ben, "not the password"), BadCredentials), "only its owner is told"
    assert await decision(suite, ben) == ["suspend"]
    await tool(suite, "lift", username(ben), "--why", "appeal")
    again = await people.device(ben)
    await again.wait_for(lambda: scheduled.id in again.state.scheduled, PATIENCE)
    assert again.state.scheduled[scheduled.id].failure == "suspended"


async def test_suspensions_end_by_themselves_or_never(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    async with desk(suite) as bus:
        order = {"operator": "olga", "why": "a test"}
        await bus.call(SuspendUser(**order, user_id=me(anna).id, until=now_ms() + 500))
        await bus.call(SuspendUser(**order, user_id=me(ben).id))
        failure = await sign_in(suite, ben)
        assert isinstance(failure, Suspended)
        assert failure.until is None
        async with asyncio.timeout(PATIENCE):
            while isinstance(await sign_in(suite, anna), Suspended):
                await asyncio.sleep(0.1)
        assert await reason_of(bus.call(LiftSuspension(**order, user_id=me(anna).id))) == "not_found"


async def test_a_reported_message_is_removed_for_everyone(people: People, suite: Suite) -> None:
    anna, ben, chat_id, report_id = await reported(people)
    await tool(suite, "remove-message", str(report_id), "--why", "rude")
    await sees(anna, chat_id, "first", "")
    await in_step(anna, ben)
    [gone] = [one for one in anna.state.chats[chat_id].messages.values() if one.deleted_at]
    assert (gone.author_id, gone.deleted_by) == (me(ben).id, None)
    assert await decision(suite, ben) == ["remove_message"]
    assert copied(await opened(suite, report_id)) == [("rude", True)], "the evidence outlives it"


async def test_all_of_a_person_is_removed(people: People, suite: Suite) -> None:
    anna, ben, chat_id, report_id = await reported(people)
    pair = await direct(anna, ben)
    await ben.send(pair.id, "in private")
    await anna.send(pair.id, "mine")
    await ben.call(EditProfile(display_name="Rude", description="words"))
    await tool(suite, "remove-content", "--report", str(report_id), "--why", "rude")
    await sees(anna, chat_id, "", "")
    await sees(anna, pair.id, "", "mine")
    await anna.wait_for(lambda: anna.state.people[me(ben).id].display_name == username(ben), PATIENCE)
    await in_step(anna, ben)
    assert (me(ben).description, me(ben).display_name) == ("", username(ben))


# ------------------------------------------------------------------------------------------------------------ the audit


async def test_every_deed_and_every_look_is_on_record(people: People, suite: Suite) -> None:
    _, ben, _, report_id = await reported(people)
    await opened(suite, report_id)
    await tool(suite, "warn", "--user", username(ben), "--say", "Be kind", "--why", "first time", name="otto")
    await tool(suite, "dismiss", str(report_id), "--why", "warned")
    entries = (await tool(suite, "audit", "--user", username(ben)))["entries"]
    assert [(one["operator"], one["deed"], one["why"]) for one in reversed(entries)] == [
        ("olga", "look", "looking into it"),
        ("otto", "warn", "first time"),
        ("olga", "dismiss", "warned"),
    ]
    page = await tool(suite, "audit", "--user", username(ben), "--limit", "1")
    assert page["more"]
    rest = await tool(suite, "audit", "--user", username(ben), "--before", str(page["entries"][0]["id"]))
    assert len(rest["entries"]) == 2


async def test_the_tool_speaks_in_words(people: People, suite: Suite) -> None:
    _, ben, _, report_id = await reported(people)
    for words, expected in (
        (["reports", "--limit", "100"], f"@{username(ben)}"),
        (["report", str(report_id), "--why", "x"], "REPORTED: message"),
        (["account", username(ben)], "1 open reports"),
        (["audit"], "look"),
        (["dismiss", str(report_id), "--why", "x"], "done"),
    ):
        said = await operate(suite, *words)
        assert said.code == 0, said.error
        assert expected in said.out


async def test_nobody_acts_without_a_name_or_a_reason(suite: Suite) -> None:
    said = await operate(suite, "dismiss", "1", "--why", "x", name="")
    assert (said.code, said.out) == (1, "")
    assert "who are you" in said.error
    assert (await operate(suite, "dismiss", "1")).code == 2
    assert "not_found" in (await operate(suite, "dismiss", "1", "--why", "x")).error


async def test_no_log_holds_what_was_written(people: People, suite: Suite) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    canary = secrets.token_hex(16)
    rude = await ben.send(chat.id, f"text {canary}")
    report = ReportMessage(chat_id=chat.id, seq=rude.seq, reason=SPAM, comment=f"comment {canary}")
    await anna.call(report)
    await opened(suite, await report_about(suite, ben))
    assert not [name for name in ("gateway", "auth", "chat") if canary in suite.log(name)]


async def test_evidence_and_reports_are_not_kept_for_ever() -> None:
    kept = {
        "DIALOG_AUTH_EVIDENCE_KEPT": "3600",
        "DIALOG_AUTH_EVIDENCE_KEPT_CLOSED": "0.001",
        "DIALOG_AUTH_REPORTS_KEPT": "4",
        "DIALOG_AUTH_FORGET_EVERY": "0.1",
    }
    async with Servers() as servers, Suite(servers) as suite, AsyncExitStack() as stack:
        await suite.start("auth", env=kept)
        await suite.start_all("chat", "presence", "gateway")
        _, ben, _, report_id = await reported(People(suite, stack))
        assert copied(await opened(suite, report_id)) == [("rude", True)]
        await tool(suite, "dismiss", str(report_id), "--why", "harmless")
        async with asyncio.timeout(PATIENCE):
            while (await tool(suite, "reports", "--closed", "--user", username(ben)))["reports"]:
                await asyncio.sleep(0.2)
        said = await operate(suite, "report", str(report_id), "--why", "x")
        assert "not_found" in said.error
        assert len((await tool(suite, "audit"))["entries"]) == 2
