"""What a request is: a name, who may make it, typed parameters, what it is answered with.

Standard library only: short commands make requests all day and must not import pydantic. The
supervisor alone validates, with the same classes.
"""

from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Annotated, Any, ClassVar

MOST_ID = 64
MOST_LINE = 4000
MOST_TEXT = 64 * 1024
MOST_BODY = 1024 * 1024
"""Lengths in characters."""


class Who(StrEnum):
    """Who may make a request."""

    ANYONE = "anyone"
    """Any process of this user that reaches the socket; never by file."""
    AGENT = "agent"
    """An agent of the crew, by the token of its run, or the operator."""
    OPERATOR = "operator"
    """Whoever has the operator's token: it is made from the project's secret."""


class Param:
    """What a parameter is: in words, in which unit, within which limits.

    ``low`` and ``high`` bound a number; ``least`` and ``most`` are characters of a text or parts
    of a list. No dataclass: that would cost every command a fraction of a millisecond.
    """

    __slots__ = ("about", "high", "least", "low", "most", "unit")

    def __init__(
        self,
        about: str,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
        least: int | None = None,
        most: int | None = None,
    ):
        self.about, self.unit = about, unit
        self.low, self.high = low, high
        self.least, self.most = least, most

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """The limits as pydantic's core checks them; numbers and flags are never made of texts."""
        schema = handler(source)
        kind = schema["type"]
        if kind in ("int", "float", "bool"):
            schema["strict"] = True
        if kind == "float":
            schema["allow_inf_nan"] = False
        bounds = {"ge": self.low, "le": self.high}
        lengths = {"min_length": self.least, "max_length": self.most}
        given = bounds if kind in ("int", "float") else lengths if kind != "bool" else {}
        schema.update({key: value for key, value in given.items() if value is not None})
        return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Something that the supervisor can be asked."""

    NAME: ClassVar[str]
    WHO: ClassVar[Who]
    RESULT: ClassVar[str] = "null"
    """The type of a good answer, as core.model names it."""
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    @property
    def params(self) -> dict[str, Any]:
        """The parameters as they are written on the wire: those that differ from their default."""
        found = ((field, getattr(self, field.name)) for field in fields(self))
        return {
            field.name: value
            for field, value in found
            if value != field.default and (value or field.default_factory is MISSING)
        }


AgentId = Annotated[str, Param("an agent's id", most=MOST_ID)]
AgentIds = Annotated[tuple[AgentId, ...], Param("agents; none means all of the crew", most=256)]
Reason = Annotated[str, Param("why, for those whom it concerns", most=MOST_LINE)]
Text = Annotated[str, Param("the text", least=1, most=MOST_TEXT)]
Seconds = Annotated[float, Param("how long", "s", 0, 30 * 86400)]
Approve = Annotated[bool, Param("whether it is let pass, or goes back")]
