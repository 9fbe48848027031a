"""Where what `make` has built lies, for tests that start parts of it.

Read when it is imported: a fixture of every test takes DATA_DIR out of the environment.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("DATA_DIR", "").strip() or ROOT / "var").resolve()
RASA_PYTHON = BUILT / "env" / "rasa" / "bin" / "python"
