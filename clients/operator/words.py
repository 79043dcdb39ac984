"""What an operator types, as an `argparse.Namespace`."""

import argparse
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"(\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Exits with a sentence when the words are not a command."""
    parser = argparse.ArgumentParser(
        prog="python -m clients.operator", description="Reports, and what operators do about them."
    )
    parser.add_argument("--operator", help="who acts; default: $DIALOG_OPERATOR_NAME")
    parser.add_argument("--json", action="store_true", help="print answers as JSON")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    reports = commands.add_parser("reports", help="list reports, the newest first")
    reports.add_argument("--closed", action="store_true", help="those that are decided")
    reports.add_argument("--user", help="only those about this person")
    _page(reports, 20)

    report = commands.add_parser("report", help="show a report with its evidence")
    report.add_argument("report_id", type=int, metavar="REPORT")
    _why(report)

    dismiss = commands.add_parser("dismiss", help="close a report: nothing is to be done")
    dismiss.add_argument("report_id", type=int, metavar="REPORT")
    _why(dismiss)

    warn = commands.add_parser("warn", help="warn a person")
    _whom(warn)
    warn.add_argument("--say", dest="said", required=True, help="what the person is told")

    suspend = commands.add_parser("suspend", help="sign a person out everywhere and keep them out")
    _whom(suspend)
    suspend.add_argument("--say", dest="said", default="", help="what the person is told when they try to sign in")
    length = suspend.add_mutually_exclusive_group(required=True)
    length.add_argument("--for", dest="until", type=_after, metavar="SPAN", help="30m, 12h or 7d")
    length.add_argument("--until", type=_moment, metavar="TIME", help="such as 2027-01-31 or 2027-01-31T12:00")
    length.add_argument("--for-ever", dest="until", action="store_const", const=None)

    lift = commands.add_parser("lift", help="let a suspended person in again")
    lift.add_argument("user")
    _why(lift)

    message = commands.add_parser("remove-message", help="delete the reported message for everyone")
    message.add_argument("report_id", type=int, metavar="REPORT")
    _why(message)

    content = commands.add_parser("remove-content", help="delete all messages of a person, and what their profile says")
    _whom(content)

    account = commands.add_parser("account", help="show an account")
    account.add_argument("user")

    audit = commands.add_parser("audit", help="show what operators did, the newest first")
    audit.add_argument("--user", help="only what concerns this person")
    _page(audit, 50)
    return parser.parse_args(words)


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", required=True, help="for the audit log")


def _whom(parser: argparse.ArgumentParser) -> None:
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--user", help="a username, or an id")
    whom.add_argument("--report", dest="report_id", type=int, help="whoever this report is about; it is closed")
    _why(parser)


def _page(parser: argparse.ArgumentParser, limit: int) -> None:
    parser.add_argument("--before", type=int, help="the id at which the last page ended")
    parser.add_argument("--limit", type=int, default=limit, help="default: %(default)s")


def _after(span: str) -> int:
    """Milliseconds since 1970, so long from now."""
    if not (found := _SPAN.fullmatch(span)):
        raise argparse.ArgumentTypeError("such as 30m, 12h or 7d")
    return _millis(datetime.now(UTC) + timedelta(**{_UNITS[found[2]]: int(found[1])}))


def _moment(text: str) -> int:
    """Milliseconds since 1970 of a date, and a time of day if there is one, in UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("such as 2027-01-31 or 2027-01-31T12:00") from None
    return _millis(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
