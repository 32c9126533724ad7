"""How many processes a function may use."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def processes() -> int:
    """Processors at hand; the forecast uses more than one only where that pays, and results do not depend on it.

    Inside another program's own Python one must do: what starts there as a further process would be that program.
    """
    if not Path(sys.executable or "").name.lower().startswith("python"):
        return 1
    return max(1, min(os.cpu_count() or 1, 8))
