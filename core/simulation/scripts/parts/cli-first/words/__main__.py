"""The command line: python3 -m words FILE."""

import sys

from words.count import count
from words.report import tabel

print(tabel(count(open(sys.argv[1]).read())))
