"""Tells the services which keys access tokens are checked with."""

from dialog.protocol.base import Actor
from dialog.protocol.internal import GetSigningKeys, SigningKeys
from dialog.service import command

from .app import App


@command
async def get_signing_keys(app: App, actor: Actor, command: GetSigningKeys) -> SigningKeys:
    """The public keys of today, yesterday and tomorrow."""
    return SigningKeys(keys=await app.signer.published())
