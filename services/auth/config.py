"""What auth is told: its limits, rates and lifetimes."""

from typing import Annotated

from msgspec import Meta

from dialog.cache import Rate
from dialog.config import Count, DatabaseSettings, Port, Seconds
from dialog.protocol.settings import Whom

from .throttle import Patience

Lanes = Annotated[int, Meta(ge=1, le=16)]
DAY = 86400.0
Threads = Annotated[int, Meta(ge=0, le=256)]


class Config(DatabaseSettings, frozen=True, kw_only=True):
    """The settings of auth."""

    http_port: Annotated[Port, Meta(description="port of health and metrics")] = 8081
    secret: Annotated[
        str,
        Meta(
            min_length=32,
            description="at least 32 random characters, the same for all replicas; changing it signs everybody out",
        ),
    ]
    policy_version: Annotated[
        str, Meta(min_length=1, max_length=32, description="the privacy policy that new accounts must accept")
    ] = "2026-11-01"

    argon2_memory_kib: Annotated[
        int, Meta(ge=8, description="memory of one password hash in KiB; less than the default only in tests")
    ] = 65536
    argon2_time: Annotated[Count, Meta(description="passes of one password hash; fewer only in tests")] = 2
    argon2_lanes: Annotated[Lanes, Meta(description="lanes of one password hash")] = 1
    argon2_threads: Annotated[Threads, Meta(description="threads that hash; 0 is one per core")] = 0
    argon2_queue: Annotated[
        Count, Meta(description="passwords that may wait for a thread; more are answered `unavailable`")
    ] = 32

    register_burst: Annotated[Count, Meta(description="accounts that one address may make at once")] = 5
    register_every: Annotated[Seconds, Meta(description="seconds until the address may make one more")] = 1200.0
    register_tries_burst: Annotated[
        Count, Meta(description="tries to register that one address has at once, with names that are taken, say")
    ] = 20
    register_tries_every: Annotated[Seconds, Meta(description="seconds until the address has one more try")] = 30.0
    username_checks_burst: Annotated[
        Count, Meta(description="usernames that one address may ask about at once before it registers")
    ] = 20
    username_checks_every: Annotated[Seconds, Meta(description="seconds until the address may ask about one more")] = (
        30.0
    )

    login_burst: Annotated[Count, Meta(description="tries to sign in that one address has at once")] = 20
    login_every: Annotated[Seconds, Meta(description="seconds until the address has one more try")] = 6.0
    login_free: Annotated[
        Count, Meta(description="wrong passwords per account and network before each makes the next wait")
    ] = 5
    login_longest_wait: Annotated[Seconds, Meta(description="the longest such wait")] = 900.0
    login_remembered: Annotated[
        Seconds, Meta(description="seconds until wrong passwords from one network are forgotten")
    ] = 3600.0
    login_account_guesses: Annotated[
        Count, Meta(description="wrong passwords per account from everywhere before networks new to it are slowed")
    ] = 30
    login_account_window: Annotated[Seconds, Meta(description="seconds over which those are counted")] = 3600.0
    login_pressed_wait: Annotated[
        Seconds, Meta(description="how long a new network then waits after its first wrong password; it doubles")
    ] = 60.0
    login_known_for: Annotated[
        Seconds, Meta(description="seconds for which a network that signed in stays known to the account")
    ] = 180 * 86400.0

    refresh_burst: Annotated[Count, Meta(description="refreshes that one session has at once")] = 30
    refresh_every: Annotated[Seconds, Meta(description="seconds until the session has one more")] = 2.0
    find_burst: Annotated[Count, Meta(description="usernames that one person may look up at once")] = 30
    find_every: Annotated[Seconds, Meta(description="seconds until the person may look up one more")] = 2.0
    password_burst: Annotated[Count, Meta(description="tries to change a password that one person has at once")] = 5
    password_every: Annotated[Seconds, Meta(description="seconds until the person has one more")] = 60.0
    profile_burst: Annotated[Count, Meta(description="changes of the profile that one person may make at once")] = 10
    profile_every: Annotated[Seconds, Meta(description="seconds until the person may make one more")] = 30.0
    status_burst: Annotated[Count, Meta(description="changes of the status that one person may make at once")] = 20
    status_every: Annotated[Seconds, Meta(description="seconds until the person may make one more")] = 10.0
    status_sweep: Annotated[Seconds, Meta(description="seconds between two looks for statuses that have ended")] = 1.0

    people_burst: Annotated[
        Count, Meta(description="changes of relations and settings that one person may make at once")
    ] = 60
    people_every: Annotated[Seconds, Meta(description="seconds until the person may make one more")] = 2.0
    friend_burst: Annotated[Count, Meta(description="friend requests that one person may make at once")] = 5
    friend_every: Annotated[Seconds, Meta(description="seconds until the person may make one more")] = 12.0
    friend_day_burst: Annotated[Count, Meta(description="friend requests that one person may make in a day")] = 20
    friend_day_burst_new: Annotated[Count, Meta(description="the same for accounts younger than a day")] = 5
    who_may_write: Annotated[Whom, Meta(description="who may write to people who chose nothing else")] = Whom.EVERYONE
    who_may_add: Annotated[Whom, Meta(description="who may add such people to groups")] = Whom.FRIENDS
    who_may_call: Annotated[Whom, Meta(description="who may call such people")] = Whom.FRIENDS
    who_sees_last_seen: Annotated[Whom, Meta(description="who sees when such people were last here")] = Whom.FRIENDS
    who_sees_profile: Annotated[Whom, Meta(description="who sees avatar and description of such people")] = Whom.FRIENDS

    reports_burst: Annotated[Count, Meta(description="reports that one person may make in a day")] = 20
    evidence_kept: Annotated[Seconds, Meta(description="seconds for which copies of what is reported are kept")] = (
        90 * DAY
    )
    evidence_kept_closed: Annotated[
        Seconds, Meta(description="seconds for which they are kept at most once the report is decided")
    ] = 30 * DAY
    reports_kept: Annotated[Seconds, Meta(description="seconds until a report that is decided is deleted")] = 365 * DAY

    max_sessions: Annotated[
        Count, Meta(description="signed-in devices of one person; one more ends the one unused the longest")
    ] = 50
    session_idle: Annotated[Seconds, Meta(description="seconds without use until a session is over")] = 30 * 86400.0
    session_longest: Annotated[Seconds, Meta(description="seconds until a session is over in any case")] = 180 * 86400.0
    refresh_grace: Annotated[
        Seconds, Meta(description="seconds for which the login token just replaced is still answered, for two tabs")
    ] = 30.0
    revocation_overlap: Annotated[
        Seconds, Meta(description="seconds that polls for ended sessions overlap, for what committed late")
    ] = 10.0
    revocations_at_once: Annotated[Count, Meta(description="ended sessions in one answer to such a poll")] = 10_000
    forget_every: Annotated[Seconds, Meta(description="seconds between deletions of sessions that are over")] = 600.0
    forget_after: Annotated[Seconds, Meta(description="seconds for which a session that is over is kept")] = 86400.0

    access_token_lifetime: Annotated[float, Meta(ge=1, description="seconds that an access token is good")] = 300.0
    signing_key_rotation: Annotated[Seconds, Meta(description="seconds for which one key signs access tokens")] = (
        30 * 86400.0
    )
    signing_key_ahead: Annotated[
        Seconds, Meta(description="seconds for which the next signing key is published before it signs")
    ] = 86400.0
    signing_key_reload: Annotated[Seconds, Meta(description="seconds between two looks at the signing keys")] = 60.0

    @property
    def registrations(self) -> Rate:
        return Rate(burst=self.register_burst, every=self.register_every)

    @property
    def register_tries(self) -> Rate:
        return Rate(burst=self.register_tries_burst, every=self.register_tries_every)

    @property
    def username_checks(self) -> Rate:
        return Rate(burst=self.username_checks_burst, every=self.username_checks_every)

    @property
    def logins(self) -> Rate:
        return Rate(burst=self.login_burst, every=self.login_every)

    @property
    def refreshes(self) -> Rate:
        return Rate(burst=self.refresh_burst, every=self.refresh_every)

    @property
    def finds(self) -> Rate:
        return Rate(burst=self.find_burst, every=self.find_every)

    @property
    def password_changes(self) -> Rate:
        return Rate(burst=self.password_burst, every=self.password_every)

    @property
    def profile_changes(self) -> Rate:
        return Rate(burst=self.profile_burst, every=self.profile_every)

    @property
    def status_changes(self) -> Rate:
        return Rate(burst=self.status_burst, every=self.status_every)

    @property
    def people_changes(self) -> Rate:
        return Rate(burst=self.people_burst, every=self.people_every)

    @property
    def friend_requests(self) -> Rate:
        return Rate(burst=self.friend_burst, every=self.friend_every)

    @property
    def friend_requests_daily(self) -> Rate:
        return Rate(burst=self.friend_day_burst, every=DAY / self.friend_day_burst)

    @property
    def friend_requests_new(self) -> Rate:
        return Rate(burst=self.friend_day_burst_new, every=DAY / self.friend_day_burst_new)

    @property
    def reports(self) -> Rate:
        return Rate(burst=self.reports_burst, every=DAY / self.reports_burst)

    @property
    def patience(self) -> Patience:
        return Patience(
            free=self.login_free,
            longest=self.login_longest_wait,
            remembered=self.login_remembered,
            account_guesses=self.login_account_guesses,
            account_window=self.login_account_window,
            pressed=self.login_pressed_wait,
            known_for=self.login_known_for,
        )
