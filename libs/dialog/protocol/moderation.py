"""What operators do about reports. Internal: only the operators' tool says these, over NATS."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .accounts import User
from .base import Command, Fact, Id, Millis, Nothing, Wire
from .chats import ChatKind
from .messages import Message
from .reports import Comment, ReportReason

Operator = Annotated[str, Meta(min_length=1, max_length=64)]
"""Who acts, by the name that the audit log keeps."""

Why = Annotated[str, Meta(min_length=1, max_length=1000)]
"""For the audit log; nobody else is told."""

Said = Annotated[str, Meta(max_length=1000)]
"""What the person concerned is told."""


class Deed(StrEnum):
    """What an operator can do; the audit log keeps each."""

    LOOK = "look"
    DISMISS = "dismiss"
    WARN = "warn"
    SUSPEND = "suspend"
    LIFT = "lift"
    REMOVE_MESSAGE = "remove_message"
    REMOVE_CONTENT = "remove_content"


class CopiedMessage(Wire):
    """A message as it was when it was reported."""

    chat_kind: ChatKind
    chat_title: str
    message: Message
    reported: bool
    """False for what stands before the message that was reported."""


class FileReport(Command[Nothing], tag="internal.file_report"):
    """chat tells auth of a reported message. The last one of `copies` is the one that is reported."""

    reporter_id: Id
    reason: ReportReason
    comment: Comment
    copies: Annotated[list[CopiedMessage], Meta(min_length=1, max_length=10)]


class Report(Wire):
    """Everything that was reported of one message or profile until it was decided."""

    id: Id
    user_id: Id
    """Who is reported."""
    username: str
    """As it is now."""
    chat_id: Id | None
    """Null, as `seq`, when it is the person that is reported."""
    seq: Id | None
    reporters: int
    reasons: dict[str, int]
    opened_at: Millis
    reported_at: Millis
    """The last time."""
    closed_at: Millis | None
    decision: Deed | None


class ReportPage(Wire):
    """The newest first. `more`: ask again with the last one's id as `before`."""

    reports: list[Report]
    more: bool


class ListReports(Command[ReportPage], tag="internal.reports"):
    """Reports, without what is evidence."""

    closed: bool = False
    user_id: Id | None = None
    """Only those of somebody."""
    before: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Complaint(Wire):
    """What one person reported."""

    reporter_id: Id
    reason: ReportReason
    comment: str
    reported_at: Millis


class Evidence(Wire):
    """A copy: of a message, or of a profile as the reporter saw it."""

    copied_at: Millis
    message: CopiedMessage | None = None
    user: User | None = None


class AuditEntry(Wire):
    """What an operator did."""

    id: Id
    at: Millis
    operator: str
    deed: Deed
    user_id: Id | None
    report_id: Id | None
    why: str
    detail: str


class ReportFile(Wire):
    """A report with all that belongs to it."""

    report: Report
    complaints: list[Complaint]
    evidence: list[Evidence]
    """In the order in which it was copied; none when its time is over."""
    people: list[User]
    """Who appears in it."""
    history: list[AuditEntry]
    """What was done before about the one who is reported, the newest first."""


class ReadReport(Command[ReportFile], tag="internal.read_report"):
    """A report with its evidence. The audit log keeps who looked."""

    operator: Operator
    why: Why
    report_id: Id


class Suspension(Wire):
    since: Millis
    until: Millis | None
    """Null: for ever."""
    said: str


class AccountFile(Wire):
    """An account as operators see it."""

    user: User
    created_at: Millis
    suspension: Suspension | None
    open_reports: int


class FindAccount(Command[AccountFile], tag="internal.account"):
    """By name or by id. Raises NotFound."""

    username: str = ""
    user_id: Id | None = None


class DismissReport(Command[Nothing], tag="internal.dismiss_report"):
    """Nothing is to be done."""

    operator: Operator
    why: Why
    report_id: Id


class WarnUser(Command[Nothing], tag="internal.warn_user"):
    """Warn somebody, or whoever a report is about, which is then closed; so in what follows, too."""

    operator: Operator
    why: Why
    said: Annotated[str, Meta(min_length=1, max_length=1000)]
    user_id: Id | None = None
    report_id: Id | None = None


class SuspendUser(Command[Nothing], tag="internal.suspend_user"):
    """End all sessions of somebody, and let them in no more until then, or (null) at all. Replaces what was before."""

    operator: Operator
    why: Why
    user_id: Id | None = None
    until: Millis | None = None
    said: Said = ""
    report_id: Id | None = None


class LiftSuspension(Command[Nothing], tag="internal.lift_suspension"):
    """Let them in again. Raises NotFound when they are not suspended."""

    operator: Operator
    why: Why
    user_id: Id


class RemoveMessage(Command[Nothing], tag="internal.remove_message"):
    """Delete the reported message for everyone."""

    operator: Operator
    why: Why
    report_id: Id


class RemoveContent(Command[Nothing], tag="internal.remove_content"):
    """Delete all messages of somebody for everyone, and what their profile says."""

    operator: Operator
    why: Why
    user_id: Id | None = None
    report_id: Id | None = None


class AuditPage(Wire):
    """The newest first. `more`: ask again with the last one's id as `before`."""

    entries: list[AuditEntry]
    more: bool


class ReadAudit(Command[AuditPage], tag="internal.audit"):
    """What operators did: all, or about one person."""

    user_id: Id | None = None
    before: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class TakeDown(Command[Nothing], tag="internal.take_down"):
    """auth tells chat to delete a message for everyone, if it is still there."""

    chat_id: Id
    seq: Id


class TakeDownAll(Command[Nothing], tag="internal.take_down_all"):
    """auth tells chat to delete all messages of somebody for everyone: begun when this is answered, done soon."""

    user_id: Id


class StopScheduled(Command[Nothing], tag="internal.stop_scheduled"):
    """auth tells chat that somebody may not sign in: what they have scheduled is not sent, but stays with them.

    Asked before the operator is answered, besides the fact.
    """

    user_id: Id


class UserSuspended(Fact, tag="user.suspended"):
    """Somebody may not sign in since then. Their suspension may have ended when this is heard."""

    user_id: Id
    since: Millis
