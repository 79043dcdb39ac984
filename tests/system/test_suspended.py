"""Suspending somebody while chat is away: what they have scheduled is stopped all the same, once it is back."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from dialog.client import Client, ConnectionStatus
from dialog.ids import now_ms
from dialog.protocol.base import tag_of
from dialog.protocol.frames import ENCODER
from dialog.protocol.moderation import LiftSuspension, SuspendUser, UserSuspended
from dialog.protocol.scheduled import ScheduleMessage
from tests.operators import desk
from tests.patience import PATIENCE
from tests.people import People, direct, group, in_step, me, texts
from tests.servers import Suite

OPERATOR = {"operator": "olga", "why": "a test"}


def failures(person: Client) -> list[str | None]:
    """What became of what somebody has scheduled, in the order in which they did."""
    return [one.failure for _, one in sorted(person.state.scheduled.items())]


async def schedule(person: Client, chat_id: int, nonce: str, *, after: float) -> None:
    send_at = now_ms() + int(after * 1000)
    await person.call(ScheduleMessage(chat_id=chat_id, nonce=nonce, text=nonce, send_at=send_at))


@pytest.mark.parametrize("how", ["kill", "pause"])
async def test_chat_is_away_while_somebody_is_suspended(
    isolated_suite: Callable[..., Awaitable[Suite]], how: str
) -> None:
    suite = await isolated_suite()
    async with AsyncExitStack() as stack:
        people = People(suite, stack)
        anna, ben = await people.join("anna", "ben")
        chat = await direct(ben, anna)
        for nonce in ("tomorrow", "after.that"):
            await schedule(ben, chat.id, nonce, after=86_400)
        (suite.kill if how == "kill" else suite.pause)("chat")
        async with desk(suite) as bus:
            await bus.call(SuspendUser(**OPERATOR, user_id=me(ben).id, said="Spam"))
            await ben.wait_for(lambda: ben.status is ConnectionStatus.SIGNED_OUT, PATIENCE)
            await bus.call(LiftSuspension(**OPERATOR, user_id=me(ben).id))
        if how == "kill":
            await suite.restart("chat")
        else:
            suite.resume("chat")
        again = await people.device(ben)
        await again.wait_for(lambda: failures(again) == ["suspended"] * 2, PATIENCE)
        assert texts(anna, chat.id) == []
        await in_step(anna, again)


async def test_what_is_heard_late_stops_nothing_that_was_scheduled_since(people: People, suite: Suite) -> None:
    ben, carla = await people.join("ben", "carla")
    chat = await group(ben, carla)
    long_ago = now_ms() - 60_000
    for person in (ben, carla):
        await schedule(person, chat.id, "tomorrow", after=86_400)
    async with desk(suite) as bus:
        for person, since in ((ben, long_ago), (carla, now_ms() + 60_000)):
            fact = UserSuspended(user_id=me(person).id, since=since)
            await bus.tell(tag_of(UserSuspended), ENCODER.encode(fact), f"{chat.id}-{since}")
    await carla.wait_for(lambda: failures(carla) == ["suspended"], PATIENCE)
    assert failures(ben) == [None]
    await in_step(ben, carla)
