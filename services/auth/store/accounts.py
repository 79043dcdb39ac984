"""SQL of accounts, their sessions, and signing keys."""

from msgspec import Struct

from dialog.db import Database, Transaction
from dialog.protocol.accounts import User

Reader = Database | Transaction

# ------------------------------------------------------------------------------------------------------------ accounts


class Account(Struct, frozen=True):
    """What auth alone knows of a person. Never sent, never logged."""

    id: int
    username: str
    display_name: str
    password_hash: str
    recovery_hash: bytes


async def add_user(tx: Transaction, user: User, *, password: str, recovery: bytes, policy: str, now: int) -> None:
    """Raises Duplicate when the id or the name is taken."""
    await tx.execute(
        """
        INSERT INTO users (id, username, display_name, description, avatar, rev,
                           password_hash, recovery_hash, policy_version, created_at)
        VALUES (%(id)s, %(username)s, %(display_name)s, %(description)s, %(avatar)s, %(rev)s,
                %(password)s, %(recovery)s, %(policy)s, %(now)s)
        """,
        id=user.id,
        username=user.username,
        display_name=user.display_name,
        description=user.description,
        avatar=user.avatar,
        rev=user.rev,
        password=password,
        recovery=recovery,
        policy=policy,
        now=now,
    )


async def account_by_name(db: Reader, username: str) -> Account | None:
    """The account with exactly this name."""
    return await db.fetch_one(
        Account,
        """
        SELECT id, username, display_name, password_hash, recovery_hash FROM users WHERE username = %(username)s
        """,
        username=username,
    )


async def account(db: Reader, user_id: int) -> Account | None:
    """The account with this id."""
    return await db.fetch_one(
        Account,
        "SELECT id, username, display_name, password_hash, recovery_hash FROM users WHERE id = %(user_id)s",
        user_id=user_id,
    )


async def lock_account(tx: Transaction, user_id: int) -> Account | None:
    """The account, for this transaction alone. Whoever ends or adds sessions of somebody holds this."""
    return await tx.fetch_one(
        Account,
        """
        SELECT id, username, display_name, password_hash, recovery_hash FROM users WHERE id = %(user_id)s FOR UPDATE
        """,
        user_id=user_id,
    )


async def user(db: Reader, user_id: int) -> User | None:
    """The profile behind an id."""
    found = await users(db, [user_id])
    return found[0] if found else None


async def users(db: Reader, user_ids: list[int]) -> list[User]:
    """The profiles behind some ids (at least one); unknown ones are left out."""
    return await db.fetch(
        User,
        """
        SELECT id, username, display_name, description, avatar, rev FROM users WHERE id IN %(user_ids)s
        """,
        user_ids=user_ids,
    )


async def user_by_name(db: Reader, username: str) -> User | None:
    """The profile with exactly this name."""
    return await db.fetch_one(
        User,
        """
        SELECT id, username, display_name, description, avatar, rev FROM users WHERE username = %(username)s
        """,
        username=username,
    )


async def set_profile(tx: Transaction, user: User) -> None:
    await tx.execute(
        """
        UPDATE users
        SET display_name = %(display_name)s, description = %(description)s, avatar = %(avatar)s, rev = %(rev)s
        WHERE id = %(user_id)s
        """,
        user_id=user.id,
        display_name=user.display_name,
        description=user.description,
        avatar=user.avatar,
        rev=user.rev,
    )


async def set_password(tx: Transaction, user_id: int, password: str) -> None:
    await tx.execute(
        "UPDATE users SET password_hash = %(password)s WHERE id = %(user_id)s", user_id=user_id, password=password
    )


async def set_recovery(tx: Transaction, user_id: int, recovery: bytes) -> None:
    await tx.execute(
        "UPDATE users SET recovery_hash = %(recovery)s WHERE id = %(user_id)s", user_id=user_id, recovery=recovery
    )


# ------------------------------------------------------------------------------------------------------------ sessions


class Living(Struct, frozen=True):
    """The moments after which a session must have been used and opened in order to be alive."""

    used_after: int
    opened_after: int


class Session(Struct, frozen=True):
    """One signed-in device."""

    id: int
    user_id: int
    device_name: str
    address: str
    token_hash: bytes
    previous_hash: bytes | None
    rotated_at: int
    created_at: int
    last_seen_at: int
    revoked_at: int | None

    def lives(self, living: Living) -> bool:
        """Whether it has neither been ended nor gone out of date."""
        return (
            self.revoked_at is None and self.last_seen_at > living.used_after and self.created_at > living.opened_after
        )


class Ended(Struct, frozen=True):
    id: int
    revoked_at: int


async def add_session(
    tx: Transaction, *, session_id: int, user_id: int, device_name: str, address: str, token: bytes, now: int
) -> None:
    """Raises Duplicate when the id is taken."""
    await tx.execute(
        """
        INSERT INTO sessions (id, user_id, device_name, address, token_hash, previous_hash,
                              rotated_at, created_at, last_seen_at, revoked_at)
        VALUES (%(session_id)s, %(user_id)s, %(device_name)s, %(address)s, %(token)s, NULL,
                %(now)s, %(now)s, %(now)s, NULL)
        """,
        session_id=session_id,
        user_id=user_id,
        device_name=device_name,
        address=address,
        token=token,
        now=now,
    )


async def lock_session(tx: Transaction, session_id: int) -> Session | None:
    """A session in whatever state, for this transaction alone."""
    return await tx.fetch_one(
        Session,
        """
        SELECT id, user_id, device_name, address, token_hash, previous_hash,
               rotated_at, created_at, last_seen_at, revoked_at
        FROM sessions WHERE id = %(session_id)s FOR UPDATE
        """,
        session_id=session_id,
    )


async def live_sessions(db: Reader, user_id: int, living: Living) -> list[Session]:
    """The sessions of a person that are alive, the most recently used first."""
    return await db.fetch(
        Session,
        """
        SELECT id, user_id, device_name, address, token_hash, previous_hash,
               rotated_at, created_at, last_seen_at, revoked_at
        FROM sessions
        WHERE user_id = %(user_id)s AND revoked_at IS NULL
          AND last_seen_at > %(used_after)s AND created_at > %(opened_after)s
        ORDER BY last_seen_at DESC, id DESC
        """,
        user_id=user_id,
        used_after=living.used_after,
        opened_after=living.opened_after,
    )


async def rotate(tx: Transaction, session_id: int, *, used: bytes, successor: bytes, address: str, now: int) -> bool:
    """Put `successor` in the place of the token `used`. False when that is not the current one."""
    changed = await tx.execute(
        """
        UPDATE sessions
        SET previous_hash = token_hash, token_hash = %(successor)s, rotated_at = %(now)s, last_seen_at = %(now)s,
            address = %(address)s
        WHERE id = %(session_id)s AND token_hash = %(used)s AND revoked_at IS NULL
        """,
        session_id=session_id,
        used=used,
        successor=successor,
        address=address,
        now=now,
    )
    return changed == 1


async def end_sessions(tx: Transaction, session_ids: list[int], now: int) -> None:
    """Mark some sessions (at least one) as ended."""
    await tx.execute(
        "UPDATE sessions SET revoked_at = %(now)s WHERE id IN %(session_ids)s AND revoked_at IS NULL",
        session_ids=session_ids,
        now=now,
    )


async def ended_sessions(db: Reader, after: int, limit: int) -> list[Ended]:
    """The sessions that ended after `after`, the first `limit` of them."""
    return await db.fetch(
        Ended,
        """
        SELECT id, revoked_at FROM sessions WHERE revoked_at > %(after)s ORDER BY revoked_at, id LIMIT %(limit)s
        """,
        after=after,
        limit=limit,
    )


async def forget_ended(db: Database, before: int, limit: int) -> int:
    """Delete sessions that were ended before `before`. Returns how many."""
    return await db.execute(
        "DELETE FROM sessions WHERE revoked_at < %(before)s LIMIT %(limit)s", before=before, limit=limit
    )


async def forget_unused(db: Database, before: int, limit: int) -> int:
    """Delete sessions that were last used before `before`. Returns how many."""
    return await db.execute(
        "DELETE FROM sessions WHERE last_seen_at < %(before)s LIMIT %(limit)s", before=before, limit=limit
    )


# -------------------------------------------------------------------------------------------------------- signing keys


class StoredKey(Struct, frozen=True):
    """A key pair for access tokens; the private half is encrypted."""

    number: int
    kid: str
    public_key: str
    private_key: bytes
    signs_from: int


async def signing_keys(db: Reader) -> list[StoredKey]:
    """All of them, the oldest first."""
    return await db.fetch(
        StoredKey, "SELECT number, kid, public_key, private_key, signs_from FROM signing_keys ORDER BY number"
    )


async def add_signing_key(db: Database, key: StoredKey) -> None:
    """Raises Duplicate when another replica has made this number."""
    await db.execute(
        """
        INSERT INTO signing_keys (number, kid, public_key, private_key, signs_from)
        VALUES (%(number)s, %(kid)s, %(public_key)s, %(private_key)s, %(signs_from)s)
        """,
        number=key.number,
        kid=key.kid,
        public_key=key.public_key,
        private_key=key.private_key,
        signs_from=key.signs_from,
    )


async def forget_signing_key(db: Database, number: int) -> None:
    await db.execute("DELETE FROM signing_keys WHERE number = %(number)s", number=number)
