"""Asks once: ``ask.py QUESTION``; what it reads goes to the file ``took``, then it ends."""

import json
import sys

answer = input(sys.argv[1])
with open("took", "a") as file:
    file.write(json.dumps(answer) + "\n")
