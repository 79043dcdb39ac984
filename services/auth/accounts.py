"""Accounts: making one, its password and recovery key, its profile."""

from hmac import compare_digest

from msgspec.structs import replace

from dialog.db import Duplicate
from dialog.ids import new_id, now_ms
from dialog.names import DESCRIPTION_LENGTH, GRAPHEMES, clean_line, clean_lines, count_graphemes
from dialog.protocol.accounts import (
    AgeNotConfirmed,
    BadCredentials,
    ChangePassword,
    CheckUsername,
    DisplayNameRefused,
    EditProfile,
    MeChanged,
    PolicyOutdated,
    RecoveryKey,
    RegisterAccount,
    Registered,
    User,
    UserChanged,
    UseRecoveryKey,
    UsernameTaken,
)
from dialog.protocol.base import Actor, Nothing, Refused, TooLarge, Unauthenticated
from dialog.service import command

from . import access, store
from .app import App
from .passwords import check_new_password
from .recovery_keys import new_recovery_key, recovery_digest
from .sessions import end_all
from .store.accounts import Account
from .usernames import check_username, is_well_shaped

_STORED_NAME = 256
_NO_DIGEST = b"\0" * 32


# ---------------------------------------------------------------------------------------------------------- registering


@command
async def register(app: App, actor: Actor, command: RegisterAccount) -> Registered:
    """Make an account. Its recovery key is in the reply and nowhere else."""
    if not command.age_confirmed:
        raise Refused(AgeNotConfirmed())
    if command.policy_version != app.config.policy_version:
        raise Refused(PolicyOutdated(current=app.config.policy_version))
    check_username(command.username)
    display_name = _display_name(command.display_name)
    await access.within(app, f"register-try:{actor.address}", app.config.register_tries)
    await check_new_password(command.password, command.username, display_name)
    await _check_free(app, command.username)
    await access.within(app, f"register:{actor.address}", app.config.registrations)

    key = new_recovery_key()
    user = User(id=new_id(), username=command.username, display_name=display_name, description="", avatar=None, rev=1)
    user = await _add_user(app, user, await app.passwords.hash(command.password), recovery_digest(key))
    return Registered(user=user, recovery_key=key)


@command
async def check_username_now(app: App, actor: Actor, command: CheckUsername) -> Nothing:
    """Whether an account could be made with this username. It tells no more than registering does, and no oftener."""
    check_username(command.username)
    await access.within(app, f"username-check:{actor.address}", app.config.username_checks)
    await _check_free(app, command.username)
    return Nothing()


async def _check_free(app: App, username: str) -> None:
    """Raises Refused(UsernameTaken)."""
    if await store.accounts.user_by_name(app.db, username):
        raise Refused(UsernameTaken())


async def _add_user(app: App, user: User, password: str, recovery: bytes) -> User:
    while True:
        try:
            async with app.db.transaction() as tx:
                await store.accounts.add_user(
                    tx, user, password=password, recovery=recovery, policy=app.config.policy_version, now=now_ms()
                )
        except Duplicate:
            await _check_free(app, user.username)
            user = replace(user, id=new_id())  # it was the id
        else:
            return user


def _display_name(text: str) -> str:
    """The name as it is shown. Raises Refused(DisplayNameRefused)."""
    name = clean_line(text)
    if not name or count_graphemes(name) > GRAPHEMES or len(name) > _STORED_NAME:
        raise Refused(DisplayNameRefused())
    return name


def _description(text: str) -> str:
    """The description as it is shown. Raises Refused(TooLarge)."""
    description = clean_lines(text)
    if len(description) > DESCRIPTION_LENGTH:  # NFC makes some letters longer
        raise Refused(TooLarge(limit=DESCRIPTION_LENGTH))
    return description


# ------------------------------------------------------------------------------------------------------------ passwords


@command
async def change_password(app: App, actor: Actor, command: ChangePassword) -> Nothing:
    """Replace the caller's password; every other session ends."""
    await access.within(app, f"password:{access.caller(actor)}", app.config.password_changes)
    account = await store.accounts.account(app.db, actor.user_id)
    if account is None:
        raise Refused(Unauthenticated())
    await check_new_password(command.new_password, account.username, account.display_name)
    if not await app.passwords.verify(account.password_hash, command.current_password):
        raise Refused(BadCredentials())
    password = await app.passwords.hash(command.new_password)
    async with app.db.transaction() as tx:
        locked = await access.signed_in(app, tx, actor)
        if locked.password_hash != account.password_hash:
            raise Refused(BadCredentials())  # it was changed while we looked
        await store.accounts.set_password(tx, actor.user_id, password)
        await end_all(app, tx, actor.user_id, but=actor.session_id)
    return Nothing()


@command
async def use_recovery_key(app: App, actor: Actor, command: UseRecoveryKey) -> RecoveryKey:
    """Set a new password with the recovery key. Every session ends, and the key is replaced."""
    # What needs no account is checked first, so that it tells nothing about one.
    await check_new_password(command.new_password, command.username)
    async with app.throttle.attempt(command.username, actor.address):
        account = await _recover(app, command.username, command.recovery_key)
        await check_new_password(command.new_password, account.display_name)
        key = new_recovery_key()
        password = await app.passwords.hash(command.new_password)
        async with app.db.transaction() as tx:
            locked = await store.accounts.lock_account(tx, account.id)
            if locked is None or locked.recovery_hash != account.recovery_hash:
                raise Refused(BadCredentials())  # it was used while we looked
            await store.accounts.set_password(tx, account.id, password)
            await store.accounts.set_recovery(tx, account.id, recovery_digest(key))
            await end_all(app, tx, account.id)
    return RecoveryKey(recovery_key=key)


async def _recover(app: App, username: str, recovery_key: str) -> Account:
    """The account that this recovery key opens. Raises Refused(BadCredentials)."""
    account = await store.accounts.account_by_name(app.db, username if is_well_shaped(username) else "")
    stored = account.recovery_hash if account else _NO_DIGEST
    if not compare_digest(stored, recovery_digest(recovery_key)) or account is None:
        raise Refused(BadCredentials())
    return account


# ------------------------------------------------------------------------------------------------------------- profiles


@command
async def edit_profile(app: App, actor: Actor, command: EditProfile) -> User:
    """Change what others see of the caller."""
    display_name = None if command.display_name is None else _display_name(command.display_name)
    description = None if command.description is None else _description(command.description)
    await access.within(app, f"profile:{access.caller(actor)}", app.config.profile_changes)
    async with app.db.transaction() as tx:
        await access.signed_in(app, tx, actor)
        user = await store.accounts.user(tx, actor.user_id)
        if user is None:
            raise Refused(Unauthenticated())
        edited = replace(
            user,
            display_name=user.display_name if display_name is None else display_name,
            description=user.description if description is None else description,
            avatar=user.avatar if command.avatar is None else command.avatar or None,
        )
        if edited == user:
            return user
        edited = replace(edited, rev=user.rev + 1)
        await store.accounts.set_profile(tx, edited)
        tx.publish(MeChanged(user=edited), f"user.{user.id}")
        tx.tell(UserChanged(user_id=user.id))
    return edited
