"""gateway: sockets and the HTTP door. Knows no chat rules and has no SQL."""

from dialog.service import Service, run

from . import api, handshake
from .app import drain, open_app

SERVICE = Service("gateway", open_app, features=(handshake, api), drain=drain)

if __name__ == "__main__":
    run(SERVICE)
