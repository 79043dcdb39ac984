"""Deliberate bugs, to see whether the checkers would notice: `python -m tests.faults.bugs <bug> <service>`.

Each is put into the service from outside, before it starts. One that does not fit the code any more fails loudly.
"""

import asyncio
import runpy
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from types import ModuleType
from typing import Any

MARK = "vanish"
"""Events that hold this word are the ones to be dropped."""


def replace(owner: type | ModuleType, name: str, change: Callable[[Any], Any]) -> None:
    """Put `change(original)` in the place of `owner.name`."""
    original = getattr(owner, name)
    setattr(owner, name, wraps(original)(change(original)))


def reply_before_commit() -> None:
    """chat: a sender is answered when the message is about to be committed, a moment before."""
    from dialog.batch import Batch
    from dialog.db import Transaction
    from dialog.protocol.messages import MessagePosted

    answers: dict[str, asyncio.Future[Any]] = {}

    def answering(commit: Callable[[Any], Any]) -> Callable[[Any], Any]:
        async def answer_and_commit(tx: Any) -> Any:
            for message in getattr(tx, "_made", ()):
                if message.nonce in answers:
                    answers.pop(message.nonce).set_result(message)
            await asyncio.sleep(0.3)
            return await commit(tx)

        return answer_and_commit

    def noting(publish: Callable[..., None]) -> Callable[..., None]:
        def note_and_publish(tx: Any, event: Any, *topics: str) -> None:
            if isinstance(event, MessagePosted):
                made[id(tx)] = [*made.get(id(tx), ()), event.message]
            publish(tx, event, *topics)

        return note_and_publish

    made: dict[int, list[Any]] = {}
    Transaction._made = property(lambda tx: made.get(id(tx), ()))  # pyright: ignore[reportAttributeAccessIssue]

    def hasty(add: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        async def add_in_haste(batch: Any, item: Any) -> Any:
            early = answers[item.command.nonce] = asyncio.get_running_loop().create_future()
            real = asyncio.ensure_future(add(batch, item))
            done, _ = await asyncio.wait((early, real), return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()

        return add_in_haste

    replace(Transaction, "publish", noting)
    replace(Transaction, "commit", answering)
    replace(Batch, "add", hasty)


def no_outbox() -> None:
    """chat: what was committed is published at once or never."""
    import dialog.db

    def without_rows(send: Callable[..., Any]) -> Callable[..., Any]:
        async def send_without_rows(cursor: Any, statements: Sequence[Any]) -> Any:
            return await send(cursor, [one for one in statements if one.sql != dialog.db.INSERT_OUTBOX])

        return send_without_rows

    replace(dialog.db, "_send", without_rows)


def drop_event() -> None:
    """gateway: the marked event never reaches a socket."""
    from services.gateway.hub import Hub

    def forgetful(deliver: Callable[..., None]) -> Callable[..., None]:
        def deliver_or_not(hub: Any, topic: Any, data: bytes) -> None:
            if MARK.encode() not in data:
                deliver(hub, topic, data)

        return deliver_or_not

    replace(Hub, "_deliver", forgetful)


def seq_outside_the_lock() -> None:
    """chat: a chat's numbers are read without its lock, and written a moment later."""
    import dialog.db

    def without_lock(written: Callable[..., str]) -> Callable[..., str]:
        def write_without_lock(cursor: Any, statement: Any) -> str:
            sql = written(cursor, statement)
            return sql if "SKIP LOCKED" in sql else sql.replace("FOR UPDATE", "")

        return write_without_lock

    def slow(commit: Callable[[Any], Any]) -> Callable[[Any], Any]:
        async def wait_and_commit(tx: Any) -> Any:
            await asyncio.sleep(0.02)
            return await commit(tx)

        return wait_and_commit

    replace(dialog.db, "_written", without_lock)
    replace(dialog.db.Transaction, "commit", slow)


def resume_skips_one() -> None:
    """chat: of several messages that a device has missed, it is not told the first."""
    from msgspec.structs import replace as change

    from services.chat import changes

    def skip(state: Any) -> Any:
        return state if state.reset or len(state.messages) < 2 else change(state, messages=state.messages[1:])

    def skipping(handler: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(app: Any, actor: Any, command: Any) -> Any:
            reply = await handler(app, actor, command)
            if hasattr(reply, "chats"):
                return change(reply, chats=[skip(state) for state in reply.chats])
            return skip(reply)

        return answer

    replace(changes, "sync", skipping)
    replace(changes, "chat_changes", skipping)


def leavers_listen() -> None:
    """gateway: who has left a group still hears it."""
    from services.gateway.hub import Hub

    replace(Hub, "leave", lambda _leave: lambda *_: None)


def receipts_untold() -> None:
    """gateway: what others have received and read never reaches a socket."""
    from services.gateway.hub import Hub

    def silent(deliver: Callable[..., None]) -> Callable[..., None]:
        def deliver_or_not(hub: Any, topic: Any, data: bytes) -> None:
            if b'"receipt.moved"' not in data:
                deliver(hub, topic, data)

        return deliver_or_not

    replace(Hub, "_deliver", silent)


def receipts_unstored() -> None:
    """chat: what somebody has read is told to everybody and not stored."""
    from dialog.db import Statement
    from services.chat.store import receipts

    replace(receipts, "move", lambda _move: lambda *_: Statement("DO 0"))


def one_unread_more() -> None:
    """chat: of what is unread, one is counted twice."""
    from msgspec.structs import replace as change

    from services.chat.own import Sides

    def generous(mine: Callable[..., Any]) -> Callable[..., Any]:
        def count(sides: Any, own: Any) -> Any:
            right = mine(sides, own)
            return change(right, unread=right.unread + 1) if right.unread else right

        return count

    replace(Sides, "mine", generous)


def mute_members() -> None:
    """chat: who has another role is neither told to those who are there, nor later to those who were away."""
    from msgspec.structs import replace as change

    from dialog.db import Transaction
    from dialog.protocol.chats import MemberChanged
    from services.chat import changes

    def mute(publish: Callable[..., None]) -> Callable[..., None]:
        def publish_or_not(tx: Any, event: Any, *topics: str) -> None:
            if not isinstance(event, MemberChanged):
                publish(tx, event, *topics)

        return publish_or_not

    def forgetful(handler: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(app: Any, actor: Any, command: Any) -> Any:
            state = await handler(app, actor, command)
            return state if state.reset else change(state, members=[])

        return answer

    replace(Transaction, "publish", mute)
    replace(changes, "chat_changes", forgetful)


def drop_member_events() -> None:
    """gateway: who came, left or has another role never reaches a socket; what follows does."""
    from services.gateway.hub import Hub

    def forgetful(deliver: Callable[..., None]) -> Callable[..., None]:
        def deliver_or_not(hub: Any, topic: Any, data: bytes) -> None:
            if b'"member.changed"' not in data:
                deliver(hub, topic, data)

        return deliver_or_not

    replace(Hub, "_deliver", forgetful)


def roles_unstored() -> None:
    """chat: a role is told to everybody and not stored."""
    from dialog.db import Statement
    from services.chat.store import members

    replace(members, "change", lambda _change: lambda *_: Statement("DO 0"))


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__: bug
    for bug in (
        reply_before_commit,
        no_outbox,
        drop_event,
        seq_outside_the_lock,
        resume_skips_one,
        leavers_listen,
        receipts_untold,
        receipts_unstored,
        one_unread_more,
        mute_members,
        drop_member_events,
        roles_unstored,
    )
}


if __name__ == "__main__":
    BUGS[sys.argv[1]]()
    runpy.run_module(f"services.{sys.argv[2]}", run_name="__main__", alter_sys=True)
