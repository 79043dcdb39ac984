"""What people should not write but do: all of it is shown as text, and nothing bursts."""

import contextlib
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from dialog.client import Client
from dialog.protocol.accounts import EditProfile
from dialog.protocol.base import Refused
from dialog.protocol.chats import EditChat, RemoveMember
from dialog.protocol.messages import ForwardMessages, PinMessage
from dialog.protocol.preferences import SetDraft
from dialog.protocol.presence import Choice, SetStatus
from dialog.protocol.reactions import AddReaction
from tests.browser.visitors import Visitor, Visitors
from tests.people import befriend, direct, group, me, username

NAUGHTY = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)><b>bold</b>",
    "an attribute": "\"'><svg/onload=alert(3)>",
    "a style": "<style>*{display:none}</style><div style=position:fixed;inset:0>",
    "a script's address": "[click](javascript:alert(4)) javascript:alert(5) <a href='javascript:alert(6)'>x</a>",
    "data": "data:text/html,<script>alert(7)</script> https://example.org/'onmouseover='alert(8)",
    "an entity": "&lt;script&gt;alert(9)&lt;/script&gt; &#x3C;b&#x3E; &nbsp;&zwnj;",
    "right to left": "invoice\u202egnp.exe \u202b\u2067مرحبا \u202a",
    "zero width": "a\u200b\u200c\u200d\u2060\ufeffb",
    "combining": "".join(letter + "\u0336\u0317\u0351\u0489\u0300" * 20 for letter in "Zalgo"),
    "control": "a\x01\x02\x1b[31m\x7f\x85\u2028\u2029b",
    "lone surrogates' replacement": "\ufffd\ufffe\uffff",
    "emoji": "👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈" * 700,
    "a word": "w" * 300,
    "a word in another script": "ᄀ" * 300,
    "an address": f"https://example.org/{'a' * 300}?{'b=1&' * 100}",
    "a line": "very long line " * 500,
    "many lines": "line\n" * 200,
    "nothing": "null",
    "undefined": "undefined NaN [object Object] true -1 0x0",
    "a property": "__proto__ constructor toString hasOwnProperty",
    "SQL": "'; DROP TABLE messages; -- \" OR 1=1 /*",
    "a template": "${alert(10)} {{7*7}} #{7*7} {name} {count, plural, other {#}} <%= 7 %> %s %n",
    "a path": "../../../etc/passwd \\\\server\\share C:\\",
    "nested style": f"{'> ' * 60}deep {'**__~~||' * 60}",
    "code without end": f"```\n{'x' * 400}",
    "a mention": "<@1> <@all> <@99999999999999999999> <@-1> <@abc>",
}

SHORT = {name: text[:60] for name, text in NAUGHTY.items()}

TROUBLE = """() => {
    const trouble = [];
    const foreign = 'script:not([src]), iframe, object, embed, [onerror], [onload], [onmouseover], body style, base';
    for (const element of document.body.querySelectorAll(foreign)) trouble.push(`an element: ${element.outerHTML}`);
    for (const link of document.querySelectorAll('a[href]'))
        if (!/^(https?:|mailto:|\\/)/.test(link.getAttribute('href'))) trouble.push(`a link: ${link.outerHTML}`);
    const boxes = 'html, body, main, main > *, main header, aside, footer, dialog[open], [role=log], [role=region]';
    for (const box of document.querySelectorAll(boxes)) {
        const edge = box.querySelector(':scope > [role=separator]')?.offsetWidth ?? 0; // beside it
        if (box.scrollWidth > box.clientWidth + edge + 1 && box.clientWidth)
            trouble.push(`${box.tagName}.${box.className} ${box.scrollWidth} in ${box.clientWidth}`);
    }
    const pieces = 'article, article [class*=bubble], aside a, h1, h2, li, li > *, [role=option], time';
    for (const piece of document.querySelectorAll(pieces)) {
        const {left, right} = piece.getBoundingClientRect();
        if (left < -1 || right > innerWidth + 1) trouble.push(`${piece.className} ${left} to ${right}`);
    }
    if (!/^(\\(\\d+\\) )?Dialog$/.test(document.title)) trouble.push(document.title);
    return trouble;
}"""


async def _sound(page: Page, what: str) -> None:
    assert await page.evaluate(TROUBLE) == [], what


def _no_dialogs(visitor: Visitor) -> list[str]:
    """What was said by `alert`, which nothing should."""
    said: list[str] = []
    visitor.page.on("dialog", lambda dialog: said.append(dialog.message))
    return said


async def _narrow(visitors: Visitors, person: Client) -> Visitor:
    visitor = await visitors.new(viewport={"width": 320, "height": 640})
    await visitor.sign_in(username(person))
    return visitor


async def _at_end(visitor: Visitor, text: str) -> None:
    """Wait for the newest message; what stands above it is on the screen, too."""
    await expect(visitor.page.get_by_role("log").locator("xpath=..")).to_contain_text(text)
    await visitor.page.get_by_role("log").evaluate("log => log.scrollTo(0, log.scrollHeight)")
    await visitor.sees(text)


async def _back(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="Back", exact=True).click()


async def test_messages_and_drafts(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    visitor = await _narrow(visitors, mia)
    alerts = _no_dialogs(visitor)
    log = visitor.page.get_by_role("log")
    await visitor.open("Ben")
    for number, (what, text) in enumerate(NAUGHTY.items()):
        await ben.send(chat.id, f"{text}")
        await ben.send(chat.id, f"after {number}.")
        await _at_end(visitor, f"after {number}.")
        await _sound(visitor.page, what)
    await expect(log.get_by_role("article")).not_to_have_count(0)
    await visitor.composer.fill(NAUGHTY["emoji"] + NAUGHTY["a word"])
    await _sound(visitor.page, "the composer")
    await visitor.composer.fill("")
    await _back(visitor)
    for what, text in NAUGHTY.items():
        await mia.call(SetDraft(chat_id=chat.id, text=text))
        await mia.send(chat.id, what)
        await expect(visitor.row("Ben")).to_contain_text("Draft:")
        await _sound(visitor.page, f"a draft: {what}")
    assert alerts == []


async def test_what_was_written_is_what_is_read(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    visitor = await visitors.new()
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    for what in ("markup", "an attribute", "a style", "an entity", "nothing", "undefined", "SQL", "a template"):
        await ben.send(chat.id, f"{what}: {NAUGHTY[what]}")
        shown = await visitor.message(f"{what}:").last.locator("[class*=text]").first.inner_text()
        written = f"{what}: {NAUGHTY[what]}"
        assert _plain(shown) == _plain(written), what


def _plain(text: str) -> str:
    """Without what Markdown takes for style."""
    return re.sub(r"[*_~|\s\\`]+", "", text)


async def _accepted(person: Client, command: Any) -> bool:
    with contextlib.suppress(Refused):
        await person.call(command)
        return True
    return False


async def test_names_and_descriptions(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat, pair = await group(mia, ben, title="Choir"), await direct(ben, mia)
    visitor = await _narrow(visitors, mia)
    alerts = _no_dialogs(visitor)
    page = visitor.page
    await visitor.open("Choir")
    await ben.send(chat.id, "hello")
    taken = 0
    for what, text in SHORT.items():
        description = NAUGHTY[what][:256]
        named = await _accepted(ben, EditProfile(display_name=text, description=description))
        titled = await _accepted(mia, EditChat(chat_id=chat.id, title=text, description=description))
        if not (named or titled):
            continue
        taken += 1
        await ben.send(chat.id, f"I am {taken}.")
        await _at_end(visitor, f"I am {taken}.")
        await _sound(page, f"{what} as a name, over a conversation")
    assert taken > len(SHORT) / 2
    for what in ("markup", "a word", "combining", "right to left"):
        await _accepted(ben, EditProfile(display_name=SHORT[what], description=NAUGHTY[what][:256]))
        await _accepted(mia, EditChat(chat_id=chat.id, title=SHORT[what], description=NAUGHTY[what] * 3))
        await ben.send(pair.id, f"as {what}")
        await page.locator("main header h2 button").click()
        await expect(page.get_by_role("region", name="Group")).to_be_visible()
        await _sound(page, f"{what} in the panel of a group")
        await page.get_by_role("region", name="Group").get_by_role("button", name="Close").click()
        await _back(visitor)
        await expect(visitor.row(f"as {what}")).to_be_visible()
        await _sound(page, f"{what} in the list")
        await visitor.row(f"as {what}").click()
        await visitor.sees(f"as {what}")
        await _sound(page, f"{what} in the header")
        await page.get_by_role("main").locator("header button").nth(1).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await _sound(page, f"{what} as a profile")
        await page.keyboard.press("Escape")
        await _back(visitor)
        await page.get_by_role("complementary").get_by_role("link").nth(1).click()
    assert alerts == []


WORDS = {
    "a word": "w" * 300,
    "right to left": "\u202eelif\u2066.exe \u202b\u2067مرحبا " * 20,
    "emoji": "👩\u200d👩\u200d👧\u200d👦🏳️\u200d🌈" * 700,
    "combining": NAUGHTY["combining"] * 2,
}
WIDTHS = {"narrow": {"width": 320, "height": 640}, "wide": {"width": 1240, "height": 760}}


async def _everywhere(visitors: Visitors, text: str) -> Client:
    """Use a text as the name of people and of a group, as description, status and message. Returns who sees it."""
    [ben, mia, cleo] = await visitors.people.join("ben", "mia", "cleo")
    for person in (ben, cleo):
        await person.call(EditProfile(display_name=text[:64], description=text[:256]))
        await person.call(SetStatus(status=Choice.AUTO, text=text[:128]))
    await befriend(mia, ben)
    chat = await group(mia, ben, cleo, title="Choir")
    await mia.call(EditChat(chat_id=chat.id, title=text[:128], description=text[:1000]))
    said = await ben.send(chat.id, text[:8000])
    for person in (ben, cleo):
        await person.call(AddReaction(chat_id=chat.id, seq=said.seq, emoji="👍"))
    await mia.call(PinMessage(chat_id=chat.id, seq=said.seq))
    await mia.send(chat.id, f"hello <@{me(ben).id}>", reply_to=said.seq, mentions=[me(ben).id])
    await mia.call(ForwardMessages(chat_id=chat.id, nonce="again", from_chat_id=chat.id, seqs=[said.seq]))
    await mia.call(RemoveMember(chat_id=chat.id, user_id=me(cleo).id))
    return mia


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("what", WORDS)
async def test_in_every_place(visitors: Visitors, what: str, width: str) -> None:
    mia = await _everywhere(visitors, WORDS[what])
    visitor = await visitors.new(viewport=WIDTHS[width])
    alerts = _no_dialogs(visitor)
    await visitor.sign_in(username(mia))
    page = visitor.page
    chats = page.get_by_role("complementary").get_by_role("listitem")
    await expect(chats).to_have_count(1)
    await _sound(page, "the list")
    await chats.click()
    await visitor.sees("hello @")
    await _sound(page, "the conversation")
    assert await visitor.composer.evaluate("field => field.clientHeight") < 60
    assert await page.get_by_role("button", name="👍, 2 people").get_attribute("title")
    for way, name, role in WAYS:
        await way(visitor)
        shown = page.get_by_role(role, name=name)
        await expect(shown.get_by_role("option").or_(shown.get_by_role("listitem")).first).to_be_visible()
        await _sound(page, name)
        await page.keyboard.press("Escape")
        await expect(shown).to_be_hidden()
    await visitor.act("hello @", "Reply")
    await _sound(page, "a reply")
    await visitor.go("/friends")
    await page.get_by_role("tabpanel").get_by_role("listitem").get_by_role("button").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await _sound(page, "a profile, over friends")
    await page.get_by_role("dialog").get_by_role("button", name="Block").click()
    await _sound(page, "blocking")
    assert alerts == []


async def _pins(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="What to do with this chat").click()
    await visitor.page.get_by_role("menuitem", name="Pinned messages").click()


async def _search(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="Search in this chat").click()
    await visitor.page.get_by_role("searchbox", name="Search in this chat").fill("hello")


WAYS = (
    (_pins, "Pinned messages", "region"),
    (lambda visitor: visitor.page.locator("main header h2 button").click(), "Group", "region"),
    (_search, "Search", "region"),
    (lambda visitor: visitor.composer.press_sequentially("@"), "People in this chat", "listbox"),
    (lambda visitor: visitor.act("hello @", "Forward"), "Forward", "dialog"),
    (lambda visitor: visitor.page.keyboard.press("Control+k"), "Go to", "dialog"),
)
"""How one comes to lists in which the text is seen."""


ROOM = """list => {
    const {font, paddingInlineStart} = getComputedStyle(list);
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.font = font;
    const last = list.start + list.children.length - 1;
    return parseFloat(paddingInlineStart) - canvas.measureText(`${last}. `).width;
}"""
"""How much more room there is before a list than its last number takes."""


async def test_numbers_of_lists_have_room(visitors: Visitors) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    visitor = await _narrow(visitors, mia)
    await visitor.open("Ben")
    for first in (1, 9, 98, 999, 1_000_000, 999_999_999):
        await ben.send(chat.id, "\n".join(f"{first}. from {first}: {item}" for item in ("one", "two", "three")))
        await visitor.sees(f"from {first}: three")
        room = await visitor.message(f"from {first}: three").locator("ol").evaluate(ROOM)
        assert 0 <= room < 24, first
    await _sound(visitor.page, "numbers")
