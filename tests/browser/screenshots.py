"""Pictures of every screen, to be looked at: `make screenshots`. Nothing is compared."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from deploy.local.settings import LOCAL
from dialog.client import Client
from dialog.protocol.accounts import EditProfile
from dialog.protocol.messages import DeleteMessage, EditMessage
from dialog.protocol.people import AddBlock, RequestFriend
from dialog.protocol.presence import Choice, SetStatus
from dialog.protocol.reactions import AddReaction
from tests.browser.visitors import ENTRANCE, Visitor, Visitors
from tests.people import befriend, direct, group, username
from tests.people import me as account_of

FOLDER = LOCAL / "screenshots"

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1240, "height": 760}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1240, "height": 760}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light", "has_touch": True},
    "wide": {"viewport": {"width": 1920, "height": 1000}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module", autouse=True)
def folder() -> Path:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    return FOLDER


@pytest.mark.parametrize("look", LOOKS)
async def test_entrance(visitors: Visitors, look: str) -> None:
    visitor = await visitors.new(**LOOKS[look])
    for path, heading in ENTRANCE.items():
        await visitor.go(path)
        await expect(visitor.page.get_by_role("heading", name=heading).first).to_be_visible()
        await _take(visitor, f"{look}-entrance{path.replace('/', '-')}")


@pytest.mark.parametrize("look", LOOKS)
async def test_chats(visitors: Visitors, look: str) -> None:
    me = await _story(visitors)
    visitor = await visitors.new(**LOOKS[look])
    await visitor.sign_in(username(me))
    await expect(visitor.row("Design team")).to_be_visible()
    await _take(visitor, f"{look}-list")
    await visitor.open("Design team")
    await visitor.sees("the grid finally holds")
    await _take(visitor, f"{look}-conversation")
    await visitor.message("five different").first.click(button="right", position={"x": 60, "y": 14})
    await expect(visitor.page.get_by_role("menu")).to_be_visible()
    await _take(visitor, f"{look}-menu")
    await visitor.page.get_by_role("menuitem", name="Reply").click()
    await visitor.composer.fill("Two lines\nof an answer")
    await _take(visitor, f"{look}-reply")
    await visitor.page.keyboard.press("Escape")
    await visitor.composer.fill("")
    if look == "narrow":
        await visitor.page.get_by_role("button", name="Back").click()
    await visitor.page.get_by_role("button", name="New chat").click()
    await _take(visitor, f"{look}-new-chat")


@pytest.mark.parametrize("look", LOOKS)
async def test_panels(visitors: Visitors, look: str) -> None:
    me = await _story(visitors)
    visitor = await visitors.new(**LOOKS[look])
    await visitor.sign_in(username(me))
    await visitor.open("Ops on-call")
    await visitor.page.get_by_role("button", name="Group", exact=True).click()
    panel = visitor.page.get_by_role("region", name="Group")
    await expect(panel.get_by_text("Jonas Bauer")).to_be_visible()
    await _take(visitor, f"{look}-group")
    await panel.get_by_text("Permissions").click()
    await panel.get_by_text("Invite links").click()
    await panel.get_by_role("button", name="Make a link").click()
    await expect(panel.get_by_text("/join/")).to_be_visible()
    await panel.get_by_role("button", name="Revoke").scroll_into_view_if_needed()
    await _take(visitor, f"{look}-group-invites")
    await panel.get_by_role("button", name="Close").click()
    await visitor.page.get_by_role("button", name="What to do with this chat").click()
    await _take(visitor, f"{look}-chat-menu")
    await visitor.page.keyboard.press("Escape")
    await visitor.page.get_by_role("button", name="Search in this chat").click()
    await visitor.page.get_by_role("searchbox", name="Search in this chat").fill("gateway")
    await expect(visitor.page.get_by_text("1 message", exact=True)).to_be_visible()
    await _take(visitor, f"{look}-search")


@pytest.mark.parametrize("look", LOOKS)
async def test_people(visitors: Visitors, look: str) -> None:
    me = await _story(visitors)
    [asking, asked, blocked, ola] = await visitors.people.join("gus", "hal", "ivo", "ola")
    await befriend(me, ola)
    await ola.call(EditProfile(display_name="Ola Nordmann", description="Maps, mountains and far too much coffee."))
    await ola.call(SetStatus(status=Choice.AUTO, text="on a train"))
    await asking.call(RequestFriend(user_id=account_of(me).id))
    await me.call(RequestFriend(user_id=account_of(asked).id))
    await me.call(AddBlock(user_id=account_of(blocked).id))
    visitor = await visitors.new(**LOOKS[look])
    await visitor.sign_in(username(me))
    page = visitor.page
    await page.get_by_role("button", name="Friends").click()
    await expect(page.get_by_text("on a train")).to_be_visible()
    await _take(visitor, f"{look}-friends")
    await page.get_by_role("tab", name="Requests").click()
    await _take(visitor, f"{look}-requests")
    await page.get_by_role("tab", name="Friends").click()
    await page.get_by_role("button", name="Profile of Ola").click()
    await expect(page.get_by_role("dialog")).to_contain_text("coffee")
    await _take(visitor, f"{look}-profile")
    await page.get_by_role("button", name="Report").click()
    await _take(visitor, f"{look}-report")
    await visitor.go("/settings")
    await expect(page.get_by_text("This device")).to_be_visible()
    await _take(visitor, f"{look}-settings")
    await page.get_by_role("region", name="Appearance").scroll_into_view_if_needed()
    await _take(visitor, f"{look}-settings-end")


async def test_other_modes(visitors: Visitors) -> None:
    me = await _story(visitors)
    visitor = await visitors.new(**LOOKS["light"])
    await visitor.sign_in(username(me))
    await visitor.open("Design team")
    await visitor.sees("the grid finally holds")
    root = "document.documentElement"
    await visitor.page.evaluate(f"{root}.dataset.contrast = 'high'")
    await _take(visitor, "contrast")
    await visitor.page.evaluate(f"{root}.dataset.contrast = 'system'; {root}.dataset.density = 'compact'")
    await _take(visitor, "compact")
    await visitor.page.evaluate(f"{root}.dataset.density = 'comfortable'; {root}.dir = 'rtl'")
    await _take(visitor, "right-to-left")
    await visitor.page.evaluate(f"{root}.dir = 'ltr'")
    await visitor.page.get_by_role("button", name="Your account").click()
    await _take(visitor, "account")


async def test_first_run(visitors: Visitors) -> None:
    visitor = await visitors.new(**LOOKS["light"])
    await visitor.register("Nora")
    await _take(visitor, "first-run")


async def _story(visitors: Visitors) -> Client:
    """Chats as somebody might have them."""
    names = {"tom": "Tom Berg", "ana": "Ana Kovač", "mira": "Mira Roth", "jonas": "Jonas Bauer"}
    me, ana, mira, jonas = everybody = await visitors.people.join(*names)
    for person, name in zip(everybody, names.values(), strict=True):
        await person.call(EditProfile(display_name=name))
    ops = await group(me, jonas, title="Ops on-call")
    await me.send(ops.id, "rolled back, gateway is green")
    talk = await direct(jonas, me)
    await jonas.send(talk.id, "could you look at the *draft* of `settings.toml`?")
    await me.send((await direct(me, ana)).id, "See you at 6 🙂")
    team = await group(ana, me, mira, jonas, title="Design team")
    first = await ana.send(
        team.id,
        "Can we agree on one radius scale before Monday? I count five different ones in the settings screens.",
    )
    for person, emoji in ((me, "👍"), (mira, "👍"), (jonas, "🎯")):
        await person.call(AddReaction(chat_id=team.id, seq=first.seq, emoji=emoji))
    answer = "6, 10, 16. Six joins messages, ten is controls, sixteen is surfaces."
    await me.send(team.id, answer, reply_to=first.seq)
    await me.read(team.id)
    await jonas.send(team.id, "Noted:\n- 6 joins\n- 10 controls\n- 16 surfaces\n\n> ask **Mira** before Monday")
    oops = await mira.send(team.id, "sorry, wrong chat")
    await mira.call(DeleteMessage(chat_id=team.id, seq=oops.seq))
    code = await mira.send(team.id, "```css\n.bubble { border-radius: 16px }\n```")
    await mira.call(EditMessage(chat_id=team.id, seq=code.seq, text=code.text.replace("16px", "var(--surface)")))
    await mira.send(team.id, "🎉")
    await mira.send(team.id, "the grid finally holds at 320 px")
    return me


async def _take(visitor: Visitor, name: str) -> None:
    await visitor.page.wait_for_timeout(350)  # until what moves has come to rest
    await visitor.page.screenshot(path=FOLDER / f"{name}.png")
