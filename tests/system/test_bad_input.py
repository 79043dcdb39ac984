"""Every door refuses in the protocol's own words, and lives on."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from dialog.http import SECURITY_HEADERS
from dialog.protocol.messages import SendMessage
from tests.patience import PATIENCE
from tests.people import People, direct, sees, token_of
from tests.raw import http_post, raw_socket
from tests.servers import Suite

LIMIT = 192 * 1024

BAD_FRAMES: dict[str, str | bytes] = {
    "not JSON": "{nonsense",
    "nothing": "",
    "white space": " " * 60_000,
    "an array": "[]",
    "a number": "7",
    "null": "null",
    "two documents": '{"id":1,"command":{"type":"ping"}}{}',
    "no id": '{"command":{"type":"ping"}}',
    "an id that is text": '{"id":"1","command":{"type":"ping"}}',
    "a negative id": '{"id":-1,"command":{"type":"ping"}}',
    "an id beyond 53 bits": '{"id":9007199254740992,"command":{"type":"ping"}}',
    "an id with a fraction": '{"id":1.5,"command":{"type":"ping"}}',
    "no command": '{"id":1}',
    "a command without a type": '{"id":1,"command":{}}',
    "an unknown command": '{"id":1,"command":{"type":"chat.destroy"}}',
    "an internal command": '{"id":1,"command":{"type":"internal.users","user_ids":[1]}}',
    "a public command": '{"id":1,"command":{"type":"session.refresh","login_token":"x"}}',
    "another unknown field": '{"id":1,"command":{"type":"ping"},"extra":1}',
    "an unknown field": '{"id":1,"command":{"type":"ping","extra":1}}',
    "an identity in the body": (
        '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"n","text":"x","author_id":1}}'
    ),
    "a missing field": '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"n"}}',
    "a wrong type": '{"id":1,"command":{"type":"message.send","chat_id":"1","nonce":"n","text":"x"}}',
    "an id of zero": '{"id":1,"command":{"type":"chat.get","chat_id":0}}',
    "a huge integer": '{"id":1,"command":{"type":"chat.get","chat_id":' + "9" * 400 + "}}",
    "an empty text": '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"n","text":""}}',
    "an empty nonce": '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"","text":"x"}}',
    "a nonce of spaces": '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"a b","text":"x"}}',
    "a long nonce": '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"' + "n" * 37 + '","text":"x"}}',
    "a lone surrogate": '{"id":1,"command":{"type":"message.send","chat_id":1,"nonce":"n","text":"\\ud800"}}',
    "deep nesting": '{"id":1,"command":' + "[" * 30_000 + "]" * 30_000 + "}",
    "chat ids that are no numbers": '{"id":1,"command":{"type":"sync","chats":{"x":1}}}',
    "too many ids": json.dumps({"id": 1, "command": {"type": "presence.get", "user_ids": list(range(1, 1100))}}),
    "an oversized frame": '{"id":1,"command":{"type":"ping"}}' + " " * LIMIT,
    "a binary frame": b'{"id":1,"command":{"type":"ping"}}',
}


@pytest.fixture(scope="module")
async def hasty(suite: Suite) -> AsyncIterator[str]:
    """The name of a gateway with short deadlines."""
    name = "hasty"
    await suite.start("gateway", name, {"DIALOG_GATEWAY_BODY_TIMEOUT": "0.5", "DIALOG_GATEWAY_CONNECT_TIMEOUT": "0.5"})
    yield name
    await suite.terminate(name)


@pytest.mark.parametrize("what", BAD_FRAMES)
async def test_a_bad_frame_is_refused_and_the_socket_lives_on(people: People, what: str) -> None:
    (anna,) = await people.join("anna")
    async with raw_socket(people.suite.url("gateway"), token_of(anna)) as socket:
        await socket.send(BAD_FRAMES[what])
        refused = (await socket.receive())["refused"]
        assert refused["status"] == ("too_large" if what == "an oversized frame" else "invalid")
        assert refused["reason"]
        assert len(json.dumps(refused)) < 300, "it does not repeat the input"
        assert (await socket.ask({"type": "ping"}))["reply"] == {}


async def test_a_client_that_goes_on_like_that_is_closed(people: People) -> None:
    (anna,) = await people.join("anna")
    async with raw_socket(people.suite.url("gateway"), token_of(anna)) as socket:
        for _ in range(10):
            await socket.send("{")
        assert await socket.closed() == 4502


async def test_a_monstrous_frame_closes_only_its_own_socket(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    async with raw_socket(people.suite.url("gateway"), token_of(anna)) as socket:
        await socket.send("x" * 5 * LIMIT)
        assert await socket.closed() == 1009
    await anna.send(chat.id, "still here")
    await sees(ben, chat.id, "still here")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"id":1,"command":{"type":"ping"}}', 4502),
        ('{"id":1,"command":{"type":"sync"}}', 4502),
        ("{", 4502),
        (b"\x00", 4502),
        ('{"id":1,"command":{"type":"connect","access_token":"x"}}', 4003),
        ('{"id":1,"command":{"type":"connect","access_token":"a.b.c"}}', 4003),
    ],
)
async def test_the_first_command_is_connect(people: People, frame: str | bytes, code: int) -> None:
    async with raw_socket(people.suite.url("gateway")) as socket:
        await socket.send(frame)
        assert await socket.closed() == code


async def test_who_says_nothing_is_closed(people: People, hasty: str) -> None:
    async with raw_socket(people.suite.url(hasty)) as socket:
        assert await socket.closed() == 4502


async def test_connecting_twice_is_refused(people: People) -> None:
    (anna,) = await people.join("anna")
    async with raw_socket(people.suite.url("gateway"), token_of(anna)) as socket:
        answer = await socket.ask({"type": "connect", "access_token": token_of(anna)})
        assert answer["refused"]["status"] == "invalid"


async def test_a_client_without_our_subprotocol_is_too_old(people: People) -> None:
    async with raw_socket(people.suite.url("gateway"), protocol="dialog.0") as socket:
        assert await socket.closed() == 4501


@pytest.mark.parametrize("text", ["   ", "\u2003\n", "\u200b\u2060\u202e", "with \0 in it", "x" * 8001])
async def test_texts_that_cannot_be_sent(people: People, text: str) -> None:
    anna, ben = await people.join("anna", "ben")
    chat = await direct(anna, ben)
    async with raw_socket(people.suite.url("gateway"), token_of(anna)) as socket:
        answer = await socket.ask({"type": "message.send", "chat_id": chat.id, "nonce": "n", "text": text})
        assert answer["refused"]["reason"] == ("text_too_long" if len(text) > 100 else "text_refused")
    await anna.call(SendMessage(chat_id=chat.id, nonce="m", text="𝕏" * 8000))


BAD_BODIES: dict[str, tuple[str, Any, int]] = {
    "not JSON": ("session.open", b"{", 400),
    "not UTF-8": ("session.open", b'{"username":"\xff"}', 400),
    "nothing": ("session.open", b"", 400),
    "an unknown field": ("session.refresh", {"login_token": "x", "user_id": 1}, 400),
    "too large": ("session.refresh", b" " * (LIMIT + 1), 413),
    "an unknown command": ("nothing.here", {}, 404),
    "an internal command": ("internal.users", {"user_ids": [1]}, 404),
    "a socket's command": ("connect", {"access_token": "x"}, 404),
    "no token": ("sync", {}, 401),
    "NUL in a name": ("account.register", {"username": "a\0b"}, 400),
}


@pytest.mark.parametrize("what", BAD_BODIES)
async def test_a_bad_body_is_refused_with_its_status(people: People, what: str) -> None:
    command, body, expected = BAD_BODIES[what]
    status, answer, _ = await http_post(people.suite.url("gateway"), command, body)
    assert status == expected
    assert answer["refused"]["reason"]


async def test_other_refusals_of_the_http_door(people: People) -> None:
    url = people.suite.url("gateway")
    status, answer, _ = await http_post(url, "sync", {}, Authorization="Bearer nonsense")
    assert (status, answer["refused"]["reason"]) == (401, "unauthenticated")
    status, _, _ = await http_post(url, "sync", {}, Origin="https://elsewhere.example")
    assert status == 403
    status, _, _ = await http_post(url, "sync", {}, Content_Type="text/plain")
    assert status == 401, "who asks comes before what is asked"
    status, _, _ = await http_post(url, "session.open", b"username=x", Content_Type="application/x-www-form-urlencoded")
    assert status == 400


async def test_a_dribbled_body_is_cut(people: People, hasty: str) -> None:
    host, port = people.suite.url(hasty).removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        b"POST /api/session.refresh HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    async with asyncio.timeout(PATIENCE):
        assert b" 400 " in await reader.readline()
    writer.close()


async def test_a_socket_from_a_foreign_page_is_refused(people: People) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with raw_socket(people.suite.url("gateway"), headers={"Origin": "https://elsewhere.example"}):
            pass
    assert refused.value.status == 403
    async with raw_socket(people.suite.url("gateway"), headers={"Origin": people.suite.url("gateway")}):
        pass


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/live", 200),
        ("GET", "/health/ready", 200),
        ("GET", "/metrics", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/api/sync", 405),
        ("POST", "/api/sync", 401),
        ("GET", "/ws", 400),
        ("TRACE", "/ws", 405),
        ("HEAD", "/nowhere", 404),
        ("OPTIONS", "/api/sync", 204),
        ("GET", "/%2e%2e/etc/passwd", 404),
    ],
)
async def test_every_answer_carries_the_security_headers(people: People, method: str, path: str, status: int) -> None:
    async with aiohttp.ClientSession() as http, http.request(method, people.suite.url("gateway") + path) as answer:
        assert answer.status == status
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value


async def test_metrics_are_not_for_those_behind_a_proxy(people: People) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(people.suite.url("gateway") + "/metrics", headers={"X-Forwarded-For": "203.0.113.9"}) as answer,
    ):
        assert answer.status == 404
