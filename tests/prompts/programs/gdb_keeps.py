"""For gdb -x: keeps each command in the file ``took``."""

import gdb

last = ""


def _keep():
    global last
    lines = gdb.execute("show commands", to_string=True).splitlines()
    if lines and lines[-1] != last:
        last = lines[-1]
        with open("took", "a") as file:
            file.write(last.strip().split("  ", 1)[1] + "\n")


gdb.events.before_prompt.connect(_keep)
