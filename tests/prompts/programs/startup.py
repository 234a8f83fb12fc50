"""For python3's PYTHONSTARTUP: keeps each line that is no Python, and what ``asks`` and ``pages``."""

import os
import sys


def _keep(kind, error, trace):
    import json

    with open("took", "a") as file:
        file.write(json.dumps(getattr(error, "text", str(error)).rstrip("\n")) + "\n")


sys.excepthook = _keep


def asks(prompt):
    """Ask, and keep the answer."""
    with open("asked", "a") as file:
        file.write(input(prompt) + "\n")


def secret():
    """Ask for a secret, and keep it."""
    import getpass

    with open("asked", "a") as file:
        file.write(getpass.getpass() + "\n")


def runs(*words):
    """Run a program in front."""
    import subprocess

    subprocess.run(words)


def works():
    """Work until the file ``go`` is there."""
    while not os.path.exists("go"):
        pass
