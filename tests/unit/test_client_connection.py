"""The client against a gateway that closes, refuses, falls silent, loses events and goes away."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dialog.client import (
    Client,
    ConnectionLost,
    ConnectionStatus,
    Progress,
    Refused,
    SignedOut,
    TurnedAway,
    pace,
    socket,
)
from dialog.protocol.accounts import ListSessions, SessionEnded
from dialog.protocol.base import NotFound, TooManyRequests, Unauthenticated, Unavailable
from dialog.protocol.chats import ChatChanges, ChatJoined, ChatLeft, Sync, Synced
from dialog.protocol.connection import ChatsBehind, Connect, Draining, Ping, Resync
from dialog.protocol.messages import MessagePosted, SendMessage, TextRefused
from tests.patience import PATIENCE, Late, timed, within
from tests.unit.scripted_gateway import ANNA, CHAT, Gateway, Peer, running


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running(Gateway()) as started:
        yield started


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[Client]:
    async with gateway.client() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of a tenth, so that the tests need not wait for real."""
    monkeypatch.setattr(pace, "STEP", 0.05)
    monkeypatch.setattr(socket, "PATIENCE", 0.1)
    monkeypatch.setattr(socket, "PING_SECONDS", 0.2)


async def reconnected(client: Client, count: int = 2) -> None:
    await client.wait_for(lambda: client.connection.count >= count and client.status is ConnectionStatus.LIVE)


async def soon(is_so: Callable[[], object]) -> None:
    """Wait for what happens at the gateway, of which the client knows nothing."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0.01)


async def in_step(client: Client, gateway: Gateway) -> None:
    """The client comes to hold every message, and exactly what a fresh one would."""
    await client.wait_for(lambda: client.state.chats[CHAT].rev == gateway.rev)
    assert [m.text for m in client.state.chats[CHAT].messages.values()] == [m.text for m in gateway.messages]
    assert (await client.fresh_state()).snapshot() == client.state.snapshot()


async def test_connect_comes_first_then_sync(gateway: Gateway) -> None:
    gateway.post("before")
    async with gateway.client() as client:
        assert gateway.peer.commands[:2] == [
            Connect(access_token="token-0", device=client.connection._device),
            Sync(chats={}),
        ]
        await in_step(client, gateway)


@pytest.mark.parametrize("code", [1000, 1001, 1011, 4000, 4001, 4002, 4008])
async def test_reconnects_and_resumes_from_its_own_numbers(gateway: Gateway, client: Client, code: int) -> None:
    gateway.post("heard by nobody")
    await gateway.peer.close(code)
    await reconnected(client)
    assert gateway.peer.said(Sync) == [Sync(chats={str(CHAT): 1})]
    await in_step(client, gateway)


async def test_a_broken_connection_is_replaced(gateway: Gateway, client: Client) -> None:
    gateway.peer.abort()
    await reconnected(client)


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        (4500, SignedOut, ConnectionStatus.SIGNED_OUT),
        (4501, TurnedAway, ConnectionStatus.TURNED_AWAY),
        (4502, TurnedAway, ConnectionStatus.TURNED_AWAY),
        (4503, TurnedAway, ConnectionStatus.TURNED_AWAY),
    ],
)
async def test_a_final_close_code_ends_it(
    gateway: Gateway, client: Client, code: int, kind: type[ConnectionLost], status: ConnectionStatus
) -> None:
    waiting = client.send(CHAT, "first")
    await waiting
    await gateway.peer.close(code)
    with pytest.raises(kind):
        await client.wait_for(lambda: False)
    assert client.status is status
    with pytest.raises(kind):
        await client.call(ListSessions())
    with pytest.raises(ConnectionLost):
        await client.send(CHAT, "too late")
    assert len(gateway.upgrades) == 1
    assert [type(event) async for event in client.events] == [ChatJoined, MessagePosted]


async def test_an_expired_token_is_refreshed_before_reconnecting(gateway: Gateway, client: Client) -> None:
    await gateway.peer.close(4003)
    await reconnected(client)
    assert gateway.refreshes == 1
    assert gateway.peer.said(Connect)[0].access_token == "token-1"


async def test_a_refused_token_is_refreshed(gateway: Gateway) -> None:
    async def connect(gateway: Gateway, peer: Peer, command: Connect) -> Any:
        if command.access_token == "token-0":
            raise Refused(Unauthenticated())
        del gateway.answers["connect"]
        return await gateway.answer(peer, command)

    gateway.answers["connect"] = connect
    async with gateway.client() as client:
        assert client.session.login_token == "login-1"


async def test_unauthenticated_on_a_command_refreshes_and_moves_to_a_new_socket(
    gateway: Gateway, client: Client
) -> None:
    async def refuse(gateway: Gateway, _peer: Peer, _command: Any) -> Any:
        del gateway.answers["message.send"]
        raise Refused(Unauthenticated())

    gateway.answers["message.send"] = refuse
    assert (await client.send(CHAT, "hello")).text == "hello"
    await reconnected(client)
    assert gateway.refreshes == 1


async def test_an_ended_session_signs_out(gateway: Gateway, client: Client) -> None:
    gateway.refresh_refusal = SessionEnded()
    await gateway.peer.close(4003)
    with pytest.raises(SignedOut):
        await client.wait_for(lambda: False)
    assert client.status is ConnectionStatus.SIGNED_OUT
    assert gateway.refreshes == 1


async def test_the_token_is_renewed_in_band_before_it_ends(gateway: Gateway) -> None:
    gateway.token_seconds = 2.0
    told: list[str] = []
    client = gateway.client()
    client.session.on_login_token = told.append
    async with client:
        await soon(lambda: gateway.received["session.renew"])
        assert len(gateway.upgrades) == 1
    assert told == ["login-1"]


@timed
async def test_retry_after_of_a_refused_upgrade_is_honoured() -> None:
    async with running(Gateway()) as gateway:
        gateway.refusing_upgrades = [(503, {"Retry-After": "1"})]
        with within(2.0):
            async with gateway.client():
                pass
        assert gateway.upgrades[1] - gateway.upgrades[0] >= 1.0


@pytest.mark.parametrize("fault", ["upgrade", "connect", "sync", "close", "token"])
async def test_never_more_than_two_attempts_in_half_a_second(
    gateway: Gateway, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "STEP", 0.5)
    monkeypatch.setattr(pace.Backoff, "delay", lambda _self: 0.0)
    gateway.refusing_upgrades = [(500, {})] * 1000 if fault == "upgrade" else []

    async def refuse(_gateway: Gateway, peer: Peer, _command: Any) -> Any:
        if fault == "close":
            await peer.close(4002)
        raise Refused(Unauthenticated() if fault == "token" else Unavailable(retry_after=0.0))

    gateway.answers["connect" if fault in ("connect", "close", "token") else "sync"] = refuse
    turns: list[float] = []
    attempts: list[float] = []
    turn, attempt = pace.Pace.turn, socket.Socket.open

    async def noted_turn(one: pace.Pace) -> None:
        await turn(one)
        turns.append(one._attempts[-1])  # when it was let pass, however long the machine then does other things

    async def noted(*arguments: Any) -> socket.Socket:
        attempts.append(turns[-1])
        return await attempt(*arguments)

    monkeypatch.setattr(pace.Pace, "turn", noted_turn)
    monkeypatch.setattr(socket.Socket, "open", noted)
    client = gateway.client()
    client.start()
    await soon(lambda: len(attempts) >= 8)
    await client.close()
    assert len(set(attempts)) == len(attempts), "each had a turn of its own"
    assert all(third - first >= 0.45 for first, third in zip(attempts, attempts[2:], strict=False))


async def test_delays_grow_within_full_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "STEP", 0.5)
    monkeypatch.setattr(pace.random, "uniform", lambda _low, high: high)
    backoff = pace.Backoff()
    assert [backoff.delay() for _ in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    backoff.reset()
    assert backoff.delay() == 1


async def test_silence_is_noticed(gateway: Gateway) -> None:
    gateway.heartbeat = 0.2
    gateway.answers["ping"] = gateway.stop_answering
    async with gateway.client() as client:
        await reconnected(client)
        assert gateway.peers[0].said(Ping)


@timed
async def test_an_answered_ping_keeps_a_quiet_socket() -> None:
    async with running(Gateway()) as gateway:
        gateway.heartbeat, started = 0.1, time.monotonic()
        async with gateway.client() as client:
            await soon(lambda: gateway.received["ping"] >= 4 or client.connection.count > 1)
            if client.connection.count > 1:
                raise Late("an answer took a fifth of a second")
        assert time.monotonic() - started > 0.7, "one ping in a fifth of a second"


@timed
async def test_pings_of_the_gateway_are_answered_and_count_as_life() -> None:
    async with running(Gateway()) as gateway:
        gateway.heartbeat = 1.0
        gateway.answers["ping"] = gateway.stop_answering
        async with gateway.client() as client:
            for _ in range(15):
                with within(1.0):
                    await asyncio.sleep(0.1)
                    await gateway.peer.ws.ping(b"there?")
            assert client.connection.count == 1
            assert not gateway.received["ping"]


@timed
async def test_a_gap_is_filled_after_half_a_second() -> None:
    async with running(Gateway()) as gateway, gateway.client() as client:
        gateway.post("lost")
        with within(0.45):
            await gateway.peer.tell(gateway.post("heard"))
            await asyncio.sleep(0.3)
            asked = gateway.peer.said(ChatChanges)
        assert not asked
        await in_step(client, gateway)
        assert gateway.peer.said(ChatChanges) == [ChatChanges(chat_id=CHAT, since=1)]


@timed
async def test_events_out_of_order_need_no_fetch() -> None:
    async with running(Gateway()) as gateway, gateway.client() as client:
        events = [gateway.post(str(number)) for number in range(10)]
        with within(0.45):
            for event in reversed(events * 2):
                await gateway.peer.tell(event)
            await client.wait_for(lambda: client.state.chats[CHAT].rev == gateway.rev)
        await in_step(client, gateway)
        await asyncio.sleep(0.7)
        assert not gateway.peer.said(ChatChanges)


async def test_a_fetch_that_is_refused_is_tried_again(gateway: Gateway, client: Client) -> None:
    async def refuse(gateway: Gateway, _peer: Peer, _command: Any) -> Any:
        del gateway.answers["chat.changes"]
        raise Refused(Unavailable(retry_after=0.0))

    gateway.answers["chat.changes"] = refuse
    gateway.post("lost")
    await gateway.peer.tell(gateway.post("heard"))
    await in_step(client, gateway)
    assert len(gateway.peer.said(ChatChanges)) == 2


@timed
async def test_a_chat_joined_is_fetched_at_once(gateway: Gateway) -> None:
    async def nothing_yet(_gateway: Gateway, _peer: Peer, _command: Any) -> Any:
        return Synced(chats=[], gone=[], people=[ANNA], me=ANNA, more=False)

    gateway.answers["sync"] = nothing_yet
    async with gateway.client() as client:
        gateway.post("early")
        with within(0.4):
            await gateway.peer.tell(ChatJoined(chat=gateway.state(0).chat))
            await client.wait_for(lambda: CHAT in client.state.chats)
        del gateway.answers["sync"]
        await in_step(client, gateway)


async def test_an_event_of_a_chat_one_is_not_in_is_asked_about_once(gateway: Gateway, client: Client) -> None:
    await gateway.peer.tell(ChatJoined(chat=replace(gateway.state(0).chat, id=7)))
    await soon(lambda: gateway.peer.said(ChatChanges))
    await client.call(Ping())
    assert not client.state.behind
    assert list(client.state.chats) == [CHAT]


async def test_leaving_while_a_fetch_is_under_way_is_not_undone(gateway: Gateway, client: Client) -> None:
    async def slow(gateway: Gateway, peer: Peer, command: ChatChanges) -> Any:
        state = gateway.state(command.since)
        await peer.tell(ChatLeft(chat_id=CHAT, rev=1000))
        return state

    gateway.answers["chat.changes"] = slow
    gateway.post("lost")
    await gateway.peer.tell(gateway.post("heard"))
    await client.wait_for(lambda: CHAT not in client.state.chats)
    await client.call(Ping())
    assert not client.state.chats


async def test_events_during_sync_are_applied_after_it(gateway: Gateway) -> None:
    async def busy(gateway: Gateway, peer: Peer, command: Sync) -> Any:
        del gateway.answers["sync"]
        answer = await gateway.answer(peer, command)
        for number in range(5):
            await peer.tell(gateway.post(f"meanwhile {number}"))
        return answer

    gateway.answers["sync"] = busy
    async with gateway.client() as client:
        await in_step(client, gateway)
        assert not gateway.peer.said(ChatChanges)


async def test_a_full_sync_goes_on(gateway: Gateway) -> None:
    async def pages(gateway: Gateway, _peer: Peer, command: Sync) -> Any:
        states = [] if command.chats else [gateway.state(0)]
        return Synced(chats=states, gone=[], people=[ANNA], me=ANNA, more=not command.chats)

    gateway.answers["sync"] = pages
    async with gateway.client() as client:
        assert gateway.peer.said(Sync) == [Sync(chats={}), Sync(chats={str(CHAT): 1})]
        assert CHAT in client.state.chats


@pytest.mark.parametrize("event", [Resync(within=0.2), ChatsBehind()])
async def test_syncs_again_when_told_to(gateway: Gateway, client: Client, event: Any) -> None:
    gateway.post("lost")
    await gateway.peer.tell(event)
    await in_step(client, gateway)
    assert gateway.peer.said(Sync)[1] == Sync(chats={str(CHAT): 1})
    assert client.connection.count == 1


async def test_another_epoch_drops_everything(gateway: Gateway, client: Client) -> None:
    for number in range(5):
        await gateway.peer.tell(gateway.post(str(number)))
    await in_step(client, gateway)
    gateway.epoch, gateway.rev = 2, 1
    gateway.messages.clear()
    gateway.post("another history")
    await gateway.peer.close(4002)
    await reconnected(client)
    assert gateway.peer.said(Sync)[0] == Sync(chats={})
    await in_step(client, gateway)


async def test_draining_opens_the_new_connection_before_closing_the_old(gateway: Gateway, client: Client) -> None:
    old = gateway.peer
    answering = asyncio.Event()

    async def slow(_gateway: Gateway, _peer: Peer, _command: Any) -> Any:
        await answering.wait()
        return gateway.post("sent over the old socket").message

    gateway.answers["message.send"] = slow
    sending = asyncio.create_task(client.call(SendMessage(chat_id=CHAT, nonce="x", text="sent")))
    await soon(lambda: gateway.received["message.send"])
    await old.tell(Draining(within=0.2))
    statuses: list[ConnectionStatus] = []
    while client.connection.count < 2:
        statuses.append(client.status)
        await asyncio.sleep(0.005)
    assert set(statuses) == {ConnectionStatus.LIVE}
    assert not old.ws.closed
    assert gateway.peer.said(Sync)
    answering.set()
    assert (await sending).text == "sent over the old socket"
    await soon(lambda: old.ws.closed)
    await gateway.peer.tell(gateway.post("over the new one"))
    await in_step(client, gateway)


async def test_draining_survives_that_nobody_takes_over_for_a_while(gateway: Gateway, client: Client) -> None:
    gateway.refusing_upgrades = [(503, {})] * 3
    await gateway.peer.tell(Draining(within=0.0))
    await gateway.peer.tell(gateway.post("still served"))
    await in_step(client, gateway)
    await reconnected(client)


async def test_a_call_on_a_lost_socket_says_that_its_outcome_is_unknown(gateway: Gateway, client: Client) -> None:
    gateway.answers["session.list"] = gateway.stop_answering
    calls = [asyncio.create_task(client.call(ListSessions())) for _ in range(40)]  # more than may be pending
    await asyncio.sleep(0.1)
    gateway.peer.abort()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ConnectionLost}


async def test_a_call_that_is_not_answered_ends(gateway: Gateway, client: Client) -> None:
    gateway.answers["session.list"] = gateway.stop_answering
    with pytest.raises(ConnectionLost):
        await client.call(ListSessions(), timeout=0.2)
    assert not client.connection.require_socket()._pending


async def test_frames_it_cannot_read_are_skipped(gateway: Gateway, client: Client) -> None:
    for frame in ('{"event":{"type":"planet.discovered"}}', "{", '{"event":{"type":"message.posted"}}', "[]"):
        await gateway.peer.ws.send_str(frame)
    await gateway.peer.ws.send_bytes(b"\x00")
    await gateway.peer.tell(gateway.post("after"))
    await in_step(client, gateway)
    assert client.connection.require_socket().unreadable == 4


async def test_a_refusal_of_a_newer_server_is_known_by_its_status(gateway: Gateway, client: Client) -> None:
    async def refuse(_gateway: Gateway, peer: Peer, _command: Any) -> Any:
        await peer.ws.send_str('{"id":3,"refused":{"reason":"planet_missing","status":"not_found"}}')

    gateway.answers["session.list"] = refuse
    with pytest.raises(Refused) as refused:
        await client.call(ListSessions())
    assert isinstance(refused.value.failure, NotFound)


# --- the outbox


async def test_messages_are_sent_in_order(gateway: Gateway, client: Client) -> None:
    entries = [client.send(CHAT, str(number)) for number in range(20)]
    assert {entry.progress for entry in entries} == {Progress.WAITING}
    assert [(await entry).seq for entry in entries] == list(range(1, 21))
    assert not client.outbox.unsent()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_message_under_way_when_the_socket_breaks_is_sent_once(
    gateway: Gateway, client: Client, when: str
) -> None:
    """With the same nonce: whether the first attempt was stored is not known."""
    broken = itertools.count()

    async def breaking(gateway: Gateway, peer: Peer, command: SendMessage) -> Any:
        if next(broken) < 2:
            if when == "after":
                gateway.post(command.text, nonce=command.nonce)
            peer.abort()
            return None
        return gateway.post(command.text, nonce=command.nonce).message

    gateway.answers["message.send"] = breaking
    entries = [client.send(CHAT, text) for text in ("one", "two", "three")]
    assert [(await entry).text for entry in entries] == ["one", "two", "three"]
    assert [message.nonce for message in gateway.messages] == [entry.nonce for entry in entries]
    await in_step(client, gateway)


async def test_what_one_did_oneself_is_known_from_the_answer(gateway: Gateway, client: Client) -> None:
    async def without_event(gateway: Gateway, _peer: Peer, command: SendMessage) -> Any:
        return gateway.post(command.text, nonce=command.nonce).message

    gateway.answers["message.send"] = without_event
    await client.send(CHAT, "hello")
    assert [message.text for message in client.state.chats[CHAT].messages.values()] == ["hello"]


async def test_what_is_written_offline_is_sent_later(gateway: Gateway) -> None:
    gateway.refusing_upgrades = [(503, {})] * 2
    client = gateway.client()
    client.start()
    try:
        entry = client.send(CHAT, "patience")
        assert client.status is not ConnectionStatus.LIVE
        assert (await entry).text == "patience"
    finally:
        await client.close()


@pytest.mark.parametrize("failure", [Unavailable(retry_after=0.1), TooManyRequests(retry_after=0.1)])
async def test_refusals_that_pass_are_waited_for_with_the_same_nonce(
    gateway: Gateway, client: Client, failure: Any
) -> None:
    async def refuse(gateway: Gateway, _peer: Peer, _command: Any) -> Any:
        if gateway.received["message.send"] == 2:
            del gateway.answers["message.send"]
        raise Refused(failure)

    gateway.answers["message.send"] = refuse
    await client.send(CHAT, "hello")
    sent = gateway.peer.said(SendMessage)
    assert len(sent) == 3
    assert len({command.nonce for command in sent}) == 1


async def test_a_message_that_is_refused_fails_and_the_next_one_goes(gateway: Gateway, client: Client) -> None:
    async def refuse(gateway: Gateway, _peer: Peer, _command: Any) -> Any:
        del gateway.answers["message.send"]
        raise Refused(TextRefused())

    gateway.answers["message.send"] = refuse
    bad, good = client.send(CHAT, " "), client.send(CHAT, "good")
    assert (await good).text == "good"
    with pytest.raises(Refused):
        await bad
    assert bad.progress is Progress.FAILED
    assert client.outbox.unsent(CHAT) == [bad]
    client.outbox.retry(bad)
    assert (await bad).nonce == bad.nonce


async def test_closing_tells_those_who_wait(gateway: Gateway) -> None:
    gateway.answers["message.send"] = gateway.stop_answering
    gateway.answers["session.list"] = gateway.stop_answering
    async with gateway.client() as client:
        entry = client.send(CHAT, "never")
        waiting = asyncio.gather(
            asyncio.create_task(client.call(ListSessions())),
            asyncio.create_task(client.wait_for(lambda: False, None)),
            return_exceptions=True,
        )
        await asyncio.sleep(0.05)
    assert {type(outcome) for outcome in await waiting} == {ConnectionLost}
    with pytest.raises(ConnectionLost):
        await entry
    assert entry.progress is Progress.WAITING


async def test_opening_again_goes_on_from_where_it_was(gateway: Gateway) -> None:
    gateway.answers["message.send"] = gateway.stop_answering
    client = await gateway.client().open()
    entry = client.send(CHAT, "later")
    await soon(lambda: gateway.received["message.send"])
    await client.close()
    del gateway.answers["message.send"]
    gateway.post("meanwhile")
    async with client:
        assert gateway.peer.said(Sync) == [Sync(chats={str(CHAT): 1})]
        assert (await entry).text == "later"
        await in_step(client, gateway)
    assert client.status is ConnectionStatus.OFFLINE


async def test_unread_events_are_bounded(gateway: Gateway, client: Client) -> None:
    for number in range(1200):
        await gateway.peer.tell(gateway.post(str(number)))
    await client.wait_for(lambda: client.state.chats[CHAT].rev == gateway.rev)
    assert len(client.events.take()) == 1000
    assert client.events.dropped == 201
    assert len(client.state.chats[CHAT].messages) == 500


async def test_a_fault_of_the_client_itself_is_raised(gateway: Gateway) -> None:
    def broken(_event: Any) -> None:
        raise RuntimeError("a bug")

    client = gateway.client(on_event=broken)
    with pytest.raises((RuntimeError, ExceptionGroup)):
        await client.open(seconds=PATIENCE)
