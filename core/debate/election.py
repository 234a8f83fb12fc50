"""An election: options, and ballots that rank some of them."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crewtui.core.model.errors import ConfigError
from crewtui.core.model.text import one_line

MOST_OPTIONS = 12
"""Following every order of eliminations takes time that doubles with each further option."""
MOST_BALLOTS = 1000


def _name(text: str) -> str:
    if not text.strip() or one_line(text) != text:
        raise ValueError("a name of visible characters on one line")
    return text


Name = Annotated[str, Field(max_length=200), AfterValidator(_name)]


class Ballot(BaseModel):
    """A strict order of some options; what is not ranked is below all that is, and equal there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    voter: Name
    ranking: tuple[Name, ...] = Field(min_length=1)
    count: int = Field(default=1, ge=1, le=1_000_000)
    """So many voters cast this very ballot."""


class Election(BaseModel):
    """What is voted on and how it was voted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    options: tuple[Name, ...] = Field(min_length=1, max_length=MOST_OPTIONS)
    ballots: tuple[Ballot, ...] = Field(min_length=1, max_length=MOST_BALLOTS)

    @model_validator(mode="after")
    def _checked(self) -> "Election":
        if len(set(self.options)) != len(self.options):
            raise ValueError("each option once")
        for ballot in self.ballots:
            check_ranking(ballot, self.options)
        return self


def check_ranking(ballot: Ballot, options: tuple[str, ...]) -> None:
    """Raise ``ValueError`` for a ballot that names an unknown option or one twice."""
    unknown = [name for name in ballot.ranking if name not in options]
    if unknown:
        raise ValueError(f"{ballot.voter}: no option {unknown[0]!r}; known: {', '.join(options)}")
    if len(set(ballot.ranking)) != len(ballot.ranking):
        raise ValueError(f"{ballot.voter}: each option at most once")


def read_election(text: str, name: str) -> Election:
    """The election in a JSON text; raises ``ConfigError`` that says where it is wrong."""
    try:
        return Election.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "election"
        raise ConfigError(
            f"{name}: {where}: {first['msg']}",
            'it looks like {"options": ["A", "B"], "ballots": [{"voter": "x", "ranking": ["A"]}]}',
        ) from None
