"""Which lines of a legal text stand inside a quotation, and so open nothing of their own."""

import re
from collections.abc import Sequence
from typing import Final

_AMENDING: Final = r"(?:Sửa đổi|Bổ sung|Bãi bỏ|Thay thế|Thay cụm|Bỏ cụm|Bỏ |Thay đổi)"
# Where the amending text itself goes on; an unclosed quotation ends before it.
_GOES_ON: Final = re.compile(
    rf"^(?:\d{{1,3}}[a-zđ]?\.\s+|[a-zđ]\d?\)\s*|Điều\s+\d{{1,3}}[a-zđ]?\.\s+){_AMENDING}"
    r"|^Điều\s+\d{1,3}\.\s+(?:Hiệu lực|Điều khoản|Quy định chuyển tiếp|Trách nhiệm thi hành|Tổ chức thực hiện)"
    r"|^(?:Nơi nhận|TM\.|KT\.)|^PHỤ LỤC\b"
)
_AMENDS: Final = re.compile(rf"^(?:\d{{1,3}}[a-zđ]?\.\s+|[a-zđ]\d?\)\s*|Điều\s+\d{{1,3}}[a-zđ]?\.\s+){_AMENDING}")
_ANNOUNCES: Final = re.compile(r"(?:như sau|sau đây)\s*:?\s*$")
_OPENERS: Final = "“‘\""


def quoted(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether it stands inside a quotation that began on it or before it.

    A line with an opening mark in its middle is the amending text's own and is not marked; the lines after
    it are, up to the closing mark. Marks are unbalanced in real files: a quotation that never closes ends
    where the amending text goes on, one that never opened begins after "như sau:".
    """
    inside = [False] * len(lines)
    at = 0
    while at < len(lines):
        net = _net(lines[at])
        begins = lines[at][:1] in _OPENERS and lines[at][:1] != ""
        if begins:
            inside[at] = True
        if net > 0 and (begins or _opens_block(lines[at])):
            end = _end(lines, at)
            for between in range(at + 1, end):
                inside[between] = True
            at = end
            continue
        if net < 0 and not begins:
            for between in range(_missing_start(lines, at), at + 1):
                inside[between] = True
        at += 1
    return inside


def balanced(lines: Sequence[str]) -> bool:
    """True when no quotation is left open at the end of `lines`."""
    depth = 0
    for line in lines:
        depth = min(max(depth + _net(line), 0), 1)
    return depth == 0


def _net(line: str) -> int:
    """Return how many quotations the line leaves open; straight marks count by turns."""
    net = line.count("“") - line.count("”")
    if line.startswith("‘") and "’" not in line:
        net += 1
    if line.count('"') % 2:
        net += 1 if line.startswith('"') else -1
    return net


def _opens_block(line: str) -> bool:
    """True when the mark in the middle of the line begins quoted law and is no typing error."""
    return bool(re.search(r"(?:như sau|sau đây)\s*:?\s*[“\"]", line))


def _end(lines: Sequence[str], start: int) -> int:
    """Return the index after the last line of the quotation that `start` opens."""
    for at in range(start + 1, len(lines)):
        if _GOES_ON.match(lines[at]) and not _closes_before_next(lines, at):
            return at
        if _net(lines[at]) < 0:
            return at + 1
    return start + 1


def _closes_before_next(lines: Sequence[str], start: int) -> bool:
    """True when the quotation is closed after `start` before another one is opened: `start` is quoted too."""
    for at in range(start, min(start + 60, len(lines))):
        net = _net(lines[at])
        if net < 0:
            return True
        if net > 0 or lines[at][:1] in ("“", "‘") or _ANNOUNCES.search(lines[at]):
            return False
    return False


def _missing_start(lines: Sequence[str], closing: int) -> int:
    """Return where the quotation began that ends on `closing` without an opening mark; `closing` + 1 for none.

    It begins after what announces it, or where an earlier mark closed it too soon.
    """
    if _GOES_ON.match(lines[closing]):
        return closing + 1
    for at in range(closing - 1, max(closing - 80, -1), -1):
        if _AMENDS.match(lines[at]) and (_ANNOUNCES.search(lines[at]) or lines[at].startswith("Điều")):
            return at + 1
        if _net(lines[at]) < 0:
            return at + 1
        if _GOES_ON.match(lines[at]) or _net(lines[at]) or lines[at][:1] in ("“", "‘"):
            break
    return closing + 1
