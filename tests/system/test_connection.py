"""The socket itself: heartbeats, expiry and renewal, admission, limits, addresses, TLS."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from dialog.protocol.presence import GetPresence
from tests.patience import PATIENCE, Late, timed
from tests.people import People, acknowledged, direct, me, sees, token_of
from tests.raw import http_post, raw_socket
from tests.servers import NotReady, Suite


@pytest.fixture
async def gateway(suite: Suite, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The name of a gateway with the settings that the test's `settings` mark gives."""
    name = f"gateway-{request.node.name}"[:60]
    mark = request.node.get_closest_marker("settings")
    await suite.start(
        "gateway", name, {f"DIALOG_GATEWAY_{key.upper()}": str(value) for key, value in mark.kwargs.items()}
    )
    yield name
    await suite.terminate(name)


@pytest.mark.settings(heartbeat=0.5, silence=30)
async def test_a_quiet_socket_is_pinged(people: People, gateway: str) -> None:
    (anna,) = await people.join("anna")
    async with (
        raw_socket(people.suite.url(gateway), token_of(anna), autoping=False) as socket,
        asyncio.timeout(PATIENCE),
    ):
        assert (await socket.ws.receive(PATIENCE)).type is aiohttp.WSMsgType.PING


@pytest.mark.settings(heartbeat=0.5, silence=1.5)
async def test_who_does_not_answer_pings_is_closed(people: People, gateway: str) -> None:
    (anna,) = await people.join("anna")
    async with raw_socket(people.suite.url(gateway), token_of(anna), autoping=False) as socket:
        assert await socket.closed() == 4008


@pytest.mark.settings(heartbeat=0.5, silence=1.5)
@timed
async def test_who_answers_stays(people: People, gateway: str) -> None:
    (anna,) = await people.join("anna", gateway=gateway)
    await asyncio.sleep(3)
    if anna.connection.count > 1:
        raise Late("an answer took more than a second")


@pytest.mark.settings(heartbeat=25)
async def test_a_ping_is_answered_with_its_payload(people: People, gateway: str) -> None:
    (anna,) = await people.join("anna")
    async with (
        raw_socket(people.suite.url(gateway), token_of(anna), autoping=False) as socket,
        asyncio.timeout(PATIENCE),
    ):
        await socket.ws.ping(b"payload")
        message = await socket.ws.receive(PATIENCE)
        assert (message.type, bytes(message.data)) == (aiohttp.WSMsgType.PONG, b"payload")


async def test_an_expired_token_closes_and_a_renewed_one_does_not(people: People, suite: Suite) -> None:
    await suite.start("auth", "auth-brief", {"DIALOG_AUTH_ACCESS_TOKEN_LIFETIME": "6"})
    await suite.terminate("auth")
    try:
        anna, ben = await people.join("anna", "ben")
        async with (
            raw_socket(suite.url("gateway"), token_of(anna)) as expiring,
            raw_socket(suite.url("gateway"), token_of(ben)) as renewed,
        ):
            theirs = await renewed.ask({"type": "session.renew", "access_token": token_of(anna)})
            assert theirs["refused"]["reason"] == "unauthenticated", "only a token of the same session renews"
            closing = asyncio.create_task(expiring.closed())
            while not closing.done():
                answer = await renewed.ask({"type": "session.renew", "access_token": token_of(ben)})
                assert answer["reply"]["expires_at"]
                await asyncio.sleep(0.5)
            assert await closing == 4003
            assert "reply" in await renewed.ask({"type": "ping"})
        assert anna.connection.count == 1, "the client renews in time by itself"
        assert ben.connection.count == 1
    finally:
        await suite.restart("auth")
        await suite.terminate("auth-brief")


@pytest.mark.settings(upgrades_burst=3, upgrades_per_second=0.01)
async def test_too_many_new_sockets_are_told_when_to_come_back(people: People, gateway: str) -> None:
    url = people.suite.url(gateway)
    for _ in range(3):
        async with raw_socket(url):
            pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with raw_socket(url):
            pass
    assert refused.value.status == 503
    assert refused.value.headers
    assert 2 <= int(refused.value.headers["Retry-After"]) <= 20


@pytest.mark.settings(user_burst=5, user_per_second=2)
async def test_a_busy_person_is_slowed_and_loses_nothing(people: People, gateway: str) -> None:
    (anna,) = await people.join("anna", gateway=gateway)
    (ben,) = await people.join("ben")
    chat = await direct(anna, ben)
    async with raw_socket(people.suite.url(gateway), token_of(anna)) as socket:
        for number in range(12):  # at once: it is not asked how fast we are
            await socket.send({"id": number, "command": {"type": "ping"}})
        answers = [await socket.receive() for _ in range(12)]
        refused = [answer["refused"] for answer in answers if "refused" in answer]
        assert refused
        assert all(one["status"] == "rate_limited" and 0 < one["retry_after"] <= 1 for one in refused)
    entries = [anna.send(chat.id, str(number)) for number in range(10)]
    for entry in entries:
        await acknowledged(entry)
    await sees(ben, chat.id, *map(str, range(10)))


@pytest.mark.settings(sockets_per_user=2)
async def test_one_person_has_so_many_sockets(people: People, gateway: str) -> None:
    (anna,) = await people.join("anna", gateway=gateway)
    url = people.suite.url(gateway)
    async with raw_socket(url, token_of(anna)), raw_socket(url) as third:
        await third.send({"id": 1, "command": {"type": "connect", "access_token": token_of(anna)}})
        assert (await third.receive())["refused"]["reason"] == "too_many_sockets"


@pytest.mark.settings(trusted_proxies="127.0.0.0/8", address_burst=2, address_per_second=0.01)
async def test_an_address_is_believed_from_a_trusted_proxy_only(people: People, gateway: str) -> None:
    async def status(name: str, forwarded: str) -> int:
        return (await http_post(people.suite.url(name), "session.refresh", {}, X_Forwarded_For=forwarded))[0]

    assert [await status(gateway, "203.0.113.7") for _ in range(3)] == [400, 400, 429]
    assert await status(gateway, "203.0.113.7, 127.0.0.9") == 429, "the last address that is not a proxy's counts"
    assert await status(gateway, "198.51.100.1, 203.0.113.8") == 400, "what the client claims before it does not"
    assert [await status(gateway, f"2001:db8::{n}") for n in range(3)] == [400, 400, 429], "an IPv6 /64 is one address"


@pytest.mark.settings(address_burst=2, address_per_second=0.01)
async def test_anybody_else_speaks_for_themselves(people: People, gateway: str) -> None:
    statuses = [
        (await http_post(people.suite.url(gateway), "session.refresh", {}, X_Forwarded_For=f"203.0.113.{n}"))[0]
        for n in range(3)
    ]
    assert statuses == [400, 400, 429]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"


async def test_wss_needs_no_proxy(people: People, suite: Suite, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    (anna,) = await people.join("anna")
    settings = {"DIALOG_GATEWAY_TLS_CERTIFICATE": str(cert), "DIALOG_GATEWAY_TLS_KEY": str(key)}
    process = suite._make("gateway", "gateway-tls", settings)
    process.launch()
    trust = ssl.create_default_context(cafile=str(cert))
    trust.check_hostname = False
    url = suite.url("gateway-tls").replace("http://", "https://")
    try:
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as http:
            while True:
                try:
                    async with http.get(f"{url}/health/ready", ssl=trust) as answer:
                        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
                        break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.1)
        async with raw_socket(url, token_of(anna), tls=trust) as socket:
            assert (await socket.ask({"type": "ping"}))["reply"] == {}
    finally:
        await suite.terminate("gateway-tls")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"HTTP_HOST": "0.0.0.0"}, "would carry passwords in the clear"),
        ({"TLS_CERTIFICATE": "/nowhere.pem"}, "the TLS certificate or key cannot be used"),
        ({"TRUSTED_PROXIES": "everyone"}, "DIALOG_GATEWAY_TRUSTED_PROXIES"),
        ({"HTTP_PORT": "eighty"}, "DIALOG_GATEWAY_HTTP_PORT"),
        ({"HEARTBEAT": "0"}, "DIALOG_GATEWAY_HEARTBEAT"),
        ({"HEARTBEET": "1"}, "DIALOG_GATEWAY_HEARTBEET is not a setting of gateway"),
    ],
)
async def test_wrong_settings_stop_the_start_with_a_sentence(
    suite: Suite, settings: dict[str, str], sentence: str
) -> None:
    name = f"wrong-{'-'.join(settings)}-{len(suite.processes)}"
    with pytest.raises(NotReady, match=sentence):
        await suite.start("gateway", name, {f"DIALOG_GATEWAY_{key}": value for key, value in settings.items()})
    assert "Traceback" not in suite.log(name)


async def test_presence_follows_the_sockets(people: People) -> None:
    anna, ben = await people.join("anna", "ben")
    await direct(anna, ben)
    ids = [me(anna).id, me(ben).id]

    async def statuses() -> list[str]:
        return [one.status for one in (await anna.call(GetPresence(user_ids=ids))).people]

    async with asyncio.timeout(PATIENCE):
        while await statuses() != ["online", "online"]:
            await asyncio.sleep(0.05)
    await ben.close()
    await anna.wait_for(lambda: anna.state.presence[ids[1]].status == "offline")
    await ben.open()
    await anna.wait_for(lambda: anna.state.presence[ids[1]].status == "online")
