"""The code in the docs is that of files which are tested: ``make docs`` copies it in.

A fence that begins with three backticks and ``python file=<path>`` holds that file, whole.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(```\w+ file=(\S+)\n).*?^(```\n)", re.M | re.S)


def filled(page: str) -> str:
    """A page with the text of its files as they are now."""

    def fence(found: re.Match[str]) -> str:
        text = (ROOT / found[2]).read_text(encoding="utf-8")
        return f"{found[1]}{text}{found[3]}"

    return FENCE.sub(fence, page)


def pages() -> list[Path]:
    """All pages of the docs."""
    return sorted((ROOT / "docs").rglob("*.md"))


def main() -> int:
    """Fill every page."""
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = filled(old)
        if new != old:
            page.write_text(new, encoding="utf-8")
            print(f"filled {page.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
