"""The write path: all messages that wait are posted in one transaction.

The chats' rows are locked from the first read to COMMIT, so that the order of commits is the order of `seq`, also with
several replicas of this service.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Database, Duplicate, Transaction
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import NotFound, Refused
from dialog.protocol.messages import Message, MessagePosted, NotAccepting, ReplyRefused, SendMessage

from . import access, store
from .barriers import Barrier, bit, kept_from, make_aware, other_in
from .roster import Rosters
from .store.chats import LockedChat

_log = get_logger()

PART_TEXT = 500_000
"""Code points in one transaction: as JSON, escaped, they are at most six times as many bytes, twice."""

Key = tuple[int, int, str]
"""Chat, author and nonce: what makes a retry the same message."""


class Post(Struct, frozen=True):
    """Somebody's message on its way into a chat."""

    user_id: int
    command: SendMessage

    @property
    def key(self) -> Key:
        """What makes a retry the same message."""
        return self.command.chat_id, self.user_id, self.command.nonce


async def post_all(db: Database, rosters: Rosters, posts: list[Post]) -> Sequence[Message | BaseException]:
    """Post everything that may be posted. Answers each with its message, or with why not.

    A message that the database cannot take fails alone.
    """
    return [result for part in parts(posts) for result in await _post_part(db, rosters, part)]


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


async def _post_part(db: Database, rosters: Rosters, posts: list[Post]) -> Sequence[Message | BaseException]:
    try:
        try:
            return await _post_together(db, rosters, posts, retries=False)
        except Duplicate:  # some were sent before; looking that up costs only those who retry
            return await _post_together(db, rosters, posts, retries=True)
    except Refused as refused:
        return [refused] * len(posts)
    except Exception as error:
        if len(posts) == 1:
            return [error]
        _log.exception("a batch failed, its messages are posted one by one", size=len(posts))
        return [result for post in posts for result in await _post_part(db, rosters, [post])]


async def _post_together(
    db: Database, rosters: Rosters, posts: list[Post], *, retries: bool
) -> Sequence[Message | BaseException]:
    async with db.transaction() as tx:
        locked = await store.chats.lock(tx, list({post.command.chat_id for post in posts}))
        members = await rosters.of(tx, locked.values())
        chats = {**locked}
        sent = await _sent_before(tx, posts) if retries else {}
        known = len(sent)
        hidden: dict[tuple[int, int], int] = {}
        results = [_posted(post, chats, members, sent, hidden) for post in posts]
        made = list(sent.values())[known:]
        _store(tx, made)
        if any(chats[message.chat_id].barriers for message in made):
            _mind_barriers(tx, locked, chats, made, hidden)
        for message in made:
            topics = access.topics(
                chats[message.chat_id], hidden_from=hidden.get((message.chat_id, message.seq)) if hidden else None
            )
            tx.publish(MessagePosted(message=message, nonce=message.nonce), *topics)
    return results


async def _sent_before(tx: Transaction, posts: list[Post]) -> dict[Key, Message]:
    found = await store.messages.sent_before(tx, [post.key for post in posts])
    return {(message.chat_id, message.author_id, message.nonce): message for message in found}


def _posted(
    post: Post,
    chats: dict[int, LockedChat],
    members: Mapping[int, frozenset[int]],
    sent: dict[Key, Message],
    hidden: dict[tuple[int, int], int],
) -> Message | BaseException:
    """The message that was sent with this nonce before, be it in this very batch; or a new one with the next `seq` and
    `rev` of its chat, which moves on in `chats`; or why there is none. Who is not to see it stands in `hidden`."""
    command = post.command
    chat = chats.get(command.chat_id)
    if chat is None or post.user_id not in members[chat.id]:
        return Refused(NotFound())
    if post.key in sent:
        return sent[post.key]
    if command.reply_to is not None and command.reply_to > chat.head_seq:
        return Refused(ReplyRefused())
    if chat.barriers:
        other_id = other_in(chat, post.user_id)
        if chat.barriers & bit(chat, other_id, Barrier.LOW_REFUSES):
            return Refused(NotAccepting())
        if chat.barriers & bit(chat, other_id, Barrier.LOW_BLOCKS):
            hidden[chat.id, chat.head_seq + 1] = other_id
    chats[chat.id] = chat = replace(chat, head_seq=chat.head_seq + 1, rev=chat.rev + 1)
    sent[post.key] = message = Message(
        chat_id=chat.id,
        seq=chat.head_seq,
        rev=chat.rev,
        author_id=post.user_id,
        kind="text",
        text=command.text,
        sent_at=now_ms(),
        nonce=command.nonce,
        reply_to=command.reply_to,
    )
    return message


def _mind_barriers(
    tx: Transaction,
    locked: Mapping[int, LockedChat],
    chats: Mapping[int, LockedChat],
    made: Sequence[Message],
    hidden: Mapping[tuple[int, int], int],
) -> None:
    """Keep what is hidden from those it is hidden from, and tell those of a chat who did not know of it till now."""
    before = dict(locked)
    for message in made:
        chat = before[message.chat_id]
        if (blocker_id := hidden.get((chat.id, message.seq))) is not None:
            tx.later(*kept_from(chat, message, blocker_id))
        elif chat.barriers & (unaware := bit(chat, other_in(chat, message.author_id), Barrier.LOW_UNAWARE)):
            make_aware(tx, chats[chat.id], other_in(chat, message.author_id))
            chat = replace(chat, barriers=chat.barriers & ~unaware)
        before[chat.id] = replace(chat, head_seq=message.seq, rev=message.rev)


def _store(tx: Transaction, made: Sequence[Message]) -> None:
    """All messages in one INSERT, and one UPDATE for all chats that move on by the same number."""
    if not made:
        return
    tx.later(store.messages.insert(made))
    by_count: defaultdict[int, list[int]] = defaultdict(list)
    for chat_id, count in Counter(message.chat_id for message in made).items():
        by_count[count].append(chat_id)
    tx.later(*(store.chats.advance(chat_ids, count) for count, chat_ids in by_count.items()))
