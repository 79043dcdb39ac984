"""Several places of one person stay in step."""

from playwright.async_api import expect

from tests.browser.visitors import Visitors
from tests.people import direct, group, username


async def test_several_places_of_one_person(visitors: Visitors) -> None:
    [ben, mia, cleo] = await visitors.people.join("ben", "mia", "cleo")
    pair, choir = await direct(ben, mia), await group(cleo, mia, title="Choir")
    await ben.send(pair.id, "hello")
    await cleo.send(choir.id, "la la")
    tab = await visitors.new()
    await tab.sign_in(username(mia))
    other_tab = await visitors.tab(tab.page.context)
    await other_tab.go()
    elsewhere = await visitors.new()
    await elsewhere.sign_in(username(mia))
    places = (tab, other_tab, elsewhere)
    for place in places:
        await expect(place.row("Ben").get_by_label("1 unread message")).to_be_visible()

    await tab.page.bring_to_front()
    await tab.open("Ben")
    for place in places:
        await expect(place.row("Ben").get_by_label("1 unread message")).to_be_hidden()
        await expect(place.row("Choir").get_by_label("1 unread message")).to_be_visible()

    await tab.composer.fill("half a thou")
    for place in (other_tab, elsewhere):
        await expect(place.row("Ben")).to_contain_text("Draft: half a thou")
        await place.open("Ben")
        await expect(place.composer).to_have_value("half a thou")
    await elsewhere.composer.fill("half a thought")
    await expect(tab.composer).to_have_value("half a thought")
    await elsewhere.composer.press("Enter")
    for place in places:
        await place.sees("half a thought")
        await expect(place.composer).to_have_value("")
        await expect(place.row("Ben")).not_to_contain_text("Draft")

    await other_tab.page.get_by_role("button", name="What to do with this chat").click()
    await other_tab.page.get_by_role("menuitem", name="Mute for 8 hours").click()
    for place in places:
        await expect(place.row("Ben").get_by_label("Muted")).to_be_visible()
    for number, place in enumerate(places):
        await place.say(f"from place {number}")
        await tab.sees(f"from place {number}")
    await tab.act("from place 0", "Delete")
    await tab.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expected = ["hello", "half a thought", "This message was deleted", "from place 1", "from place 2"]
    for place in places:
        await expect(place.page.get_by_role("log").get_by_role("article")).to_contain_text(expected)


async def test_a_draft_is_kept_wherever_one_goes(visitors: Visitors) -> None:
    [ben, mia, cleo] = await visitors.people.join("ben", "mia", "cleo")
    await direct(ben, mia)
    await group(cleo, mia, title="Choir")
    tab = await visitors.new()
    await tab.sign_in(username(mia))
    other_tab = await visitors.tab(tab.page.context)
    await other_tab.go()
    await tab.page.bring_to_front()
    for text in ("half a thou", "half a thought", ""):
        await tab.open("Ben")
        await tab.composer.fill(text)
        await tab.open("Choir")
        await expect(tab.composer).to_have_value("")
        for place in (tab, other_tab):
            await expect(place.row("Ben").get_by_text("Draft:")).to_have_count(1 if text else 0)
            if text:
                await expect(place.row("Ben")).to_contain_text(f"Draft: {text}")
        await other_tab.open("Ben")
        await expect(other_tab.composer).to_have_value(text)
        await other_tab.open("Choir")
