"""Gathering concurrent calls into one."""

import asyncio

import pytest

from dialog.batch import Batch
from dialog.protocol.base import Refused, Unavailable
from tests.patience import PATIENCE


class Recorder:
    """Doubles numbers, in batches that it remembers and that wait until they are let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.let_go = asyncio.Event()

    async def __call__(self, items: list[int]) -> list[int | BaseException]:
        self.batches.append(items)
        await self.let_go.wait()
        return [ValueError(item) if item < 0 else 2 * item for item in items]


async def test_a_single_call_goes_at_once() -> None:
    run = Recorder()
    run.let_go.set()
    assert await Batch(run, size=10, waiting=10, linger=0.001).add(4) == 8
    assert run.batches == [[4]]


async def test_what_arrives_meanwhile_is_the_next_batch() -> None:
    run = Recorder()
    batch = Batch(run, size=3, waiting=10, linger=0.001)
    calls = [asyncio.create_task(batch.add(number)) for number in range(7)]
    await asyncio.sleep(0)
    run.let_go.set()
    assert await asyncio.gather(*calls) == [0, 2, 4, 6, 8, 10, 12]
    assert run.batches == [[0, 1, 2], [3, 4, 5], [6]]


async def test_one_failure_is_not_that_of_the_others() -> None:
    run = Recorder()
    run.let_go.set()
    batch = Batch(run, size=10, waiting=10, linger=0.001)
    results = await asyncio.gather(batch.add(1), batch.add(-1), batch.add(2), return_exceptions=True)
    assert results[0] == 2
    assert isinstance(results[1], ValueError)
    assert results[2] == 4


async def test_when_the_batch_fails_all_fail_and_the_next_one_works() -> None:
    broken = True

    async def run(items: list[int]) -> list[int]:
        if broken:
            raise Refused(Unavailable())
        return items

    batch = Batch(run, size=10, waiting=10, linger=0.001)
    results = await asyncio.gather(batch.add(1), batch.add(2), return_exceptions=True)
    assert all(isinstance(result, Refused) for result in results)
    broken = False
    assert await batch.add(3) == 3


async def test_a_full_queue_refuses_at_once() -> None:
    run = Recorder()
    batch = Batch(run, size=1, waiting=2, linger=0.001)
    first = asyncio.create_task(batch.add(1))
    await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(batch.add(number)) for number in (2, 3)]
    await asyncio.sleep(0.01)
    with pytest.raises(Refused) as refused:
        await batch.add(4)
    assert isinstance(refused.value.failure, Unavailable)
    run.let_go.set()
    assert await asyncio.gather(first, *waiting) == [2, 4, 6]


async def test_a_caller_that_gives_up_takes_nothing_back_and_harms_nobody() -> None:
    run = Recorder()
    batch = Batch(run, size=10, waiting=10, linger=0.001)
    impatient, patient = asyncio.create_task(batch.add(1)), asyncio.create_task(batch.add(2))
    await asyncio.sleep(0.01)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    run.let_go.set()
    assert await patient == 4
    assert run.batches == [[1, 2]]
    assert impatient.cancelled()


async def test_results_do_not_get_mixed_up() -> None:
    async def run(items: list[int]) -> list[int]:
        await asyncio.sleep(0.001)
        return [2 * item for item in items]

    batch = Batch(run, size=7, waiting=1000, linger=0.001)
    calls = [asyncio.create_task(batch.add(number)) for number in range(500)]
    for call in calls[::5]:
        call.cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert all(result == 2 * number for number, result in enumerate(results) if number % 5)


async def test_a_batch_that_answers_too_little_fails_its_callers() -> None:
    async def run(items: list[int]) -> list[int]:
        return items[1:]

    batch = Batch(run, size=10, waiting=10, linger=0.001)
    async with asyncio.timeout(PATIENCE):
        results = await asyncio.gather(batch.add(1), batch.add(2), return_exceptions=True)
    assert all(isinstance(result, Exception) for result in results)


async def test_a_busy_batch_waits_a_moment_for_those_just_answered() -> None:
    sizes: list[int] = []

    async def run(items: list[int]) -> list[int]:
        sizes.append(len(items))
        await asyncio.sleep(0.005)
        return items

    batch = Batch(run, size=100, waiting=100, linger=0.2)

    async def caller(number: int) -> None:
        for _ in range(5):
            await batch.add(number)
            await asyncio.sleep(0.001 * (number % 3))  # on their way, as answers and next calls are

    await asyncio.gather(*(caller(number) for number in range(10)))
    assert sum(sizes) == 50
    assert max(sizes[1:]) == 10, "they stay together rather than in two halves that take turns"
    assert len(sizes) <= 8


async def test_one_caller_alone_never_waits() -> None:
    async def run(items: list[int]) -> list[int]:
        return items

    batch = Batch(run, size=100, waiting=100, linger=PATIENCE)
    async with asyncio.timeout(PATIENCE):
        for number in range(20):
            await batch.add(number)


async def test_those_who_come_one_after_the_other_travel_together() -> None:
    run = Recorder()
    run.let_go.set()
    batch = Batch(run, size=10, waiting=10, pause=PATIENCE)
    assert await batch.add(1) == 2  # alone: at once
    assert run.batches == [[1]]
    calls: list[asyncio.Task[int]] = []
    for number in range(2, 5):
        calls.append(asyncio.create_task(batch.add(number)))
        await asyncio.sleep(0)
    assert run.batches == [[1]]
    for call in calls:
        call.cancel()


async def test_a_pause_ends() -> None:
    run = Recorder()
    run.let_go.set()
    batch = Batch(run, size=10, waiting=10, pause=0.05)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await batch.add(1) == 2
    assert await asyncio.gather(*(batch.add(number) for number in (2, 3, 4))) == [4, 6, 8]
    assert loop.time() - begun >= 0.05
    assert run.batches == [[1], [2, 3, 4]]
