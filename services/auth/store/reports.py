"""SQL of reports: what is reported, by whom, and the copies that prove it."""

import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from dialog.db import Database, Statement, Transaction
from dialog.protocol.accounts import User
from dialog.protocol.frames import ENCODER
from dialog.protocol.moderation import Complaint, CopiedMessage, Deed, Evidence, Report
from dialog.protocol.reports import ReportReason

Reader = Database | Transaction

_REPORT = """
    reports.id, reports.user_id, COALESCE(users.username, '') AS username, chat_id, seq, reporters, opened_at,
    reported_at, closed_at, decision
    FROM reports LEFT JOIN users ON users.id = reports.user_id
"""


class Subject(Struct, frozen=True):
    """What is reported: a person, or a message of theirs."""

    user_id: int
    chat_id: int | None = None
    seq: int | None = None

    @property
    def name(self) -> str:
        """What tells it from everything else."""
        return f"user:{self.user_id}" if self.chat_id is None else f"message:{self.chat_id}:{self.seq}"


class ReportRow(Struct, frozen=True):
    id: int
    user_id: int
    username: str
    chat_id: int | None
    seq: int | None
    reporters: int
    opened_at: int
    reported_at: int
    closed_at: int | None
    decision: Deed | None


class IdRow(Struct, frozen=True):
    id: int


class ReasonRow(Struct, frozen=True):
    report_id: int
    reason: ReportReason
    number: int


class EvidenceRow(Struct, frozen=True):
    body: str
    copied_at: int


class CountRow(Struct, frozen=True):
    number: int


class _Body(Struct, frozen=True, omit_defaults=True):
    message: CopiedMessage | None = None
    user: User | None = None


_BODIES = msgspec.json.Decoder(_Body)


async def lock_open(tx: Transaction, subject: Subject) -> int | None:
    """The open report of a thing, for this transaction alone."""
    row = await tx.fetch_one(IdRow, "SELECT id FROM reports WHERE open_as = %(name)s FOR UPDATE", name=subject.name)
    return row.id if row else None


async def add(tx: Transaction, report_id: int, subject: Subject, now: int) -> None:
    """Open a report. Raises Duplicate when there is one of the same thing, or the id is taken."""
    await tx.execute(
        """
        INSERT INTO reports (id, open_as, is_open, user_id, chat_id, seq, reporters, opened_at, reported_at)
        VALUES (%(id)s, %(name)s, 1, %(user_id)s, %(chat_id)s, %(seq)s, 0, %(now)s, %(now)s)
        """,
        id=report_id,
        name=subject.name,
        user_id=subject.user_id,
        chat_id=subject.chat_id,
        seq=subject.seq,
        now=now,
    )


async def has_complained(tx: Transaction, report_id: int, reporter_id: int) -> bool:
    row = await tx.fetch_one(
        CountRow,
        """
        SELECT COUNT(*) AS number FROM complaints WHERE report_id = %(report_id)s AND reporter_id = %(reporter_id)s
        """,
        report_id=report_id,
        reporter_id=reporter_id,
    )
    return row is not None and row.number > 0


def complain(report_id: int, complaint: Complaint) -> Statement:
    """Store what somebody reports; of somebody who did before, what they say now."""
    return Statement(
        """
        INSERT INTO complaints (report_id, reporter_id, reason, comment, reported_at)
        VALUES (%(report_id)s, %(reporter_id)s, %(reason)s, %(comment)s, %(reported_at)s)
        ON DUPLICATE KEY UPDATE reason = VALUES(reason), comment = VALUES(comment), reported_at = VALUES(reported_at)
        """,
        {
            "report_id": report_id,
            "reporter_id": complaint.reporter_id,
            "reason": complaint.reason.value,
            "comment": complaint.comment,
            "reported_at": complaint.reported_at,
        },
    )


def count(report_id: int, more: int, now: int) -> Statement:
    """So many more people report it."""
    return Statement(
        "UPDATE reports SET reporters = reporters + %(more)s, reported_at = %(now)s WHERE id = %(report_id)s",
        {"report_id": report_id, "more": more, "now": now},
    )


def keep(report_id: int, copies: Sequence[CopiedMessage | User], now: int, expires_at: int) -> Statement:
    """Keep copies (at least one); those that are kept already are not kept twice."""
    bodies = [ENCODER.encode(_Body(user=one) if isinstance(one, User) else _Body(message=one)) for one in copies]
    return Statement(
        """
        INSERT INTO evidence (report_id, digest, body, copied_at, expires_at) VALUES {rows}
        ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at)
        """,
        row="(%(report_id)s, %(digest)s, %(body)s, %(now)s, %(expires_at)s)",
        rows=[
            {
                "report_id": report_id,
                "digest": hashlib.sha256(body).digest(),
                "body": body.decode(),
                "now": now,
                "expires_at": expires_at,
            }
            for body in bodies
        ],
    )


async def page(
    db: Reader, *, is_open: bool, user_id: int | None, before: int | None, limit: int
) -> tuple[list[Report], bool]:
    """The newest reports, of all people or of one, and whether there are more."""
    rows = await db.fetch(
        ReportRow,
        f"""
        SELECT {_REPORT}
        WHERE is_open = %(is_open)s AND reports.id < %(before)s
          AND (%(user_id)s IS NULL OR reports.user_id = %(user_id)s)
        ORDER BY reports.id DESC LIMIT %(limit)s
        """,
        is_open=int(is_open),
        before=before or 2**63,
        user_id=user_id,
        limit=limit + 1,
    )
    return await _with_reasons(db, rows[:limit]), len(rows) > limit


async def get(db: Reader, report_id: int) -> Report | None:
    rows = await db.fetch(ReportRow, f"SELECT {_REPORT} WHERE reports.id = %(report_id)s", report_id=report_id)
    found = await _with_reasons(db, rows)
    return found[0] if found else None


async def _with_reasons(db: Reader, rows: Sequence[ReportRow]) -> list[Report]:
    if not rows:
        return []
    counted = await db.fetch(
        ReasonRow,
        """
        SELECT report_id, reason, COUNT(*) AS number FROM complaints WHERE report_id IN %(report_ids)s
        GROUP BY report_id, reason ORDER BY reason
        """,
        report_ids=[row.id for row in rows],
    )
    return [
        Report(
            **{name: getattr(row, name) for name in ReportRow.__struct_fields__},
            reasons={one.reason.value: one.number for one in counted if one.report_id == row.id},
        )
        for row in rows
    ]


async def lock(tx: Transaction, report_id: int) -> ReportRow | None:
    """A report, for this transaction alone."""
    return await tx.fetch_one(
        ReportRow,
        """
        SELECT id, user_id, '' AS username, chat_id, seq, reporters, opened_at, reported_at, closed_at, decision
        FROM reports WHERE id = %(report_id)s FOR UPDATE
        """,
        report_id=report_id,
    )


def close(report_id: int, deed: Deed, now: int, evidence_until: int) -> list[Statement]:
    """Decide a report. Its evidence is kept until then at most."""
    return [
        Statement(
            """
            UPDATE reports SET open_as = NULL, is_open = 0, closed_at = %(now)s, decision = %(deed)s
            WHERE id = %(report_id)s
            """,
            {"report_id": report_id, "deed": deed.value, "now": now},
        ),
        Statement(
            "UPDATE evidence SET expires_at = %(until)s WHERE report_id = %(report_id)s AND expires_at > %(until)s",
            {"report_id": report_id, "until": evidence_until},
        ),
    ]


async def complaints(db: Reader, report_id: int) -> list[Complaint]:
    return await db.fetch(
        Complaint,
        """
        SELECT reporter_id, reason, comment, reported_at FROM complaints WHERE report_id = %(report_id)s
        ORDER BY reported_at, reporter_id
        """,
        report_id=report_id,
    )


async def evidence(db: Reader, report_id: int) -> list[Evidence]:
    """What was copied, in that order, and messages in theirs."""
    rows = await db.fetch(
        EvidenceRow, "SELECT body, copied_at FROM evidence WHERE report_id = %(report_id)s", report_id=report_id
    )
    found = [(row.copied_at, _BODIES.decode(row.body)) for row in rows]
    found.sort(key=lambda one: (one[0], one[1].message.message.seq if one[1].message else 0))
    return [Evidence(copied_at=copied_at, message=body.message, user=body.user) for copied_at, body in found]


async def count_open(db: Reader, user_id: int) -> int:
    """How many open reports there are about somebody."""
    row = await db.fetch_one(
        CountRow,
        "SELECT COUNT(*) AS number FROM reports WHERE user_id = %(user_id)s AND is_open = 1",
        user_id=user_id,
    )
    return row.number if row else 0


async def forget_evidence(db: Database, now: int, limit: int) -> int:
    """Delete copies whose time is over. Returns how many."""
    return await db.execute("DELETE FROM evidence WHERE expires_at <= %(now)s LIMIT %(limit)s", now=now, limit=limit)


async def forget_reports(db: Database, before: int, limit: int) -> int:
    """Delete reports that were decided before `before`, with all that belongs to them. Returns how many."""
    async with db.transaction() as tx:
        rows = await tx.fetch(
            IdRow,
            "SELECT id FROM reports WHERE closed_at < %(before)s ORDER BY closed_at LIMIT %(limit)s FOR UPDATE",
            before=before,
            limit=limit,
        )
        if rows:
            ids = {"ids": [row.id for row in rows]}
            tx.later(
                Statement("DELETE FROM complaints WHERE report_id IN %(ids)s", ids),
                Statement("DELETE FROM evidence WHERE report_id IN %(ids)s", ids),
                Statement("DELETE FROM reports WHERE id IN %(ids)s", ids),
            )
    return len(rows)
