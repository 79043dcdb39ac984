"""SQL of invites, and of those who ask to be let in."""

from dialog.db import Database, Statement, Transaction
from dialog.protocol.invites import Invite, JoinRequest

INVITE = "chat_id, token, created_by, created_at, expires_at, uses, used, approval"


def insert(invite: Invite) -> Statement:
    return Statement(
        f"""
        INSERT INTO invites ({INVITE})
        VALUES
            (%(chat_id)s, %(token)s, %(created_by)s, %(created_at)s, %(expires_at)s, %(uses)s, %(used)s, %(approval)s)
        """,
        {name: getattr(invite, name) for name in Invite.__struct_fields__},
    )


async def get(db: Database | Transaction, token: str) -> Invite | None:
    return await db.fetch_one(Invite, f"SELECT {INVITE} FROM invites WHERE token = %(token)s", token=token)


async def of(db: Database | Transaction, chat_id: int) -> list[Invite]:
    """The latest first."""
    return await db.fetch(
        Invite,
        f"SELECT {INVITE} FROM invites WHERE chat_id = %(chat_id)s ORDER BY created_at DESC, token",
        chat_id=chat_id,
    )


def count_use(token: str) -> Statement:
    return Statement("UPDATE invites SET used = used + 1 WHERE token = %(token)s", {"token": token})


def delete(chat_id: int, token: str) -> Statement:
    return Statement(
        "DELETE FROM invites WHERE token = %(token)s AND chat_id = %(chat_id)s", {"chat_id": chat_id, "token": token}
    )


def delete_expired(chat_id: int, now: int) -> Statement:
    return Statement(
        "DELETE FROM invites WHERE chat_id = %(chat_id)s AND expires_at <= %(now)s", {"chat_id": chat_id, "now": now}
    )


def put_request(chat_id: int, request: JoinRequest) -> Statement:
    return Statement(
        """
        INSERT INTO join_requests (chat_id, user_id, requested_at)
        VALUES (%(chat_id)s, %(user_id)s, %(requested_at)s)
        """,
        {"chat_id": chat_id, "user_id": request.user_id, "requested_at": request.requested_at},
    )


def delete_requests(chat_id: int, user_ids: list[int]) -> Statement:
    return Statement(
        "DELETE FROM join_requests WHERE chat_id = %(chat_id)s AND user_id IN %(user_ids)s",
        {"chat_id": chat_id, "user_ids": user_ids},
    )


async def request_of(db: Database | Transaction, chat_id: int, user_id: int) -> JoinRequest | None:
    """What somebody has asked and not been answered."""
    return await db.fetch_one(
        JoinRequest,
        "SELECT user_id, requested_at FROM join_requests WHERE chat_id = %(chat_id)s AND user_id = %(user_id)s",
        chat_id=chat_id,
        user_id=user_id,
    )


async def requests(db: Database | Transaction, chat_id: int) -> list[JoinRequest]:
    """Those who have waited longest first."""
    return await db.fetch(
        JoinRequest,
        """
        SELECT user_id, requested_at FROM join_requests WHERE chat_id = %(chat_id)s ORDER BY requested_at, user_id
        """,
        chat_id=chat_id,
    )


def forget_chat(chat_id: int) -> Statement:
    """Delete all invites to a group."""
    return Statement("DELETE FROM invites WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})


def forget_requests(chat_id: int) -> Statement:
    """Delete all requests to be let into a group."""
    return Statement("DELETE FROM join_requests WHERE chat_id = %(chat_id)s", {"chat_id": chat_id})
