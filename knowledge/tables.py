"""Table rows as lines: cells joined with " | ", and tables that only lay out a page taken apart again."""

import re
from collections.abc import Sequence
from typing import Final

JOINT: Final = " | "
_OPENS: Final = re.compile(r"^\s*(?:Điều\s+\d+[a-zđ]?\s*[.:]|Chương\s+[IVXLC\d]+\b)")


def row_lines(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of one row; each cell is given as the lines inside it.

    A row of one cell is a box around paragraphs, a cell with articles of its own is page layout: both give
    their paragraphs. Every other row is one line.
    """
    if len(cells) == 1:
        return [line for line in cells[0] if line.strip()]
    if any(sum(bool(_OPENS.match(line)) for line in cell) > 1 for cell in cells):
        return [line for cell in cells for line in cell if line.strip()]
    texts = [" ".join(" ".join(cell).split()) for cell in cells]
    return [JOINT.join(texts)] if any(texts) else []
