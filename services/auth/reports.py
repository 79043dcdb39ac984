"""Reports: of people, and (passed on by chat) of messages. Those who are reported learn nothing of it."""

from collections.abc import Sequence

from dialog.db import Duplicate, Transaction
from dialog.ids import new_id, now_ms
from dialog.protocol.accounts import User
from dialog.protocol.base import Actor, Forbidden, NotFound, Nothing, Refused
from dialog.protocol.moderation import Complaint, CopiedMessage, FileReport
from dialog.protocol.reports import ReportUser
from dialog.service import command

from . import access, store
from .app import App
from .store.reports import Subject
from .views import Asked, see_together


@command
async def report_user(app: App, actor: Actor, command: ReportUser) -> Nothing:
    reporter_id = access.caller(actor)
    if command.user_id == reporter_id:
        raise Refused(Forbidden())
    profile = await _profile(app, reporter_id, command.user_id)
    await _file(app, _complaint(reporter_id, command), Subject(command.user_id), [profile])
    return Nothing()


@command
async def file_report(app: App, actor: Actor, command: FileReport) -> Nothing:
    """chat has seen to it that the reporter sees what they report."""
    message = command.copies[-1].message
    profile = await _profile(app, command.reporter_id, message.author_id)
    subject = Subject(message.author_id, message.chat_id, message.seq)
    await _file(app, _complaint(command.reporter_id, command), subject, [profile, *command.copies])
    return Nothing()


def _complaint(reporter_id: int, command: ReportUser | FileReport) -> Complaint:
    return Complaint(reporter_id=reporter_id, reason=command.reason, comment=command.comment, reported_at=now_ms())


async def _profile(app: App, viewer: int, user_id: int) -> User:
    """The profile as the reporter sees it. Raises Refused(NotFound)."""
    [seen] = await see_together(app.config, app.db, [Asked(viewer, [user_id])])
    if not seen.users:
        raise Refused(NotFound())
    return seen.users[0]


async def _file(app: App, complaint: Complaint, subject: Subject, copies: Sequence[User | CopiedMessage]) -> None:
    """Store it with whatever else is reported of the same thing. Raises Refused(TooManyRequests)."""
    await access.within(app, f"report:{complaint.reporter_id}", app.config.reports)
    while True:
        try:
            async with app.db.transaction() as tx:
                report_id = await _open(tx, subject)
                is_new = not await store.reports.has_complained(tx, report_id, complaint.reporter_id)
                now = now_ms()
                tx.later(
                    store.reports.complain(report_id, complaint),
                    store.reports.count(report_id, int(is_new), now),
                    store.reports.keep(report_id, copies, now, now + int(app.config.evidence_kept * 1000)),
                )
        except Duplicate:
            continue  # somebody else opened it just now
        return


async def _open(tx: Transaction, subject: Subject) -> int:
    """The open report of that, which may be new."""
    report_id = await store.reports.lock_open(tx, subject)
    if report_id is None:
        report_id = new_id()
        await store.reports.add(tx, report_id, subject, now_ms())
    return report_id
