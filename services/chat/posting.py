"""The write path: all messages that wait are posted in one transaction.

The chats' rows are locked from the first read to COMMIT, so that the order of commits is the order of `seq`, also with
several replicas of this service.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Database
from dialog.ids import now_ms
from dialog.log import get_logger
from dialog.protocol.base import NotFound, Refused
from dialog.protocol.chats import Chat
from dialog.protocol.messages import Message, MessagePosted, ReplyRefused, SendMessage

from . import access, store

_log = get_logger()


class Post(Struct, frozen=True):
    """Somebody's message on its way into a chat."""

    user_id: int
    command: SendMessage

    @property
    def key(self) -> tuple[int, int, str]:
        """What makes a retry the same message."""
        return self.command.chat_id, self.user_id, self.command.nonce


async def post_all(db: Database, posts: list[Post]) -> Sequence[Message | BaseException]:
    """Post everything that may be posted. Answers each with its message, or with why not.

    Raises Refused(Unavailable) for all. A message that the database cannot take fails alone.
    """
    try:
        return await _post_together(db, posts)
    except Refused:
        raise
    except Exception as error:
        if len(posts) == 1:
            return [error]
        _log.exception("a batch failed, its messages are posted one by one", size=len(posts))
        return [result for post in posts for result in await post_all(db, [post])]


async def _post_together(db: Database, posts: list[Post]) -> Sequence[Message | BaseException]:
    wanted = [{"chat_id": post.command.chat_id, "user_id": post.user_id, "nonce": post.command.nonce} for post in posts]
    async with db.transaction() as tx:
        chats, places, sent = await store.lock_for_posting(tx, wanted)
        results: list[Message | BaseException] = []
        made: list[Message] = []
        for post in posts:
            result = _placed(post, chats, places, sent)
            results.append(result)
            if isinstance(result, Message) and post.key not in sent:
                sent[post.key] = result  # a second copy in this very batch is a retry too
                made.append(result)
        if made:
            tx.later(
                store.insert_messages(made), *(store.move_chat(chats[chat_id]) for chat_id in {m.chat_id for m in made})
            )
        for message in made:
            tx.publish(MessagePosted(message=message, nonce=message.nonce), *access.topics(chats[message.chat_id]))
    return results


def _placed(
    post: Post, chats: dict[int, Chat], places: set[tuple[int, int]], sent: dict[tuple[int, int, str], Message]
) -> Message | BaseException:
    """The message that was sent with this nonce before, or a new one with the next `seq` and `rev` of its chat, which
    moves on in `chats`; or why there is none."""
    command = post.command
    chat = chats.get(command.chat_id)
    if chat is None or (chat.id, post.user_id) not in places:
        return Refused(NotFound())
    if post.key in sent:
        return sent[post.key]
    if command.reply_to is not None and command.reply_to > chat.head_seq:
        return Refused(ReplyRefused())
    chats[chat.id] = chat = replace(chat, head_seq=chat.head_seq + 1, rev=chat.rev + 1)
    return Message(
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
