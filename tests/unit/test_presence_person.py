"""What others see of somebody, and when they are told: the table of presence, without a clock."""

import msgspec
import pytest

from dialog.protocol.presence import Availability, Choice, ChosenStatus
from services.presence.announce import look
from services.presence.person import OFFLINE, Person, Shown, Timing

NOW = 1_000_000.0
TIMING = Timing(idle_after=300.0, transition=5.0)
HERE, AWAY = NOW + 60, NOW - 60
FRESH, STALE = NOW - 10, NOW - 301


def chosen(status: Choice, *, text: str = "", until: float | None = None) -> ChosenStatus:
    ends = None if until is None else int(until * 1000)
    return ChosenStatus(status=status, text=text, until=ends, since=int((NOW - 30) * 1000), rev=1)


AUTO, DND, INVISIBLE = (chosen(choice, text="busy") for choice in Choice)


@pytest.mark.parametrize(
    ("here", "active", "status", "seen"),
    [
        (HERE, FRESH, AUTO, Shown(Availability.ONLINE, "busy")),
        (HERE, STALE, AUTO, Shown(Availability.IDLE, "busy")),
        (HERE, FRESH, DND, Shown(Availability.DND, "busy")),
        (HERE, STALE, DND, Shown(Availability.DND, "busy")),
        (HERE, FRESH, INVISIBLE, OFFLINE),
        (HERE, STALE, INVISIBLE, OFFLINE),
        (HERE, FRESH, None, OFFLINE),
        (AWAY, FRESH, AUTO, OFFLINE),
        (AWAY, STALE, AUTO, OFFLINE),
        (AWAY, FRESH, DND, OFFLINE),
        (AWAY, FRESH, INVISIBLE, OFFLINE),
        (AWAY, FRESH, None, OFFLINE),
        (HERE, FRESH, chosen(Choice.DND, text="x", until=NOW + 1), Shown(Availability.DND, "x", int(NOW + 1) * 1000)),
        (HERE, FRESH, chosen(Choice.DND, text="x", until=NOW - 1), Shown(Availability.ONLINE)),
        (HERE, FRESH, chosen(Choice.INVISIBLE, until=NOW), Shown(Availability.ONLINE)),
    ],
)
def test_what_others_see(here: float, active: float, status: ChosenStatus | None, seen: Shown) -> None:
    assert Person(7, here=here, active=active, status=status).seen_as(NOW, TIMING) == seen


@pytest.mark.parametrize("shown", [None, OFFLINE, Shown(Availability.ONLINE), Shown(Availability.IDLE, "x")])
@pytest.mark.parametrize("active", [FRESH, STALE])
@pytest.mark.parametrize("with_last_seen", [False, True])
def test_invisible_is_offline_byte_for_byte(shown: Shown | None, active: float, with_last_seen: bool) -> None:
    """Whoever became invisible at the moment at which somebody else went."""
    went = NOW - 30
    hidden = Person(7, here=HERE, active=active, status=INVISIBLE, shown=shown, seen=5)
    gone = Person(7, here=went, active=active, status=AUTO, shown=shown, seen=5)
    answers = [msgspec.json.encode(one.presence(NOW, TIMING, with_last_seen=with_last_seen)) for one in (hidden, gone)]
    assert answers[0] == answers[1]
    told = [look(one, NOW, TIMING) for one in (hidden, gone)]
    if shown is not None:
        assert (told[0].shown, told[0].seen) == (told[1].shown, told[1].seen)


def test_who_went_after_redis_forgot_is_told_of_but_never_who_is_invisible() -> None:
    assert look(Person(7, here=AWAY, status=AUTO), NOW, TIMING).shown == OFFLINE
    for silent in (
        Person(7, here=AWAY, status=INVISIBLE),
        Person(7, here=HERE, status=INVISIBLE),
        Person(7, here=AWAY),
        Person(7, status=AUTO),
    ):
        assert look(silent, NOW, TIMING).shown is None


def test_last_seen_stays_what_it_was_while_somebody_is_invisible() -> None:
    hidden = Person(7, here=HERE, status=INVISIBLE, shown=OFFLINE, seen=5)
    assert hidden.last_seen(NOW) == 5
    gone_meanwhile = Person(7, here=AWAY, status=INVISIBLE, shown=OFFLINE, seen=5)
    assert gone_meanwhile.last_seen(NOW) == 5


def test_a_change_is_told_once_and_not_too_soon_after_the_last() -> None:
    online = Shown(Availability.ONLINE, "busy")
    came = Person(7, here=HERE, active=FRESH, status=AUTO)
    assert look(came, NOW, TIMING).shown == online
    just_told = Person(7, here=HERE, active=FRESH, status=AUTO, shown=OFFLINE, told=NOW - 2)
    assert look(just_told, NOW, TIMING) == look(just_told, NOW + 1, TIMING)
    assert look(just_told, NOW, TIMING).again == NOW + 3
    assert look(just_told, NOW + 3, TIMING).shown == online
    same = Person(7, here=HERE, active=FRESH, status=AUTO, shown=online, told=NOW - 60)
    assert look(same, NOW, TIMING).shown is None


@pytest.mark.parametrize(
    ("person", "again"),
    [
        (Person(7, here=HERE, known=NOW + 600, active=FRESH, status=AUTO), HERE),
        (Person(7, here=HERE, known=NOW + 20, active=FRESH, status=AUTO), NOW + 20),
        (Person(7, here=HERE, known=NOW + 600, active=NOW - 280, status=AUTO), NOW + 20),
        (Person(7, here=HERE, known=NOW + 600, active=FRESH, status=chosen(Choice.DND, until=NOW + 9)), NOW + 9),
        (Person(7, here=AWAY, known=NOW + 600, active=FRESH, status=DND), None),
    ],
)
def test_somebody_is_looked_at_again_when_something_may_have_changed(person: Person, again: float | None) -> None:
    assert person.look_again(NOW, TIMING) == again
