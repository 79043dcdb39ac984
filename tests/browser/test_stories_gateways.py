"""The gateway dies, or goes in peace, under an open conversation: the person notices at most a thin line."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from deploy.local.web import BUILT
from tests.browser.visitors import Visitor, Visitors
from tests.faults.proxy import FaultProxy
from tests.people import direct, username
from tests.servers import Suite

NOTE = """() => {
    window.noticed = new Set();
    window.fewest = Infinity;
    const look = () => {
        for (const element of document.querySelectorAll('[role=status], [role=alert], dialog[open]'))
            if (element.innerText.trim()) window.noticed.add(element.innerText.trim());
        if (document.querySelector('[class*=syncing]')) window.noticed.add('a line');
        window.fewest = Math.min(window.fewest, document.querySelectorAll('[role=log] article').length);
    };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
    look();
}"""


async def _noticed(visitor: Visitor) -> tuple[set[str], int]:
    """What came up since it is noted, and how few messages were ever shown."""
    return set(await visitor.page.evaluate("[...window.noticed]")), await visitor.page.evaluate("window.fewest")


class Gateways:
    """Gateways behind one address, which takes whoever comes to one that runs."""

    def __init__(self, suite: Suite, proxy: FaultProxy) -> None:
        self._suite = suite
        self.proxy = proxy
        self.url = f"http://127.0.0.1:{proxy.port}"
        self.names: list[str] = []

    async def start(self) -> str:
        """One more; its name."""
        name = f"gateway-{secrets.token_hex(4)}"
        env = {"DIALOG_GATEWAY_WEB_FOLDER": str(BUILT), "DIALOG_GATEWAY_ORIGINS": self.url}
        await self._suite.start("gateway", name=name, env=env)
        self.names.append(name)
        self.proxy.targets.append(("127.0.0.1", int(self._suite.url(name).rpartition(":")[2])))
        return name


@pytest.fixture
async def gateways(suite: Suite) -> AsyncIterator[Gateways]:
    async with FaultProxy("balancer") as proxy:
        made = Gateways(suite, proxy)
        yield made
        for name in made.names:
            suite.kill(name)


async def _talk(visitors: Visitors, gateways: Gateways) -> Visitor:
    [ben, mia] = await visitors.people.join("ben", "mia")
    chat = await direct(ben, mia)
    await ben.send(chat.id, "before")
    visitor = await visitors.new(url=gateways.url)
    await visitor.sign_in(username(mia))
    await visitor.open("Ben")
    await visitor.sees("before")
    await visitor.say("with the first")
    await expect(visitor.message("with the first").get_by_label("Sent", exact=True)).to_be_visible()
    await visitor.page.evaluate(NOTE)
    return visitor


async def test_the_gateway_is_killed(visitors: Visitors, suite: Suite, gateways: Gateways) -> None:
    gateway = await gateways.start()
    visitor = await _talk(visitors, gateways)
    suite.kill(gateway)
    await visitor.say("with none")
    await visitor.act("with the first", "React with 👍")
    await visitor.sees("with none")
    reaction = visitor.message("with the first").get_by_role("button", name="👍, 1 person")
    await expect(reaction).to_be_visible()
    await suite.restart(gateway)
    await visitor.say("with another")
    await expect(visitor.message("with none").get_by_label("Sent", exact=True)).to_be_visible()
    await expect(visitor.message("with another").get_by_label("Sent", exact=True)).to_be_visible()
    await expect(visitor.page.get_by_text("Offline.")).to_be_hidden()
    await expect(reaction).to_be_visible()
    noticed, fewest = await _noticed(visitor)
    assert noticed <= {"Offline. Messages will be sent when you are back.", "a line"}
    assert fewest >= 2
    log = visitor.page.get_by_role("log").get_by_role("article")
    await expect(log).to_contain_text(["before", "with the first", "with none", "with another"])


async def test_the_gateway_is_drained(visitors: Visitors, suite: Suite, gateways: Gateways) -> None:
    gateway = await gateways.start()
    visitor = await _talk(visitors, gateways)
    await gateways.start()
    opened = gateways.proxy.opened
    leaving = asyncio.create_task(suite.terminate(gateway))
    await visitor.say("as it goes")
    assert await leaving == 0
    await visitor.say("with the second")
    for text in ("as it goes", "with the second"):
        await expect(visitor.message(text).get_by_label("Sent", exact=True)).to_be_visible()
    assert gateways.proxy.opened > opened
    assert await _noticed(visitor) == (set(), 2)
    log = visitor.page.get_by_role("log").get_by_role("article")
    await expect(log).to_contain_text(["before", "with the first", "as it goes", "with the second"])
