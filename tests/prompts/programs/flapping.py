"""Takes lines for a while, then asks for a while, and so on; ``took`` and ``asked`` keep both."""

import json
import select
import sys

PLACES = (("you: ", "took"), ("Delete everything? [y/N] ", "asked"))
while True:
    for prompt, name in PLACES:
        sys.stdout.write(f"\r\n{prompt}")
        sys.stdout.flush()
        if not select.select([0], [], [], 3.0)[0]:
            continue
        line = sys.stdin.readline()
        with open(name, "a") as file:
            file.write(json.dumps(line.rstrip("\n")) + "\n")
