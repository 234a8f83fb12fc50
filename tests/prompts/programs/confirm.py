"""click's confirm, and what it was told in the file ``took``."""

import json

import click

answer = click.confirm("Do you want to remove everything?", default=None)
with open("took", "a") as file:
    file.write(json.dumps(answer) + "\n")
