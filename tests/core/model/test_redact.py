"""Secrets do not get into what is kept."""

import pytest

from crewtui.core.model.redact import SHOWN, Redactor, secret_values

KINDS = [
    "sk-proj-" + "abcdefghij0123456789",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0123456789abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-123456789012-abcdefghij",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "glpat-abcdefghij0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "Authorization: Bearer abcdef0123456789abcdef",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "https://x.example/?token=abcdef123456",
    "mysql --password=hunter22hunter",
]


@pytest.mark.parametrize("text", KINDS)
def test_what_looks_like_a_secret_is_taken_out(text: str) -> None:
    secret = text.rpartition(" ")[2].rpartition("=")[2] if "BEGIN" not in text else "MIIEpA"
    cleaned = Redactor().text(f"run: {text} now")
    assert SHOWN in cleaned
    assert secret not in cleaned


def test_known_values_are_taken_out_of_every_text_of_a_value() -> None:
    known = secret_values([{"MY_TOKEN": "swordfish", "LEVEL": "verbose", "API_KEY": "abc"}])
    assert known == ("swordfish",)
    value = {"command": "login swordfish", "parts": ["a", "swordfish"], "n": 1}
    cleaned = Redactor(known).value(value)
    assert cleaned == {"command": f"login {SHOWN}", "parts": ["a", SHOWN], "n": 1}


def test_ordinary_text_stays_as_it_is() -> None:
    text = "rm -rf build && make test  # the token bucket is full, skip it"
    assert Redactor().text(text) == text
