"""For python3's PYTHONSTARTUP: keeps each line that is no Python, and has ways to ask and wait."""

import os
import sys


def _keep(kind, error, trace):
    import json

    if not isinstance(error, SyntaxError):
        return
    with open("took", "a") as file:
        file.write(json.dumps((error.text or "").rstrip("\n")) + "\n")


sys.excepthook = _keep


def asks(prompt):
    """Ask, and keep the answer."""
    answer = input(prompt)
    with open("asked", "a") as file:
        file.write(answer + "\n")


def secret():
    """Ask for a secret, and keep it."""
    import getpass

    answer = getpass.getpass()
    with open("asked", "a") as file:
        file.write(answer + "\n")


def runs(*words):
    """Run a program in front."""
    import subprocess

    subprocess.run(words)


def works():
    """Work until the file ``go`` is there."""
    while not os.path.exists("go"):
        pass
