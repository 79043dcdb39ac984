"""SQL of what operators do: suspensions, warnings, and the audit log."""

from msgspec import Struct

from dialog.db import Database, Statement, Transaction
from dialog.ids import new_id, now_ms
from dialog.protocol.moderation import AuditEntry, Deed, Suspension
from dialog.protocol.warnings import WarningNote

Reader = Database | Transaction


class SuspensionRow(Struct, frozen=True):
    since: int
    ends_at: int | None
    said: str


async def suspension(db: Reader, user_id: int, now: int) -> Suspension | None:
    """What keeps somebody out, if anything does."""
    row = await db.fetch_one(
        SuspensionRow,
        """
        SELECT since, ends_at, said FROM suspensions
        WHERE user_id = %(user_id)s AND (ends_at IS NULL OR ends_at > %(now)s)
        """,
        user_id=user_id,
        now=now,
    )
    return Suspension(since=row.since, until=row.ends_at, said=row.said) if row else None


def suspend(user_id: int, suspension: Suspension) -> Statement:
    """Keep somebody out; it replaces what kept them out before."""
    return Statement(
        """
        INSERT INTO suspensions (user_id, since, ends_at, said)
        VALUES (%(user_id)s, %(since)s, %(until)s, %(said)s)
        ON DUPLICATE KEY UPDATE since = VALUES(since), ends_at = VALUES(ends_at), said = VALUES(said)
        """,
        {"user_id": user_id, "since": suspension.since, "until": suspension.until, "said": suspension.said},
    )


def lift(user_id: int) -> Statement:
    return Statement("DELETE FROM suspensions WHERE user_id = %(user_id)s", {"user_id": user_id})


def warn(user_id: int, warning: WarningNote) -> Statement:
    return Statement(
        "INSERT INTO warnings (user_id, id, text, given_at) VALUES (%(user_id)s, %(id)s, %(text)s, %(given_at)s)",
        {"user_id": user_id, "id": warning.id, "text": warning.text, "given_at": warning.given_at},
    )


async def warnings(db: Reader, user_id: int) -> list[WarningNote]:
    """Those that somebody has not dismissed, the oldest first."""
    return await db.fetch(
        WarningNote,
        """
        SELECT id, text, given_at FROM warnings WHERE user_id = %(user_id)s AND dismissed_at IS NULL ORDER BY id
        """,
        user_id=user_id,
    )


async def was_warned(tx: Transaction, user_id: int, warning_id: int) -> bool:
    """Whether somebody got this warning, be it dismissed or not."""
    rows = await tx.fetch(
        WarningNote,
        "SELECT id, text, given_at FROM warnings WHERE user_id = %(user_id)s AND id = %(warning_id)s",
        user_id=user_id,
        warning_id=warning_id,
    )
    return bool(rows)


async def dismiss(tx: Transaction, user_id: int, warning_id: int, now: int) -> bool:
    """Whether that is new."""
    changed = await tx.execute(
        """
        UPDATE warnings SET dismissed_at = %(now)s
        WHERE user_id = %(user_id)s AND id = %(warning_id)s AND dismissed_at IS NULL
        """,
        user_id=user_id,
        warning_id=warning_id,
        now=now,
    )
    return changed == 1


def note(
    operator: str, why: str, deed: Deed, *, user_id: int | None, report_id: int | None, detail: str = ""
) -> Statement:
    """Add to the audit log. There is no statement that changes or deletes what it holds."""
    return Statement(
        """
        INSERT INTO audit (id, made_at, operator, deed, user_id, report_id, why, detail)
        VALUES (%(id)s, %(now)s, %(operator)s, %(deed)s, %(user_id)s, %(report_id)s, %(why)s, %(detail)s)
        """,
        {
            "id": new_id(),
            "now": now_ms(),
            "operator": operator,
            "deed": deed.value,
            "user_id": user_id,
            "report_id": report_id,
            "why": why,
            "detail": detail,
        },
    )


async def audit(
    db: Reader, *, user_id: int | None = None, before: int | None = None, limit: int
) -> tuple[list[AuditEntry], bool]:
    """The newest entries, about everybody or one person, and whether there are more."""
    rows = await db.fetch(
        AuditEntry,
        """
        SELECT id, made_at AS at, operator, deed, user_id, report_id, why, detail FROM audit
        WHERE id < %(before)s AND (%(user_id)s IS NULL OR user_id = %(user_id)s)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        user_id=user_id,
        before=before or 2**63,
        limit=limit + 1,
    )
    return rows[:limit], len(rows) > limit
