"""Takes single keys: ``key.py QUESTION``; each byte goes to the file ``took`` at once."""

import os
import sys
import tty

tty.setcbreak(0)
sys.stdout.write(sys.argv[1])
sys.stdout.flush()
while byte := os.read(0, 1):
    with open("took", "ab") as file:
        file.write(byte)
    if byte in b"arfynq":
        break
print("\r\nchosen")
