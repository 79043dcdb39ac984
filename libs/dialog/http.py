"""The aiohttp side of every service: health, metrics, typed errors and the headers that each answer carries."""

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hmac import compare_digest
from typing import Any

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .bus import failure_of, new_trace
from .config import ConfigError
from .protocol.base import HTTP_STATUS, Failure, Invalid, NotFound, Refused, TooLarge, Unavailable
from .protocol.frames import encode_refusal

Check = Callable[[], Awaitable[None]]
"""Makes a round trip to a dependency; raises when that does not work."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"
    ),
    "Server": "dialog",
}
BACKLOG = 4096
"""Connections that may wait to be accepted. The kernel forgets what is beyond, and tries again after 1, 3, 7 … s."""
HSTS = "max-age=63072000; includeSubDomains"


def json_response(body: bytes, status: int = 200, *, retry_after: float | None = None) -> web.Response:
    """An encoded JSON document as an answer that nobody may cache."""
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, round(retry_after)))
    return web.Response(body=body, status=status, content_type="application/json", charset="utf-8", headers=headers)


def refusal_response(failure: Failure) -> web.Response:
    """A failure as an HTTP answer."""
    retry_after = getattr(failure, "retry_after", None)
    return json_response(encode_refusal(failure), HTTP_STATUS[failure.status], retry_after=retry_after)


async def read_body(request: web.Request, *, limit: int, seconds: float) -> bytes:
    """The whole body. Raises Refused when it is larger than `limit` bytes or takes longer than `seconds`."""
    if (request.content_length or 0) > limit:
        raise Refused(TooLarge(limit=limit))
    parts = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_chunked(65536):
                parts += chunk
                if len(parts) > limit:
                    raise Refused(TooLarge(limit=limit))
    except TimeoutError:
        raise Refused(Invalid(detail="The body took too long")) from None
    return bytes(parts)


async def serve_http(
    config: Any, routes: Sequence[tuple[str, str, Handler]], checks: Mapping[str, Check], state: dict[str, bool]
) -> Callable[[], Awaitable[None]]:
    """Listen on `http_host:http_port`. Returns what stops it. `state["ready"]` is what `/health/ready` goes by."""
    app = web.Application(middlewares=[_typed_errors], client_max_size=64 * 1024)
    tls = tls_context(config)

    async def set_headers(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(
            {name: value for name, value in SECURITY_HEADERS.items() if name not in response.headers}
        )
        response.headers["Server"] = SECURITY_HEADERS["Server"]
        if tls:
            response.headers["Strict-Transport-Security"] = HSTS

    app.on_response_prepare.append(set_headers)
    for method, path, handler in [*routes, *_own_routes(config, checks, state)]:
        app.router.add_route(method, path, handler)
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=75,
        handle_signals=False,
        lingering_time=1.0,
        shutdown_timeout=config.stop_timeout,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.http_host, config.http_port, ssl_context=tls, backlog=BACKLOG)
        await site.start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(f"cannot listen on {config.http_host}:{config.http_port}: {error.strerror}") from error
    return runner.cleanup


def tls_context(config: Any) -> ssl.SSLContext | None:
    """TLS from `tls_certificate` and `tls_key`, where a service has such settings. Raises ConfigError."""
    certificate, key = getattr(config, "tls_certificate", ""), getattr(config, "tls_key", "")
    if not certificate and not key:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the TLS certificate or key cannot be used: {error}") from error
    return context


def _own_routes(config: Any, checks: Mapping[str, Check], state: dict[str, bool]) -> list[tuple[str, str, Handler]]:
    async def live(_request: web.Request) -> web.Response:
        return json_response(b'{"live":true}')

    async def ready(_request: web.Request) -> web.Response:
        parts = dict(zip(checks, await asyncio.gather(*map(_state_of, checks.values())), strict=True))
        good = state["ready"] and all(part == "up" for part in parts.values())
        body = msgspec.json.encode({"ready": good, "serving": state["ready"], "parts": parts})
        return json_response(body, 200 if good else 503)

    async def metrics(request: web.Request) -> web.Response:
        if not _may_read_metrics(request, config.metrics_token):
            return refusal_response(NotFound())
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [("GET", "/health/live", live), ("GET", "/health/ready", ready), ("GET", "/metrics", metrics)]


async def _state_of(check: Check) -> str:
    try:
        async with asyncio.timeout(1):
            await check()
    except Exception:
        return "down"
    return "up"


def _may_read_metrics(request: web.Request, token: str) -> bool:
    if token:
        return compare_digest(_bytes(request.headers.get("Authorization", "")), _bytes(f"Bearer {token}"))
    proxied = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"))
    return not proxied and ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback  # noqa: S104 (not a bind)


def _bytes(header: str) -> bytes:
    return header.encode(errors="surrogateescape")


@web.middleware
async def _typed_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place at this door where exceptions become answers."""
    trace = new_trace()
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _typed(error)
    except ConnectionResetError:
        raise
    except Exception as error:
        return refusal_response(failure_of(error, trace))


def _typed(error: web.HTTPException) -> web.StreamResponse:
    if error.status == 404:
        return refusal_response(NotFound())
    if error.status == 405:
        answer = refusal_response(Invalid(detail="Method not allowed"))
        answer.set_status(405)
        answer.headers["Allow"] = error.headers.get("Allow", "")
        return answer
    if error.status == 413:
        return refusal_response(TooLarge(limit=64 * 1024))
    if error.status >= 500:
        return refusal_response(Unavailable())
    if error.status >= 400:
        return refusal_response(Invalid(detail=error.reason))
    return error
