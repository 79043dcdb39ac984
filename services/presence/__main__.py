"""presence: who is here."""

from dialog.service import Service, run

from . import availability, news, sessions
from .app import open_app

SERVICE = Service("presence", open_app, features=(sessions, availability, news))

if __name__ == "__main__":
    run(SERVICE)
