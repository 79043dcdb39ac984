"""A page of a chat by time: whoever goes to a date gets what was said from then on, and before."""

import pytest

from dialog.protocol.base import Invalid, NotFound, Refused
from dialog.protocol.chats import ClearChat
from dialog.protocol.messages import MessageHistory
from tests.people import People, acknowledged, direct
from tests.records import on_record

DAY = 86_400_000
SENT = 300
FIRST_OF = {
    0: 1,
    DAY: 1,
    DAY + 1: 2,
    64 * DAY: 64,
    65 * DAY - 1: 65,
    150 * DAY: 150,
    SENT * DAY: SENT,
    SENT * DAY + 1: SENT,
    2**53 - 1: SENT,
}
"""When messages are sent on one day each: the first one from a time on, or the last when there is none."""


async def test_a_page_by_time(people: People) -> None:
    [ben, mia, eve] = await people.join("ben", "mia", "eve")
    chat_id = (await direct(ben, mia)).id
    for entry in [ben.send(chat_id, f"line {number}") for number in range(SENT)]:
        await acknowledged(entry)
    spread = f"UPDATE messages SET sent_at = seq * {DAY} WHERE chat_id = %(chat)s"
    await on_record(people.suite.servers, spread, chat=chat_id)

    async def seqs(*, at: int | None = None, around: int | None = None) -> list[int]:
        page = await ben.call(MessageHistory(chat_id=chat_id, at=at, around=around, limit=10))
        return [message.seq for message in page.messages]

    for at, first in FIRST_OF.items():
        assert await seqs(at=at) == await seqs(around=first), at
    with pytest.raises(Refused) as two:
        await seqs(at=DAY, around=2)
    assert isinstance(two.value.failure, Invalid)
    with pytest.raises(Refused) as stranger:
        await eve.call(MessageHistory(chat_id=chat_id, at=DAY))
    assert isinstance(stranger.value.failure, NotFound)

    # What was cleared is not gone to.
    await ben.call(ClearChat(chat_id=chat_id))
    assert await seqs(at=DAY) == []
    await acknowledged(mia.send(chat_id, "once more"))
    assert await seqs(at=DAY) == [SENT + 1]
