"""chat: what is said."""

from dialog.service import Service, run

from . import changes, chats, circles, members, messages, people
from .app import open_app

SERVICE = Service("chat", open_app, features=(chats, members, messages, changes, people, circles))

if __name__ == "__main__":
    run(SERVICE)
