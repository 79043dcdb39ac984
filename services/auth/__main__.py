"""`python -m services.auth`"""

from dialog.service import Service, run

from . import accounts, keys, sessions, statuses
from .app import open_app

SERVICE = Service("auth", open_app, features=(accounts, sessions, keys, statuses))

if __name__ == "__main__":
    run(SERVICE)
