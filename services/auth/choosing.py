"""What people choose to show is noted together: those who choose within a moment share a transaction and a fact."""

from collections.abc import Sequence

from msgspec import Struct

from dialog.db import Database, Transaction
from dialog.ids import now_ms
from dialog.protocol.base import Refused, Unauthenticated
from dialog.protocol.presence import (
    NOTHING_CHOSEN,
    Choice,
    ChosenStatus,
    StatusChanged,
    UserStatusesChanged,
    UserVisibilityChanged,
)

from . import access, store
from .config import Config


class Wish(Struct, frozen=True):
    """What somebody wants to show, said in one of their sessions."""

    user_id: int
    session_id: int
    status: Choice
    text: str
    until: int | None


class Change(Struct, frozen=True):
    """What somebody chose to show, before and after."""

    user_id: int
    before: ChosenStatus
    after: ChosenStatus

    def hides_or_shows(self) -> bool:
        """Whether somebody became invisible, or no longer is."""
        return Choice.INVISIBLE in {self.before.status, self.after.status}


async def choose_together(config: Config, db: Database, wishes: Sequence[Wish]) -> list[Change | Refused]:
    """Grant the wishes in this order, but for those from sessions that have ended."""
    now = now_ms()
    async with db.transaction() as tx:
        alive, chosen = await store.statuses.lock_choosing(
            tx, {(wish.user_id, wish.session_id) for wish in wishes}, access.living(config)
        )
        granted: list[Change | Refused] = []
        for wish in wishes:
            if (wish.user_id, wish.session_id) not in alive:
                granted.append(Refused(Unauthenticated()))
                continue
            before = chosen.get(wish.user_id, NOTHING_CHOSEN)
            chosen[wish.user_id] = after = _granted(wish, before.at(now), now)
            granted.append(Change(wish.user_id, before, after))
        note(tx, [one for one in granted if isinstance(one, Change)])
    return granted


def _granted(wish: Wish, before: ChosenStatus, now: int) -> ChosenStatus:
    return ChosenStatus(
        status=wish.status,
        text=wish.text,
        until=wish.until,
        since=before.since if before.status is wish.status else now,
        rev=before.rev + 1,
    )


def note(tx: Transaction, changes: Sequence[Change]) -> None:
    """Store these, and tell the people's devices and the other services once that is committed."""
    newest = {change.user_id: change.after for change in changes}
    if not newest:
        return
    tx.later(store.statuses.put(newest))
    for user_id, status in newest.items():
        tx.publish(StatusChanged(status=status), f"user.{user_id}")
    tx.tell(UserStatusesChanged(user_ids=list(newest)))
    if turned := list(dict.fromkeys(change.user_id for change in changes if change.hides_or_shows())):
        tx.tell(UserVisibilityChanged(user_ids=turned))
