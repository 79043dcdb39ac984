"""The conversation: what is typed becomes messages and commands, what is heard is printed above what is typed."""

import asyncio
import contextlib
from collections.abc import Iterable

from prompt_toolkit import PromptSession

from dialog.client import ChatView, Client, ConnectionLost, Entry, OutboxFull, Refused
from dialog.protocol.base import Event
from dialog.protocol.chats import ChatJoined, ChatLeft, GetPeople, MemberChanged
from dialog.protocol.invites import JoinRequested
from dialog.protocol.messages import Message, MessageChanged, MessagePosted
from dialog.protocol.receipts import DeliveredReceipt
from dialog.protocol.scheduled import ScheduledChanged
from dialog.protocol.warnings import WarningGiven

from . import safe
from .commands import COMMANDS
from .scheduled import scheduled_words
from .typed import Mistake
from .words import (
    DIM,
    PLAIN,
    RED,
    STATUS,
    explain,
    message_lines,
    muted,
    name_of,
    people_in,
    title_of,
    warning_lines,
)

SHOWN = 20
"""Messages shown when a chat is opened."""
TYPISTS = 3
"""Of those who are typing, as many are named."""
PATIENCE = 1.0
"""Seconds until one is told that a message is still on its way."""


class Conversation:
    """One person at one terminal."""

    def __init__(self, client: Client, prompt: PromptSession[str]) -> None:
        self.client = client
        self.state = client.state
        self.prompt = prompt
        self.chat_id = 0
        """The chat that is open; 0 for none."""
        self.listed: list[int] = []
        """The chats by the numbers of the last `/list`."""
        self.ending = False
        self._received: dict[str, int] = {}
        """What others are to be told that it has come here."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Talk until the person or the server ends it."""
        self.client.events.take()  # what a cold start brings is not news
        self._received = {str(view.id): view.head_seq for view in self.state.chats.values() if view.mine.unread}
        working = [asyncio.create_task(self._listen()), asyncio.create_task(self._acknowledge())]
        self.client.usage.open_chat(None)
        self.prompt.default_buffer.on_text_changed += lambda buffer: self._typed(buffer.text)
        await self.perform("/list")
        if self.state.affairs.warnings:
            await self.perform("/warnings")
        try:
            while not self.ending:
                await self._take_line()
        finally:
            for task in (*working, *self._tasks):
                task.cancel()
            await asyncio.gather(*working, *self._tasks, return_exceptions=True)

    async def _take_line(self) -> None:
        try:
            line = await self.prompt.prompt_async(self._prompt(), bottom_toolbar=self._toolbar)
        except KeyboardInterrupt:
            self.say(f"{DIM}/quit ends{PLAIN}")
        except EOFError:
            self.ending = True
        else:
            if line.strip():
                await self.perform(line)

    def _typed(self, text: str) -> None:
        """There is input; a message in the making is told as such."""
        if text and self.chat_id in self.state.chats and (not text.startswith("/") or text.startswith("//")):
            self.client.usage.type(self.chat_id)
        elif text:
            self.client.usage.touch()

    def _prompt(self) -> str:
        view = self.state.chats.get(self.chat_id)
        return f"{title_of(self.state, view)} > " if view else "> "

    def _toolbar(self) -> str:
        waiting = len(self.client.outbox.unsent())
        unread = sum(view.mine.unread for view in self.state.chats.values() if view.id != self.chat_id)
        parts = [STATUS[self.client.status]]
        parts += [f"{waiting} not sent yet"] if waiting else []
        parts += [f"{unread} unread elsewhere"] if unread else []
        typing = [name_of(self.state, user_id) for user_id in self.client.usage.typing_in(self.chat_id)]
        parts += [f"{', '.join(typing[:TYPISTS])} typing…"] if typing else []
        return " · ".join(parts)

    def say(self, *lines: str) -> None:
        """Print above what is being typed."""
        for line in lines:
            print(line)

    # --- out

    async def perform(self, line: str) -> None:
        """Do what was typed."""
        try:
            if line.startswith("/") and not line.startswith("//"):
                await self._command(line[1:])
            elif self.chat_id not in self.state.chats:
                raise Mistake("No chat is open: /list, /open, /direct or /group")
            else:
                self.send(line.removeprefix("/") if line.startswith("//") else line)
        except (Mistake, OutboxFull) as mistake:
            self.say(f"{RED}{safe.line(str(mistake))}{PLAIN}")
        except Refused as refused:
            self.say(f"{RED}That did not work: {explain(refused)}{PLAIN}")
        except ConnectionLost:
            self.say(f"{RED}No answer; perhaps it was done, perhaps not.{PLAIN}")

    async def _command(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        command = COMMANDS.get(name)
        if command is None:
            raise Mistake(f"There is no /{name}. /help lists what there is.")
        await command(self, rest.strip())

    def send(self, text: str, *, reply_to: int | None = None) -> None:
        """Say it in the chat that is open. Raises OutboxFull."""
        entry = self.client.send(self.chat_id, text, reply_to=reply_to)
        task = asyncio.create_task(self._follow(entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, entry: Entry) -> None:
        """Say so when a message takes long, or fails. When it is sent, it is printed as what it then is."""
        text = safe.line(entry.text)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await entry
                    return
            self.say(f"{DIM}      … on its way: {text}{PLAIN}")
            await entry
        except Refused as refused:
            self.say(f"{RED}      ✗ not sent, {explain(refused)}: {text}{PLAIN} {DIM}(/retry){PLAIN}")
        except ConnectionLost:
            self.say(f"{RED}      ✗ not sent: {text}{PLAIN}")

    # --- in

    async def _listen(self) -> None:
        async for event in self.client.events:
            with contextlib.suppress(Refused, ConnectionLost):  # a name could not be fetched; the next one may
                await self._print(event)
        if not self.ending:
            self.say(f"{RED}You are {STATUS[self.client.status]}.{PLAIN}")
            self.ending = True
            if self.prompt.app.is_running:
                self.prompt.app.exit(result="")

    async def _print(self, event: Event) -> None:
        match event:
            case MessagePosted(message=message):
                self._received[str(message.chat_id)] = message.seq
                await self.show(message)
            case MessageChanged(message=message) if message.chat_id == self.chat_id:
                await self.show(message)
            case MemberChanged(member=member) if member.chat_id == self.chat_id:
                did = "left" if member.left else "is a member"
                self.say(f"{DIM}      {name_of(self.state, member.user_id)} {did} ({member.role}){PLAIN}")
            case ChatJoined(chat=chat) if chat.id in self.state.chats:
                self.say(f"{DIM}You are in a new chat: {title_of(self.state, self.state.chats[chat.id])}{PLAIN}")
            case ChatLeft(chat_id=chat_id):
                if chat_id == self.chat_id:
                    self.close_chat()
                    self.say(f"{DIM}You are no longer in this chat.{PLAIN}")
            case JoinRequested(chat_id=chat_id, user=user) if chat_id in self.state.chats:
                title = title_of(self.state, self.state.chats[chat_id])
                name, username = safe.line(user.display_name), safe.line(user.username)
                self.say(f"{DIM}{name} ({username}) asks to come into {title}: /requests{PLAIN}")
            case ScheduledChanged(scheduled=scheduled) if scheduled.failure:
                self.say(scheduled_words(self, scheduled))
            case WarningGiven(warning=warning):
                self.say(*warning_lines(warning), f"{DIM}      /dismiss{PLAIN}")
            case _:
                pass

    async def _acknowledge(self) -> None:
        """Say once a second what has come."""
        while True:
            await asyncio.sleep(1)
            received, self._received = self._received, {}
            with contextlib.suppress(Refused, ConnectionLost):
                for some in _parts(received):
                    await self.client.call(DeliveredReceipt(chats=some))

    async def show(self, message: Message) -> None:
        """Print a message; of a chat that is not open, with its title."""
        view = self.state.chats.get(message.chat_id)
        if view is None:
            return
        await self.meet_authors(view, (message,))
        lines = message_lines(self.state, message)
        if message.chat_id == self.chat_id:
            self.say(*lines)
            await self.client.read(message.chat_id)
        elif not muted(view):
            self.say(f"{DIM}[{title_of(self.state, view)}]{PLAIN} {lines[0]}", *lines[1:])

    async def meet_authors(self, view: ChatView, messages: Iterable[Message]) -> None:
        """Fetch the profiles of authors, and of those whom notices name, who are not in the chat any more."""
        named = {user_id for message in messages for user_id in people_in(message)}
        strangers = named - self.state.people.keys()
        if strangers:
            found = await self.client.call(GetPeople(chat_id=view.id, user_ids=sorted(strangers)[:100]))
            for user in found.users:
                self.state.meet(user)

    async def open_chat(self, chat_id: int) -> None:
        """Go to a chat and show the end of it."""
        view = self.state.chats[chat_id]
        self.chat_id = chat_id
        self.client.usage.open_chat(chat_id)
        await self.client.fill(chat_id, view.head_seq - SHOWN + 1)
        messages = list(view.messages.values())[-SHOWN:]
        await self.meet_authors(view, messages)
        self.say(f"{DIM}── {title_of(self.state, view)} ──{PLAIN}")
        for message in messages:
            self.say(*message_lines(self.state, message))
        await self.client.read(chat_id)

    def close_chat(self) -> None:
        """Be in no chat."""
        self.chat_id = 0
        self.client.usage.open_chat(None)


def _parts(received: dict[str, int], size: int = 500) -> list[dict[str, int]]:
    items = list(received.items())
    return [dict(items[start : start + size]) for start in range(0, len(items), size)]
