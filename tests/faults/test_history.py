"""The checker itself: a history that is as it should be passes, and each kind of violation is caught."""

from collections.abc import Callable

import pytest

from tests.faults.checker import check
from tests.faults.history import (
    Edit,
    Heard,
    HeardOut,
    History,
    Holding,
    Move,
    Outcome,
    Removal,
    Return,
    Seen,
    Send,
    Sighting,
    longest_span,
)
from tests.faults.violations import Kind

CHAT = 7
ANNA, BEN = 1, 2


def good() -> History:
    """Two people, three devices, three acknowledged messages, one unknown that happened and one that did not."""
    history = History(devices={"anna": ANNA, "phone": ANNA, "ben": BEN})
    history.sends = [
        Send(ANNA, CHAT, "a", 0.0, 1.0, Outcome.OK, 1),
        Send(BEN, CHAT, "b", 0.5, 1.5, Outcome.OK, 2),
        Send(ANNA, CHAT, "maybe", 1.6, 2.0),
        Send(ANNA, CHAT, "no", 2.0, 3.0),
        Send(BEN, CHAT, "refused", 2.0, 3.0, Outcome.REFUSED),
        Send(BEN, CHAT, "d", 3.0, 4.0, Outcome.OK, 4),
    ]
    history.edits = [
        Edit(CHAT, 1, "a1", 5.0, Outcome.OK),
        Edit(CHAT, 1, "a2", 6.0),
        Edit(CHAT, 4, "d1", 6.0, Outcome.OK),
    ]
    for device in history.devices:
        history.sightings += [Sighting(device, CHAT, seq, nonce) for seq, nonce in enumerate(("a", "b", "maybe"), 1)]
        for fresh in (False, True):
            messages = {1: Seen("a", "a2"), 2: Seen("b", "b"), 3: Seen("maybe", "m"), 4: Seen("d", "d1")}
            history.holdings.append(
                Holding(device, CHAT, messages, members={1: "owner", 2: "member"}, chat="row", head_seq=4, fresh=fresh)
            )
    return history


def kinds(history: History) -> set[Kind]:
    return {violation.kind for violation in check(history)}


def test_what_is_as_it_should_be_passes() -> None:
    assert check(good()) == []


def lose_on_one_device(history: History) -> None:
    for holding in history.holdings:
        if holding.device == "phone":
            del holding.messages[4]


def lose_in_the_middle(history: History) -> None:
    for holding in history.holdings:
        del holding.messages[2]


def lose_an_edit(history: History) -> None:
    for holding in history.holdings:
        holding.messages[4] = Seen("d", "d")


def show_another(history: History) -> None:
    history.sightings[1] = Sighting("anna", CHAT, 2, "maybe")


def answer_another_number(history: History) -> None:
    history.sends[1].seq = 3


def skip_a_number(history: History) -> None:
    history.sends = [send for send in history.sends if send.nonce != "maybe"]
    history.sightings = [sighting for sighting in history.sightings if sighting.seq != 3]
    for holding in history.holdings:
        del holding.messages[3]


def stay_behind_the_head(history: History) -> None:
    for holding in history.holdings:
        holding.head_seq = 5


def show_twice(history: History) -> None:
    history.sightings.append(Sighting("ben", CHAT, 3, "maybe"))


def show_late(history: History) -> None:
    history.sightings.append(Sighting("ben", CHAT, 1, "a"))


def post_the_unknown_twice(history: History) -> None:
    for holding in history.holdings:
        holding.messages[5] = Seen("maybe", "m")
        holding.head_seq = 5


def post_what_nobody_sent(history: History) -> None:
    for holding in history.holdings:
        holding.messages[5] = Seen("who", "?")
        holding.head_seq = 5


def post_the_refused(history: History) -> None:
    for holding in history.holdings:
        holding.messages[5] = Seen("refused", "r")
        holding.head_seq = 5


def put_the_later_one_first(history: History) -> None:
    history.sends[0].began, history.sends[0].ended = 1.6, 1.7


def forget_a_member(history: History) -> None:
    history.holdings[0].members = {1: "owner"}


def keep_an_old_row(history: History) -> None:
    for holding in history.holdings:
        if holding.device == "ben":
            holding.chat = "old row"


def miss_a_chat(history: History) -> None:
    del history.holdings[0]


def keep_a_chat(history: History) -> None:
    del history.holdings[1]


def answer_internal(history: History) -> None:
    history.sends[3].outcome = Outcome.BROKEN


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (lose_on_one_device, Kind.LOST),
        (lose_in_the_middle, Kind.LOST),
        (lose_in_the_middle, Kind.GAP),
        (lose_an_edit, Kind.EDIT_LOST),
        (show_another, Kind.DIVERGED),
        (answer_another_number, Kind.DIVERGED),
        (skip_a_number, Kind.GAP),
        (stay_behind_the_head, Kind.GAP),
        (show_twice, Kind.REPEATED),
        (show_late, Kind.OUT_OF_ORDER),
        (post_the_unknown_twice, Kind.DOUBLED),
        (post_what_nobody_sent, Kind.PHANTOM),
        (post_the_refused, Kind.REFUSED_YET_POSTED),
        (put_the_later_one_first, Kind.REORDERED),
        (forget_a_member, Kind.STALE),
        (keep_an_old_row, Kind.STALE),
        (miss_a_chat, Kind.STALE),
        (keep_a_chat, Kind.STALE),
        (answer_internal, Kind.BROKEN),
    ],
)
def test_each_violation_is_caught(harm: Callable[[History], None], kind: Kind) -> None:
    history = good()
    harm(history)
    assert kind in kinds(history)


def left_and_back(heard: list[Heard], *, told_at: float | None = 10.2) -> History:
    """Ben is put out as of rev 20, acknowledged at 10.0, and asked back at 50.0, as of rev 30."""
    history = good()
    history.patience = 5.0
    history.moves = {Move(CHAT, BEN, 20, left=True), Move(CHAT, BEN, 30, left=False)}
    history.removals = [Removal(CHAT, BEN, 10.0)]
    history.returns = [Return(CHAT, BEN, 50.0)]
    if told_at is not None:
        history.heard_out = [HeardOut("ben", CHAT, 20, told_at)]
    history.heard = heard
    return history


@pytest.mark.parametrize(
    ("rev", "at", "told_at"),
    [
        (19, 60.0, 10.2),  # said before, however late it comes
        (20, 60.0, 10.2),  # the leaving itself
        (21, 10.6, 10.2),  # the moment of leaving
        (21, 14.0, None),  # nobody told the device yet, and it is not long ago
        (21, 60.0, 10.2),  # repeated when they are back and may read it all
        (30, 60.0, 10.2),  # back again
        (31, 60.0, 10.2),
    ],
)
def test_what_one_may_hear_around_leaving(rev: int, at: float, told_at: float | None) -> None:
    assert kinds(left_and_back([Heard("ben", CHAT, rev, at)], told_at=told_at)) == set()


@pytest.mark.parametrize(("at", "told_at"), [(11.0, 10.2), (16.0, None)])
def test_what_one_may_not_hear_after_leaving(at: float, told_at: float | None) -> None:
    assert kinds(left_and_back([Heard("ben", CHAT, 21, at)], told_at=told_at)) == {Kind.OVERHEARD}


def test_others_hear_on() -> None:
    assert kinds(left_and_back([Heard("anna", CHAT, 25, 60.0)])) == set()


def test_examples_are_few() -> None:
    history = good()
    history.sightings += [Sighting("ben", CHAT, seq, f"p{seq}") for seq in range(10, 100)]
    assert len(check(history)) < 10


def test_the_longest_absence() -> None:
    assert longest_span([]) == 0.0
    assert longest_span([(0, True), (1, False), (2, False), (4, True), (9, False), (10, True)]) == 3
