"""`python -m services.auth`"""

from dialog.service import Service, run

from . import accounts, keys, sessions
from .app import open_app

SERVICE = Service("auth", open_app, features=(accounts, sessions, keys))

if __name__ == "__main__":
    run(SERVICE)
