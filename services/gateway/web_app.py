"""`GET /…`: the web client, from the same origin as the doors that it uses."""

from aiohttp import web

from dialog.http import refusal_response
from dialog.protocol.base import NotFound
from dialog.service import route

from .app import App
from .files import INDEX, File

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dialog"
)
"""All that the pages load comes from here, and no text becomes a program."""


@route("*", r"/{path:(?!(?:api|ws|media|health|metrics)(?:/|$)).*}")
async def send_file(app: App, request: web.Request) -> web.StreamResponse:
    """A file of the web client. What does not look like a file is a place in the app, which finds it by itself.

    So is every link of an invite, whatever came with it when it was copied: the app says what is wrong.
    """
    path = request.match_info["path"]
    file = app.files.get(path)
    if file is None and (path.startswith("join/") or "." not in path.rpartition("/")[2]):
        file = app.files.get(INDEX)
    if request.method not in ("GET", "HEAD"):
        file = None
    return refusal_response(NotFound()) if file is None else _answer(app, request, file)


def _answer(app: App, request: web.Request, file: File) -> web.Response:
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
    encoding = next((name for name in file.encoded if name in accepted), None)
    reports = app.config.csp_reports
    headers = {
        "Content-Type": file.content_type,
        "Content-Security-Policy": f"{POLICY}; report-uri {reports}" if reports else POLICY,
        "Cache-Control": file.cache_control,
        "Vary": "Accept-Encoding",
    }
    if encoding is None:
        return web.Response(body=file.content, headers=headers)
    return web.Response(body=file.encoded[encoding], headers=headers | {"Content-Encoding": encoding})
