"""What an operator reads."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dialog.protocol.accounts import User
from dialog.protocol.base import Nothing
from dialog.protocol.moderation import AccountFile, AuditEntry, AuditPage, Evidence, Report, ReportFile, ReportPage

Answer = Nothing | ReportPage | ReportFile | AccountFile | AuditPage


def lines(answer: Answer) -> Iterator[str]:
    """An answer in words."""
    match answer:
        case ReportPage():
            yield from map(_report, answer.reports)
            if not answer.reports:
                yield "no reports"
            elif answer.more:
                yield f"there are more: --before {answer.reports[-1].id}"
        case ReportFile():
            yield from _file(answer)
        case AccountFile():
            yield from _account(answer)
        case AuditPage():
            yield from map(_entry, answer.entries)
            if answer.more:
                yield f"there are more: --before {answer.entries[-1].id}"
        case _:
            yield "done"


def _time(millis: int | None) -> str:
    return "never" if millis is None else datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _report(report: Report) -> str:
    what = "the person" if report.seq is None else f"message {report.seq} of chat {report.chat_id}"
    reasons = ", ".join(f"{reason} ×{number}" for reason, number in report.reasons.items())
    state = f"{report.decision} {_time(report.closed_at)}" if report.closed_at else "open"
    return f"{report.id}  {_time(report.reported_at)}  @{report.username}  {what}  {reasons}  {state}"


def _file(file: ReportFile) -> Iterator[str]:
    names = {user.id: f"@{user.username}" for user in file.people}
    yield _report(file.report)
    yield ""
    for complaint in file.complaints:
        who = names.get(complaint.reporter_id, str(complaint.reporter_id))
        yield f"{_time(complaint.reported_at)}  {who}: {complaint.reason}"
        yield from _indented(complaint.comment)
    yield ""
    for one in file.evidence:
        yield from _evidence(one, names)
    if not file.evidence:
        yield "the evidence is not kept any more"
    if file.history:
        yield ""
        yield from map(_entry, file.history)


def _evidence(evidence: Evidence, names: dict[int, str]) -> Iterator[str]:
    if evidence.user:
        yield f"profile, copied {_time(evidence.copied_at)}"
        yield from _indented(_profile(evidence.user))
    if evidence.message:
        copied, message = evidence.message, evidence.message.message
        where = copied.chat_title or copied.chat_kind.value
        mark = "REPORTED" if copied.reported else "before it"
        who = names.get(message.author_id, str(message.author_id))
        edited = f", edited {_time(message.edited_at)}" if message.edited_at else ""
        yield f"{mark}: message {message.seq} in “{where}” by {who}, sent {_time(message.sent_at)}{edited}"
        yield from _indented(message.text or str(message.notice))


def _profile(user: User) -> str:
    parts = [f"@{user.username}", user.display_name, user.description, f"avatar {user.avatar}" if user.avatar else ""]
    return "\n".join(part for part in parts if part)


def _account(file: AccountFile) -> Iterator[str]:
    yield f"{file.user.id}, since {_time(file.created_at)}, {file.open_reports} open reports"
    yield from _indented(_profile(file.user))
    if file.suspension:
        until = "for ever" if file.suspension.until is None else f"until {_time(file.suspension.until)}"
        yield f"suspended {until}, since {_time(file.suspension.since)}"
        yield from _indented(file.suspension.said)


def _entry(entry: AuditEntry) -> str:
    about = f"user {entry.user_id}" if entry.user_id else ""
    report = f"report {entry.report_id}" if entry.report_id else ""
    words = [f"{entry.id}", _time(entry.at), entry.operator, entry.deed.value, about, report, entry.detail]
    return "  ".join(word for word in words if word) + f"  “{_plain(entry.why)}”"


def _indented(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"    {_plain(line)}"


def _plain(text: str) -> str:
    """What somebody else wrote, so that it cannot take over the terminal."""
    return "".join(char if char.isprintable() else "�" for char in text)
