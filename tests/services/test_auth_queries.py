"""Auth's statements find their rows by an index, however many people there are."""

from collections.abc import AsyncIterator

import pytest

from services.auth.app import ASKING_TOGETHER, FEW

from .auth_door import Door, open_door

PEOPLE = 20_000
SESSIONS = 3
FRIENDS = 200
MANY = ", ".join(map(str, range(1, 20 * ASKING_TOGETHER * FEW, 20)))
"""Ids of people far apart, as many as those who ask at once may ask for."""


@pytest.fixture(scope="module")
async def door() -> AsyncIterator[Door]:
    async with open_door() as opened:
        await fill(opened)
        yield opened


async def fill(door: Door) -> None:
    """People with sessions each, one in a hundred of them ended."""
    await door.sql(
        f"""
        INSERT INTO users (id, username, display_name, description, avatar, rev, password_hash, recovery_hash,
            policy_version, created_at)
        SELECT seq, CONCAT('user', seq), 'Somebody', '', NULL, 1, '', REPEAT('\\0', 32), '', 0
        FROM seq_1_to_{PEOPLE}
        """
    )
    await door.sql(
        f"""
        INSERT INTO sessions
        SELECT seq, seq DIV {SESSIONS} + 1, 'Device', '', REPEAT('\\0', 32), NULL, 1000, 1000, 1000 + seq,
               IF(seq MOD 100 = 0, 1000 + seq, NULL)
        FROM seq_1_to_{PEOPLE * SESSIONS}
        """
    )
    await door.sql(
        f"""
        INSERT INTO statuses
        SELECT seq, 'dnd', '', IF(seq MOD 100 = 0, 1000 + seq, NULL), 1, 1
        FROM seq_1_to_{PEOPLE}
        """
    )
    await door.sql(
        f"""
        INSERT INTO relations (user_id, other_id, state, since, declines, declined_at)
        SELECT 1 + seq DIV {FRIENDS}, 10000 + seq MOD {FRIENDS}, 'friend', 0, 0, 0 FROM seq_0_to_19999
        """
    )
    await door.sql("ANALYZE TABLE users, sessions, statuses, relations")


@pytest.mark.parametrize(
    ("statement", "index", "rows"),
    [
        ("SELECT id FROM users WHERE username = 'user77'", "by_username", 1),
        ("SELECT id FROM users WHERE id IN (1, 5, 900)", "PRIMARY", 3),
        (f"SELECT id FROM users WHERE id IN ({MANY})", "PRIMARY", ASKING_TOGETHER * FEW),
        ("SELECT * FROM sessions WHERE id = 77 FOR UPDATE", "PRIMARY", 1),
        (
            """
            SELECT * FROM sessions WHERE user_id = 77 AND revoked_at IS NULL AND last_seen_at > 5 AND created_at > 5
            ORDER BY last_seen_at DESC, id DESC
            """,
            "by_user",
            SESSIONS,
        ),
        (
            "SELECT id, revoked_at FROM sessions WHERE revoked_at > 60900 ORDER BY revoked_at, id LIMIT 10000",
            "by_end",
            2,
        ),
        ("DELETE FROM sessions WHERE revoked_at < 1200 LIMIT 1000", "by_end", 2),
        ("DELETE FROM sessions WHERE last_seen_at < 1003 LIMIT 1000", "by_use", 3),
        (f"SELECT * FROM statuses WHERE user_id IN ({MANY})", "PRIMARY", ASKING_TOGETHER * FEW),
        (
            f"SELECT id FROM users FORCE INDEX (PRIMARY) WHERE id IN ({MANY}) AND NOT typing",
            "PRIMARY",
            ASKING_TOGETHER * FEW,
        ),
        ("SELECT * FROM statuses WHERE user_id = 77 FOR UPDATE", "PRIMARY", 1),
        (
            """
            SELECT * FROM statuses WHERE ends_at <= 1300 ORDER BY ends_at, user_id LIMIT 100 FOR UPDATE SKIP LOCKED
            """,
            "by_end",
            3,
        ),
        (
            """
            SELECT user_id, other_id FROM relations WHERE user_id = 7 AND other_id > 0 AND state = 'friend'
            ORDER BY other_id LIMIT 500
            """,
            "PRIMARY",
            FRIENDS,
        ),
        (
            """
            SELECT user_id, other_id FROM relations FORCE INDEX (PRIMARY) WHERE state = 'friend'
            AND ((user_id = 7 AND other_id IN (10001, 10002)) OR (user_id = 9 AND other_id IN (10005)))
            """,
            "PRIMARY",
            3,
        ),
    ],
)
async def test_no_statement_scans(door: Door, statement: str, index: str, rows: int) -> None:
    plan = await door.plan(statement)
    assert plan["type"] in ("const", "ref", "range")
    assert plan["key"] == index
    assert int(plan["rows"]) <= rows * 2
