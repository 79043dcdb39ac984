"""Who is here, in Redis.

| key | holds | ends |
| --- | --- | --- |
| `{presence}:sessions:<user>` | sorted set: `<gateway>/<session>` by when it ends | with its last session |
| `{presence}:person:<user>` | hash: what a `Person` is made of | when nobody has heard of them for long |
| `{presence}:due` | sorted set: users by when somebody has to look at them | an hour after the last report |
| `{presence}:circle:<user>` | JSON: who sees them | after a minute |

Moments are seconds of Redis's own clock, so the clocks of replicas do not matter. Whatever may change what others see
of somebody makes them due; one replica takes them on, for a few seconds, looks, and notes what it found with when to
look again. One that dies meanwhile leaves them due. The braces keep all keys in one slot of a Redis Cluster, as each
script needs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from dialog.protocol.internal import LiveSession
from dialog.protocol.presence import ChosenStatus

from .person import Person, Shown, Timing, read_person

DUE = "{presence}:due"
DUE_SECONDS = 3600
LEASE = 5.0
"""Seconds for which a replica has taken on whom it looks at."""
JUST_CHANGED = 5
"""Seconds after a change of who sees somebody in which no answer about it is kept: it may be older."""

_NOW = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local function moment(seconds) return string.format('%.3f', seconds) end
"""

# Somebody whom others now see differently is due, but not before their next change may be told.
_HERE = (
    _NOW
    + """
local ttl, grace, keep, keep_due = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local idle_after, transition = tonumber(ARGV[5]), tonumber(ARGV[6])
for i = 2, #KEYS, 2 do
    local sessions, person = KEYS[i], KEYS[i + 1]
    local at = 7 + (i - 2) / 2 * 3
    local user, session, idle = ARGV[at], ARGV[at + 1], ARGV[at + 2]
    redis.call('ZREMRANGEBYSCORE', sessions, '-inf', moment(now))
    redis.call('ZADD', sessions, moment(now + ttl), session)
    redis.call('PEXPIRE', sessions, math.ceil(ttl * 1000))
    local before = redis.call('HMGET', person, 'here', 'active', 'told')
    local here, active, told = tonumber(before[1] or 0), tonumber(before[2]), tonumber(before[3] or 0)
    local input = idle ~= '' and now - tonumber(idle) or active or now
    redis.call('HSET', person, 'here', moment(now + ttl + grace), 'active', moment(math.max(input, active or 0)))
    redis.call('EXPIRE', person, keep)
    if here <= now or (active and active + idle_after <= now and input + idle_after > now) then
        redis.call('ZADD', KEYS[1], 'LT', moment(math.max(now, told + transition)), user)
    else
        redis.call('ZADD', KEYS[1], 'NX', moment(now + ttl + grace), user)
    end
end
redis.call('EXPIRE', KEYS[1], keep_due)
"""
)

# They count as here for a grace after the end of the last session that is left, or after now.
_GONE = (
    _NOW
    + """
local grace = tonumber(ARGV[1])
for i = 2, #KEYS, 2 do
    local sessions, person, at = KEYS[i], KEYS[i + 1], i
    if redis.call('ZREM', sessions, ARGV[at + 1]) == 1 then
        local last = redis.call('ZRANGE', sessions, -1, -1, 'WITHSCORES')
        local ends = math.max(tonumber(last[2] or 0), now) + grace
        if tonumber(redis.call('HGET', person, 'here') or 0) > now then
            redis.call('HSET', person, 'here', moment(ends))
            redis.call('ZADD', KEYS[1], 'LT', moment(ends), ARGV[at])
        end
    end
end
"""
)

# Answers with the moment until which they are taken on, now, and who they are.
_TAKE = (
    _NOW
    + """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', moment(now), 'LIMIT', 0, tonumber(ARGV[1]))
local lease = moment(now + tonumber(ARGV[2]))
for _, user in ipairs(due) do redis.call('ZADD', KEYS[1], 'XX', lease, user) end
table.insert(due, 1, moment(now))
table.insert(due, 1, lease)
return due
"""
)

# Answers with those of whom what was found is now what was told last. Whoever has become due again meanwhile stays so.
_SETTLE = """
local settled = {}
for i = 2, #KEYS do
    local at = (i - 2) * 6 + 2
    local user, again, before, shown, told, seen = unpack(ARGV, at, at + 5)
    local ok = true
    if shown ~= '' then
        ok = (redis.call('HGET', KEYS[i], 'shown') or '') == before
        if ok then
            redis.call('HSET', KEYS[i], 'shown', shown, 'told', told)
            if seen ~= '' then redis.call('HSET', KEYS[i], 'seen', seen) end
            settled[#settled + 1] = user
        end
    end
    if ok and tonumber(redis.call('ZSCORE', KEYS[1], user) or 0) == tonumber(ARGV[1]) then
        if again == '' then redis.call('ZREM', KEYS[1], user) else redis.call('ZADD', KEYS[1], again, user) end
    end
end
return settled
"""

# Of somebody who is not known nothing is noted: it is asked for when they come.
_CHOSE = (
    _NOW
    + """
for i = 2, #KEYS do
    local at = 4 * (i - 2) + 2
    local user, status, rev, due = unpack(ARGV, at, at + 3)
    local before = redis.call('HMGET', KEYS[i], 'rev', 'told', 'here')
    if before[3] and tonumber(before[1] or -1) <= tonumber(rev) then
        redis.call('HSET', KEYS[i], 'status', status, 'rev', rev, 'known', moment(now + tonumber(ARGV[1])))
        if due ~= '' then
            redis.call('ZADD', KEYS[1], 'LT', moment(math.max(now, tonumber(before[2] or 0) + tonumber(due))), user)
        end
    end
end
"""
)


# An empty circle was forgotten just now.
_KEEP = """
if redis.call('GET', KEYS[1]) ~= '' then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
"""


class Taken(Struct, frozen=True):
    """People whom this replica looks at until `lease`, as they were at `now`."""

    lease: str
    now: float
    people: list[Person]


class Finding(Struct, frozen=True):
    """What a look at somebody came to."""

    person: Person
    again: float | None
    """When to look again."""
    shown: Shown | None = None
    """What to tell; None when there is nothing new."""
    told: float = 0.0
    seen: int | None = None


class Circle(Struct, frozen=True):
    """Who sees somebody, and whom they see: the same people, both ways."""

    others: list[int]
    last_seen_of: list[int]
    """Those of them whose `last_seen` this person may know."""

    def others_are(self, asked: Collection[int]) -> bool:
        """Whether all of these are in it."""
        return not asked or set(asked) <= set(self.others)


_CIRCLE = msgspec.json.Decoder(Circle)


class Keeping(Struct, frozen=True):
    """Seconds for which things are kept."""

    session: float
    grace: float
    status: float
    last_seen: float
    circle: float


class Store:
    """All that presence says to Redis. Everything here raises cache.GONE while Redis is away."""

    def __init__(self, redis: Redis, keeping: Keeping, timing: Timing, *, at_once: int) -> None:
        self._redis = redis
        self._keeping = keeping
        self._timing = timing
        self._at_once = at_once
        self._here = redis.register_script(_HERE)
        self._gone = redis.register_script(_GONE)
        self._take = redis.register_script(_TAKE)
        self._settle = redis.register_script(_SETTLE)
        self._chose = redis.register_script(_CHOSE)
        self._keep = redis.register_script(_KEEP)

    # --- sessions

    async def here(self, gateway: str, sessions: Sequence[LiveSession]) -> None:
        """Note that these sessions live, and when they last had input."""
        keep, timing = self._keeping, self._timing
        head = [keep.session, keep.grace, int(keep.last_seen), DUE_SECONDS, timing.idle_after, timing.transition]
        for some in self._in_parts(sessions):
            facts = [
                fact
                for one in some
                for fact in (one.user_id, f"{gateway}/{one.session_id}", "" if one.idle_for is None else one.idle_for)
            ]
            await self._here(keys=_keys(some), args=[*head, *facts])

    async def gone(self, gateway: str, sessions: Sequence[LiveSession]) -> None:
        """Note that these sessions ended."""
        for some in self._in_parts(sessions):
            facts = [fact for one in some for fact in (one.user_id, f"{gateway}/{one.session_id}")]
            await self._gone(keys=_keys(some), args=[self._keeping.grace, *facts])

    def _in_parts(self, sessions: Sequence[LiveSession]) -> Iterable[Sequence[LiveSession]]:
        return (sessions[start : start + self._at_once] for start in range(0, len(sessions), self._at_once))

    # --- people

    async def take(self, most: int) -> Taken:
        """People who are due. Nobody else looks at them until `lease`."""
        lease, now, *user_ids = await self._take(keys=[DUE], args=[most, LEASE])
        return Taken(lease=lease, now=float(now), people=await self._read([int(user_id) for user_id in user_ids]))

    async def people(self, user_ids: Sequence[int]) -> tuple[float, dict[int, Person]]:
        """Now, and what is known of these people."""
        seconds, micros = await self._redis.time()
        return seconds + micros / 1_000_000, {one.user_id: one for one in await self._read(user_ids)}

    async def _read(self, user_ids: Sequence[int]) -> list[Person]:
        if not user_ids:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            for user_id in user_ids:
                pipe.hgetall(_person_key(user_id))
            found = await pipe.execute()
        return [read_person(user_id, fields) for user_id, fields in zip(user_ids, found, strict=True)]

    async def settle(self, lease: str, findings: Sequence[Finding]) -> set[int]:
        """Note what was found. Returns those whose change is ours to tell."""
        if not findings:
            return set()
        facts = [fact for finding in findings for fact in _facts(finding)]
        keys = [DUE, *(_person_key(finding.person.user_id) for finding in findings)]
        return set(map(int, await self._settle(keys=keys, args=[lease, *facts])))

    async def chose(self, statuses: Mapping[int, ChosenStatus], *, changed: bool = False) -> None:
        """Note what people chose, unless something newer is known; with `changed` they are due for a look."""
        if not statuses:
            return
        due = self._timing.transition if changed else ""
        facts = [
            fact
            for user_id, status in statuses.items()
            for fact in (user_id, msgspec.json.encode(status), status.rev, due)
        ]
        keys = [DUE, *map(_person_key, statuses)]
        await self._chose(keys=keys, args=[self._keeping.status, *facts])

    # --- circles

    async def circles(self, user_ids: Sequence[int]) -> dict[int, Circle]:
        """Those circles of these people that are kept."""
        if not user_ids:
            return {}
        kept = await self._redis.mget([_circle_key(user_id) for user_id in user_ids])
        return {user_id: _CIRCLE.decode(one) for user_id, one in zip(user_ids, kept, strict=True) if one}

    async def keep_circle(self, user_id: int, circle: Circle) -> None:
        """Keep it for a while, unless it changed just now."""
        kept = max(1, int(self._keeping.circle * 1000))
        await self._keep(keys=[_circle_key(user_id)], args=[msgspec.json.encode(circle), kept])

    async def forget_circles(self, user_ids: Sequence[int]) -> None:
        """Who sees these people has changed."""
        for user_id in user_ids:
            await self._redis.set(_circle_key(user_id), "", ex=JUST_CHANGED)


def _person_key(user_id: int) -> str:
    return f"{{presence}}:person:{user_id}"


def _circle_key(user_id: int) -> str:
    return f"{{presence}}:circle:{user_id}"


def _keys(sessions: Sequence[LiveSession]) -> list[str]:
    return [
        DUE,
        *(key for one in sessions for key in (f"{{presence}}:sessions:{one.user_id}", _person_key(one.user_id))),
    ]


def _facts(finding: Finding) -> Iterable[str | bytes | int]:
    person, shown = finding.person, finding.shown
    yield person.user_id
    yield "" if finding.again is None else f"{finding.again:.3f}"
    yield msgspec.json.encode(person.shown) if person.shown else ""
    yield msgspec.json.encode(shown) if shown else ""
    yield f"{finding.told:.3f}"
    yield "" if finding.seen is None else finding.seen
