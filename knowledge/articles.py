"""Where the articles of a text begin: a chain of growing numbers, and a second one where a regulation is enclosed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.headings import ARTICLE, SIGNATURE, annex

_ENCLOSED: Final = re.compile(r"^(QUY CHẾ|QUY ĐỊNH|ĐIỀU LỆ|NỘI QUY|QUY TRÌNH)\b")
_WITH: Final = re.compile(r"ban hành kèm theo", re.IGNORECASE)
_FURTHEST: Final = 40  # a jump over more numbers than this is a reference, not an article


@dataclass(frozen=True)
class Articles:
    """`starts`: line -> (name, heading). `enclosed`: the line that opens an enclosed regulation, -1 for none.

    The articles of an enclosed regulation are the document's own; those of the decision around it are named
    "Điều 1 của Quyết định ban hành".
    """

    starts: dict[int, tuple[str, str]]
    enclosed: int = -1

    @property
    def last(self) -> int:
        """The line of the last article, -1 where there is none."""
        return max(self.starts, default=-1)

    def any_before_enclosed(self, at: int) -> bool:
        """True when an article of the same text is still to come after line `at`."""
        end = self.enclosed if 0 <= at < self.enclosed else len(self.starts) + self.last + 1
        return any(at < start < end for start in self.starts)


def find_articles(lines: Sequence[str], quoted: Sequence[bool]) -> Articles:
    """Return where articles begin. "Điều 5" in a quotation or in a wrapped reference begins none."""
    enclosed = _enclosed(lines, quoted)
    if enclosed < 0:
        return Articles(_chain(lines, quoted, 0))
    around = _chain(lines[:enclosed], quoted, 0)
    kind = next((w for w in ("Quyết định", "Nghị định", "Thông tư", "Nghị quyết") if _names(lines[:40], w)), "văn bản")
    named = {at: (f"Điều {number} của {kind} ban hành", title) for at, (number, title) in around.items()}
    return Articles(named | _chain(lines, quoted, enclosed), enclosed)


def _names(lines: Sequence[str], kind: str) -> bool:
    return any(line.startswith(kind.upper()) for line in lines)


def _enclosed(lines: Sequence[str], quoted: Sequence[bool]) -> int:
    """Return the line of "QUY CHẾ … (Ban hành kèm theo Quyết định …)" after the signature, -1 for none."""
    signed = next((at for at, line in enumerate(lines) if SIGNATURE.match(line) and not quoted[at]), len(lines))
    if not any(ARTICLE.match(line) for line in lines[:signed]):
        return -1
    for at in range(signed + 1, len(lines)):
        if annex(lines[at]):
            return -1
        if _ENCLOSED.match(lines[at]) and any(_WITH.search(line) for line in lines[at + 1 : at + 7]):
            first = next((m for line in lines[at:] if (m := ARTICLE.match(line))), None)
            return at if first and (first[1] or first[4]) == "1" else -1
    return -1


def _chain(lines: Sequence[str], quoted: Sequence[bool], start: int) -> dict[int, tuple[str, str]]:
    candidates = _candidates(lines, quoted, start)
    chain: dict[int, tuple[str, str]] = {}
    last, last_letter = 0, ""
    for place, (at, number, letter, title) in enumerate(candidates):
        inserted = number == last and letter > last_letter
        if not inserted:
            if number <= last or letter or number > last + _FURTHEST:
                continue
            if number != last + 1 and any(n == last + 1 for _, n, _, _ in candidates[place + 1 :]):
                continue  # a reference: the expected number is still to come
        chain[at] = (f"{number}{letter}", title)
        last, last_letter = number, letter
    return chain


def _candidates(lines: Sequence[str], quoted: Sequence[bool], start: int) -> list[tuple[int, int, str, str]]:
    found: list[tuple[int, int, str, str]] = []
    for at in range(start, len(lines)):
        line = lines[at]
        if quoted[at]:
            continue
        if found and annex(line):
            break
        match = ARTICLE.match(line)
        if match is not None and not line.endswith((";", ",")):
            found.append((at, int(match[1] or match[4]), match[2] or match[5] or "", match[3] or ""))
    return found
