"""The suite proves something: each deliberate bug, put in alone, is caught. What heals by design is not."""

import asyncio
import random

from dialog.protocol.chats import Role
from tests.faults.bugs import MARK
from tests.faults.checker import check
from tests.faults.conftest import Figures
from tests.faults.history import Outcome
from tests.faults.load import Load
from tests.faults.stage import Stage
from tests.faults.test_receipts import read_all
from tests.faults.violations import Kind
from tests.patience import PATIENCE
from tests.people import me

SETTLE_SECONDS = 3.0


async def violations(load: Load, figures: Figures) -> set[Kind]:
    """What the checkers say, some time after all is well again."""
    await load.settle(SETTLE_SECONDS)
    figures("caught as: " + "; ".join(sorted(kinds(load))))
    return kinds(load)


def kinds(load: Load) -> set[Kind]:
    return {violation.kind for violation in check(load.history)}


async def acknowledged(load: Load, *texts: str, writer: int = 0) -> None:
    for text in texts:
        await load.posted(load.writers[writer], load.chats[1], text)


async def alone(stage: Stage, name: str, bug: str, crash_at: str = "") -> None:
    """Leave one process of the service, with the bug."""
    stage.suite.kill(f"{name}-2")
    await stage.infect(name, bug, {"DIALOG_CRASH_AT": crash_at})


async def test_reply_before_commit(stage: Stage, rng: random.Random, figures: Figures) -> None:
    async with Load(stage, rng) as load:
        await acknowledged(load, "one", "two")
        await alone(stage, "chat", "reply_before_commit", crash_at="before_commit")
        await acknowledged(load, "never stored")
        await stage.suite.processes["chat"].gone()
        await stage.heal()
        assert Kind.LOST in await violations(load, figures)


async def test_no_outbox(stage: Stage, rng: random.Random, figures: Figures) -> None:
    async with Load(stage, rng) as load:
        await acknowledged(load, "one", "two")
        await alone(stage, "chat", "no_outbox", crash_at="after_commit")
        entry = load.post(load.writers[0], load.chats[1], "never told")
        await stage.suite.processes["chat"].gone()
        await stage.heal()
        async with asyncio.timeout(PATIENCE):
            await entry
        assert Kind.LOST in await violations(load, figures)


async def test_a_dropped_last_event(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "gateway", "drop_event")
    async with Load(stage, rng) as load:
        await acknowledged(load, "one", MARK)
        assert Kind.LOST in await violations(load, figures)


async def test_a_dropped_event_is_healed_by_the_next(stage: Stage, rng: random.Random) -> None:
    await alone(stage, "gateway", "drop_event")
    async with Load(stage, rng) as load:
        await acknowledged(load, "one", MARK, "three")
        await load.settle()
        load.verify()


async def test_seq_taken_outside_the_lock(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await asyncio.gather(*(stage.infect(name, "seq_outside_the_lock") for name in ("chat", "chat-2")))
    caught: set[Kind] = set()
    async with Load(stage, rng, rate=40) as load:
        for _ in range(5):  # until two meet
            async with load.running():
                await asyncio.sleep(3)
            caught = await violations(load, figures) & {Kind.BROKEN, Kind.LOST, Kind.STALE, Kind.DIVERGED, Kind.GAP}
            if caught:
                break
    assert caught


async def test_a_resume_that_skips_one(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "chat", "resume_skips_one")
    async with Load(stage, rng) as load:
        await acknowledged(load, "one")
        phone = load.devices["w1's phone"]
        await phone.wait_for(lambda: phone.state.chats[load.chats[1]].messages)  # what is before a window is fetched
        await phone.close()
        await acknowledged(load, "two", "three", "four")
        await phone.open()
        assert {Kind.LOST, Kind.GAP} & await violations(load, figures)


async def test_leavers_who_listen(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "gateway", "leavers_listen")
    async with Load(stage, rng) as load:
        async with load.running(), asyncio.timeout(PATIENCE):
            while load.history.count(Outcome.OK) <= 20 or Kind.OVERHEARD not in kinds(load):
                await asyncio.sleep(0.5)
        assert Kind.OVERHEARD in await violations(load, figures)


async def test_receipts_that_are_not_told(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "gateway", "receipts_untold")
    async with Load(stage, rng) as load:
        await read_all(load)
        assert {Kind.STALE, Kind.MISTOLD} <= await violations(load, figures)


async def test_receipts_that_are_not_stored(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "chat", "receipts_unstored")
    async with Load(stage, rng) as load:
        await read_all(load)
        assert Kind.POINTER in await violations(load, figures)


async def test_one_unread_too_many(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "chat", "one_unread_more")
    async with Load(stage, rng) as load:
        await acknowledged(load, "to be read")
        assert Kind.MISCOUNTED in await violations(load, figures)


async def test_members_who_are_not_told(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "chat", "mute_members")
    async with Load(stage, rng) as load:
        await load.owner.appoint(me(load.writers[1]).id, Role.ADMIN)
        assert {Kind.STALE, Kind.MISPLACED} <= await violations(load, figures)


async def test_a_dropped_member_event_is_healed_by_the_notice(stage: Stage, rng: random.Random) -> None:
    await alone(stage, "gateway", "drop_member_events")
    async with Load(stage, rng) as load:
        await load.owner.appoint(me(load.writers[1]).id, Role.ADMIN)
        await load.settle()
        load.verify()


async def test_roles_that_are_not_stored(stage: Stage, rng: random.Random, figures: Figures) -> None:
    await alone(stage, "chat", "roles_unstored")
    async with Load(stage, rng) as load:
        await load.owner.appoint(me(load.writers[1]).id, Role.ADMIN)
        assert Kind.MISPLACED in await violations(load, figures)
