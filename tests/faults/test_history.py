"""The checker itself: a history that is as it should be passes, and each kind of violation is caught."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dialog.protocol.chats import Member, Mine
from dialog.protocol.preferences import Preferences
from dialog.protocol.receipts import Receipt
from dialog.protocol.roles import Role
from tests.faults.checker import check
from tests.faults.history import (
    Appointment,
    Edit,
    Heard,
    HeardOut,
    History,
    Holding,
    Look,
    Marking,
    Move,
    Outcome,
    Pointed,
    Reading,
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


MINE = {
    ANNA: Mine(role=Role.OWNER, read_seq=2, unread=1),
    BEN: Mine(role=Role.MEMBER, read_seq=1, unread=1, mentions=1, prefs=Preferences(marked_unread=True)),
}
RECEIPTS = {
    ANNA: (BEN, Receipt(user_id=BEN, delivered_seq=3, read_seq=1)),
    BEN: (ANNA, Receipt(user_id=ANNA, delivered_seq=3, read_seq=2)),
}
"""What each is told of the other."""


def member(user_id: int, role: Role) -> Member:
    return Member(chat_id=CHAT, user_id=user_id, role=role, joined_seq=0, rev=user_id, left=False)


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
    history.doings = [
        Reading(CHAT, ANNA, 2, 2, Outcome.OK),
        Reading(CHAT, ANNA, 3, 3),
        Marking(CHAT, BEN, marked=True, outcome=Outcome.OK),
        Reading(CHAT, BEN, 3, outcome=Outcome.OK),
        Reading(CHAT, BEN, 1, 1, Outcome.OK),
        Marking(CHAT, BEN, marked=True, outcome=Outcome.OK),
    ]
    history.appointments = [
        Appointment(CHAT, ANNA, "owner", Outcome.OK),
        Appointment(CHAT, BEN, "member", Outcome.OK),
        Appointment(CHAT, BEN, "admin", Outcome.UNKNOWN),
    ]
    history.edits = [
        Edit(CHAT, 1, "a1", 5.0, Outcome.OK),
        Edit(CHAT, 1, "a2", 6.0),
        Edit(CHAT, 4, "d1", 6.0, Outcome.OK),
    ]
    for device in history.devices:
        history.sightings += [Sighting(device, CHAT, seq, nonce) for seq, nonce in enumerate(("a", "b", "maybe"), 1)]
        for fresh in (False, True):
            messages = {
                1: Seen("a", "a2", ANNA),
                2: Seen("b", "b", BEN),
                3: Seen("maybe", f"<@{BEN}> m", ANNA, (BEN,)),
                4: Seen("d", "d1", BEN),
            }
            history.holdings.append(
                Holding(
                    device,
                    CHAT,
                    messages,
                    members={ANNA: member(ANNA, Role.OWNER), BEN: member(BEN, Role.MEMBER)},
                    chat="row",
                    mine=MINE[history.devices[device]],
                    receipts=dict([RECEIPTS[history.devices[device]]]),
                    look=Look(3, frozenset({BEN}), frozenset()) if device == "anna" else None,
                    head_seq=4,
                    fresh=fresh,
                )
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
    del history.holdings[0].members[BEN]


def keep_an_old_row(history: History) -> None:
    for holding in history.holdings:
        if holding.device == "ben":
            holding.chat = "old row"


def miss_a_chat(history: History) -> None:
    del history.holdings[0]


def keep_a_chat(history: History) -> None:
    del history.holdings[1]


def change_mine(history: History, device: str, **changes: Any) -> None:
    for holding in history.holdings:
        if holding.device == device and holding.mine:
            holding.mine = replace(holding.mine, **changes)


def forget_what_was_read(history: History) -> None:
    for device in ("anna", "phone"):
        change_mine(history, device, read_seq=0, unread=2)


def read_what_nobody_read(history: History) -> None:
    for device in ("anna", "phone"):
        change_mine(history, device, read_seq=4, unread=0)


def keep_an_old_pointer(history: History) -> None:
    history.holdings[0].mine = replace(MINE[ANNA], read_seq=3, unread=1)


def count_one_more(history: History) -> None:
    change_mine(history, "ben", unread=2)


def miss_a_mention(history: History) -> None:
    change_mine(history, "ben", mentions=0)


def lose_a_mark(history: History) -> None:
    change_mine(history, "ben", prefs=None)


def mark_by_itself(history: History) -> None:
    for device in ("anna", "phone"):
        change_mine(history, device, prefs=Preferences(marked_unread=True))


def miss_a_receipt(history: History) -> None:
    history.holdings[0].receipts = {}


def tell_another_receipt(history: History) -> None:
    for holding in history.holdings:
        if holding.device == "ben":
            holding.receipts = {ANNA: Receipt(user_id=ANNA, delivered_seq=3, read_seq=3)}


def receive_nothing(history: History) -> None:
    for holding in history.holdings:
        if holding.device != "ben":
            holding.receipts = {BEN: Receipt(user_id=BEN, delivered_seq=1, read_seq=1)}


def look_wrong(history: History) -> None:
    for holding in history.holdings:
        if holding.look:
            holding.look = Look(3, frozenset({BEN}), frozenset({BEN}))


def go_back(history: History) -> None:
    history.pointed = [Pointed("ben", CHAT, ANNA, 3, 2), Pointed("ben", CHAT, ANNA, 3, 1)]


def lose_a_role(history: History) -> None:
    for holding in history.holdings:
        holding.members[ANNA] = member(ANNA, Role.ADMIN)


def lose_a_member(history: History) -> None:
    for holding in history.holdings:
        del holding.members[BEN]


def gain_a_member(history: History) -> None:
    for holding in history.holdings:
        holding.members[3] = member(3, Role.MEMBER)


def mention_nobody(history: History) -> None:
    for holding in history.holdings:
        holding.messages[3] = Seen("maybe", f"<@{BEN}> m", ANNA)


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
        (forget_what_was_read, Kind.POINTER),
        (read_what_nobody_read, Kind.POINTER),
        (keep_an_old_pointer, Kind.STALE),
        (count_one_more, Kind.MISCOUNTED),
        (miss_a_mention, Kind.MISCOUNTED),
        (lose_a_mark, Kind.MISMARKED),
        (mark_by_itself, Kind.MISMARKED),
        (miss_a_receipt, Kind.STALE),
        (miss_a_receipt, Kind.MISTOLD),
        (tell_another_receipt, Kind.MISTOLD),
        (receive_nothing, Kind.POINTER),
        (look_wrong, Kind.MISTOLD),
        (go_back, Kind.BACKWARDS),
        (lose_a_role, Kind.MISPLACED),
        (lose_a_member, Kind.MISPLACED),
        (gain_a_member, Kind.MISPLACED),
        (mention_nobody, Kind.MISNAMED),
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
