"""The one request that is made all day, by itself: what is not imported costs nothing."""

from dataclasses import dataclass
from typing import ClassVar

from crewtui.core.rpc.request import Request, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Status(Request):
    """The crew's state as it is now."""

    NAME: ClassVar = "status"
    WHO: ClassVar = Who.ANYONE
    RESULT: ClassVar = "CrewState"
