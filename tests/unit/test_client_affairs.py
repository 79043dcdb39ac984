"""One's own affairs as a client holds them: events move their number, answers to commands do not."""

from dialog.client import State
from dialog.protocol.accounts import User
from dialog.protocol.people import Relation, RelationChanged, RelationState


def blocked(user_id: int, rev: int) -> RelationChanged:
    user = User(id=user_id, username=f"user{user_id}", display_name="User", description="", avatar=None, rev=1)
    return RelationChanged(relation=Relation(user=user, state=RelationState.NONE, blocked=True, since=0), rev=rev)


def test_an_answer_that_says_nothing_new_hides_no_event() -> None:
    """It carries the number of a change that another device made, and of which the event is still on its way."""
    state = State()
    assert state.apply(blocked(1, rev=1))
    state.learn(blocked(1, rev=2))
    assert state.apply(blocked(2, rev=2))
    assert state.affairs.relations.keys() == {1, 2}
    assert (state.affairs.rev, state.affairs.behind) == (2, False)


def test_an_answer_that_comes_late_is_passed_over() -> None:
    state = State()
    state.apply(blocked(1, rev=1))
    assert not state.learn(blocked(2, rev=1))
    assert state.affairs.relations.keys() == {1}
