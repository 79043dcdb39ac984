"""Slows down whoever guesses passwords, without ever locking the owner out.

Wrong guesses are counted per account and network (a /24 or /48). The first few are free; then each makes the next one
wait twice as long. Guesses from everywhere are counted per account, too: while there are many, a network from which
nobody has signed in to this account yet gets one free try only. Networks that the owner has used keep a count of their
own, which nobody else's guesses can touch. A new network's first try is always heard, so that an owner on the move gets
in during an attack.

Names that do not exist count like all others.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from dialog.cache import GONE, PATIENCE, Breaker, Limiter, Rate
from dialog.log import get_logger
from dialog.protocol.accounts import BadCredentials
from dialog.protocol.base import Refused, TooManyRequests

from .addresses import network_of

_log = get_logger()

_QUARTER = 4
_LOCAL_ACCOUNTS = 50_000


@dataclass(frozen=True)
class Patience:
    """How much guessing is put up with."""

    free: int
    """Wrong guesses per account and network before anybody waits."""
    longest: float
    """The longest wait, in seconds."""
    remembered: float
    """Seconds after the last guess until a network's guesses are forgotten."""
    account_guesses: int
    """Wrong guesses per account from everywhere within `account_window` seconds before new networks are slowed."""
    account_window: float
    pressed: float
    """The wait after a new network's first guess while an account is being attacked; it doubles as well."""
    known_for: float
    """Seconds for which a network that signed in stays known."""

    def quartered(self) -> "Patience":
        """The same for one process alone, which does not see what the others let through."""
        fewer = max(1, self.account_guesses // _QUARTER)
        return replace(self, free=max(1, self.free // _QUARTER), account_guesses=fewer)


# A try is counted before its password is looked at: otherwise a hundred at the same time would all be free.
_BEGIN = """
local bucket, account, known = KEYS[1], KEYS[2], KEYS[3]
local free, longest, remembered = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local account_guesses, account_window, pressed = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local wait = tonumber(redis.call('HGET', bucket, 'open_at') or 0) - now
if wait > 0 then return tostring(wait) end
local tries = redis.call('HINCRBY', bucket, 'tries', 1)
local delay = 0
if tonumber(redis.call('GET', account) or 0) >= account_guesses and redis.call('EXISTS', known) == 0 then
    delay = pressed * 2 ^ math.min(tries - 1, 30)
elseif tries > free then
    delay = 2 ^ math.min(tries - free, 30)
end
redis.call('HSET', bucket, 'open_at', string.format('%.6f', now + math.min(delay, longest)))
redis.call('PEXPIRE', bucket, math.ceil(remembered * 1000))
if redis.call('INCR', account) == 1 then redis.call('PEXPIRE', account, math.ceil(account_window * 1000)) end
return '0'
"""

_TAKE_BACK = """
local bucket, account = KEYS[1], KEYS[2]
if redis.call('EXISTS', bucket) == 1 then
    redis.call('HINCRBY', bucket, 'tries', -1)
    redis.call('HDEL', bucket, 'open_at')
end
if tonumber(redis.call('GET', account) or 0) > 0 then redis.call('DECR', account) end
return '0'
"""

_SUCCEEDED = """
local bucket, account, known = KEYS[1], KEYS[2], KEYS[3]
redis.call('DEL', bucket)
if tonumber(redis.call('GET', account) or 0) > 0 then redis.call('DECR', account) end
redis.call('SET', known, '1', 'PX', math.ceil(tonumber(ARGV[1]) * 1000))
return '0'
"""


class Throttle:
    """Counts tries to sign in, with all replicas through Redis; without it each process counts alone, at a quarter."""

    def __init__(self, client: Redis, limiter: Limiter, rate: Rate, patience: Patience) -> None:
        self._begin_script = client.register_script(_BEGIN)
        self._take_back_script = client.register_script(_TAKE_BACK)
        self._succeeded_script = client.register_script(_SUCCEEDED)
        self._limiter = limiter
        self._rate = rate
        self._patience = patience
        self._local = LocalGuesses(patience.quartered())
        self._breaker = Breaker()

    @asynccontextmanager
    async def attempt(self, username: str, address: str) -> AsyncGenerator[None, None]:
        """Around the look at a password or key. Raises Refused(TooManyRequests) instead of letting the block begin.

        Leaving the block normally is a success, BadCredentials a wrong guess; any other refusal (no thread was free, a
        database was away) does not count.
        """
        wait = await self._limiter.spend(f"login:{address}", self._rate)
        if wait:
            raise Refused(TooManyRequests(retry_after=wait))
        keys = _keys(username, network_of(address))
        wait = await self._begin(keys)
        if wait > 0:
            raise Refused(TooManyRequests(retry_after=wait))
        try:
            yield
        except Refused as refused:
            if not isinstance(refused.failure, BadCredentials):
                await self._take_back(keys)
            raise
        await self._succeeded(keys)

    async def _begin(self, keys: list[str]) -> float:
        our = self._patience
        limits = (our.free, our.longest, our.remembered, our.account_guesses, our.account_window, our.pressed)
        wait = await self._shared(self._begin_script, keys, limits)
        return self._local.begin(keys) if wait is None else wait

    async def _take_back(self, keys: list[str]) -> None:
        self._local.take_back(keys)
        await self._shared(self._take_back_script, keys[:2])

    async def _succeeded(self, keys: list[str]) -> None:
        self._local.succeeded(keys)
        await self._shared(self._succeeded_script, keys, [self._patience.known_for])

    async def _shared(self, script: AsyncScript, keys: Sequence[str], args: Sequence[float] = ()) -> float | None:
        """What a script answers; None while Redis is away."""
        if not self._breaker.may_ask():
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                answer = float(await script(keys=keys, args=args))
        except GONE as error:
            self._breaker.failed()
            _log.warning("throttling without redis", error=type(error).__name__)
            return None
        self._breaker.worked()
        return answer


def _keys(username: str, network: str) -> list[str]:
    """The keys for guesses at an account from one network and from everywhere, and for whether it is known there."""
    # Hashed: what somebody typed as a name may be anything, a password among others. The braces keep an account's keys
    # on one node of a cluster.
    account = hashlib.sha256(username.encode()).hexdigest()[:32]
    return [f"guesses:{{{account}}}:{network}", f"guesses:{{{account}}}", f"known:{{{account}}}:{network}"]


@dataclass
class _Guesses:
    tries: int
    open_at: float
    forgotten_at: float


class LocalGuesses:
    """The same counts within one process, for as long as Redis is away."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._guesses: OrderedDict[str, _Guesses] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def begin(self, keys: list[str]) -> float:
        """Count a try. Returns 0, or the seconds until one is allowed."""
        bucket, account, known = keys
        our, now = self._patience, time.monotonic()
        here = self._at(bucket, now, our.remembered)
        if here.open_at > now:
            return here.open_at - now
        everywhere = self._at(account, now, our.account_window)
        here.tries += 1
        delay = 0.0
        if everywhere.tries >= our.account_guesses and known not in self._known:
            delay = our.pressed * 2.0 ** min(here.tries - 1, 30)
        elif here.tries > our.free:
            delay = 2.0 ** min(here.tries - our.free, 30)
        here.open_at, here.forgotten_at = now + min(delay, our.longest), now + our.remembered
        everywhere.tries += 1
        return 0.0

    def take_back(self, keys: list[str]) -> None:
        """The try did not count."""
        for key in keys[:2]:
            if guesses := self._guesses.get(key):
                guesses.tries, guesses.open_at = max(0, guesses.tries - 1), 0.0

    def succeeded(self, keys: list[str]) -> None:
        """It was the owner: forget the guesses from here, and know the place."""
        self.take_back(keys)
        self._guesses.pop(keys[0], None)
        self._known[keys[2]] = None
        self._known.move_to_end(keys[2])
        if len(self._known) > _LOCAL_ACCOUNTS:
            self._known.popitem(last=False)

    def _at(self, key: str, now: float, remembered: float) -> _Guesses:
        guesses = self._guesses.get(key)
        if guesses is None or guesses.forgotten_at < now:
            guesses = self._guesses[key] = _Guesses(tries=0, open_at=0.0, forgotten_at=now + remembered)
        self._guesses.move_to_end(key)
        if len(self._guesses) > _LOCAL_ACCOUNTS:
            self._guesses.popitem(last=False)
        return guesses
