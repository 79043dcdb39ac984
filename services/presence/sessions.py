"""The sessions that gateways report."""

from dialog.cache import GONE
from dialog.log import get_logger
from dialog.protocol.base import Actor, Nothing
from dialog.protocol.internal import ReportSessions
from dialog.service import command

from .app import App

_log = get_logger()


@command
async def report_sessions(app: App, _actor: Actor, command: ReportSessions) -> Nothing:
    """Without Redis the report is dropped: each gateway soon sends all its sessions again."""
    try:
        await app.store.gone(command.gateway, command.gone)
        await app.store.here(command.gateway, command.here)
    except GONE as error:
        _log.warning("report dropped", gateway=command.gateway, error=type(error).__name__)
    return Nothing()
