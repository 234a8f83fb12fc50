"""A program that takes raw keys without asking for pastes; each byte goes to the file ``took``."""

import os
import sys
import tty

tty.setraw(0)
sys.stdout.write(sys.argv[1])
sys.stdout.flush()
while True:
    byte = os.read(0, 1)
    with open("took", "ab") as file:
        file.write(byte)
    if byte == b"q":
        break
