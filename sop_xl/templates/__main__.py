"""`python -m sop_xl.templates [FOLDER]`: build both templates and their manifests, by default into workbook_templates."""

from __future__ import annotations

import sys
from pathlib import Path

from sop_xl.templates.build import build_templates

if __name__ == "__main__":
    for path in build_templates(Path(sys.argv[1] if len(sys.argv) > 1 else "workbook_templates")):
        print(f"{path}  {path.stat().st_size:,} bytes")
