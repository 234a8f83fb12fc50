"""How many files this process may have open, and how many a crew needs."""

import resource

FOR_ALL = 128
"""The supervisor's own: ledger, sockets, watches, dashboards."""
FOR_EACH = 16
"""An agent's: its terminal, its transcript, commands on its behalf."""
MOST = 8192
"""No more is asked for: agents inherit it, and some programs look at every number below it."""


def needed(agents: int) -> int:
    """So many a crew of that size needs at its busiest."""
    return FOR_ALL + FOR_EACH * agents


def raise_limit(agents: int) -> int:
    """Raise the limit as far as that is allowed and of use; returns what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = min(MOST if hard == unlimited else hard, max(MOST, needed(agents)))
    if soft != unlimited and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return MOST if soft == unlimited else soft
