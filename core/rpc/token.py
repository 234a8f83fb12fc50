"""The token of one run of an agent: proof that a request comes from that run.

It is derived from a secret of the project, so that a new supervisor knows the tokens of the runs
it adopts; each start of an agent has another one.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

SECRET_BYTES = 32


def load_secret(path: Path) -> bytes:
    """The project's secret, made at the first call, by the supervisor; only this user reads it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
    except FileExistsError:
        pass
    found = path.read_bytes()
    if len(found) == SECRET_BYTES:
        return found
    path.unlink()  # cut short by a crash: no token was made from it
    return load_secret(path)


def read_secret(path: Path) -> bytes | None:
    """The project's secret; none before a supervisor has made it."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    return found if len(found) == SECRET_BYTES else None


def token_of(secret: bytes, run: str) -> str:
    """The token of a run."""
    return hmac.new(secret, f"run {run}".encode(), hashlib.sha256).hexdigest()


def is_token_of(secret: bytes, run: str, token: str) -> bool:
    """Whether the token is that run's, compared in constant time."""
    return _same(token_of(secret, run), token)


def operator_token(secret: bytes) -> str:
    """The operator's token: whoever may read the project's secret decides as the operator."""
    return hmac.new(secret, b"operator", hashlib.sha256).hexdigest()


def is_operator_token(secret: bytes, token: str) -> bool:
    """Whether the token is the operator's, compared in constant time."""
    return _same(operator_token(secret), token)


def _same(wanted: str, said: str) -> bool:
    """Compared as bytes: ``compare_digest`` raises for text that is not ASCII."""
    return hmac.compare_digest(wanted.encode(), said.encode("utf-8", "surrogatepass"))
