"""chat: what is said."""

from dialog.service import Service, run

from . import (
    bans,
    changes,
    chats,
    circles,
    clearing,
    disappearing,
    edits,
    forwarding,
    hiding,
    invisible,
    invites,
    members,
    messages,
    moderation,
    pairs,
    people,
    pins,
    preferences,
    reactions,
    receipts,
    reports,
    scheduled,
    search,
    settings,
)
from .workers import open_working

SERVICE = Service(
    "chat",
    open_working,
    features=(
        chats,
        members,
        settings,
        bans,
        invites,
        messages,
        changes,
        people,
        pairs,
        circles,
        forwarding,
        edits,
        hiding,
        pins,
        reactions,
        scheduled,
        clearing,
        disappearing,
        receipts,
        invisible,
        preferences,
        search,
        reports,
        moderation,
    ),
)

if __name__ == "__main__":
    run(SERVICE)
