"""What can be wrong with a history."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What can be wrong."""

    LOST = "an acknowledged message is missing"
    EDIT_LOST = "an acknowledged edit is missing"
    DIVERGED = "two saw different messages under one number"
    GAP = "a number is missing"
    REPEATED = "a device took in one message twice"
    DOUBLED = "one message was posted twice"
    PHANTOM = "nobody tried to send this"
    REFUSED_YET_POSTED = "it was refused and is there"
    OUT_OF_ORDER = "a device saw messages out of order"
    REORDERED = "it was sent after another one was acknowledged and stands before it"
    OVERHEARD = "somebody heard what was said after they had left"
    STALE = "a device does not hold what a fresh start fetches"
    POINTER = "how far somebody has read or received is not what was acknowledged"
    BACKWARDS = "a device saw how far somebody has come go back"
    MISCOUNTED = "what is unread, or mentions somebody, is not what there is"
    MISMARKED = "a chat is marked unread, or not, against what was acknowledged"
    MISTOLD = "others are told something else of how far somebody has come"
    MISPLACED = "who is in a group, or as what, is not what was acknowledged"
    MISNAMED = "whom a message mentions is not what it says"
    BROKEN = "somebody was answered `internal`"


class Violation(Struct, frozen=True):
    kind: Kind
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"
