"""gateway: sockets, the HTTP door and the web client. Knows no chat rules and has no SQL."""

from dialog.service import Service, run

from . import api, handshake, web_app
from .app import drain, open_app

SERVICE = Service("gateway", open_app, features=(handshake, api, web_app), drain=drain)

if __name__ == "__main__":
    run(SERVICE)
