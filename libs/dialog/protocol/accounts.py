"""Accounts and sessions: who you are, and on which devices."""

from typing import Annotated, ClassVar

from msgspec import Meta

from .base import Audience, Command, Event, Fact, Failure, Id, Millis, Nothing, Status, Wire

Username = Annotated[str, Meta(min_length=1, max_length=64)]
"""3 to 32 of `a-z 0-9 . _`; the exact rule is checked by auth, which answers `username_refused`."""

Password = Annotated[str, Meta(min_length=1, max_length=1024)]
"""10 to 256 code points, kept exactly as typed; auth answers `password_refused`."""

Token = Annotated[str, Meta(min_length=1, max_length=1024)]


class User(Wire, kw_only=True, omit_defaults=True):
    """A person as others may see them. What is left out has its default."""

    id: Id
    username: str
    display_name: str
    description: str = ""
    avatar: str | None = None
    rev: int
    """Grows by one with each change of the profile: the higher one is the newer one."""
    private: bool = False
    """Avatar and description are not for you: that they are empty here says nothing."""


class Device(Wire, forbid_unknown_fields=True):
    """What a client calls the thing it runs on, such as `Firefox on Linux`."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]


class SessionInfo(Wire):
    """One signed-in device, as its owner sees it in the list."""

    session_id: Id
    device_name: str
    address: str
    """Cut to a /24 or /48."""
    created_at: Millis
    last_seen_at: Millis
    current: bool


class Registered(Wire):
    """A new account, and the key that resets its password. The key is shown this once."""

    user: User
    recovery_key: str


class SessionTokens(Wire):
    """A signed-in session. `login_token` is for `session.refresh` only, `access_token` for everything else."""

    user: User
    session_id: Id
    access_token: str
    expires_at: Millis
    login_token: str


class AccessTokens(Wire):
    """A new access token, and the login token that replaces the one just used."""

    access_token: str
    expires_at: Millis
    login_token: str


class SessionList(Wire):
    sessions: list[SessionInfo]


class RecoveryKey(Wire):
    """The key that replaces the one just used. Shown this once."""

    recovery_key: str


class FoundUser(Wire):
    user: User


class RegisterAccount(Command[Registered], tag="account.register"):
    """Make an account. `policy_version` is the version of the privacy policy that the person accepted."""

    public: ClassVar[bool] = True
    username: Username
    password: Password
    display_name: Annotated[str, Meta(min_length=1, max_length=256)]
    age_confirmed: bool
    policy_version: Annotated[str, Meta(min_length=1, max_length=32)]


class CheckUsername(Command[Nothing], tag="username.check"):
    """Whether a new account could have this username now: refused with what `account.register` would say of it."""

    public: ClassVar[bool] = True
    username: Username


class OpenSession(Command[SessionTokens], tag="session.open"):
    """Sign in. An unknown name and a wrong password get the same answer in the same time."""

    public: ClassVar[bool] = True
    username: Username
    password: Password
    device: Device


class RefreshSession(Command[AccessTokens], tag="session.refresh"):
    """Trade the login token for an access token and the next login token."""

    public: ClassVar[bool] = True
    login_token: Token


class UseRecoveryKey(Command[RecoveryKey], tag="recovery.use"):
    """Set a new password with the recovery key. Every session ends, and the key is replaced."""

    public: ClassVar[bool] = True
    username: Username
    recovery_key: Annotated[str, Meta(min_length=1, max_length=64)]
    new_password: Password


class RenewedUntil(Wire):
    """How long the socket may now stay."""

    expires_at: Millis


class RenewSession(Command[RenewedUntil], tag="session.renew"):
    """Give this socket a fresh access token (from `session.refresh`) before the old one expires."""

    access_token: Token


class ListSessions(Command[SessionList], tag="session.list"):
    """The devices that are signed in to this account, the most recently seen first."""


class RevokeSession(Command[Nothing], tag="session.revoke"):
    """Sign another device out; its sockets close within a second."""

    session_id: Id


class CloseSession(Command[Nothing], tag="session.close"):
    """Sign this device out."""


class ChangePassword(Command[Nothing], tag="password.change"):
    """Replace the password; every other session ends."""

    current_password: Password
    new_password: Password


class EditProfile(Command[User], tag="profile.edit"):
    """Change what others see of you. A field that is left out stays as it is."""

    display_name: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    description: Annotated[str, Meta(max_length=256)] | None = None
    avatar: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$(?!\n)")] | None = None
    """A reference to an image; an empty one takes the avatar away."""


class FindUser(Command[FoundUser], tag="user.find"):
    """The person with exactly this username."""

    username: Username


class MeChanged(Event, tag="me.changed"):
    """Your own profile, for your other devices."""

    audience: ClassVar[Audience] = Audience.USER
    user: User


class SessionRevoked(Event, tag="session.revoked"):
    """A session of yours has ended. The gateway closes its sockets with 4500."""

    audience: ClassVar[Audience] = Audience.USER
    session_id: Id


class UserChanged(Fact, tag="user.changed"):
    """Somebody's profile changed. Ask auth for what it is now."""

    user_id: Id


class UsernameRefused(Failure, tag="username_refused"):
    """Not a username that can be had. `rule` is `shape` or `reserved`."""

    rule: str


class UsernameTaken(Failure, tag="username_taken"):
    status = Status.CONFLICT


class DisplayNameRefused(Failure, tag="display_name_refused"):
    """Nothing is left of the name once control characters are taken out, or it is longer than 64 characters."""


class PasswordRefused(Failure, tag="password_refused"):
    """Not a password to use here. `rule` is `length`, `breached` or `obvious`."""

    rule: str


class AgeNotConfirmed(Failure, tag="age_not_confirmed"):
    status = Status.FORBIDDEN


class PolicyOutdated(Failure, tag="policy_outdated"):
    """The policy has changed: show `current` and ask again."""

    status = Status.CONFLICT
    current: str


class BadCredentials(Failure, tag="bad_credentials"):
    """The name, the password or the key is wrong; which one is not said."""

    status = Status.FORBIDDEN


class Suspended(Failure, tag="suspended"):
    """The operators keep this account out until then, or (null) for ever. `said` is what they tell its owner."""

    status = Status.FORBIDDEN
    until: Millis | None
    said: str


class SessionEnded(Failure, tag="session_ended"):
    """The login token is unknown, used up, expired or revoked: sign in again."""

    status = Status.FORBIDDEN
