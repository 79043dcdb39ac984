"""`python -m services.auth`"""

from dialog.service import Service, run

from . import accounts, blocks, friends, keys, moderation, profiles, reports, sessions, settings, statuses
from .app import open_app

SERVICE = Service(
    "auth",
    open_app,
    features=(accounts, sessions, keys, profiles, friends, blocks, settings, statuses, reports, moderation),
)

if __name__ == "__main__":
    run(SERVICE)
