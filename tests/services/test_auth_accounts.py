"""Accounts: registering, passwords, recovery, profiles, finding people."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from dialog.protocol.accounts import (
    AgeNotConfirmed,
    BadCredentials,
    ChangePassword,
    CheckUsername,
    DisplayNameRefused,
    EditProfile,
    FindUser,
    ListSessions,
    PasswordRefused,
    PolicyOutdated,
    RefreshSession,
    SessionEnded,
    UsernameRefused,
    UsernameTaken,
)
from dialog.protocol.base import Actor, Failure, Invalid, NotFound, Refused, TooLarge, TooManyRequests, Unauthenticated
from dialog.protocol.internal import GetUsers

from .auth_door import (
    OTHER_PASSWORD,
    PASSWORD,
    POLICY,
    Door,
    caller,
    eventually,
    open_door,
    opening,
    recovery,
    registration,
    somebody,
    somewhere,
)


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[Door]:
    async with open_door() as opened:
        yield opened


# ---------------------------------------------------------------------------------------------------------- registering


async def test_register_and_sign_in(door: Door) -> None:
    name = somebody()
    made = await door.register(name, display_name="  Anna\u202e \u200b K  ")
    assert made.user.username == name
    assert made.user.display_name == "Anna K"
    assert (made.user.description, made.user.avatar, made.user.rev) == ("", None, 1)
    assert len(made.recovery_key) == 29
    opened = await door.open(name)
    assert opened.user == made.user
    access = await door.access(opened.access_token)
    assert (access.user_id, access.session_id) == (made.user.id, opened.session_id)
    assert access.expires_at == opened.expires_at


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        ({"username": "An"}, UsernameRefused(rule="shape")),
        ({"username": "Anna"}, UsernameRefused(rule="shape")),
        ({"username": "anna\0"}, UsernameRefused(rule="shape")),
        ({"username": "adm1n"}, UsernameRefused(rule="reserved")),
        ({"display_name": "\u202e\u200b"}, DisplayNameRefused()),
        ({"display_name": "x" * 65}, DisplayNameRefused()),
        ({"display_name": "\0"}, DisplayNameRefused()),
        ({"password": "too short"}, PasswordRefused(rule="length")),
        ({"password": "long" * 65}, PasswordRefused(rule="length")),
        ({"password": "1234567890"}, PasswordRefused(rule="breached")),
        ({"password": "my dialog password"}, PasswordRefused(rule="obvious")),
        ({"password": "xx SOMEBODY xx"}, PasswordRefused(rule="obvious")),
        ({"username": "gustav.k", "password": "xx GustavK xx"}, PasswordRefused(rule="obvious")),
        ({"age_confirmed": False}, AgeNotConfirmed()),
        ({"policy_version": "2020-01-01"}, PolicyOutdated(current=POLICY)),
    ],
)
async def test_what_is_refused(door: Door, fields: dict[str, Any], failure: Failure) -> None:
    assert await door.refusal(Failure, registration(**fields)) == failure


@pytest.mark.parametrize("field", ["username", "password", "display_name"])
async def test_the_wrong_shape_is_refused_without_repeating_it(door: Door, field: str) -> None:
    failure = await door.refusal(Invalid, registration(**{field: "secret" * 1000}))
    assert "secret" not in failure.detail


async def test_a_name_is_given_once(door: Door) -> None:
    name = somebody()
    commands = [door.register(name) for _ in range(12)]
    answers = await asyncio.gather(*commands, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refused) == 11
    assert all(isinstance(each.failure, UsernameTaken) for each in refused)
    await door.refusal(UsernameTaken, registration(name))
    assert await door.sql("SELECT COUNT(*) FROM users WHERE username = %s", name) == [(1,)]


async def test_whether_a_name_is_free(door: Door) -> None:
    """Told as registering tells it, and no oftener; asking takes no name and costs no registration."""
    address, name = somewhere(), somebody()
    check = CheckUsername(username=name)
    here = Actor(address=address)
    await door.call(check, here)
    await door.register(name, address=address)
    await door.refusal(UsernameTaken, check, here)
    for refused, rule in (("An", "shape"), ("adm1n", "reserved")):
        failure = await door.refusal(UsernameRefused, CheckUsername(username=refused), here)
        assert failure.rule == rule
    for _ in range(18):
        await door.refusal(UsernameTaken, check, here)
    failure = await door.refusal(TooManyRequests, check, here)
    assert 25 < failure.retry_after <= 30
    await door.refusal(UsernameTaken, registration(name), here)
    await door.register(address=address)
    await door.refusal(UsernameTaken, check)  # from elsewhere


@pytest.mark.parametrize("password", ["  tulips in the rain", "qx7#\0vd93kz", "tülips ïn the räin", "💐🌧️ tulips"])
async def test_passwords_are_kept_exactly(door: Door, password: str) -> None:
    name = somebody()
    await door.register(name, password=password)
    await door.open(name, password)
    for near in {password.strip(), password.upper(), unicodedata.normalize("NFD", password), password[:-1]} - {
        password
    }:
        await door.refusal(BadCredentials, opening(name, near))


async def test_accounts_per_address_are_limited(door: Door) -> None:
    address = somewhere()
    for _ in range(5):
        await door.register(address=address)
    failure = await door.refusal(TooManyRequests, registration(), Actor(address=address))
    assert 1100 < failure.retry_after <= 1200
    await door.register()  # from elsewhere


async def test_a_name_that_is_taken_costs_no_registration(door: Door) -> None:
    address, name = somewhere(), somebody()
    await door.register(name)
    for _ in range(10):
        await door.refusal(UsernameTaken, registration(name), Actor(address=address))
    await door.register(address=address)
    for _ in range(9):
        await door.refusal(UsernameTaken, registration(name), Actor(address=address))
    await door.refusal(TooManyRequests, registration(name), Actor(address=address))


async def test_only_hashes_are_stored(door: Door) -> None:
    name = somebody()
    made = await door.register(name)
    opened = await door.open(name)
    ((user,),) = await door.sql(
        "SELECT CONCAT_WS('|', password_hash, HEX(recovery_hash)) FROM users WHERE username = %s", name
    )
    assert user.startswith("$argon2id$v=19$m=1024,t=2,p=1$")
    rows = await door.sql("SELECT token_hash, previous_hash FROM sessions WHERE user_id = %s", made.user.id)
    kept = repr((user, rows))
    for secret in (PASSWORD, made.recovery_key.replace("-", ""), opened.login_token):
        assert secret not in kept


# ------------------------------------------------------------------------------------------------------------ passwords


async def test_changing_the_password_ends_the_other_sessions(door: Door) -> None:
    here = await door.newcomer()
    there = await door.open(here.user.username)
    await door.call(ChangePassword(current_password=PASSWORD, new_password=OTHER_PASSWORD), caller(here))
    await door.refusal(SessionEnded, RefreshSession(login_token=there.login_token))
    await door.refresh(here.login_token)
    await door.refusal(BadCredentials, opening(here.user.username))
    await door.open(here.user.username, OTHER_PASSWORD)
    assert await door.is_revoked(there.session_id)
    assert not await door.is_revoked(here.session_id)


async def test_changing_the_password_needs_the_old_one_and_patience(door: Door) -> None:
    me = await door.newcomer()
    wrong = ChangePassword(current_password="not the password", new_password=OTHER_PASSWORD)
    for _ in range(4):
        await door.refusal(BadCredentials, wrong, caller(me))
    weak = ChangePassword(current_password=PASSWORD, new_password="1234567890")
    assert (await door.refusal(PasswordRefused, weak, caller(me))).rule == "breached"
    await door.refusal(TooManyRequests, wrong, caller(me))
    await door.open(me.user.username)


async def test_a_revoked_session_changes_nothing(door: Door) -> None:
    me = await door.newcomer()
    await door.sql("UPDATE sessions SET revoked_at = 1 WHERE id = %s", me.session_id)
    change = ChangePassword(current_password=PASSWORD, new_password=OTHER_PASSWORD)
    await door.refusal(Unauthenticated, change, caller(me))
    await door.refusal(Unauthenticated, EditProfile(description="x"), caller(me))
    await door.open(me.user.username)


async def test_an_expired_or_foreign_session_changes_nothing(door: Door) -> None:
    me, other = await door.newcomer(), await door.newcomer()
    mixed = Actor(user_id=me.user.id, session_id=other.session_id)
    await door.refusal(Unauthenticated, EditProfile(description="x"), mixed)
    await door.refusal(Unauthenticated, EditProfile(description="x"), Actor())
    await door.sql("UPDATE sessions SET last_seen_at = last_seen_at - 31*86400000 WHERE id = %s", me.session_id)
    await door.refusal(Unauthenticated, EditProfile(description="x"), caller(me))


async def test_recovery(door: Door) -> None:
    made = await door.register()
    name = made.user.username
    old = await door.open(name)
    typed = made.recovery_key.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    answer = await door.call(recovery(name, typed))
    assert answer.recovery_key != made.recovery_key
    await door.refusal(SessionEnded, RefreshSession(login_token=old.login_token))
    assert await door.is_revoked(old.session_id)
    await door.refusal(BadCredentials, opening(name))
    await door.open(name, OTHER_PASSWORD)
    await door.refusal(BadCredentials, recovery(name, made.recovery_key))
    await door.call(recovery(name, answer.recovery_key, PASSWORD))
    await door.open(name)


async def test_recovery_refuses_alike(door: Door) -> None:
    made = await door.register()
    wrong = "0" * 25
    for command in (recovery(made.user.username, wrong), recovery(somebody(), wrong), recovery("No\0body", wrong)):
        assert await door.refusal(Failure, command) == BadCredentials()
    weak = recovery(made.user.username, made.recovery_key, "1234567890")
    assert (await door.refusal(PasswordRefused, weak)).rule == "breached"
    named = recovery(made.user.username, made.recovery_key, "xx Somebody xx")
    assert (await door.refusal(PasswordRefused, named)).rule == "obvious"
    await door.call(recovery(made.user.username, made.recovery_key))


async def test_a_recovery_key_works_once_however_often_it_is_sent(door: Door) -> None:
    made = await door.register()
    commands = [door.call(recovery(made.user.username, made.recovery_key)) for _ in range(8)]
    answers = await asyncio.gather(*commands, return_exceptions=True)
    assert len([answer for answer in answers if not isinstance(answer, Refused)]) == 1


# ------------------------------------------------------------------------------------------------------------- profiles


async def test_editing_the_profile(door: Door) -> None:
    me = await door.newcomer()
    async with door.hearing(me.user.id) as heard:
        edited = await door.call(
            EditProfile(display_name=" New\u202e  Name ", description="a\0\r\nb\n\n\n\nc "), caller(me)
        )
        assert (edited.display_name, edited.description, edited.rev) == ("New Name", "a\nb\n\nc", 2)
        assert (await door.call(EditProfile(), caller(me))).rev == 2
        assert (await door.call(EditProfile(display_name="New Name"), caller(me))).rev == 2
        cleared = await door.call(EditProfile(description=""), caller(me))
        assert (cleared.display_name, cleared.description, cleared.rev) == ("New Name", "", 3)

        async def told() -> bool:
            return len(heard) == 2

        await eventually(told)
        events = [msgspec.json.decode(frame)["event"] for frame in heard]
    assert [event["type"] for event in events] == ["me.changed"] * 2
    assert events[1]["user"] == msgspec.to_builtins(cleared)
    assert (await door.call(FindUser(username=me.user.username), caller(me))).user == cleared


async def test_the_avatar_is_a_reference(door: Door) -> None:
    me = await door.newcomer()
    assert (await door.call(EditProfile(avatar="blob_1-a"), caller(me))).avatar == "blob_1-a"
    assert (await door.call(EditProfile(description="x"), caller(me))).avatar == "blob_1-a"
    assert (await door.call(FindUser(username=me.user.username), caller(me))).user.avatar == "blob_1-a"
    assert (await door.call(EditProfile(avatar=""), caller(me))).avatar is None


async def test_profiles_are_limited(door: Door) -> None:
    me = await door.newcomer()
    await door.refusal(DisplayNameRefused, EditProfile(display_name="\u200b"), caller(me))
    await door.refusal(TooLarge, EditProfile(description="\u0958" * 256), caller(me))  # NFC makes it two
    for number in range(10):
        await door.call(EditProfile(description=str(number)), caller(me))
    await door.refusal(TooManyRequests, EditProfile(description="too much"), caller(me))


async def test_edits_at_once_each_raise_rev(door: Door) -> None:
    me = await door.newcomer()
    edits = await asyncio.gather(*(door.call(EditProfile(description=f"v{n}"), caller(me)) for n in range(8)))
    assert sorted(user.rev for user in edits) == list(range(2, 10))


async def test_finding_people(door: Door) -> None:
    me = await door.newcomer()
    other = (await door.register()).user
    assert (await door.call(FindUser(username=other.username), caller(me))).user == other
    for name in (other.username[:-1], other.username.upper(), other.username + " ", "%", "no\0body", "ж"):
        await door.refusal(NotFound, FindUser(username=name), caller(me))
    for _ in range(23):
        await door.call(FindUser(username=other.username), caller(me))
    await door.refusal(TooManyRequests, FindUser(username=other.username), caller(me))
    await door.call(ListSessions(), caller(me))


async def test_profiles_for_services(door: Door) -> None:
    one, two = (await door.register()).user, (await door.register()).user
    answer = await door.call(GetUsers(user_ids=[one.id, 4, two.id, one.id]))
    assert sorted(answer.users, key=lambda user: user.id) == sorted([one, two], key=lambda user: user.id)
    assert (await door.call(GetUsers(user_ids=[]))).users == []
    assert (await door.call(GetUsers(user_ids=list(range(1, 1001))))).users == []
