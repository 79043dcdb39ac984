"""Two hundred random steps over a bad line, and nothing is lost, doubled or out of place on either screen."""

import asyncio
import random
import time
from itertools import zip_longest

import pytest
from playwright.async_api import Locator, Page, expect

from dialog.client import Client
from dialog.protocol.messages import DeleteMessage, EditMessage, Message
from dialog.protocol.reactions import AddReaction
from tests.browser.bad_line import BadLine
from tests.browser.visitors import Visitor, Visitors
from tests.patience import PATIENCE
from tests.people import direct, me, username

STEPS = 200
TALL = {"width": 400, "height": 8_000}
"""So tall that all rows are elements."""

ONLINE = "dispatchEvent(new Event('online'))"
"""Waiting for the next attempt to connect ends."""

ARTICLES = """log => [...log.querySelectorAll('article')]
    .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
    .map(article => article.innerText.replace(/\\n/g, ' ').trim())"""


async def _shown(page: Page) -> list[str]:
    return await page.get_by_role("log").evaluate(ARTICLES)


def _told(message: Message) -> str:
    """What a message looks like: at least it begins with that."""
    return f"{'This message was deleted' if message.deleted_at else message.text}  "


class _Story:
    """Somebody in front of a screen and somebody elsewhere, who write to each other at random."""

    def __init__(self, visitor: Visitor, other: Client, chat_id: int, line: BadLine, seed: int) -> None:
        self._visitor = visitor
        self._other = other
        self._chat_id = chat_id
        self._line = line
        self._random = random.Random(seed)
        self.written: list[str] = []
        self.heard = 0

    async def step(self) -> None:
        steps = {self.say: 35, self._hear: 25, self._edit: 8, self._react: 8, self._delete: 3, self._meddle: 15}
        steps |= {self._cut: 3, self._lose_answer: 3, self._lose_message: 3, self._come_back: 10}
        await self._random.choices(list(steps), list(steps.values()))[0]()

    async def told(self) -> list[Message]:
        """All that was said, as the suite has it now."""
        return list((await self._other.fresh_state()).chats[self._chat_id].messages.values())

    async def say(self) -> None:
        self.written.append(f"m{len(self.written)}")
        await self._visitor.say(f"{self.written[-1]} .")

    async def _hear(self) -> None:
        self._other.send(self._chat_id, f"b{self.heard} .")
        self.heard += 1

    async def _edit(self) -> None:
        if not any(text.startswith("m") for text in await _shown(self._visitor.page)):
            return
        composer = self._visitor.composer
        await composer.press("ArrowUp")
        await expect(composer).not_to_have_value("")
        await self._visitor.say(f"{await composer.input_value()}!")

    async def _row(self, mine: bool) -> Locator | None:
        """One of the last messages that are posted."""
        rows = self._visitor.page.get_by_role("log").locator("article[data-seq]")
        texts = (await _shown(self._visitor.page))[-8:]
        texts = [text.split()[0] for text in texts if text[:1] == ("m" if mine else "b")]
        if not mine:  # what the other one deleted may vanish at any moment
            texts = [text for text in texts if text in self._standing()]
        if not texts:
            return None
        row = rows.filter(has_text=f"{self._random.choice(texts)} .").last
        return row if await row.count() else None

    def _standing(self) -> set[str]:
        """How the messages of the other one that are not deleted begin."""
        messages = self._other.state.chats[self._chat_id].messages.values()
        return {message.text.split()[0] for message in messages if not message.deleted_at}

    async def _react(self) -> None:
        if row := await self._row(mine=False):
            await row.evaluate("row => row.focus()")  # a message has its tools when one comes near
            await row.get_by_role("button", name="React", exact=True).evaluate("button => button.click()")
            await self._visitor.page.get_by_role("menuitem", name="React with 👍").click()

    async def _delete(self) -> None:
        if row := await self._row(mine=True):
            await row.evaluate("row => row.focus()")
            await self._visitor.page.keyboard.press("Delete")
            await expect(self._visitor.page.get_by_role("dialog").get_by_role("button", name="Delete")).to_be_focused()
            await self._visitor.page.keyboard.press("Enter")
            await self._visitor.composer.focus()

    async def _meddle(self) -> None:
        """The other one edits, deletes, reacts."""
        ours = [
            message
            for message in self._other.state.chats[self._chat_id].messages.values()
            if message.author_id == me(self._other).id and not message.deleted_at
        ]
        if not ours:
            return
        message = self._random.choice(ours)
        where = {"chat_id": self._chat_id, "seq": message.seq}
        match self._random.randrange(4):
            case 0:
                await self._other.call(DeleteMessage(**where))
            case 1:
                await self._other.call(AddReaction(**where, emoji="🎉"))
            case _:
                await self._other.call(EditMessage(**where, text=f"{message.text}!"))

    async def _cut(self) -> None:
        self._line.cut()

    async def _lose_answer(self) -> None:
        self._line.lose_answer()

    async def _lose_message(self) -> None:
        self._line.lose_message()

    async def _come_back(self) -> None:
        await self._visitor.page.evaluate(ONLINE)


async def _settle(story: _Story, *pages: Page) -> list[Message]:
    """Wait until all screens show the same, reactions too, and exactly what was said, in this order; returns that."""
    deadline = time.monotonic() + PATIENCE
    while True:
        history = await story.told()
        screens = [await _shown(page) for page in pages]
        rows = list(zip_longest(map(_told, history), *screens, fillvalue=""))
        wrong = [row for row in rows if row[0] == "" or len(set(row[1:])) > 1 or not row[1].startswith(row[0])]
        if not wrong:
            return history
        assert time.monotonic() < deadline, wrong
        await pages[0].evaluate(ONLINE)
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("seed", [1])
async def test_two_hundred_steps(visitors: Visitors, seed: int) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    async with BadLine(visitors.url, seed) as line:
        visitor, other = await visitors.new(url=line.url, viewport=TALL), await visitors.new(viewport=TALL)
        await visitor.sign_in(username(mia))
        await other.sign_in(username(ben))
        await visitor.open("Ben")
        await other.open("Mia")
        story = _Story(visitor, ben, chat.id, line, seed)
        await story.say()
        await expect(visitor.page.get_by_role("log")).to_be_visible()
        for _ in range(STEPS - 1):
            await story.step()
        line.is_bad = False
        await visitor.say("the last word")
        await visitor.page.evaluate(ONLINE)
        await ben.wait_for(lambda: _said_last(ben, chat.id), PATIENCE)
        await _settle(story, visitor.page, other.page)
        line.cut()  # what carries no number is only missed with the connection
        history = await _settle(story, visitor.page, other.page)
        own = [message for message in history if message.author_id == me(mia).id]
        assert len(own) == len(story.written) + 1
        for message, text in zip(own, story.written, strict=False):
            assert message.deleted_at or message.text.split()[0] == text
        assert len(history) == len(own) + story.heard


def _said_last(person: Client, chat_id: int) -> bool:
    return any(message.text == "the last word" for message in person.state.chats[chat_id].messages.values())
