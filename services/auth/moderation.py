"""What operators do: look at reports, dismiss them, warn, suspend, remove. All of it is in the audit log.

These commands are internal: the gateway offers them to nobody. What is done is noted in the transaction that does it;
what chat has to do is noted before it is asked, so that nothing is done that is not on record.
"""

from collections.abc import Iterable
from contextlib import suppress

from msgspec.structs import replace

from dialog.db import Statement, Transaction
from dialog.ids import new_id, now_ms
from dialog.protocol.accounts import MeChanged, UserChanged
from dialog.protocol.base import Actor, NotFound, Nothing, Refused
from dialog.protocol.moderation import (
    AccountFile,
    AuditPage,
    Complaint,
    Deed,
    DismissReport,
    Evidence,
    FindAccount,
    LiftSuspension,
    ListReports,
    ReadAudit,
    ReadReport,
    RemoveContent,
    RemoveMessage,
    ReportFile,
    ReportPage,
    StopScheduled,
    SuspendUser,
    Suspension,
    TakeDown,
    TakeDownAll,
    UserSuspended,
    WarnUser,
)
from dialog.protocol.warnings import DismissWarning, WarningDismissed, WarningGiven, WarningGone, WarningNote
from dialog.service import command

from . import access, store
from .app import App
from .sessions import end_all
from .store.people import Person
from .store.reports import ReportRow
from .views import whole

HISTORY = 20

Order = DismissReport | WarnUser | SuspendUser | LiftSuspension | RemoveMessage | RemoveContent | ReadReport


# -------------------------------------------------------------------------------------------------------------- looking


@command
async def list_reports(app: App, actor: Actor, command: ListReports) -> ReportPage:
    reports, more = await store.reports.page(
        app.db, is_open=not command.closed, user_id=command.user_id, before=command.before, limit=command.limit
    )
    return ReportPage(reports=reports, more=more)


@command
async def read_report(app: App, actor: Actor, command: ReadReport) -> ReportFile:
    async with app.db.transaction() as tx:
        report = await store.reports.get(tx, command.report_id)
        if report is None:
            raise Refused(NotFound())
        complaints = await store.reports.complaints(tx, report.id)
        evidence = await store.reports.evidence(tx, report.id)
        known = await store.accounts.users(tx, sorted({report.user_id, *_people(complaints, evidence)}))
        history, _ = await store.moderation.audit(tx, user_id=report.user_id, limit=HISTORY)
        tx.later(_noted(command, Deed.LOOK, report.user_id, report.id))
    return ReportFile(report=report, complaints=complaints, evidence=evidence, people=known, history=history)


def _people(complaints: Iterable[Complaint], evidence: Iterable[Evidence]) -> set[int]:
    return {one.reporter_id for one in complaints} | {one.message.message.author_id for one in evidence if one.message}


@command
async def find_account(app: App, actor: Actor, command: FindAccount) -> AccountFile:
    user_id = command.user_id
    if user_id is None:
        named = await store.accounts.user_by_name(app.db, command.username)
        user_id = named.id if named else 0
    for person in await store.people.people(app.db, [user_id]):
        return AccountFile(
            user=whole(person),
            created_at=person.created_at,
            suspension=await store.moderation.suspension(app.db, person.id, now_ms()),
            open_reports=await store.reports.count_open(app.db, person.id),
        )
    raise Refused(NotFound())


@command
async def read_audit(app: App, actor: Actor, command: ReadAudit) -> AuditPage:
    entries, more = await store.moderation.audit(
        app.db, user_id=command.user_id, before=command.before, limit=command.limit
    )
    return AuditPage(entries=entries, more=more)


# --------------------------------------------------------------------------------------------------------------- acting


def _noted(order: Order, deed: Deed, user_id: int, report_id: int | None, detail: str = "") -> Statement:
    return store.moderation.note(order.operator, order.why, deed, user_id=user_id, report_id=report_id, detail=detail)


async def _account(tx: Transaction, user_id: int) -> Person:
    """Somebody's account, for this transaction alone. Raises Refused(NotFound)."""
    for person in await store.people.lock(tx, [user_id]):
        return person
    raise Refused(NotFound())


async def _report(tx: Transaction, report_id: int) -> ReportRow:
    """A report, for this transaction alone. Raises Refused(NotFound)."""
    report = await store.reports.lock(tx, report_id)
    if report is None:
        raise Refused(NotFound())
    return report


async def _meant(tx: Transaction, order: WarnUser | SuspendUser | RemoveContent) -> tuple[Person, ReportRow | None]:
    """Whom an order is about, and the report that it decides, if it names one. Raises Refused(NotFound)."""
    report = None if order.report_id is None else await _report(tx, order.report_id)
    if report is None:
        return await _account(tx, order.user_id or 0), None
    if order.user_id not in (None, report.user_id):
        raise Refused(NotFound())
    return await _account(tx, report.user_id), report


def _close(app: App, tx: Transaction, report: ReportRow | None, deed: Deed) -> None:
    """One that is decided already stays as it was decided."""
    if report and report.closed_at is None:
        now = now_ms()
        tx.later(*store.reports.close(report.id, deed, now, now + int(app.config.evidence_kept_closed * 1000)))


@command
async def dismiss_report(app: App, actor: Actor, command: DismissReport) -> Nothing:
    async with app.db.transaction() as tx:
        report = await _report(tx, command.report_id)
        _close(app, tx, report, Deed.DISMISS)
        tx.later(_noted(command, Deed.DISMISS, report.user_id, report.id))
    return Nothing()


@command
async def warn_user(app: App, actor: Actor, command: WarnUser) -> Nothing:
    async with app.db.transaction() as tx:
        person, report = await _meant(tx, command)
        _close(app, tx, report, Deed.WARN)
        warning = WarningNote(id=new_id(), text=command.said, given_at=now_ms())
        tx.later(
            store.moderation.warn(person.id, warning),
            store.people.count_on([person.id]),
            _noted(command, Deed.WARN, person.id, command.report_id),
        )
        tx.publish(WarningGiven(warning=warning, rev=person.people_rev + 1), f"user.{person.id}")
    return Nothing()


@command
async def suspend_user(app: App, actor: Actor, command: SuspendUser) -> Nothing:
    async with app.db.transaction() as tx:
        person, report = await _meant(tx, command)
        _close(app, tx, report, Deed.SUSPEND)
        suspension = Suspension(since=now_ms(), until=command.until, said=command.said)
        until = "for ever" if command.until is None else f"until {command.until}"
        tx.later(
            store.moderation.suspend(person.id, suspension),
            _noted(command, Deed.SUSPEND, person.id, command.report_id, until),
        )
        await end_all(app, tx, person.id)
        tx.tell(UserSuspended(user_id=person.id, since=suspension.since))
    # chat hears the fact as well; but once this is answered nothing of theirs may be sent any more.
    with suppress(Refused):
        await app.bus.call_briefly(StopScheduled(user_id=person.id))
    return Nothing()


@command
async def lift_suspension(app: App, actor: Actor, command: LiftSuspension) -> Nothing:
    async with app.db.transaction() as tx:
        person = await _account(tx, command.user_id)
        if await store.moderation.suspension(tx, person.id, now_ms()) is None:
            raise Refused(NotFound())
        tx.later(store.moderation.lift(person.id), _noted(command, Deed.LIFT, person.id, None))
    return Nothing()


@command
async def remove_message(app: App, actor: Actor, command: RemoveMessage) -> Nothing:
    async with app.db.transaction() as tx:
        report = await _report(tx, command.report_id)
        if report.chat_id is None or report.seq is None:
            raise Refused(NotFound())
        detail = f"message {report.seq} of chat {report.chat_id}"
        tx.later(_noted(command, Deed.REMOVE_MESSAGE, report.user_id, report.id, detail))
    await app.bus.call(TakeDown(chat_id=report.chat_id, seq=report.seq))
    async with app.db.transaction() as tx:
        _close(app, tx, await _report(tx, report.id), Deed.REMOVE_MESSAGE)
    return Nothing()


@command
async def remove_content(app: App, actor: Actor, command: RemoveContent) -> Nothing:
    async with app.db.transaction() as tx:
        person, report = await _meant(tx, command)
        tx.later(_noted(command, Deed.REMOVE_CONTENT, person.id, command.report_id))
        await _blank(tx, person)
    await app.bus.call(TakeDownAll(user_id=person.id))
    if report:
        async with app.db.transaction() as tx:
            _close(app, tx, await _report(tx, report.id), Deed.REMOVE_CONTENT)
    return Nothing()


async def _blank(tx: Transaction, person: Person) -> None:
    """Leave nothing of a profile but the username."""
    user = whole(person)
    blank = replace(user, display_name=user.username, description="", avatar=None)
    if blank != user:
        blank = replace(blank, rev=user.rev + 1)
        await store.accounts.set_profile(tx, blank)
        tx.publish(MeChanged(user=blank), f"user.{user.id}")
        tx.tell(UserChanged(user_id=user.id))


# ------------------------------------------------------------------------------------------------------------- warnings


@command
async def dismiss_warning(app: App, actor: Actor, command: DismissWarning) -> WarningDismissed:
    await access.within(app, f"people:{access.caller(actor)}", app.config.people_changes)
    async with app.db.transaction() as tx:
        await access.signed_in(app, tx, actor)
        me = await _account(tx, actor.user_id)
        if not await store.moderation.was_warned(tx, me.id, command.warning_id):
            raise Refused(NotFound())
        if not await store.moderation.dismiss(tx, me.id, command.warning_id, now_ms()):
            return WarningDismissed(warning_id=command.warning_id, rev=me.people_rev)
        rev = me.people_rev + 1
        tx.later(store.people.count_on([me.id]))
        tx.publish(WarningGone(warning_id=command.warning_id, rev=rev), f"user.{me.id}")
    return WarningDismissed(warning_id=command.warning_id, rev=rev)
