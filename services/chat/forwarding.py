"""Forwarding: copies of messages in another chat."""

import asyncio
import hashlib

from dialog.protocol.base import Actor, NotFound, Refused
from dialog.protocol.messages import TEXT, Forwarded, ForwardMessages, Message, Messages, SendMessage
from dialog.service import command

from . import access, store
from .acts import visible
from .app import App
from .limits import spend
from .messages import post
from .shown import shown


@command
@visible
async def forward_messages(app: App, actor: Actor, command: ForwardMessages) -> Messages:
    seqs = list(dict.fromkeys(command.seqs))
    await spend(app, actor, "forwards", app.config.forwards, len(seqs))
    originals = await _originals(app, actor, command.from_chat_id, seqs)
    # All are waiting in their order before the first is posted: that is the order in which they are posted.
    copies = await asyncio.gather(
        *(post(app, actor, _copy(command, one), _origin(one)) for one in originals), return_exceptions=True
    )
    posted: list[Message] = []
    for copy in copies:
        if isinstance(copy, BaseException):
            raise copy
        posted.append(copy)
    return Messages(messages=posted)


async def _originals(app: App, actor: Actor, chat_id: int, seqs: list[int]) -> list[Message]:
    """The messages, in the order asked for. Raises Refused(NotFound) when one is not there for `actor` to see."""
    place = await access.member_of(app.db, actor, chat_id)
    async with app.reading:
        [rows] = await app.db.together([store.messages.at([(chat_id, seq) for seq in seqs], actor.user_id)])
        seen = await shown(app.db, actor.user_id, store.messages.read(rows), {chat_id: place.own})
    found = {message.seq: message for message in seen if message.kind == TEXT and message.deleted_at is None}
    if len(found) < len(seqs):
        raise Refused(NotFound())
    return [found[seq] for seq in seqs]


def _origin(message: Message) -> Forwarded:
    """Of a copy of a copy, the first author."""
    return message.forwarded or Forwarded(author_id=message.author_id, sent_at=message.sent_at)


def _copy(command: ForwardMessages, message: Message) -> SendMessage:
    """Mentions are not repeated: who was called there is not called here."""
    source = f"{command.nonce}\n{message.chat_id}\n{message.seq}"
    nonce = hashlib.sha256(source.encode()).hexdigest()[:36]
    return SendMessage(chat_id=command.chat_id, nonce=nonce, text=message.text)
