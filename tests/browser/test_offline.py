"""Somebody loses the connection in the middle of a conversation, writes on, and comes back."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from deploy.local.web import BUILT
from tests.browser.visitors import Visitors
from tests.faults.proxy import FaultProxy
from tests.people import direct, sees, username
from tests.servers import Suite


@pytest.fixture
async def cable(suite: Suite) -> AsyncIterator[FaultProxy]:
    """A way to the suite that can be cut."""
    async with FaultProxy("cable") as proxy:
        origin = f"http://127.0.0.1:{proxy.port}"
        env = {"DIALOG_GATEWAY_WEB_FOLDER": str(BUILT), "DIALOG_GATEWAY_ORIGINS": origin}
        await suite.start("gateway", name="gateway-behind-cable", env=env)
        proxy.targets.append(("127.0.0.1", int(suite.url("gateway-behind-cable").rpartition(":")[2])))
        yield proxy
        suite.kill("gateway-behind-cable")


async def test_three_messages_written_offline(visitors: Visitors, cable: FaultProxy) -> None:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "before")
    visitor = await visitors.new(url=f"http://127.0.0.1:{cable.port}")
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("before")
    cable.cut()
    for number in range(3):
        await visitor.say(f"offline {number}")
    await expect(visitor.page.get_by_text("Offline. Messages will be sent when you are back.")).to_be_visible()
    await expect(visitor.page.get_by_label("Waiting to be sent")).to_have_count(3)
    await ben.send(chat.id, "meanwhile")
    cable.heal()
    await visitor.sees("meanwhile")
    await expect(visitor.page.get_by_label("Waiting to be sent")).to_have_count(0)
    await sees(ben, chat.id, "before", "meanwhile", "offline 0", "offline 1", "offline 2")
    log = visitor.page.get_by_role("log").get_by_role("article")
    await expect(log).to_contain_text(["before", "meanwhile", "offline 0", "offline 1", "offline 2"])
    await ben.read(chat.id)
    await expect(visitor.message("offline 2").get_by_label("Read", exact=True)).to_be_visible()
