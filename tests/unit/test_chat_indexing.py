"""Indexing leaves the machine to those who post, and no longer than they do."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from dialog.db import Database
from dialog.protocol.messages import TEXT, Message
from services.chat.indexing import BUSY, Indexing
from tests.patience import timed, within

WORK = 0.1


class Slow(Indexing):
    """Takes its time, and has no database."""

    def __init__(self) -> None:
        super().__init__(cast(Database, None))

    async def _index(self, chat_ids: Sequence[int]) -> list[int]:
        await asyncio.sleep(WORK)
        return []


def said(chat_id: int) -> Message:
    return Message(chat_id=chat_id, seq=1, rev=1, author_id=1, kind=TEXT, text="word", sent_at=0, nonce="n")


async def test_it_rests_as_long_as_it_works() -> None:
    indexing = Slow()
    indexing.posted([said(1)])
    started = asyncio.get_running_loop().time()
    assert not await indexing.index()
    assert asyncio.get_running_loop().time() - started >= 2 * WORK - 0.01


async def test_it_rests_while_much_is_posted() -> None:
    indexing = Slow()

    async def post() -> None:
        while True:
            indexing.posted([said(1)] * BUSY)
            await asyncio.sleep(0.1)

    posting = asyncio.create_task(post())
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(indexing.index(), 4)
    posting.cancel()


@timed
async def test_it_goes_on_when_nobody_posts_any_more() -> None:
    indexing = Slow()
    indexing.posted([said(1)] * 5 * BUSY)
    with within(4):
        await indexing.index()
