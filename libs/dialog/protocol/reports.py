"""Reports: telling the operators of a person or a message. Whoever is reported does not learn of it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .base import Command, Id, Nothing


class ReportReason(StrEnum):
    """What is wrong with it."""

    SPAM = "spam"
    HARASSMENT = "harassment"
    HATE = "hate"
    VIOLENCE = "violence"
    SEXUAL = "sexual"
    CHILD_SAFETY = "child_safety"
    SELF_HARM = "self_harm"
    IMPERSONATION = "impersonation"
    ILLEGAL = "illegal"
    UNDER_AGE = "under_age"
    OTHER = "other"


Comment = Annotated[str, Meta(max_length=1000)]
"""What the reporter has to say about it."""


class ReportUser(Command[Nothing], tag="report.user"):
    """Report somebody. The operators get a copy of their profile as you see it now."""

    user_id: Id
    reason: ReportReason
    comment: Comment = ""


class ReportMessage(Command[Nothing], tag="report.message"):
    """Report a message that you see. The operators get a copy of it as it is now, which they keep for a while also
    when it is deleted."""

    chat_id: Id
    seq: Id
    reason: ReportReason
    comment: Comment = ""
    context: bool = False
    """Give them the five messages before it as well, as far as you see them."""
