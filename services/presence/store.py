"""Who is here, in Redis.

| key | holds | ends |
| --- | --- | --- |
| `{presence}:sessions:<user>` | sorted set: `<gateway>/<session>` by when it ends | with its last session |
| `{presence}:online` | sorted set: all who count as online, by when that ends | an hour after the last report |

Moments are seconds of Redis's own clock, so the clocks of replicas do not matter. A person enters `online` with their
first session and is claimed out of it, by one replica only, when their moment has passed: a grace after their last
session ended. That is a grace after the gateway said so, or, where a gateway died, a session's TTL and a grace after
its last report. The braces keep all keys in one slot of a Redis Cluster, as each script needs.
"""

from collections.abc import Iterable, Sequence

from redis.asyncio import Redis

from dialog.protocol.internal import LiveSession

ONLINE = "{presence}:online"
ONLINE_SECONDS = 3600

_NOW = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local function moment(seconds) return string.format('%.3f', now + seconds) end
"""

# Answers with those who were not online before.
_HERE = (
    _NOW
    + """
local ttl, grace, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local arrived = {}
for i = 2, #KEYS do
    local user, session = ARGV[2 * i], ARGV[2 * i + 1]
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', moment(0))
    redis.call('ZADD', KEYS[i], moment(ttl), session)
    redis.call('PEXPIRE', KEYS[i], math.ceil(ttl * 1000))
    local before = redis.call('ZSCORE', KEYS[1], user)
    redis.call('ZADD', KEYS[1], moment(ttl + grace), user)
    if not before then arrived[#arrived + 1] = user end
end
redis.call('EXPIRE', KEYS[1], keep)
return arrived
"""
)

# Their moment is a grace after the end of the last session that is left, or after now.
_GONE = (
    _NOW
    + """
local grace = tonumber(ARGV[1])
for i = 2, #KEYS do
    local user, session = ARGV[2 * i - 2], ARGV[2 * i - 1]
    if redis.call('ZREM', KEYS[i], session) == 1 then
        local last = redis.call('ZRANGE', KEYS[i], -1, -1, 'WITHSCORES')
        local ends = math.max(tonumber(last[2] or 0), now)
        redis.call('ZADD', KEYS[1], 'XX', string.format('%.3f', ends + grace), user)
    end
end
"""
)

_CLAIM = (
    _NOW
    + """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', moment(0), 'LIMIT', 0, tonumber(ARGV[1]))
if #due > 0 then redis.call('ZREM', KEYS[1], unpack(due)) end
return due
"""
)

_PUT_BACK = (
    _NOW
    + """
redis.call('ZADD', KEYS[1], 'NX', moment(tonumber(ARGV[1])), ARGV[2])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[3]))
"""
)


def _sessions_key(user_id: int) -> str:
    return f"{{presence}}:sessions:{user_id}"


class Store:
    """All that presence says to Redis. Everything here raises cache.GONE while Redis is away."""

    def __init__(self, redis: Redis, *, ttl: float, grace: float, at_once: int) -> None:
        self._redis = redis
        self._ttl = ttl
        self._grace = grace
        self._at_once = at_once
        self._here = redis.register_script(_HERE)
        self._gone = redis.register_script(_GONE)
        self._claim = redis.register_script(_CLAIM)
        self._put_back = redis.register_script(_PUT_BACK)

    async def here(self, gateway: str, sessions: Sequence[LiveSession]) -> list[int]:
        """Note that these sessions live. Returns the users who were offline until now."""
        arrived: list[int] = []
        for some in self._in_parts(sessions):
            arguments = [self._ttl, self._grace, ONLINE_SECONDS, *_pairs(gateway, some)]
            arrived += map(int, await self._here(keys=_keys(some), args=arguments))
        return arrived

    async def gone(self, gateway: str, sessions: Sequence[LiveSession]) -> None:
        """Note that these sessions ended."""
        for some in self._in_parts(sessions):
            await self._gone(keys=_keys(some), args=[self._grace, *_pairs(gateway, some)])

    async def claim_offline(self, most: int) -> list[int]:
        """Take out users whose moment has passed. Whoever gets them here tells others: no other replica will."""
        return [int(user) for user in await self._claim(keys=[ONLINE], args=[most])]

    async def put_back(self, user_id: int, seconds: float) -> None:
        """Undo a claim, to be made again in `seconds`."""
        await self._put_back(keys=[ONLINE], args=[seconds, user_id, ONLINE_SECONDS])

    async def take_out(self, user_id: int) -> None:
        """Undo an arrival: the next report of a session of theirs is one again."""
        await self._redis.zrem(ONLINE, user_id)

    async def online(self, user_ids: Sequence[int]) -> set[int]:
        """Which of these count as online."""
        if not user_ids:
            return set()
        moments = await self._redis.zmscore(ONLINE, [str(user_id) for user_id in user_ids])
        return {user_id for user_id, moment in zip(user_ids, moments, strict=True) if moment is not None}

    def _in_parts(self, sessions: Sequence[LiveSession]) -> Iterable[Sequence[LiveSession]]:
        return (sessions[start : start + self._at_once] for start in range(0, len(sessions), self._at_once))


def _keys(sessions: Sequence[LiveSession]) -> list[str]:
    return [ONLINE, *(_sessions_key(session.user_id) for session in sessions)]


def _pairs(gateway: str, sessions: Sequence[LiveSession]) -> list[str | int]:
    return [part for one in sessions for part in (one.user_id, f"{gateway}/{one.session_id}")]
