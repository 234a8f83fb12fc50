"""For ipython's startup folder: keeps each input in the file ``took``."""

import json


def _keep(info):
    with open("took", "a") as file:
        file.write(json.dumps(info.raw_cell.rstrip("\n")) + "\n")


get_ipython().events.register("pre_run_cell", _keep)  # type: ignore  # noqa: F821
