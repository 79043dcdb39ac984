"""Somebody as presence knows them, and what follows from it for others. No I/O, no clock: `now` is an argument.

| connected | chose | had input lately | others see |
| --- | --- | --- | --- |
| no | anything | | offline |
| yes | invisible, or it is not known what | | offline |
| yes | do not disturb | | dnd, the text, until when |
| yes | nothing else | no | idle, the text |
| yes | nothing else | yes | online, the text |
"""

import msgspec
from msgspec import Struct

from dialog.protocol.presence import Availability, Choice, ChosenStatus, Presence


class Shown(Struct, frozen=True):
    """What others see, but for `last_seen`."""

    status: Availability = Availability.OFFLINE
    text: str = ""
    until: int | None = None

    def of(self, user_id: int, last_seen: int | None = None) -> Presence:
        return Presence(user_id=user_id, status=self.status, text=self.text, until=self.until, last_seen=last_seen)


OFFLINE = Shown()


class Timing(Struct, frozen=True):
    """Seconds."""

    idle_after: float
    """Without input on any device."""
    transition: float
    """From one change that is told to the next."""


class Person(Struct, frozen=True):
    """Moments are seconds of Redis's clock."""

    user_id: int
    here: float = 0.0
    """Until when they count as connected."""
    active: float = 0.0
    """When they last had input on some device."""
    status: ChosenStatus | None = None
    """What they chose to show; None when it is not known."""
    known: float = 0.0
    """Until when that may be relied on without asking again."""
    shown: Shown | None = None
    """What was told last; None for nothing, which is as good as offline."""
    told: float = 0.0
    """When."""
    seen: int | None = None
    """When they last ceased to be seen: milliseconds since 1970."""

    def is_unknown(self, now: float) -> bool:
        """Whether something depends on what they chose, and it is not known."""
        return self.here > now and self.status is None

    def needs_status(self, now: float) -> bool:
        """Whether what they chose should be asked for."""
        return self.here > now and (self.status is None or self.known <= now)

    def chosen(self, now: float) -> ChosenStatus | None:
        return self.status.at(int(now * 1000)) if self.status else None

    def seen_as(self, now: float, timing: Timing) -> Shown:
        """What others see at this moment."""
        chosen = self.chosen(now)
        if self.here <= now or chosen is None or chosen.status is Choice.INVISIBLE:
            return OFFLINE
        if chosen.status is Choice.DND:
            availability = Availability.DND
        elif self.active + timing.idle_after <= now:
            availability = Availability.IDLE
        else:
            availability = Availability.ONLINE
        return Shown(status=availability, text=chosen.text, until=chosen.until)

    def went_untold(self, now: float) -> bool:
        """Whether they have gone, and Redis forgot what was told of them before: others may hold that they are here.

        Of somebody invisible nothing is told then, as of somebody who was never there.
        """
        chosen = self.chosen(now)
        known_visible = chosen is not None and chosen.status is not Choice.INVISIBLE
        return self.shown is None and 0 < self.here <= now and known_visible

    def last_seen(self, now: float) -> int | None:
        """When somebody who is offline ceased to be seen: their last session ended, or they became invisible."""
        if self.shown is None or self.shown == OFFLINE:
            return self.seen
        moments = [int(self.here * 1000)] if self.here <= now else []
        chosen = self.chosen(now)
        if chosen and chosen.status is Choice.INVISIBLE:
            moments.append(chosen.since)
        return min(moments, default=self.seen)

    def presence(self, now: float, timing: Timing, *, with_last_seen: bool) -> Presence:
        """What somebody is told who asks at this moment."""
        shown = self.seen_as(now, timing)
        return shown.of(self.user_id, self.last_seen(now) if with_last_seen and shown == OFFLINE else None)

    def look_again(self, now: float, timing: Timing) -> float | None:
        """When something may change by itself; None for never."""
        if self.here <= now:
            return None
        moments = [self.here, self.known, self.active + timing.idle_after]
        chosen = self.chosen(now)
        if chosen and chosen.until:
            moments.append(chosen.until / 1000)
        return min((moment for moment in moments if moment > now), default=self.here)


SHOWN = msgspec.json.Decoder(Shown)
CHOSEN = msgspec.json.Decoder(ChosenStatus)


def read_person(user_id: int, fields: dict[str, str]) -> Person:
    """Somebody as the store keeps them."""
    return Person(
        user_id=user_id,
        here=float(fields.get("here", 0)),
        active=float(fields.get("active", 0)),
        status=CHOSEN.decode(fields["status"]) if "status" in fields else None,
        known=float(fields.get("known", 0)),
        shown=SHOWN.decode(fields["shown"]) if "shown" in fields else None,
        told=float(fields.get("told", 0)),
        seen=int(fields["seen"]) if "seen" in fields else None,
    )
