"""chat: what is said."""

from dialog.service import Service, run

from . import bans, changes, chats, invites, members, messages, people, settings
from .app import open_app

SERVICE = Service("chat", open_app, features=(chats, members, messages, changes, people, settings, bans, invites))

if __name__ == "__main__":
    run(SERVICE)
