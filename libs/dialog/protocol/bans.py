"""Bans: who may not come back into a group."""

from .accounts import User
from .base import Command, Failure, Id, Millis, Nothing, Status, Wire


class Ban(Wire):
    user_id: Id
    banned_by: Id
    banned_at: Millis


class Bans(Wire):
    bans: list[Ban]
    """The latest first."""
    people: list[User]
    """Those who are banned."""


class BanMember(Command[Nothing], tag="member.ban"):
    """Put somebody out of a group, if they are in it, and keep them out, whoever adds or invites them."""

    chat_id: Id
    user_id: Id


class UnbanMember(Command[Nothing], tag="member.unban"):
    """Let somebody in again. It does not bring them in."""

    chat_id: Id
    user_id: Id


class ListBans(Command[Bans], tag="chat.bans"):
    """Who is banned from a group; for its admins."""

    chat_id: Id


class Banned(Failure, tag="banned"):
    """Some of these people are banned from the group: an admin would have to lift that first."""

    status = Status.FORBIDDEN
