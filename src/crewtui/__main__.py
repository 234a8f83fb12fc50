"""``python -m crewtui`` is the same as ``crewtui``."""

from crewtui.app.cli import main

main()
