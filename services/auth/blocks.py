"""Blocks: add, remove."""

from dialog.protocol.base import Actor
from dialog.protocol.people import AddBlock, RelationNow, RemoveBlock
from dialog.service import command

from .app import App
from .friends import block, change, unblock


@command
async def add_block(app: App, actor: Actor, command: AddBlock) -> RelationNow:
    return await change(app, actor, command.user_id, block)


@command
async def remove_block(app: App, actor: Actor, command: RemoveBlock) -> RelationNow:
    return await change(app, actor, command.user_id, unblock)
