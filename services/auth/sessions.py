"""Sessions: the devices on which somebody is signed in."""

from dialog.db import Duplicate, Transaction
from dialog.ids import new_id, now_ms
from dialog.log import get_logger
from dialog.names import clean_line
from dialog.protocol.accounts import (
    AccessTokens,
    BadCredentials,
    CloseSession,
    ListSessions,
    OpenSession,
    RefreshSession,
    RevokeSession,
    SessionEnded,
    SessionInfo,
    SessionList,
    SessionRevoked,
    SessionTokens,
    Suspended,
    User,
)
from dialog.protocol.base import Actor, NotFound, Nothing, Refused, Unauthenticated
from dialog.protocol.internal import GetRevokedSessions, RevokedSessionIds
from dialog.service import command
from dialog.tokens import LEEWAY

from . import access, store
from .addresses import network_of
from .app import App
from .login_tokens import LoginToken
from .store.accounts import Account, Session
from .usernames import is_well_shaped

_MINUTE_MS = 60_000
_NAMELESS = "Unnamed device"

_log = get_logger()


# -------------------------------------------------------------------------------------------------------------- opening


@command
async def open_session(app: App, actor: Actor, command: OpenSession) -> SessionTokens:
    """Sign in. An unknown name and a wrong password get the same answer in the same time."""
    async with app.throttle.attempt(command.username, actor.address):
        account = await _recognise(app, command.username, command.password)
        device_name = clean_line(command.device.name) or _NAMELESS
        user, token = await _add_session(app, account, device_name, network_of(actor.address), command.password)
    access_token, expires_at = app.signer.sign(user.id, token.session_id)
    return SessionTokens(
        user=user,
        session_id=token.session_id,
        access_token=access_token,
        expires_at=expires_at,
        login_token=token.text,
    )


async def _recognise(app: App, username: str, password: str) -> Account:
    """The account that this name and password open. Raises Refused(BadCredentials)."""
    # A name that nobody can have is looked up all the same, as one that the column can hold: it takes the same time.
    account = await store.accounts.account_by_name(app.db, username if is_well_shaped(username) else "")
    if not await app.passwords.verify(account.password_hash if account else None, password) or account is None:
        raise Refused(BadCredentials())
    return account


async def _add_session(
    app: App, account: Account, device_name: str, network: str, password: str
) -> tuple[User, LoginToken]:
    """Store a new session of `account`, whose password has just been checked.

    Raises Refused(BadCredentials, Suspended).
    """
    fresh = await app.passwords.hash(password) if app.passwords.is_outdated(account.password_hash) else None
    async with app.db.transaction() as tx:
        locked = await store.accounts.lock_account(tx, account.id)
        if locked is None or locked.password_hash != account.password_hash:
            raise Refused(BadCredentials())  # it was changed while we looked
        if suspension := await store.moderation.suspension(tx, account.id, now_ms()):
            raise Refused(Suspended(until=suspension.until, said=suspension.said))
        if fresh:
            await store.accounts.set_password(tx, account.id, fresh)
        await _make_room(app, tx, account.id)
        user = await store.accounts.user(tx, account.id)
        token = await _insert(app, tx, account.id, device_name, network)
    if user is None:
        raise Refused(BadCredentials())
    return user, token


async def _make_room(app: App, tx: Transaction, user_id: int) -> None:
    """End the sessions that have been unused the longest, so that one more is not too many."""
    sessions = await store.accounts.live_sessions(tx, user_id, access.living(app.config))
    await end(tx, user_id, [session.id for session in sessions[app.config.max_sessions - 1 :]])


async def _insert(app: App, tx: Transaction, user_id: int, device_name: str, network: str) -> LoginToken:
    while True:
        token = app.login_tokens.first(new_id())
        try:
            await store.accounts.add_session(
                tx,
                session_id=token.session_id,
                user_id=user_id,
                device_name=device_name,
                address=network,
                token=token.digest,
                now=now_ms(),
            )
        except Duplicate:
            continue  # somebody else's id: take another
        return token


# ----------------------------------------------------------------------------------------------------------- refreshing


@command
async def refresh_session(app: App, actor: Actor, command: RefreshSession) -> AccessTokens:
    """Trade a login token for its successor and an access token. A token that was used up long ago ends the session."""
    token = app.login_tokens.read(command.login_token)
    if token is None:
        raise Refused(SessionEnded())
    await access.within(app, f"refresh:{token.session_id}", app.config.refreshes)
    async with app.db.transaction() as tx:
        session = await store.accounts.lock_session(tx, token.session_id)
        if session is None or not session.lives(access.living(app.config)):
            raise Refused(SessionEnded())
        successor = await _succeed(app, tx, session, token, network_of(actor.address))
        if successor is None:
            await end(tx, session.user_id, [session.id])
    # Refused only out here: inside, the end of the session would be rolled back.
    if successor is None:
        _log.warning("refresh_reuse", user=session.user_id, session=session.id)
        raise Refused(SessionEnded())
    access_token, expires_at = app.signer.sign(session.user_id, session.id)
    return AccessTokens(access_token=access_token, expires_at=expires_at, login_token=successor.text)


async def _succeed(app: App, tx: Transaction, session: Session, token: LoginToken, network: str) -> LoginToken | None:
    """The token that comes after `token`, or None when `token` should no longer be in anybody's hands."""
    now = now_ms()
    successor = app.login_tokens.successor(token)
    if await store.accounts.rotate(
        tx, session.id, used=token.digest, successor=successor.digest, address=network or session.address, now=now
    ):
        return successor
    just_replaced = token.digest == session.previous_hash and successor.digest == session.token_hash
    if just_replaced and now - session.rotated_at <= app.config.refresh_grace * 1000:
        return successor
    return None


# --------------------------------------------------------------------------------------------------------------- ending


@command
async def list_sessions(app: App, actor: Actor, command: ListSessions) -> SessionList:
    """The caller's devices, the most recently seen first."""
    sessions = await store.accounts.live_sessions(app.db, actor.user_id, access.living(app.config))
    if actor.session_id not in [session.id for session in sessions]:
        raise Refused(Unauthenticated())
    return SessionList(
        sessions=[
            SessionInfo(
                session_id=session.id,
                device_name=session.device_name,
                address=session.address,
                created_at=session.created_at,
                last_seen_at=session.last_seen_at - session.last_seen_at % _MINUTE_MS,
                current=session.id == actor.session_id,
            )
            for session in sessions
        ]
    )


@command
async def revoke_session(app: App, actor: Actor, command: RevokeSession) -> Nothing:
    """Sign another of the caller's devices out."""
    async with app.db.transaction() as tx:
        await access.signed_in(app, tx, actor)
        session = await store.accounts.lock_session(tx, command.session_id)
        if session is None or session.user_id != actor.user_id or session.revoked_at is not None:
            raise Refused(NotFound())
        await end(tx, actor.user_id, [session.id])
    return Nothing()


@command
async def close_session(app: App, actor: Actor, command: CloseSession) -> Nothing:
    """Sign this device out."""
    async with app.db.transaction() as tx:
        await access.signed_in(app, tx, actor)
        await end(tx, actor.user_id, [actor.session_id])
    return Nothing()


async def end_all(app: App, tx: Transaction, user_id: int, *, but: int = 0) -> None:
    """End all sessions of somebody whose account is locked, except `but`."""
    sessions = await store.accounts.live_sessions(tx, user_id, access.living(app.config))
    await end(tx, user_id, [session.id for session in sessions if session.id != but])


async def end(tx: Transaction, user_id: int, session_ids: list[int]) -> None:
    """End some sessions, and tell the gateways to close their sockets."""
    if not session_ids:
        return
    await store.accounts.end_sessions(tx, session_ids, now_ms())
    for session_id in session_ids:
        tx.publish(SessionRevoked(session_id=session_id), f"user.{user_id}")


@command
async def get_revoked_sessions(app: App, actor: Actor, command: GetRevokedSessions) -> RevokedSessionIds:
    """What ended after `since`, and a little before: a transaction may commit later than it looked at the clock.

    Sessions that ended so long ago that no access token of theirs can be alive are left out.
    """
    config, now = app.config, now_ms()
    overlap = int(config.revocation_overlap * 1000)
    all_dead = now - int((config.access_token_lifetime + LEEWAY) * 1000)
    ended = await store.accounts.ended_sessions(
        app.db, max(command.since, all_dead) - overlap, config.revocations_at_once
    )
    full = len(ended) == config.revocations_at_once
    return RevokedSessionIds(
        session_ids=[session.id for session in ended],
        # One answer did not hold them all: the next one goes on where this one stops.
        until=min(now, ended[-1].revoked_at + overlap - 1) if full else now,
    )
