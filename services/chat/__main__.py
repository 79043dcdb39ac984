"""chat: what is said."""

from dialog.service import Service, run

from . import (
    changes,
    chats,
    clearing,
    disappearing,
    edits,
    forwarding,
    hiding,
    members,
    messages,
    people,
    pins,
    reactions,
    scheduled,
)
from .workers import open_working

SERVICE = Service(
    "chat",
    open_working,
    features=(
        chats,
        members,
        messages,
        changes,
        people,
        forwarding,
        edits,
        hiding,
        pins,
        reactions,
        scheduled,
        clearing,
        disappearing,
    ),
)

if __name__ == "__main__":
    run(SERVICE)
