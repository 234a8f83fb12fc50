"""Takes lines for ever: ``lines.py PROMPT``; each goes to the file ``took``."""

import json
import sys

count = 0
while True:
    line = input(sys.argv[1])
    count += 1
    with open("took", "a") as file:
        file.write(json.dumps(line) + "\n")
    print(f"line {count} was taken")
