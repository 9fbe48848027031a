"""Programs that stand in for real ones, written in Python: how such a file begins."""

from __future__ import annotations

import sys

# By way of the shell: a first line that names the interpreter bears no space in its path.
PYTHON = f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"
' '''
"""
