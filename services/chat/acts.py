"""What somebody does in a chat before the eyes of the others: it says by itself that they are there.

So others then learn how far that person has received and read it, which is withheld from them while they are invisible.
Sending pays nothing for it: the gateway says whether somebody may be invisible, and it is done once the act is.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from dialog.protocol.base import Actor, Refused

from .app import App
from .pointers import Move

R = TypeVar("R")


def visible(handler: Callable[[App, Actor, Any], Awaitable[R]]) -> Callable[[App, Actor, Any], Awaitable[R]]:
    """Others in `chat_id` see what this handler does, and who did it."""

    @wraps(handler)
    async def act(app: App, actor: Actor, command: Any) -> R:
        reply = await handler(app, actor, command)
        if actor.may_hide:
            with suppress(Refused):  # it is done, whatever else fails; the receipts go on waiting
                await app.receipts.add(Move(command.chat_id, actor.user_id, acts=True))
        return reply

    return act
