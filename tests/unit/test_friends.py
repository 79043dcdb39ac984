"""Friend requests and blocks: every state of two people, every action, and what each of them holds afterwards."""

import pytest

from dialog.protocol.base import Refused
from services.auth.friends import (
    DAY_MS,
    FRIEND,
    INCOMING,
    LAPSE_MS,
    NONE,
    OUTGOING,
    Bond,
    Pair,
    Transition,
    accept,
    block,
    cancel,
    current,
    decline,
    remove,
    request,
    unblock,
)

NOW = 100 * LAPSE_MS
ACTIONS: dict[str, Transition] = {
    "request": request,
    "accept": accept,
    "decline": decline,
    "cancel": cancel,
    "remove": remove,
    "block": block,
    "unblock": unblock,
}


def bond(state: str, **details: int) -> Bond:
    kinds = {"none": NONE, "in": INCOMING, "out": OUTGOING, "friend": FRIEND}
    return Bond(state=kinds[state], since=0 if state == "none" else NOW - 1, **details)


def pair(text: str) -> Pair:
    """`mine theirs`, and who blocks: `none out +me`."""
    mine, theirs, *blocks = text.split()
    return Pair(bond(mine), bond(theirs), i_block="+me" in blocks, they_block="+them" in blocks)


def shape(made: Pair) -> str:
    names = {NONE: "none", INCOMING: "in", OUTGOING: "out", FRIEND: "friend"}
    blocks = (" +me" if made.i_block else "") + (" +them" if made.they_block else "")
    return f"{names[made.mine.state]} {names[made.theirs.state]}{blocks}"


TABLE = """
from             | request          | accept        | decline         | cancel          | remove          | block            | unblock
none none        | out in           | not_found     | =               | =               | =               | none none +me    | =
out in           | =                | not_found     | =               | none none       | =               | none none +me    | =
in out           | friend friend    | friend friend | none out        | =               | =               | none out +me     | =
friend friend    | =                | =             | =               | =               | none none       | none none +me    | =
out none         | =                | not_found     | =               | none none       | =               | none none +me    | =
none out         | friend friend    | not_found     | =               | =               | =               | none out +me     | =
none none +me    | blocked_by_you   | not_found     | =               | =               | =               | =                | none none
none out +me     | blocked_by_you   | not_found     | =               | =               | =               | =                | none out
none none +them  | out none +them   | not_found     | =               | =               | =               | none none +me +them | =
out none +them   | =                | not_found     | =               | none none +them | =               | none none +me +them | =
none none +me +them | blocked_by_you | not_found    | =               | =               | =               | =                | none none +them
"""  # noqa: E501 (a table)


def cases() -> list[tuple[str, str, str]]:
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [
        (row[0], action, row[0] if cell == "=" else cell)
        for row in rows
        for action, cell in zip(head[1:], row[1:], strict=True)
    ]


@pytest.mark.parametrize(("before", "action", "after"), cases())
def test_what_an_action_makes_of_two_people(before: str, action: str, after: str) -> None:
    assert outcome(action, pair(before)) == after
    if " " not in after:
        return
    made = ACTIONS[action](pair(before), NOW)
    if after == before:
        assert made == pair(before), "nothing is to be stored or told"
    if not (action == "request" and made.i_block):
        assert ACTIONS[action](made, NOW + 1) == made, "done twice it is done once"


def outcome(action: str, before: Pair) -> str:
    """What comes of it, or the reason of the refusal."""
    try:
        return shape(ACTIONS[action](before, NOW))
    except Refused as refused:
        return str(refused)


def test_every_state_that_actions_lead_to_is_in_the_table() -> None:
    rows = {before for before, _, _ in cases()}
    mirrored = {shape(Pair(made.theirs, made.mine, made.they_block, made.i_block)) for made in map(pair, rows)}
    reached = {after for _, _, after in cases() if " " in after}
    assert reached <= rows | mirrored


@pytest.mark.parametrize(
    ("declines", "days", "heard"), [(1, 6.9, False), (1, 7, True), (2, 29.9, False), (2, 30, True), (5, 30, True)]
)
def test_a_request_after_one_that_was_declined(declines: int, days: float, heard: bool) -> None:
    theirs = Bond(declines=declines, declined_at=NOW - int(days * DAY_MS))
    made = request(Pair(theirs=theirs), NOW)
    assert made.mine.state is OUTGOING
    assert made.theirs.state is (INCOMING if heard else NONE)
    assert made.theirs.declines == declines


def test_declines_are_counted_and_outlive_a_request_that_is_taken_back() -> None:
    made = decline(Pair(Bond(INCOMING, NOW, declines=1, declined_at=5), Bond(OUTGOING, NOW)), NOW)
    assert made.mine == Bond(declines=2, declined_at=NOW)
    taken_back = cancel(Pair(Bond(OUTGOING, NOW), Bond(INCOMING, NOW, declines=2, declined_at=5)), NOW)
    assert taken_back.theirs == Bond(declines=2, declined_at=5)


@pytest.mark.parametrize("state", [INCOMING, OUTGOING])
def test_a_request_lapses(state: object) -> None:
    waiting = bond("in" if state is INCOMING else "out")
    assert current(waiting, NOW - 2 + LAPSE_MS) == waiting
    assert current(waiting, NOW - 1 + LAPSE_MS).state is NONE
    assert current(bond("friend"), NOW + 10 * LAPSE_MS).state is FRIEND
