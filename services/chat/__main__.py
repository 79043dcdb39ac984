"""chat: what is said."""

from dialog.service import Service, run

from . import changes, chats, members, messages, pairs, people
from .app import open_app

SERVICE = Service("chat", open_app, features=(chats, members, messages, changes, people, pairs))

if __name__ == "__main__":
    run(SERVICE)
