"""From an HTTP upgrade to a connected socket: origin, admission, the first command, the topics."""

import asyncio
from typing import Any

import nats.errors
from aiohttp import WSMsgType, web

from dialog.bus import failure_of, new_trace
from dialog.http import refusal_response
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import (
    Actor,
    Command,
    Failure,
    Forbidden,
    Invalid,
    Refused,
    Status,
    Unauthenticated,
    Unavailable,
)
from dialog.protocol.connection import SUBPROTOCOL, CloseCode, Connect, Connected, Limits, TooManySockets
from dialog.protocol.frames import encode_refusal, encode_reply
from dialog.protocol.internal import GetUsers
from dialog.service import route

from .admission import client_address
from .app import App
from .socket import Socket

_log = get_logger()
OVERSIZE = 2
"""How many times the frame limit is still read, so as to refuse it in words before closing becomes the answer."""

CLOSING = {
    Status.UNAUTHENTICATED: CloseCode.TOKEN_EXPIRED,
    Status.FORBIDDEN: CloseCode.SIGNED_OUT,
    Status.CONFLICT: CloseCode.RESTARTING,
    Status.UNAVAILABLE: CloseCode.RESTARTING,
    Status.RATE_LIMITED: CloseCode.RESTARTING,
    Status.INTERNAL: CloseCode.RESTARTING,
}
"""What a socket that may not connect is closed with; anything else broke the protocol."""


@route("GET", "/ws")
async def open_socket(app: App, request: web.Request) -> web.StreamResponse:
    """The life of one socket."""
    address = client_address(request, app.admission.trusted)
    if not app.admission.may_enter(request):
        return refusal_response(Forbidden())
    ws = web.WebSocketResponse(
        protocols=(SUBPROTOCOL,),
        compress=False,
        autoping=False,
        max_msg_size=app.config.frame_bytes * OVERSIZE,
        timeout=2.0,
    )
    if not ws.can_prepare(request):
        return refusal_response(Invalid(detail="This is a WebSocket address"))
    if wait := app.admission.upgrade_wait(address):
        return refusal_response(Unavailable(retry_after=wait))
    await ws.prepare(request)
    ws.headers.clear()  # they are sent; aiohttp would keep them, 2 KB, as long as the socket is open
    if request.transport is not None:
        await _live(app, Socket(app, ws, request.transport, address), ws.ws_protocol)
    if error := ws.exception():  # its frames hold the socket, which holds it: garbage that would have to be looked for
        error.__traceback__ = error.__context__ = None
    return ws


async def _live(app: App, socket: Socket, subprotocol: str | None) -> None:
    if subprotocol != SUBPROTOCOL:
        await socket.shut(CloseCode.CLIENT_TOO_OLD)
        return
    try:
        if await _greet(app, socket):
            app.reporter.came(socket.actor)
            await socket.read()
    finally:
        app.hub.remove(socket)
        app.reporter.went(socket.actor)


async def _greet(app: App, socket: Socket) -> bool:
    """Hear the first command and connect. A socket that may not is told why, and closed."""
    trace = new_trace()
    try:
        async with asyncio.timeout(app.config.connect_timeout):
            message = await socket.first_message()
    except TimeoutError:
        await socket.shut(CloseCode.PROTOCOL_VIOLATION)
        return False
    frame = socket.decode(message.data) if message.type is WSMsgType.TEXT else None
    if frame is None:
        if message.type is WSMsgType.BINARY:
            socket.refuse(None, Invalid(detail="Frames are text"))
        await socket.shut(CloseCode.PROTOCOL_VIOLATION)
        return False
    try:
        connected = await _connect(app, socket, frame.command)
    except Exception as error:
        failure = failure_of(error, trace)
        socket.answer(frame.id, encode_refusal(failure))
        await socket.shut(_closing(failure))
        return False
    socket.answer(frame.id, encode_reply(connected))
    socket.open()
    return True


def _closing(failure: Failure) -> CloseCode:
    return CLOSING.get(failure.status, CloseCode.PROTOCOL_VIOLATION)


async def _connect(app: App, socket: Socket, command: Command[Any]) -> Connected:
    """Check the token and hear what concerns the person; their groups are joined when they sync."""
    if not isinstance(command, Connect):
        raise Refused(Invalid(detail="The first command is `connect`"))
    access = await app.keys.check(command.access_token)
    app.revocations.check(access.session_id)
    address = socket.actor.address
    socket.actor = Actor(user_id=access.user_id, session_id=access.session_id, address=address)
    socket.expires_at = access.expires_at
    app.hub.add(socket)
    _log.info("connecting", user=access.user_id, device=command.device.name if command.device else "", address=address)
    try:
        await app.hub.join([f"user.{access.user_id}"], socket)
    except nats.errors.Error:
        raise Refused(Unavailable()) from None
    epoch = await app.epoch.get()
    users, status = await asyncio.gather(
        app.bus.call(GetUsers(user_ids=[access.user_id], viewer=access.user_id)), app.usage.ask_status(socket)
    )
    if not users.users:
        raise Refused(Unauthenticated())
    app.revocations.check(access.session_id)  # it may have ended while we subscribed
    _limit_sockets(app, access.user_id)
    return Connected(
        user=users.users[0],
        status=status,
        session_id=access.session_id,
        heartbeat=app.config.heartbeat,
        epoch=epoch,
        now=now_ms(),
        people_rev=users.people_rev,
        limits=Limits(
            frame_bytes=app.config.frame_bytes,
            pending_commands=app.config.pending_commands,
            text_length=app.config.text_length,
        ),
    )


def _limit_sockets(app: App, user_id: int) -> None:
    limit = app.config.sockets_per_user
    if app.hub.count(f"user.{user_id}") > limit:
        raise Refused(TooManySockets(limit=limit))
