"""One's own affairs: friends, requests and blocks, settings, warnings of the operators."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from dialog.protocol.base import Event
from dialog.protocol.people import Relation, RelationChanged, Relations, RelationState
from dialog.protocol.settings import Settings, SettingsEdited
from dialog.protocol.warnings import WarningGiven, WarningGone, WarningNote

OwnAffair = RelationChanged | SettingsEdited | WarningGiven | WarningGone
"""The events that carry the number of one's own affairs."""


class Affairs:
    """They are counted by one number. A gap is not waited for: all of them are fetched."""

    def __init__(self) -> None:
        self.relations: dict[int, Relation] = {}
        """Friends, requests and blocks. Their profiles may be older than those that `State` holds."""
        self.settings: Settings | None = None
        self.warnings: dict[int, WarningNote] = {}
        """Until they are dismissed; by id."""
        self.rev = 0
        self.behind = False
        """Whether something was missed: they are to be fetched."""

    def apply(self, event: OwnAffair) -> bool:
        """Apply what was told. Returns whether it is news."""
        if event.rev <= self.rev:
            return False
        self.behind = self.behind or event.rev > self.rev + 1
        if not self.behind:
            self.rev = event.rev
        self._note(event)
        return True

    def learn(self, event: OwnAffair) -> bool:
        """Apply what an answer says. Its number may be that of another change, which is yet to be heard: when nothing
        has changed by the command, it is as of then. So only events move ours."""
        if event.rev <= self.rev:
            return False
        self._note(event)
        return True

    def _note(self, event: OwnAffair) -> None:
        if isinstance(event, SettingsEdited):
            self.settings = event.settings
        elif isinstance(event, WarningGiven):
            self.warnings[event.warning.id] = event.warning
        elif isinstance(event, WarningGone):
            self.warnings.pop(event.warning_id, None)
        else:
            self._relate(event.relation)

    def _relate(self, relation: Relation) -> None:
        if relation.state is RelationState.NONE and not relation.blocked:
            self.relations.pop(relation.user.id, None)
        else:
            self.relations[relation.user.id] = relation

    def set(self, pages: Sequence[Relations]) -> Sequence[Event]:
        """Be what `people.list` answered. Returns what is news of it."""
        old, known, first = self.relations, self.warnings, pages[0]
        self.behind = False
        self.rev = first.rev
        news: list[Event] = []
        if self.settings != first.settings:
            news.append(SettingsEdited(settings=first.settings, rev=first.rev))
        self.settings = first.settings
        self.warnings = {warning.id: warning for warning in first.warnings}
        news += [WarningGiven(warning=one, rev=first.rev) for one in first.warnings if one.id not in known]
        news += [WarningGone(warning_id=id_, rev=first.rev) for id_ in known if id_ not in self.warnings]
        self.relations = {relation.user.id: relation for page in pages for relation in page.relations}
        for user_id, relation in self.relations.items():
            if old.get(user_id) != relation:
                news.append(RelationChanged(relation=relation, rev=first.rev))
        for user_id in old.keys() - self.relations.keys():
            gone = replace(old[user_id], state=RelationState.NONE, blocked=False, since=0)
            news.append(RelationChanged(relation=gone, rev=first.rev))
        return news

    def is_friend(self, user_id: int) -> bool:
        """Whether that person is a friend."""
        relation = self.relations.get(user_id)
        return relation is not None and relation.state is RelationState.FRIEND

    def blocked(self) -> frozenset[int]:
        """Those whom one blocks."""
        return frozenset(user_id for user_id, relation in self.relations.items() if relation.blocked)

    def clear(self) -> None:
        """Drop everything: the server's numbers have started anew."""
        self.relations.clear()
        self.settings = None
        self.warnings.clear()
        self.rev = 0

    def snapshot(self) -> dict[str, Any]:
        """Everything that lasts, as plain values."""
        return {
            "relations": {
                user_id: (relation.state, relation.blocked, relation.since)
                for user_id, relation in self.relations.items()
            },
            "settings": self.settings,
            "warnings": self.warnings,
        }
