"""What a chat handler may touch."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, TypeVar

from msgspec import Meta

from dialog.batch import Batch
from dialog.bus import Bus
from dialog.cache import Limiter, Rate, open_cache
from dialog.config import Count, DatabaseSettings, Port, Seconds
from dialog.db import Database, open_database
from dialog.http import Check
from dialog.paces import Paces, open_paces
from dialog.protocol.messages import Message
from dialog.protocol.scheduled import Scheduled

from . import store
from .indexing import Indexing
from .manners import Manners
from .pointers import Move, move_all
from .posting import Post, post_all
from .roster import Rosters
from .ticks import Ticks, open_ticks
from .viewers import Viewer, viewers

DAY = 86400.0

PEOPLE_TOGETHER = 64
PEOPLE_WAITING = 8192
"""Whose groups, partners, blocks or scheduled messages are read together, and who may wait for the next time: all
sockets of a gateway that has died."""

PEOPLE_PAUSE = 0.01
"""Seconds between two times that this is done."""

MOVES_TOGETHER = 500
MOVES_WAITING = 16384
"""Receipts taken in by one transaction, and those that may wait for the next."""


Asked = TypeVar("Asked")


class Config(DatabaseSettings, frozen=True, kw_only=True):
    """The settings of chat."""

    http_port: Annotated[Port, Meta(description="port of health and metrics")] = 8082
    group_size: Annotated[Count, Meta(description="members of a group")] = 1000
    chats_per_user: Annotated[Count, Meta(description="chats one person can be in")] = 2000
    batch_size: Annotated[Count, Meta(description="messages committed in one transaction")] = 256
    batch_waiting: Annotated[Count, Meta(description="messages waiting for the next one")] = 4096
    batch_linger: Annotated[
        Seconds, Meta(description="seconds that the next transaction of a busy process waits for those just answered")
    ] = 0.005
    rosters: Annotated[Count, Meta(description="groups whose members are remembered for posting")] = 2000
    edit_hours: Annotated[
        Count, Meta(description="hours during which a message can be edited, except what one keeps for oneself")
    ] = 48
    changes_limit: Annotated[Count, Meta(description="changes beyond which a client gets a fresh start instead")] = 200
    page_messages: Annotated[Count, Meta(description="messages in the newest page of one chat")] = 50
    sync_messages: Annotated[
        Count, Meta(description="newest messages of a chat the client does not hold, in `sync`")
    ] = 1
    sync_rows: Annotated[Count, Meta(description="members read at once for `sync`; a message counts as four")] = 3000
    reply_bytes: Annotated[Count, Meta(description="bytes of messages, or of states with their people, in a reply")] = (
        896 * 1024
    )
    reads_at_once: Annotated[
        Count, Meta(description="connections for reading pages and states; the others are left to writing")
    ] = 6
    typing_members: Annotated[Count, Meta(description="members beyond which a group does not say who is typing")] = 200
    gatherings_burst: Annotated[Count, Meta(description="people that one person may bring into chats at once")] = 1000
    gatherings_every: Annotated[Seconds, Meta(description="seconds until they may bring in one more")] = 30.0

    bans: Annotated[Count, Meta(description="people banned from one group")] = 1000
    invites: Annotated[Count, Meta(description="invites to one group at a time")] = 50
    join_requests: Annotated[Count, Meta(description="people who wait to be let into one group")] = 1000
    reactions_burst: Annotated[Count, Meta(description="reactions that one person may give at once")] = 20
    reactions_every: Annotated[Seconds, Meta(description="seconds until they may give one more")] = 0.2
    edits_burst: Annotated[Count, Meta(description="edits of messages that one person may make at once")] = 60
    edits_every: Annotated[Seconds, Meta(description="seconds until they may make one more")] = 1.0
    deletions_burst: Annotated[
        Count, Meta(description="messages or their histories that one person may delete at once")
    ] = 200
    deletions_every: Annotated[Seconds, Meta(description="seconds until they may delete one more")] = 0.2
    managing_burst: Annotated[
        Count, Meta(description="changes of groups, their members and invites that one person may make at once")
    ] = 100
    managing_every: Annotated[Seconds, Meta(description="seconds until they may make one more")] = 1.0
    openings_burst: Annotated[Count, Meta(description="chats that one person may make, or have opened, at once")] = 60
    openings_every: Annotated[Seconds, Meta(description="seconds until they may open one more")] = 1.0
    syncs_burst: Annotated[
        Count, Meta(description="times that all devices of one person may sync at once, each page of an answer counted")
    ] = 100
    syncs_every: Annotated[Seconds, Meta(description="seconds until they may once more")] = 1.0
    forwards_burst: Annotated[Count, Meta(description="messages one person may forward at once")] = 200
    forwards_every: Annotated[Seconds, Meta(description="seconds until they may forward one more")] = 0.5
    tidying_burst: Annotated[
        Count, Meta(description="pins, hides, clears and schedules that one person may do at once")
    ] = 100
    tidying_every: Annotated[Seconds, Meta(description="seconds until they may do one more")] = 0.5
    pins: Annotated[Count, Meta(description="pinned messages of a chat")] = 50
    scheduled: Annotated[Count, Meta(description="messages that one person can have scheduled")] = 100
    scheduled_characters: Annotated[Count, Meta(description="characters in all of these together")] = 40_000
    schedule_days: Annotated[Count, Meta(description="days ahead that a message can be scheduled")] = 366
    edit_history_days: Annotated[Count, Meta(description="days that the former texts of a message are kept")] = 30
    work_interval: Annotated[
        Seconds, Meta(description="seconds between two looks for what is due: scheduled, disappearing, purged")
    ] = 1.0
    claim_seconds: Annotated[
        Seconds, Meta(description="seconds after which another process posts what one had begun to post")
    ] = 10.0
    pinned_chats: Annotated[Count, Meta(description="chats that one person can have pinned")] = 100
    preferring_burst: Annotated[Count, Meta(description="changes of preferences and drafts by one person at once")] = (
        100
    )
    preferring_every: Annotated[Seconds, Meta(description="seconds until they may make one more")] = 0.2

    search_length: Annotated[Count, Meta(description="characters of what is searched for")] = 200
    searches_burst: Annotated[Count, Meta(description="searches by one person at once")] = 30
    searches_every: Annotated[Seconds, Meta(description="seconds until they may search once more")] = 2.0
    messages_burst: Annotated[Count, Meta(description="messages that one person may send at once")] = 10
    messages_every: Annotated[Seconds, Meta(description="seconds until they may send one more")] = 0.2
    strangers_burst: Annotated[
        Count, Meta(description="messages that one person may send at once to people who are no friends of theirs")
    ] = 60
    strangers_every: Annotated[Seconds, Meta(description="seconds until they may send one more to them")] = 1.0
    new_for: Annotated[Seconds, Meta(description="seconds for which an account is new")] = DAY
    new_directs: Annotated[Count, Meta(description="direct chats that a new account may begin in a day")] = 10

    @property
    def searches(self) -> Rate:
        """How often one person may search."""
        return Rate(burst=self.searches_burst, every=self.searches_every)

    @property
    def messages(self) -> Rate:
        """How fast one person may write."""
        return Rate(burst=self.messages_burst, every=self.messages_every)

    @property
    def to_strangers(self) -> Rate:
        """How fast one person may write to people who are no friends of theirs."""
        return Rate(burst=self.strangers_burst, every=self.strangers_every)

    @property
    def new_directs_daily(self) -> Rate:
        """How fast a new account may begin direct chats."""
        return Rate(burst=self.new_directs, every=DAY / self.new_directs)

    @property
    def preferring(self) -> Rate:
        """How fast one person may change preferences and drafts."""
        return Rate(burst=self.preferring_burst, every=self.preferring_every)

    @property
    def gatherings(self) -> Rate:
        """How fast one person may bring people into chats."""
        return Rate(burst=self.gatherings_burst, every=self.gatherings_every)

    @property
    def reactions(self) -> Rate:
        """How fast one person may react."""
        return Rate(burst=self.reactions_burst, every=self.reactions_every)

    @property
    def edits(self) -> Rate:
        """How fast one person may edit messages."""
        return Rate(burst=self.edits_burst, every=self.edits_every)

    @property
    def deletions(self) -> Rate:
        """How fast one person may delete what was said."""
        return Rate(burst=self.deletions_burst, every=self.deletions_every)

    @property
    def managing(self) -> Rate:
        """How fast one person may change groups, their members and invites."""
        return Rate(burst=self.managing_burst, every=self.managing_every)

    @property
    def openings(self) -> Rate:
        """How fast one person may make chats or have them opened."""
        return Rate(burst=self.openings_burst, every=self.openings_every)

    @property
    def syncs(self) -> Rate:
        """How often the devices of one person may sync."""
        return Rate(burst=self.syncs_burst, every=self.syncs_every)

    @property
    def forwards(self) -> Rate:
        """How fast one person may forward messages."""
        return Rate(burst=self.forwards_burst, every=self.forwards_every)

    @property
    def tidying(self) -> Rate:
        """How fast one person may pin, hide, clear and schedule."""
        return Rate(burst=self.tidying_burst, every=self.tidying_every)


@dataclass(frozen=True)
class App:
    config: Config
    bus: Bus
    db: Database
    posting: Batch[Post, Message]
    groups: Batch[int, list[int]]
    """The groups of a person, read for all who are asked about at once."""
    partners: Batch[int, list[int]]
    """Those who share a direct chat with a person, likewise."""
    viewers: Batch[int, Viewer]
    """Those who ask what happened, likewise."""
    schedules: Batch[int, list[Scheduled]]
    """What a person has scheduled, likewise."""
    reading: asyncio.Semaphore
    """Held while pages and states are read, so that they leave connections for writing."""
    limits: Limiter
    paces: Paces
    manners: Manners
    checks: Mapping[str, Check]
    receipts: Batch[Move, bool]
    """How far people have come in chats. Answers whether they are in that chat."""
    ticks: Ticks
    indexing: Indexing


@asynccontextmanager
async def open_app(config: Config, bus: Bus) -> AsyncGenerator[App]:
    """Connect to the database. Raises what `open_database` raises."""
    async with (
        open_database(config, bus) as db,
        open_cache(config) as redis,
        open_paces(redis) as paces,
        open_ticks(db, bus) as ticks,
    ):
        indexing = Indexing(db)
        manners = Manners(paces, config.messages, config.to_strangers, config.new_for)
        run = partial(_post, partial(post_all, db, Rosters(config.rosters), manners), indexing)
        posting = Batch(run, size=config.batch_size, waiting=config.batch_waiting, linger=config.batch_linger)
        yield App(
            config=config,
            bus=bus,
            db=db,
            posting=posting,
            groups=_asking(partial(store.members.groups_of, db)),
            partners=_asking(partial(store.chats.direct_partners, db)),
            viewers=_asking(partial(viewers, db)),
            schedules=_asking(partial(store.scheduled.of_all, db)),
            reading=asyncio.Semaphore(config.reads_at_once),
            limits=Limiter(redis),
            paces=paces,
            manners=manners,
            checks={"mysql": db.check},
            receipts=Batch(partial(move_all, db, ticks), size=MOVES_TOGETHER, waiting=MOVES_WAITING),
            ticks=ticks,
            indexing=indexing,
        )


def _asking(run: Callable[[list[int]], Awaitable[Sequence[Asked]]]) -> Batch[int, Asked]:
    """What is asked of people when they come back, read for all who do at once."""
    return Batch(run, size=PEOPLE_TOGETHER, waiting=PEOPLE_WAITING, pause=PEOPLE_PAUSE)


async def _post(
    run: Callable[[list[Post]], Awaitable[Sequence[Message | BaseException]]], indexing: Indexing, posts: list[Post]
) -> Sequence[Message | BaseException]:
    """Post what waits, and have it indexed later."""
    results = await run(posts)
    indexing.posted(results)
    return results
