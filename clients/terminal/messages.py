"""Messages: change them, answer them, find them."""

from typing import TYPE_CHECKING
from uuid import uuid4

from dialog.client import Progress
from dialog.client.query import BadQuery
from dialog.protocol.chats import OpenDirect
from dialog.protocol.messages import (
    DeleteMessage,
    EditMessage,
    ForwardMessages,
    HideMessages,
    ListEdits,
    ListPins,
    PinMessage,
    UnpinMessage,
)
from dialog.protocol.reactions import AddReaction, RemoveReaction

from . import safe, typed
from .typed import Mistake
from .words import DIM, PLAIN, message_lines, moment_words, title_of

if TYPE_CHECKING:
    from .conversation import Conversation


async def reply(talk: "Conversation", rest: str) -> None:
    """/reply N TEXT          answer message N"""
    number, _, text = rest.partition(" ")
    message = typed.message(talk, number)
    if not text.strip():
        raise Mistake("What do you answer?")
    talk.send(text, reply_to=message.seq)


async def edit(talk: "Conversation", rest: str) -> None:
    """/edit [N] TEXT         replace your last message, or number N"""
    number, _, text = rest.partition(" ")
    if not (number.isdecimal() and text.strip()):
        number, text = "", rest
    if not text.strip():
        raise Mistake("/edit what? To take a message back: /delete")
    message = typed.own_message(talk, number)
    await talk.client.call(EditMessage(chat_id=talk.chat_id, seq=message.seq, text=text))


async def edits(talk: "Conversation", rest: str) -> None:
    """/edits N               what message N said before it was edited"""
    message = typed.message(talk, rest)
    found = (await talk.client.call(ListEdits(chat_id=talk.chat_id, seq=message.seq))).edits
    for one in found:
        first, *more = safe.lines(one.text)
        talk.say(f"{DIM}{moment_words(one.written_at)}{PLAIN} {first}", *(f"          {line}" for line in more))
    if not found:
        talk.say(f"{DIM}      Nothing else is kept of it.{PLAIN}")


async def delete(talk: "Conversation", rest: str) -> None:
    """/delete [N]            delete your last message, or number N"""
    await talk.client.call(DeleteMessage(chat_id=talk.chat_id, seq=typed.own_message(talk, rest).seq))


async def react(talk: "Conversation", rest: str) -> None:
    """/react N EMOJI         react to message N; once more takes it back"""
    number, _, emoji = rest.partition(" ")
    message, me = typed.message(talk, number), talk.state.me
    given = any(one.emoji == emoji.strip() and me and me.id in one.user_ids for one in message.reactions)
    kind = RemoveReaction if given else AddReaction
    await talk.client.call(kind(chat_id=talk.chat_id, seq=message.seq, emoji=emoji.strip()))


async def forward(talk: "Conversation", rest: str) -> None:
    """/forward N USERNAME    send message N on to somebody"""
    number, _, name = rest.partition(" ")
    message = typed.message(talk, number)
    chat = await talk.client.call(OpenDirect(user_id=await typed.user_id(talk, name.strip())))
    command = ForwardMessages(chat_id=chat.id, nonce=str(uuid4()), from_chat_id=message.chat_id, seqs=[message.seq])
    await talk.client.call(command)


async def pin(talk: "Conversation", rest: str) -> None:
    """/pin N                 pin message N, or take the pin out"""
    message = typed.message(talk, rest)
    kind = UnpinMessage if message.pinned_at else PinMessage
    await talk.client.call(kind(chat_id=talk.chat_id, seq=message.seq))


async def pins(talk: "Conversation", _rest: str) -> None:
    """/pins                  what is pinned here"""
    view = typed.view(talk)
    found = (await talk.client.call(ListPins(chat_id=view.id))).messages
    await talk.meet_authors(view, found)
    for message in found:
        talk.say(*message_lines(talk.state, message))


async def search(talk: "Conversation", rest: str) -> None:
    """/search TEXT           find words, "a phrase", from:USER in:CHAT has:link before:2026-11-22 after:2026-11-01"""
    try:
        page = await talk.client.search(rest)
    except BadQuery as bad:
        raise Mistake(str(bad)) from None
    for message in reversed(page.messages):
        if view := talk.state.chats.get(message.chat_id):
            await talk.meet_authors(view, (message,))
            first, *more = message_lines(talk.state, message)
            talk.say(f"{DIM}[{title_of(talk.state, view)}]{PLAIN} {first}", *more)
    talk.say(f"{DIM}      {'the newest of them' if page.next else 'that is all'}{PLAIN}")


async def hide(talk: "Conversation", rest: str) -> None:
    """/hide N                never see message N again"""
    await talk.client.call(HideMessages(chat_id=talk.chat_id, seqs=[typed.message(talk, rest).seq]))


async def history(talk: "Conversation", _rest: str) -> None:
    """/history               older messages"""
    view = typed.view(talk)
    page = await talk.client.history(talk.chat_id, limit=20)
    if not page.messages:
        raise Mistake("That is the beginning.")
    await talk.meet_authors(view, page.messages)
    for message in page.messages:
        talk.say(*message_lines(talk.state, message))


async def retry(talk: "Conversation", _rest: str) -> None:
    """/retry                 send again what failed"""
    for entry in talk.client.outbox.unsent():
        if entry.progress is Progress.FAILED:
            talk.client.outbox.retry(entry)
