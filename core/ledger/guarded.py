"""Work that goes on for ever must outlive what one piece of it runs into."""

from collections.abc import Awaitable

from crewtui.core.ledger.store import Ledger
from crewtui.core.model.errors import CrewtuiError, LedgerError, why


async def guarded(ledger: Ledger, what: str, work: Awaitable[None]) -> bool:
    """Do the work; what it runs into becomes an event. A ledger that is damaged ends it all.

    Returns whether it went well.
    """
    try:
        await work
    except LedgerError:
        raise
    except (CrewtuiError, OSError) as error:
        await ledger.event("work.failed", text=f"{what}: {why(error)}", what=what)
        return False
    return True
