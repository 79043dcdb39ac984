"""SQL of what people are to each other: profiles as others may see them, relations, blocks and settings."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from dialog.db import Database, Statement, Transaction, rows_as
from dialog.protocol.accounts import User
from dialog.protocol.people import RelationState
from dialog.protocol.settings import Settings, Whom

Reader = Database | Transaction

PERSON = """
    person.id, person.username, person.display_name, person.description, person.avatar, person.rev, person.created_at,
    person.people_rev, person.who_may_write, person.who_may_add, person.who_may_call, person.who_sees_last_seen,
    person.who_sees_profile, person.read_receipts, person.typing
"""


class Person(User, frozen=True, kw_only=True):
    """A profile with its owner's choices, of which those never made are null. Never sent."""

    created_at: int
    people_rev: int
    who_may_write: Whom | None
    who_may_add: Whom | None
    who_may_call: Whom | None
    who_sees_last_seen: Whom | None
    who_sees_profile: Whom | None
    read_receipts: bool | None
    typing: bool | None


class Bond(Struct, frozen=True):
    """How somebody stands to another as they know it, and how often they turned the other's requests down."""

    state: RelationState = RelationState.NONE
    since: int = 0
    declines: int = 0
    declined_at: int = 0


class BondRow(Bond, frozen=True, kw_only=True):
    user_id: int
    other_id: int


class Blocker(Struct, frozen=True):
    blocker_id: int


class Known(Person, frozen=True, kw_only=True):
    """Somebody that a person has to do with."""

    state: RelationState | None
    since: int | None
    blocked: bool


class StandingRow(Person, frozen=True, kw_only=True):
    """Another person, and what there is between them and the one who is asked about."""

    friends: bool
    blocks: bool
    blocked: bool
    own_who_may_write: Whom | None
    own_people_rev: int


class Friendship(Struct, frozen=True):
    user_id: int
    other_id: int


async def people(db: Reader, user_ids: Sequence[int]) -> list[Person]:
    """Some people (at least one); unknown ones are left out."""
    return await db.fetch(
        Person, f"SELECT {PERSON} FROM users AS person WHERE id IN %(user_ids)s", user_ids=list(user_ids)
    )


async def lock(tx: Transaction, user_ids: Sequence[int]) -> list[Person]:
    """The same, for this transaction alone and in the order of their ids: whoever changes a relation locks both so."""
    return await tx.fetch(
        Person,
        f"SELECT {PERSON} FROM users AS person WHERE id IN %(user_ids)s ORDER BY id FOR UPDATE",
        user_ids=sorted(user_ids),
    )


async def between(tx: Transaction, one_id: int, other_id: int) -> tuple[dict[int, Bond], set[int]]:
    """The bonds of two people, by whose they are, and which of the two block the other."""
    params = {"one": one_id, "other": other_id}
    bonds, blocks = await tx.together(
        [
            Statement(
                """
                SELECT user_id, other_id, state, since, declines, declined_at FROM relations
                WHERE (user_id = %(one)s AND other_id = %(other)s) OR (user_id = %(other)s AND other_id = %(one)s)
                """,
                params,
            ),
            Statement(
                """
                SELECT blocker_id FROM blocks
                WHERE (blocker_id = %(one)s AND blocked_id = %(other)s)
                   OR (blocker_id = %(other)s AND blocked_id = %(one)s)
                """,
                params,
            ),
        ]
    )
    found = {row.user_id: Bond(row.state, row.since, row.declines, row.declined_at) for row in rows_as(BondRow, bonds)}
    return found, {row.blocker_id for row in rows_as(Blocker, blocks)}


def put_bond(user_id: int, other_id: int, bond: Bond) -> Statement:
    """Store a bond; one that says nothing leaves no row."""
    params = {
        "user_id": user_id,
        "other_id": other_id,
        "state": bond.state.value,
        "since": bond.since,
        "declines": bond.declines,
        "declined_at": bond.declined_at,
    }
    if bond == Bond():
        return Statement("DELETE FROM relations WHERE user_id = %(user_id)s AND other_id = %(other_id)s", params)
    return Statement(
        """
        INSERT INTO relations (user_id, other_id, state, since, declines, declined_at)
        VALUES (%(user_id)s, %(other_id)s, %(state)s, %(since)s, %(declines)s, %(declined_at)s)
        ON DUPLICATE KEY UPDATE state = VALUES(state), since = VALUES(since), declines = VALUES(declines),
            declined_at = VALUES(declined_at)
        """,
        params,
    )


def put_block(blocker_id: int, blocked_id: int, now: int) -> Statement:
    return Statement(
        "INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (%(blocker_id)s, %(blocked_id)s, %(now)s)",
        {"blocker_id": blocker_id, "blocked_id": blocked_id, "now": now},
    )


def end_block(blocker_id: int, blocked_id: int) -> Statement:
    return Statement(
        "DELETE FROM blocks WHERE blocker_id = %(blocker_id)s AND blocked_id = %(blocked_id)s",
        {"blocker_id": blocker_id, "blocked_id": blocked_id},
    )


def count_on(user_ids: Sequence[int]) -> Statement:
    """The affairs of these people (at least one) have changed."""
    return Statement(
        "UPDATE users SET people_rev = people_rev + 1 WHERE id IN %(user_ids)s", {"user_ids": sorted(user_ids)}
    )


def put_settings(user_id: int, settings: Settings) -> Statement:
    return Statement(
        """
        UPDATE users
        SET who_may_write = %(who_may_write)s, who_may_add = %(who_may_add)s, who_may_call = %(who_may_call)s,
            who_sees_last_seen = %(who_sees_last_seen)s, who_sees_profile = %(who_sees_profile)s,
            read_receipts = %(read_receipts)s, typing = %(typing)s
        WHERE id = %(user_id)s
        """,
        msgspec.to_builtins(settings) | {"user_id": user_id},
    )


def raise_rev(user_id: int) -> Statement:
    """The profile is to be looked at anew: who may see it has changed."""
    return Statement("UPDATE users SET rev = rev + 1 WHERE id = %(user_id)s", {"user_id": user_id})


async def known(db: Reader, user_id: int, after: int, limit: int) -> list[Known]:
    """Those that somebody has a relation to or blocks, by id from `after` on."""
    return await db.fetch(
        Known,
        f"""
        SELECT STRAIGHT_JOIN {PERSON}, relations.state, relations.since,
               blocks.blocked_id IS NOT NULL AS blocked
        FROM (
            (SELECT other_id FROM relations
             WHERE user_id = %(user_id)s AND other_id > %(after)s ORDER BY other_id LIMIT %(limit)s)
            UNION
            (SELECT blocked_id FROM blocks
             WHERE blocker_id = %(user_id)s AND blocked_id > %(after)s ORDER BY blocked_id LIMIT %(limit)s)
            ORDER BY 1 LIMIT %(limit)s
        ) AS known
        JOIN users AS person ON person.id = known.other_id
        LEFT JOIN relations ON relations.user_id = %(user_id)s AND relations.other_id = known.other_id
        LEFT JOIN blocks ON blocks.blocker_id = %(user_id)s AND blocks.blocked_id = known.other_id
        ORDER BY person.id
        """,
        user_id=user_id,
        after=after,
        limit=limit,
    )


async def friends_among(db: Reader, asked: Sequence[tuple[int, Sequence[int]]]) -> set[tuple[int, int]]:
    """Which of these are friends: for each viewer and some people (at least one), the pairs of viewer and friend."""
    rows = await db.together(
        [
            Statement(
                "SELECT user_id, other_id FROM relations FORCE INDEX (PRIMARY) WHERE state = 'friend' AND ({rows})",
                row="(user_id = %(viewer)s AND other_id IN %(other_ids)s)",
                rows=[{"viewer": viewer, "other_ids": tuple(other_ids)} for viewer, other_ids in asked],
                glue=" OR ",
            )
        ]
    )
    return {(row.user_id, row.other_id) for row in rows_as(Friendship, rows[0])}


async def friend_ids(db: Database, asked: Sequence[tuple[int, int]], limit: int) -> list[list[int]]:
    """The first friends of each of these people whose ids are higher than the one beside theirs, in one round trip."""
    found = await db.together(
        [
            Statement(
                """
                SELECT user_id, other_id FROM relations
                WHERE user_id = %(user_id)s AND other_id > %(after)s AND state = 'friend'
                ORDER BY other_id LIMIT %(limit)s
                """,
                {"user_id": user_id, "after": after, "limit": limit},
            )
            for user_id, after in asked
        ]
    )
    return [[row.other_id for row in rows_as(Friendship, rows)] for rows in found]


async def standings(db: Database, asked: Sequence[tuple[int, Sequence[int]]]) -> list[list[StandingRow]]:
    """What is between each of these people and some others (at least one), in one round trip.

    There is one statement for each of them, so that what it says belongs together.
    """
    found = await db.together(
        [
            Statement(
                f"""
                SELECT {PERSON},
                       relations.state IS NOT NULL AS friends, ours.blocked_id IS NOT NULL AS blocks,
                       theirs.blocked_id IS NOT NULL AS blocked, own.who_may_write AS own_who_may_write,
                       own.people_rev AS own_people_rev
                FROM users AS own
                STRAIGHT_JOIN users AS person
                LEFT JOIN relations
                    ON relations.user_id = own.id AND relations.other_id = person.id AND state = 'friend'
                LEFT JOIN blocks AS ours ON ours.blocker_id = own.id AND ours.blocked_id = person.id
                LEFT JOIN blocks AS theirs ON theirs.blocker_id = person.id AND theirs.blocked_id = own.id
                WHERE own.id = %(user_id)s AND person.id IN %(other_ids)s
                """,
                {"user_id": user_id, "other_ids": list(other_ids)},
            )
            for user_id, other_ids in asked
        ]
    )
    return [rows_as(StandingRow, rows) for rows in found]
