"""`POST /api/<type>`: the same commands over HTTP, for log-in, bots and service workers."""

from functools import cache
from typing import Any

import msgspec
from aiohttp import web

from dialog.bus import BAD_JSON, explain
from dialog.http import json_response, read_body, refusal_response
from dialog.protocol import COMMANDS, PublicCommand, RoutedCommand, members
from dialog.protocol.base import (
    Actor,
    Command,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooManyRequests,
    Unauthenticated,
    tag_of,
)
from dialog.protocol.frames import http_status
from dialog.service import route

from .admission import client_address
from .app import App

OFFERED: dict[str, type[Command[Any]]] = {
    tag_of(kind): COMMANDS[tag_of(kind)] for kind in members(PublicCommand | RoutedCommand)
}


@cache
def _decoder(kind: type[Command[Any]]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@route("POST", "/api/{type}")
async def answer_command(app: App, request: web.Request) -> web.StreamResponse:
    """The body holds the command's fields; the answer is the bare reply, or `{"refused": …}` with its status."""
    if not app.admission.may_enter(request):
        return refusal_response(Forbidden())
    try:
        answer = await _answer(app, request)
    except Refused as refused:
        answer = refusal_response(refused.failure)
    return _with_origin(request, answer)


async def _answer(app: App, request: web.Request) -> web.Response:
    address = client_address(request, app.admission.trusted)
    if wait := app.admission.address_wait(address):
        raise Refused(TooManyRequests(retry_after=round(wait, 3)))
    kind = OFFERED.get(request.match_info["type"])
    if kind is None:
        raise Refused(NotFound())
    actor = Actor(address=address) if kind.public else await _actor(app, request, address)
    command = await _command(app, request, kind)
    status, body, retry_after = http_status(await app.bus.forward(command, actor))
    return json_response(body, status, retry_after=retry_after)


async def _actor(app: App, request: web.Request, address: str) -> Actor:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(Unauthenticated())
    access = await app.keys.check(token)
    app.revocations.check(access.session_id)
    actor = Actor(user_id=access.user_id, session_id=access.session_id, address=address, may_hide=True)
    if wait := app.admission.user_wait(actor):
        raise Refused(TooManyRequests(retry_after=round(wait, 3)))
    return actor


async def _command(app: App, request: web.Request, kind: type[Command[Any]]) -> Command[Any]:
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise Refused(Invalid(detail="The body is application/json, as it is"))
    body = await read_body(request, limit=app.config.frame_bytes, seconds=app.config.body_timeout)
    try:
        return _decoder(kind).decode(body)
    except BAD_JSON as error:
        raise Refused(Invalid(detail=explain(error))) from None


@route("OPTIONS", "/api/{type}")
async def answer_preflight(app: App, request: web.Request) -> web.StreamResponse:
    """What a browser asks before a page of another allowed origin may call."""
    if not app.admission.may_enter(request):
        raise Refused(Forbidden())
    answer = web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
        },
    )
    return _with_origin(request, answer)


def _with_origin(request: web.Request, answer: web.Response) -> web.Response:
    origin = request.headers.get("Origin")
    if origin:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Vary"] = "Origin"
    return answer
