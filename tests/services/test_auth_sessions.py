"""Sessions: login tokens and their rotation, the list of devices, ending them and who hears of it."""

import asyncio
import base64
from collections.abc import AsyncIterator

import msgspec
import pytest

from dialog.ids import now_ms
from dialog.protocol.accounts import (
    BadCredentials,
    ChangePassword,
    CloseSession,
    ListSessions,
    RefreshSession,
    RevokeSession,
    SessionEnded,
)
from dialog.protocol.base import Actor, Failure, NotFound, Refused, TooManyRequests, Unauthenticated
from dialog.protocol.internal import GetRevokedSessions
from tests.patience import timed, within

from .auth_door import OTHER_PASSWORD, PASSWORD, Door, caller, eventually, open_door, opening, somebody, somewhere


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[Door]:
    async with open_door(MAX_SESSIONS="5", FORGET_EVERY="0.2") as opened:
        yield opened


async def age(door: Door, session_id: int, column: str, seconds: float) -> None:
    """Pretend that something happened to a session longer ago."""
    await door.sql(f"UPDATE sessions SET {column} = {column} - %s WHERE id = %s", int(seconds * 1000), session_id)


# ----------------------------------------------------------------------------------------------------------- signing in


async def test_unknown_and_wrong_get_the_same_answer(door: Door) -> None:
    name = (await door.register()).user.username
    answers = [
        await door.refusal(Failure, command)
        for command in (
            opening(name, "not the password"),
            opening(somebody()),
            opening("No such Shape"),
            opening("no\0body"),
            opening("жаба🐸"),
            opening(name.upper()),
            opening(name, PASSWORD + " "),
        )
    ]
    assert answers == [BadCredentials()] * 7


async def test_sessions_are_listed(door: Door) -> None:
    me = await door.newcomer()
    other = await door.call(opening(me.user.username, device=" Fire\u202efox\0 \n"), Actor(address="2001:db8:1:2::/64"))
    await door.call(opening((await door.register()).user.username))
    await age(door, me.session_id, "last_seen_at", 600)
    listed = (await door.call(ListSessions(), caller(me))).sessions
    assert [each.session_id for each in listed] == [other.session_id, me.session_id]
    assert [each.current for each in listed] == [False, True]
    assert listed[0].device_name == "Firefox"
    assert listed[0].address == "2001:db8:1::/48"
    assert listed[1].address.endswith(".0/24")
    assert listed[0].last_seen_at % 60_000 == 0
    assert abs(listed[0].created_at - now_ms()) < 5000


async def test_a_device_without_a_visible_name_gets_one(door: Door) -> None:
    name = (await door.register()).user.username
    me = await door.call(opening(name, device="\u200b\0"))
    assert (await door.call(ListSessions(), caller(me))).sessions[0].device_name == "Unnamed device"


async def test_one_session_too_many_ends_the_oldest(door: Door) -> None:
    name = (await door.register()).user.username
    opened = [await door.open(name) for _ in range(5)]
    await age(door, opened[2].session_id, "last_seen_at", 60)
    newest = await door.open(name)
    left = {each.session_id for each in (await door.call(ListSessions(), caller(newest))).sessions}
    assert left == {newest.session_id} | {each.session_id for each in opened} - {opened[2].session_id}
    assert await door.is_revoked(opened[2].session_id)
    at_once = await asyncio.gather(*(door.open(name) for _ in range(4)))
    assert len((await door.call(ListSessions(), caller(at_once[0]))).sessions) == 5


# ------------------------------------------------------------------------------------------------------------- rotation


async def test_tokens_rotate(door: Door) -> None:
    me = await door.newcomer()
    token, seen = me.login_token, {me.login_token}
    for _ in range(5):
        tokens = await door.refresh(token)
        access = await door.access(tokens.access_token)
        assert (access.user_id, access.session_id) == (me.user.id, me.session_id)
        assert access.expires_at == tokens.expires_at
        assert 295_000 < tokens.expires_at - now_ms() <= 300_000
        token = tokens.login_token
        assert token not in seen
        seen.add(token)


async def test_two_tabs_get_the_same_successor(door: Door) -> None:
    me = await door.newcomer()
    answers = await asyncio.gather(*(door.refresh(me.login_token) for _ in range(10)))
    assert len({answer.login_token for answer in answers}) == 1
    late = await door.refresh(me.login_token)
    assert late.login_token == answers[0].login_token
    await door.refresh(late.login_token)


async def test_the_previous_token_is_reuse_after_the_grace(door: Door) -> None:
    me = await door.newcomer()
    current = await door.refresh(me.login_token)
    await age(door, me.session_id, "rotated_at", 31)
    async with door.hearing(me.user.id) as heard:
        await door.refusal(SessionEnded, RefreshSession(login_token=me.login_token))
        await door.refusal(SessionEnded, RefreshSession(login_token=current.login_token))

        async def told() -> bool:
            return len(heard) == 1

        await eventually(told)
    assert await door.is_revoked(me.session_id)
    assert "refresh_reuse" in door.suite.log("auth")


async def test_an_older_token_is_reuse_at_once(door: Door) -> None:
    me = await door.newcomer()
    second = await door.refresh(me.login_token)
    third = await door.refresh(second.login_token)
    await door.refusal(SessionEnded, RefreshSession(login_token=me.login_token))
    await door.refusal(SessionEnded, RefreshSession(login_token=third.login_token))
    assert await door.is_revoked(me.session_id)


async def test_a_made_up_token_ends_nothing(door: Door) -> None:
    me = await door.newcomer()
    payload = base64.urlsafe_b64decode(me.login_token.removeprefix("dlg_") + "==")
    for forged in (
        payload[:8] + bytes(48),
        payload[:40] + bytes(16),
        payload[:8] + bytes([payload[8] ^ 1]) + payload[9:],
        payload[:-1],
    ):
        token = "dlg_" + base64.urlsafe_b64encode(forged).decode().rstrip("=")
        await door.refusal(SessionEnded, RefreshSession(login_token=token))
    for token in ("", "dlg_", "x", "dlg_ж", me.login_token[:-1], me.login_token + "A", me.access_token):
        await door.refusal(Failure, RefreshSession(login_token=token))
    await door.refresh(me.login_token)


@pytest.mark.parametrize(("column", "days"), [("last_seen_at", 30.01), ("created_at", 180.01)])
async def test_sessions_run_out(door: Door, column: str, days: float) -> None:
    me = await door.newcomer()
    await age(door, me.session_id, column, 86400 * (days - 0.1))
    tokens = await door.refresh(me.login_token)
    await age(door, me.session_id, column, 86400 * days)
    await door.refusal(SessionEnded, RefreshSession(login_token=tokens.login_token))


async def test_refreshing_is_limited(door: Door) -> None:
    me = await door.newcomer()
    for _ in range(30):
        await door.refresh(me.login_token)
    await door.refusal(TooManyRequests, RefreshSession(login_token=me.login_token))


# --------------------------------------------------------------------------------------------------------------- ending


@timed
async def test_revoking_tells_the_gateways(door: Door) -> None:
    me = await door.newcomer()
    other = await door.open(me.user.username)
    before = now_ms()
    async with door.hearing(me.user.id) as heard:

        async def told() -> bool:
            return bool(heard)

        with within(1):
            await door.call(RevokeSession(session_id=other.session_id), caller(me))
            await eventually(told)
    assert msgspec.json.decode(heard[0]) == {"event": {"type": "session.revoked", "session_id": other.session_id}}
    polled = await door.call(GetRevokedSessions(since=before))
    assert other.session_id in polled.session_ids
    assert before <= polled.until <= now_ms()
    await door.refusal(SessionEnded, RefreshSession(login_token=other.login_token))
    await door.refusal(
        Unauthenticated, ChangePassword(current_password=PASSWORD, new_password=OTHER_PASSWORD), caller(other)
    )
    await door.refresh(me.login_token)


async def test_only_ones_own_sessions_can_be_revoked(door: Door) -> None:
    me, stranger = await door.newcomer(), await door.newcomer()
    await door.refusal(NotFound, RevokeSession(session_id=stranger.session_id), caller(me))
    await door.refusal(NotFound, RevokeSession(session_id=5), caller(me))
    await door.refusal(Unauthenticated, RevokeSession(session_id=me.session_id), Actor())
    await door.refresh(stranger.login_token)
    await door.call(RevokeSession(session_id=me.session_id), caller(me))
    await door.refusal(Unauthenticated, RevokeSession(session_id=me.session_id), caller(me))


async def test_closing_signs_this_device_out(door: Door) -> None:
    me = await door.newcomer()
    other = await door.open(me.user.username)
    await door.call(CloseSession(), caller(me))
    await door.refusal(SessionEnded, RefreshSession(login_token=me.login_token))
    await door.refusal(Unauthenticated, CloseSession(), caller(me))
    assert await door.is_revoked(me.session_id)
    assert [each.current for each in (await door.call(ListSessions(), caller(other))).sessions] == [True]


async def test_polls_overlap_and_forget_what_cannot_matter(door: Door) -> None:
    sessions = [await door.newcomer() for _ in range(3)]
    for each in sessions:
        await door.call(CloseSession(), caller(each))
    recent, late, ancient = (each.session_id for each in sessions)
    now = now_ms()
    await age(door, late, "revoked_at", 8)  # committed late, by less than the overlap
    await age(door, ancient, "revoked_at", 330)  # its access tokens are dead
    polled = set((await door.call(GetRevokedSessions(since=now))).session_ids)
    assert {recent, late} <= polled
    everything = set((await door.call(GetRevokedSessions(since=0))).session_ids)
    assert {recent, late} <= everything
    assert ancient not in everything


async def test_sessions_that_are_over_are_forgotten_after_a_day(door: Door) -> None:
    ended, unused, alive = [await door.newcomer() for _ in range(3)]
    await door.call(CloseSession(), caller(ended))
    await age(door, ended.session_id, "revoked_at", 86401)
    await age(door, unused.session_id, "last_seen_at", 31 * 86401)
    await age(door, alive.session_id, "last_seen_at", 29 * 86400)

    async def forgotten() -> bool:
        rows = await door.sql(
            "SELECT id FROM sessions WHERE id IN (%s, %s, %s)", *(each.session_id for each in (ended, unused, alive))
        )
        return rows == [(alive.session_id,)]

    await eventually(forgotten)
    await door.refusal(SessionEnded, RefreshSession(login_token=unused.login_token))
    await door.refresh(alive.login_token)


async def test_a_password_changed_meanwhile_lets_nobody_in(door: Door) -> None:
    """A sign-in that verified the old password must not get its session after the change has ended them all."""
    me = await door.newcomer()
    change = ChangePassword(current_password=PASSWORD, new_password=OTHER_PASSWORD)
    answers = await asyncio.gather(
        *(door.call(opening(me.user.username), Actor(address=somewhere())) for _ in range(2)),
        door.call(change, caller(me)),
        *(door.call(opening(me.user.username), Actor(address=somewhere())) for _ in range(2)),
        return_exceptions=True,
    )
    assert not isinstance(answers[2], BaseException), answers[2]
    for answer in answers:
        if isinstance(answer, Refused):
            assert isinstance(answer.failure, BadCredentials)
    left = (await door.call(ListSessions(), caller(me))).sessions
    assert [each.session_id for each in left] == [me.session_id]
