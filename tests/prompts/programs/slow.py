"""Prints a prompt at once and reads only when the file ``go`` is there; then takes lines."""

import json
import os
import sys
import time

sys.stdout.write(sys.argv[1])
sys.stdout.flush()
while not os.path.exists("go"):
    time.sleep(0.1)
for line in sys.stdin:
    with open("took", "a") as file:
        file.write(json.dumps(line.rstrip("\n")) + "\n")
    sys.stdout.write(f"taken\n{sys.argv[1]}")
    sys.stdout.flush()
