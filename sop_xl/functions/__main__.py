"""`python -m sop_xl.functions [FILE]`: write the reference of all functions, by default into docs/functions.md."""

from __future__ import annotations

import sys
from pathlib import Path

from sop_xl.functions.reference import reference_page

if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/functions.md")
    path.write_text(reference_page(), encoding="utf-8", newline="\n")
    print(f"{path}  {path.stat().st_size:,} bytes")
