"""Sessions: the devices that one is signed in on."""

from typing import TYPE_CHECKING

from dialog.protocol.accounts import ListSessions, RevokeSession, SessionInfo

from . import safe
from .typed import Mistake
from .words import DIM, PLAIN, moment_words

if TYPE_CHECKING:
    from .conversation import Conversation


async def sessions(talk: "Conversation", _rest: str) -> None:
    """/sessions              your devices"""
    for number, session in enumerate(await _sessions(talk), start=1):
        here = ", this one" if session.current else ""
        name, address = safe.line(session.device_name), safe.line(session.address)
        talk.say(f"{number:>4}  {name} {DIM}{address}, seen {moment_words(session.last_seen_at)}{here}{PLAIN}")


async def revoke(talk: "Conversation", rest: str) -> None:
    """/revoke NUMBER         sign a device of /sessions out"""
    found = await _sessions(talk)
    if not (rest.isdecimal() and 0 < int(rest) <= len(found)):
        raise Mistake("Which one? /sessions numbers them.")
    await talk.client.call(RevokeSession(session_id=found[int(rest) - 1].session_id))


async def _sessions(talk: "Conversation") -> list[SessionInfo]:
    found = await talk.client.call(ListSessions())
    return sorted(found.sessions, key=lambda session: session.created_at)
