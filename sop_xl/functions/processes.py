"""How many processes a function may use."""

from __future__ import annotations

import os


def processes() -> int:
    """Processors at hand; the forecast uses more than one only where that pays, and results do not depend on it."""
    return max(1, min(os.cpu_count() or 1, 8))
