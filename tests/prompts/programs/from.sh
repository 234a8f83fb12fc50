#!/bin/sh
# What a shell runs as "[from": keeps its words.
echo "[from $*" >> "$ROOM/took"
