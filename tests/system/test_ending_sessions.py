"""A session that is revoked is over everywhere, within a second, and also when the event that says so is lost."""

import asyncio

import pytest

from dialog.client import Client, ConnectionStatus
from dialog.protocol.accounts import ChangePassword, CloseSession, ListSessions, RevokeSession
from dialog.protocol.base import Refused
from tests.patience import PATIENCE, timed, within
from tests.people import PASSWORD, People


async def signed_out(client: Client) -> None:
    """Wait until the client knows that it is."""
    async with asyncio.timeout(PATIENCE):
        while client.status is not ConnectionStatus.SIGNED_OUT:
            await asyncio.sleep(0.01)


async def other_session(client: Client) -> int:
    sessions = (await client.call(ListSessions())).sessions
    return next(session.session_id for session in sessions if not session.current)


@timed
async def test_a_revoked_session_closes_within_a_second(people: People) -> None:
    (anna,) = await people.join("anna")
    phone = await people.device(anna)
    await anna.call(RevokeSession(session_id=await other_session(anna)))
    with within(1.0):
        await signed_out(phone)
    assert anna.status is ConnectionStatus.LIVE


async def test_its_access_token_opens_no_door(people: People) -> None:
    (anna,) = await people.join("anna")
    phone = await people.device(anna)
    token = phone.session.access_token
    await anna.call(RevokeSession(session_id=await other_session(anna)))
    await signed_out(phone)
    async with (
        asyncio.timeout(PATIENCE),
        __import__("aiohttp").ClientSession() as http,
        http.post(
            f"{people.suite.url('gateway')}/api/session.list", json={}, headers={"Authorization": f"Bearer {token}"}
        ) as answer,
    ):
        assert answer.status in (401, 403)


@timed
async def test_changing_the_password_ends_the_other_sessions(people: People) -> None:
    (anna,) = await people.join("anna")
    phone = await people.device(anna)
    await anna.call(ChangePassword(current_password=PASSWORD, new_password="nine yellow otters dance"))
    with within(1.0):
        await signed_out(phone)
    assert anna.status is ConnectionStatus.LIVE
    with pytest.raises(Refused):
        await people.device(anna)


@timed
async def test_closing_a_session_ends_it_here(people: People) -> None:
    (anna,) = await people.join("anna")
    phone = await people.device(anna)
    await phone.call(CloseSession())
    with within(1.0):
        await signed_out(phone)
    assert anna.status is ConnectionStatus.LIVE


@timed
async def test_it_survives_a_lost_event(people: People) -> None:
    """The row says it is revoked and no event was ever sent: the gateway's look into the records finds it."""
    import asyncmy

    from dialog.db import connection_arguments
    from dialog.ids import now_ms

    (anna,) = await people.join("anna")
    phone = await people.device(anna)
    session_id = await other_session(anna)
    connection = await asyncmy.connect(autocommit=True, **connection_arguments(people.suite.servers.mysql_url("auth")))
    async with connection.cursor() as cursor:
        await cursor.execute("UPDATE sessions SET revoked_at = %s WHERE id = %s", (now_ms(), session_id))
        assert cursor.rowcount == 1
    connection.close()
    with within(7.0):
        await signed_out(phone)
    assert anna.status is ConnectionStatus.LIVE
