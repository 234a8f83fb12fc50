"""What each request does: one module a subject, one function a request."""

from crewtui.core.service.handlers import agents, deciding, mail, panes, phases, watching, work
from crewtui.core.service.port import Handlers

_WORKFLOW: Handlers = {**deciding.HANDLERS, **work.HANDLERS, **phases.HANDLERS}
HANDLERS: Handlers = {
    **watching.HANDLERS,
    **panes.HANDLERS,
    **agents.HANDLERS,
    **mail.HANDLERS,
    **_WORKFLOW,
}
OF_WORKFLOW = frozenset(_WORKFLOW)
"""Requests after which the scheduler looks what follows."""
