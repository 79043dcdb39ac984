"""Reports to the operators, and what they have to say."""

from typing import TYPE_CHECKING

from dialog.protocol.reports import ReportMessage, ReportReason, ReportUser
from dialog.protocol.warnings import DismissWarning

from . import typed
from .typed import Mistake
from .words import DIM, PLAIN, warning_lines

if TYPE_CHECKING:
    from .conversation import Conversation

CONTEXT = "+5"
"""What is typed to give the five messages before as well."""


async def report(talk: "Conversation", rest: str) -> None:
    """/report USER|N REASON [+5] [COMMENT]   tell the operators of somebody, or of message N and the 5 before it"""
    whom, _, rest = rest.partition(" ")
    named, _, comment = rest.strip().partition(" ")
    if named not in list(ReportReason):
        raise Mistake(f"/report USER or N, and why: {', '.join(ReportReason)}")
    reason, context = ReportReason(named), False
    if whom.isdecimal():
        seq = typed.message(talk, whom).seq
        if comment.split(" ", 1)[0] == CONTEXT:
            comment, context = comment.removeprefix(CONTEXT).strip(), True
        command = ReportMessage(chat_id=talk.chat_id, seq=seq, reason=reason, comment=comment, context=context)
    else:
        command = ReportUser(user_id=await typed.user_id(talk, whom), reason=reason, comment=comment)
    await talk.client.call(command)
    talk.say(f"{DIM}      The operators are told. /block ends what you hear of somebody.{PLAIN}")


async def warnings(talk: "Conversation", _rest: str) -> None:
    """/warnings              what the operators had to tell you"""
    for warning in talk.state.affairs.warnings.values():
        talk.say(*warning_lines(warning))
    if not talk.state.affairs.warnings:
        talk.say("Nothing.")


async def dismiss(talk: "Conversation", _rest: str) -> None:
    """/dismiss               you have read the warnings"""
    for warning_id in list(talk.state.affairs.warnings):
        await talk.client.call(DismissWarning(warning_id=warning_id))
