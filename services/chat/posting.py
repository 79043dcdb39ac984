"""The write path: all messages that wait are posted in one transaction.

The chats' rows are locked from the first read to COMMIT, so that the order of commits is the order of `seq`, also with
several replicas of this service.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Database, Duplicate, Transaction
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import Failure, Forbidden, NotFound, Refused, TooManyRequests
from dialog.protocol.chats import Role, SlowMode
from dialog.protocol.messages import (
    TEXT,
    Forwarded,
    LinksRefused,
    Message,
    MessagePosted,
    NotAccepting,
    ReplyRefused,
    SendMessage,
)

from . import access, store
from .barriers import Barrier, bit, blocker_of, kept_from, make_aware, other_in
from .manners import Manners
from .mentions import mentioned, mentions_all
from .roster import Roster, Rosters
from .slow_mode import Pace
from .store.chats import LockedChat

_log = get_logger()

PART_TEXT = 500_000
"""Code points in one transaction: as JSON, escaped, they are at most six times as many bytes, twice."""

HELD_UP = (Forbidden, SlowMode, NotAccepting, TooManyRequests, LinksRefused)
"""Refusals of what may have been posted before."""

Key = tuple[int, int, str]
"""Chat, author and nonce: what makes a retry the same message."""


class Post(Struct, frozen=True):
    """Somebody's message on its way into a chat."""

    user_id: int
    command: SendMessage
    forwarded: Forwarded | None = None

    @property
    def key(self) -> Key:
        """What makes a retry the same message."""
        return self.command.chat_id, self.user_id, self.command.nonce


class Batch(Struct, frozen=True):
    """What is posted in one transaction: what we know of the chats, and what becomes of them as it goes on."""

    chats: dict[int, LockedChat]
    """As they are after what was posted so far."""
    members: Mapping[int, Roster]
    pace: Pace
    sent: dict[Key, Message]
    """What was sent with these keys, before or in this batch."""
    hidden: dict[tuple[int, int], int] = msgspec.field(default_factory=dict[tuple[int, int], int])
    """From whom a message (chat and seq) is hidden."""


class Desk(Struct, frozen=True):
    """Where messages are posted: what is remembered from one transaction to the next."""

    db: Database
    rosters: Rosters
    manners: Manners
    judged: dict[Key, Failure | None] = msgspec.field(default_factory=dict[Key, Failure | None])
    """A transaction may be tried again: nobody pays twice."""

    def judge(self, post: Post, chat: LockedChat) -> Failure | None:
        """Why its author may not post this now, if manners forbid it."""
        if post.key not in self.judged:
            text, forwarded = post.command.text, post.forwarded is not None
            self.judged[post.key] = self.manners.why_not(post.user_id, chat, text, forwarded=forwarded)
        return self.judged[post.key]


async def post_all(
    db: Database, rosters: Rosters, manners: Manners, posts: list[Post]
) -> Sequence[Message | BaseException]:
    """Post everything that may be posted. Answers each with its message, or with why not.

    A message that the database cannot take fails alone.
    """
    desk = Desk(db, rosters, manners)
    return [result for part in parts(posts) for result in await _post_part(desk, part)]


def parts(posts: list[Post]) -> list[list[Post]]:
    """The posts in as few transactions as fit into the packets that a database takes."""
    cut: list[list[Post]] = []
    size = PART_TEXT
    for post in posts:
        size += len(post.command.text)
        if size > PART_TEXT:
            cut.append([])
            size = len(post.command.text)
        cut[-1].append(post)
    return cut


async def _post_part(desk: Desk, posts: list[Post]) -> Sequence[Message | BaseException]:
    try:
        try:
            return await _post_together(desk, posts, retries=False)
        except Duplicate:  # some were sent before; looking that up costs only those who retry
            return await _post_together(desk, posts, retries=True)
    except Refused as refused:
        return [refused] * len(posts)
    except Exception as error:
        if len(posts) == 1:
            return [error]
        _log.exception("a batch failed, its messages are posted one by one", size=len(posts))
        return [result for post in posts for result in await _post_part(desk, [post])]


async def _post_together(desk: Desk, posts: list[Post], *, retries: bool) -> Sequence[Message | BaseException]:
    async with desk.db.transaction() as tx:
        locked = await store.chats.lock(tx, list({post.command.chat_id for post in posts}))
        members = await desk.rosters.of(tx, locked.values())
        pace = await Pace.of(tx, locked, members, ((post.command.chat_id, post.user_id) for post in posts))
        sent = await _sent_before(tx, posts) if retries else {}
        known = len(sent)
        batch = Batch(chats={**locked}, members=members, pace=pace, sent=sent)
        results = [_posted(post, batch, desk) for post in posts]
        made = list(sent.values())[known:]
        _store(tx, made)
        if any(locked[message.chat_id].barriers for message in made):
            await _mind_barriers(tx, locked, batch, made)
        pace.store(tx)
        results = await _unless_sent_before(tx, posts, results)
        for message in made:
            hidden_from = batch.hidden.get((message.chat_id, message.seq)) if batch.hidden else None
            topics = access.topics(batch.chats[message.chat_id], hidden_from=hidden_from)
            tx.publish(MessagePosted(message=message, nonce=message.nonce), *topics)
    return results


async def _sent_before(tx: Transaction, posts: list[Post]) -> dict[Key, Message]:
    found = await store.messages.sent_before(tx, [post.key for post in posts])
    return {(message.chat_id, message.author_id, message.nonce): message for message in found}


async def _unless_sent_before(
    tx: Transaction, posts: list[Post], results: list[Message | BaseException]
) -> list[Message | BaseException]:
    """Whoever may not post now may have posted this before: then it is a retry, answered like any other."""
    held_up = [
        post
        for post, result in zip(posts, results, strict=True)
        if isinstance(result, Refused) and isinstance(result.failure, HELD_UP)
    ]
    if not held_up:
        return results
    sent = await _sent_before(tx, held_up)
    return [
        sent.get(post.key, result) if isinstance(result, Refused) else result
        for post, result in zip(posts, results, strict=True)
    ]


def _posted(post: Post, batch: Batch, desk: Desk) -> Message | BaseException:
    """The message that was sent with this nonce before, be it in this very batch; or a new one with the next `seq` and
    `rev` of its chat, which moves on in the batch; or why there is none."""
    command = post.command
    chat = batch.chats.get(command.chat_id)
    role = batch.members[chat.id].get(post.user_id) if chat else None
    if chat is None or role is None:
        return Refused(NotFound())
    if post.key in batch.sent:
        return batch.sent[post.key]
    if why_not := _why_not(post, chat, role, batch.pace) or desk.judge(post, chat):
        return Refused(why_not)
    if chat.barriers and (blocker_id := blocker_of(chat, chat.barriers, post.user_id)):
        batch.hidden[chat.id, chat.head_seq + 1] = blocker_id
    batch.chats[chat.id] = chat = replace(chat, head_seq=chat.head_seq + 1, rev=chat.rev + 1)
    now = now_ms()
    if chat.slow_mode:
        batch.pace.note((chat.id, post.user_id), now)
    batch.sent[post.key] = message = Message(
        chat_id=chat.id,
        seq=chat.head_seq,
        rev=chat.rev,
        author_id=post.user_id,
        kind=TEXT,
        text=command.text,
        sent_at=now,
        nonce=command.nonce,
        reply_to=command.reply_to,
        mentions=mentioned(command, batch.members[chat.id]) if command.mentions else (),
        mentions_all=command.mention_all and mentions_all(command),
        forwarded=post.forwarded,
        expires_at=now + chat.disappear_after * 1000 if chat.disappear_after else None,
    )
    return message


def _why_not(post: Post, chat: LockedChat, role: Role, pace: Pace) -> Failure | None:
    if failure := access.why_silent(chat, chat.barriers, role, post.user_id):
        return failure
    if post.command.reply_to is not None and post.command.reply_to > chat.head_seq:
        return ReplyRefused()
    if chat.slow_mode and (wait := pace.wait((chat.id, post.user_id), chat.slow_mode, now_ms())):
        return SlowMode(retry_after=wait)
    return None


async def _mind_barriers(
    tx: Transaction, locked: Mapping[int, LockedChat], batch: Batch, made: Sequence[Message]
) -> None:
    """Keep what is hidden from those it is hidden from, and tell those of a chat who did not know of it till now."""
    before = dict(locked)
    for message in made:
        chat = before[message.chat_id]
        if (blocker_id := batch.hidden.get((chat.id, message.seq))) is not None:
            tx.later(*kept_from(chat, message, blocker_id))
        elif chat.barriers & (unaware := bit(chat, other_in(chat, message.author_id), Barrier.LOW_UNAWARE)):
            await make_aware(tx, batch.chats[chat.id], other_in(chat, message.author_id))
            chat = replace(chat, barriers=chat.barriers & ~unaware)
        before[chat.id] = replace(chat, head_seq=message.seq, rev=message.rev)


def _store(tx: Transaction, made: Sequence[Message]) -> None:
    """All messages in one INSERT, and one UPDATE for all chats that move on by the same number."""
    if not made:
        return
    tx.later(store.messages.insert(made))
    if expiring := [message for message in made if message.expires_at]:
        tx.later(store.disappearing.put(expiring))
    if copies := [message for message in made if message.forwarded]:
        tx.later(store.forwarded.put(copies))
    by_count: defaultdict[int, list[int]] = defaultdict(list)
    for chat_id, count in Counter(message.chat_id for message in made).items():
        by_count[count].append(chat_id)
    tx.later(*(store.chats.advance(chat_ids, count) for count, chat_ids in by_count.items()))
