"""Friends: request, accept, decline, cancel, remove; and what people are to each other.

Each side holds a bond of its own, and the transitions are functions on the two. A side is told exactly when what it
holds has changed: so one who is declined, or asks somebody who blocks them, goes on seeing a request that waits.
"""

from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from dialog.db import Transaction
from dialog.ids import now_ms
from dialog.protocol.base import Actor, NotFound, Refused, Unauthenticated
from dialog.protocol.internal import ApplyPair, GetFriendIds, GetStandings, PairChanged, PartnerIds, Standing, Standings
from dialog.protocol.internal import Pair as PairNow
from dialog.protocol.people import (
    AcceptFriend,
    BlockedByYou,
    CancelFriend,
    DeclineFriend,
    ListPeople,
    Relation,
    RelationChanged,
    RelationNow,
    Relations,
    RelationState,
    RemoveFriend,
    RequestFriend,
)
from dialog.service import command

from . import access, store
from .app import FRIENDS_PAGE, App
from .settings import settings_of
from .store.people import Bond, Person, StandingRow
from .views import allows, seen

DAY_MS = 86_400_000
LAPSE_MS = 30 * DAY_MS
"""A request that is not answered for so long is over, for both."""
QUIET_MS = (7 * DAY_MS, 30 * DAY_MS)
"""For how long requests reach nobody after the first one that was declined, and after each further one."""
PAGE = 500

NONE, INCOMING, OUTGOING, FRIEND = RelationState


class Pair(Struct, frozen=True):
    """What two people are to each other: `mine` is the bond of the one who acts."""

    mine: Bond = Bond()
    theirs: Bond = Bond()
    i_block: bool = False
    they_block: bool = False

    @property
    def friends(self) -> bool:
        return self.mine.state is FRIEND


Transition = Callable[[Pair, int], Pair]
"""What an action makes of a pair at some moment; the same pair when there is nothing to do. Raises Refused."""


def request(pair: Pair, now: int) -> Pair:
    if pair.i_block:
        raise Refused(BlockedByYou())
    if pair.mine.state in (FRIEND, OUTGOING):
        return pair
    if pair.mine.state is INCOMING or (pair.theirs.state is OUTGOING and not pair.they_block):
        return _befriend(pair, now)
    asked = replace(pair, mine=replace(pair.mine, state=OUTGOING, since=now))
    if pair.they_block or _wants_quiet(pair.theirs, now):
        return asked
    return replace(asked, theirs=replace(pair.theirs, state=INCOMING, since=now))


def accept(pair: Pair, now: int) -> Pair:
    if pair.mine.state is FRIEND:
        return pair
    if pair.mine.state is not INCOMING:
        raise Refused(NotFound())
    return _befriend(pair, now)


def decline(pair: Pair, now: int) -> Pair:
    if pair.mine.state is not INCOMING:
        return pair
    return replace(pair, mine=Bond(declines=pair.mine.declines + 1, declined_at=now))


def cancel(pair: Pair, _now: int) -> Pair:
    if pair.mine.state is not OUTGOING:
        return pair
    return replace(pair, mine=_no_more(pair.mine), theirs=_no_more(pair.theirs))


def remove(pair: Pair, _now: int) -> Pair:
    if not pair.friends:
        return pair
    return replace(pair, mine=_no_more(pair.mine), theirs=_no_more(pair.theirs))


def block(pair: Pair, _now: int) -> Pair:
    """For the other a friendship ends as if it were removed, a request of mine as if it were cancelled, and a request
    of theirs goes on waiting as if it were not answered."""
    if pair.i_block:
        return pair
    theirs = pair.theirs if pair.theirs.state is OUTGOING else _no_more(pair.theirs)
    return replace(pair, mine=_no_more(pair.mine), theirs=theirs, i_block=True)


def unblock(pair: Pair, _now: int) -> Pair:
    return replace(pair, i_block=False)


def _befriend(pair: Pair, now: int) -> Pair:
    friend = Bond(state=FRIEND, since=now)
    return replace(pair, mine=friend, theirs=friend)


def _no_more(bond: Bond) -> Bond:
    """Neither friendship nor request; what was declined before is remembered."""
    return replace(bond, state=NONE, since=0)


def _wants_quiet(bond: Bond, now: int) -> bool:
    if not bond.declines:
        return False
    return now - bond.declined_at < QUIET_MS[min(bond.declines, len(QUIET_MS)) - 1]


def current(bond: Bond, now: int) -> Bond:
    """The bond, without a request that has lapsed."""
    return _no_more(bond) if bond.state in (INCOMING, OUTGOING) and now - bond.since >= LAPSE_MS else bond


# ------------------------------------------------------------------------------------------------------------- commands


@command
async def request_friend(app: App, actor: Actor, command: RequestFriend) -> RelationNow:
    return await change(app, actor, command.user_id, request)


@command
async def accept_friend(app: App, actor: Actor, command: AcceptFriend) -> RelationNow:
    return await change(app, actor, command.user_id, accept)


@command
async def decline_friend(app: App, actor: Actor, command: DeclineFriend) -> RelationNow:
    return await change(app, actor, command.user_id, decline)


@command
async def cancel_friend(app: App, actor: Actor, command: CancelFriend) -> RelationNow:
    return await change(app, actor, command.user_id, cancel)


@command
async def remove_friend(app: App, actor: Actor, command: RemoveFriend) -> RelationNow:
    return await change(app, actor, command.user_id, remove)


async def change(app: App, actor: Actor, other_id: int, transition: Transition) -> RelationNow:
    """Apply a transition to the actor and somebody else, and tell each side what is new for it.

    Raises Refused(Unauthenticated, NotFound, TooManyRequests) and what the transition raises.
    """
    await access.within(app, f"people:{access.caller(actor)}", app.config.people_changes)
    now = now_ms()
    async with app.db.transaction() as tx:
        people = {person.id: person for person in await store.people.lock(tx, [actor.user_id, other_id])}
        await access.signed_in(app, tx, actor)
        if actor.user_id not in people:
            raise Refused(Unauthenticated())
        if other_id not in people or other_id == actor.user_id:
            raise Refused(NotFound())
        me, other = people[actor.user_id], people[other_id]
        bonds, blockers = await store.people.between(tx, me.id, other.id)
        was = Pair(
            mine=current(bonds.get(me.id, Bond()), now),
            theirs=current(bonds.get(other.id, Bond()), now),
            i_block=me.id in blockers,
            they_block=other.id in blockers,
        )
        pair = transition(was, now)
        if pair.mine.state is OUTGOING and was.mine.state is not OUTGOING:
            await _may_ask(app, me, now)
        told = _store(app, tx, (me, other), was, pair)
        changed = None
        if (pair.friends, pair.i_block) != (was.friends, was.i_block):
            changed = _pair_now(app, me, other, pair, me.people_rev + other.people_rev + len(told))
            tx.tell(PairChanged(pair=changed))
    if changed:
        # chat hears the fact as well; but once this is answered nothing may come through any more.
        with suppress(Refused):
            await app.bus.call_briefly(ApplyPair(pair=changed))
    relation = _relation(app, other, pair.mine, pair.i_block)
    return RelationNow(relation=relation, rev=me.people_rev + (1 if me.id in told else 0))


async def _may_ask(app: App, me: Person, now: int) -> None:
    """Raises Refused(TooManyRequests): new accounts may make fewer requests."""
    await access.within(app, f"friend:{me.id}", app.config.friend_requests)
    is_new = now - me.created_at < DAY_MS
    rate = app.config.friend_requests_new if is_new else app.config.friend_requests_daily
    await access.within(app, f"friend-day:{me.id}", rate)


def _store(app: App, tx: Transaction, people: tuple[Person, Person], was: Pair, pair: Pair) -> set[int]:
    """Store what has changed, and tell each side what it can see of that. Returns the ids of those who are told."""
    me, other = people
    told: set[int] = set()
    if _shown(pair.mine, pair.i_block) != _shown(was.mine, was.i_block):
        told.add(me.id)
        relation = _relation(app, other, pair.mine, pair.i_block)
        tx.publish(RelationChanged(relation=relation, rev=me.people_rev + 1), f"user.{me.id}")
    if _shown(pair.theirs) != _shown(was.theirs):
        told.add(other.id)
        relation = _relation(app, me, pair.theirs, pair.they_block)
        tx.publish(RelationChanged(relation=relation, rev=other.people_rev + 1), f"user.{other.id}")
    if told:
        tx.later(store.people.count_on(list(told)))
    if pair.mine != was.mine:
        tx.later(store.people.put_bond(me.id, other.id, pair.mine))
    if pair.theirs != was.theirs:
        tx.later(store.people.put_bond(other.id, me.id, pair.theirs))
    if pair.i_block and not was.i_block:
        tx.later(store.people.put_block(me.id, other.id, now_ms()))
    elif was.i_block and not pair.i_block:
        tx.later(store.people.end_block(me.id, other.id))
    return told


def _shown(bond: Bond, blocked: bool = False) -> tuple[RelationState, int, bool]:
    return bond.state, bond.since, blocked


def _relation(app: App, about: Person, bond: Bond, blocked: bool) -> Relation:
    user = seen(app.config, about, friends=bond.state is FRIEND)
    return Relation(user=user, state=bond.state, blocked=blocked, since=bond.since)


def _pair_now(app: App, me: Person, other: Person, pair: Pair, version: int) -> PairNow:
    blocks = {me.id: pair.i_block, other.id: pair.they_block}
    refuses = {
        person.id: not allows(person.who_may_write or app.config.who_may_write, friends=pair.friends)
        for person in (me, other)
    }
    low, high = sorted(blocks)
    return PairNow(
        low_id=low,
        high_id=high,
        friends=pair.friends,
        low_blocks=blocks[low],
        high_blocks=blocks[high],
        low_refuses=refuses[low],
        high_refuses=refuses[high],
        version=version,
    )


# -------------------------------------------------------------------------------------------------------------- looking


@command
async def list_people(app: App, actor: Actor, command: ListPeople) -> Relations:
    [me] = await store.people.people(app.db, [access.caller(actor)]) or [
        None
    ]  # its number first: events bring the rest
    if me is None:
        raise Refused(Unauthenticated())
    found = await store.people.known(app.db, me.id, command.after, PAGE + 1)
    now = now_ms()
    listed = [(one, current(Bond(one.state or NONE, one.since or 0), now)) for one in found[:PAGE]]
    return Relations(
        relations=[
            _relation(app, one, bond, one.blocked) for one, bond in listed if bond.state is not NONE or one.blocked
        ],
        next=found[PAGE - 1].id if len(found) > PAGE else 0,
        settings=settings_of(app.config, me),
        rev=me.people_rev,
        warnings=[] if command.after else await store.moderation.warnings(app.db, me.id),
    )


@command
async def get_friend_ids(app: App, actor: Actor, command: GetFriendIds) -> PartnerIds:
    found: list[int] = []
    while len(page := await app.friends.add((command.user_id, found[-1] if found else 0))) == FRIENDS_PAGE:
        found += page
    found += page
    return PartnerIds(user_ids=found)


@command
async def get_standings(app: App, actor: Actor, command: GetStandings) -> Standings:
    """How somebody stands to others, and what they may do to them by the others' settings, blocks left aside."""
    if not command.other_ids:
        return Standings(standings=[])
    rows = {row.id: row for row in await app.standings.add((command.user_id, sorted(set(command.other_ids))))}
    return Standings(standings=[_standing(app, rows[other_id]) for other_id in command.other_ids if other_id in rows])


def _standing(app: App, other: StandingRow) -> Standing:
    config, friends = app.config, other.friends
    return Standing(
        user_id=other.id,
        friends=friends,
        blocks=other.blocks,
        blocked=other.blocked,
        may_write=allows(other.who_may_write or config.who_may_write, friends=friends),
        may_add=allows(other.who_may_add or config.who_may_add, friends=friends),
        may_call=allows(other.who_may_call or config.who_may_call, friends=friends),
        sees_last_seen=allows(other.who_sees_last_seen or config.who_sees_last_seen, friends=friends),
        sees_profile=allows(other.who_sees_profile or config.who_sees_profile, friends=friends),
        lets_write=allows(other.own_who_may_write or config.who_may_write, friends=friends),
        version=other.people_rev + other.own_people_rev,
    )
