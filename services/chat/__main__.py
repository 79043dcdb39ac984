"""chat: what is said."""

from dialog.service import Service, run

from . import changes, chats, members, messages, people, preferences, receipts
from .app import open_app

SERVICE = Service("chat", open_app, features=(chats, members, messages, changes, people, receipts, preferences))

if __name__ == "__main__":
    run(SERVICE)
