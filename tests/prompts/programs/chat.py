"""A prompt_toolkit program: ``chat.py KIND``; what it takes goes to the file ``took``.

``loop`` takes lines, ``confirm``, ``password`` and ``text`` ask once, ``menu`` below a menu.
``loop`` asks on the lines ``ask``, ``secret``, ``same`` and ``work``.
"""

import json
import os
import sys
import time

from prompt_toolkit import PromptSession, prompt
from prompt_toolkit.shortcuts import confirm


def took(value: object) -> None:
    with open("took", "a") as file:
        file.write(json.dumps(value) + "\n")


def asked(value: object) -> None:
    with open("asked", "a") as file:
        file.write(json.dumps(value) + "\n")


def loop() -> None:
    session: PromptSession[str] = PromptSession()
    while True:
        line = session.prompt("chat> ", multiline=False)
        if line == "ask":
            asked(confirm("Delete everything?"))
        elif line == "secret":
            asked(prompt("API key: ", is_password=True))
        elif line == "same":
            print("Really delete everything?")
            asked(session.prompt("chat> "))
        elif line == "work":
            while not os.path.exists("go"):
                time.sleep(0.1)
        else:
            took(line)
            print(f"{len(line)} characters taken")


def main() -> None:
    kind = sys.argv[1]
    if kind == "loop":
        loop()
    elif kind == "confirm":
        took(confirm("Delete everything?"))
    elif kind == "password":
        took(prompt("API key: ", is_password=True))
    elif kind == "text":
        took(prompt("Your name: "))
    elif kind == "menu":
        print("1) delete everything\n2) keep it")
        took(prompt("> "))


main()
