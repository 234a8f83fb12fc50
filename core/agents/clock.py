"""When a limit ends, from the words of a program: ``3pm``, ``3:05 PM``, ``15:00``."""

import re
from datetime import datetime, timedelta

_TIME = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*([AaPp])?\.?[Mm]?\.?")


def seconds_until(text: str, now: datetime) -> float | None:
    """Seconds from ``now`` to the next such time of day in its time zone; none if it says none."""
    found = _TIME.search(text)
    if found is None or not (found.group(2) or found.group(3)):
        return None
    hour, minute = int(found.group(1)), int(found.group(2) or 0)
    if found.group(3):
        hour = hour % 12 + (12 if found.group(3) in "Pp" else 0)
    if hour > 23 or minute > 59:
        return None
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at <= now:
        at += timedelta(days=1)
    return (at - now).total_seconds()
