"""Asks for a secret without echo; what it reads goes to the file ``took``."""

import getpass
import json
import sys

answer = getpass.getpass(sys.argv[1])
with open("took", "a") as file:
    file.write(json.dumps(answer) + "\n")
