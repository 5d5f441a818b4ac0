"""Wrapped lines of printed pages -> paragraphs: page numbers dropped, columns kept apart with " | "."""

import re
from collections.abc import Sequence
from typing import Final

PAGE_NUMBER: Final = re.compile(r"^\s*(?:trang\s+)?[-–—]?\s*\d{1,4}\s*(?:/\s*\d{1,4})?\s*[-–—]?\s*$", re.IGNORECASE)
_COLUMNS: Final = re.compile(r"\S(?:\s{3,})\S")
_ARTICLE: Final = re.compile(r"^Điều\s+\d{1,3}[a-zđ]?\s*[.:]")
_HEADING: Final = re.compile(
    r"^(?:(?:Phần|Chương|CHƯƠNG|Mục|MỤC|Tiểu mục)\s+(?:[IVXLC]+|\d+|thứ \w+)\b|PHỤ LỤC\b|Phụ lục\s+[IVX\d]+\s*$|Mẫu số|Biểu số|Nơi nhận)"
)
_ITEM: Final = re.compile(r"^(?:\d{1,3}[a-zđ]?\.(?!\d)|[a-zđ]\d?\)|[-–+•]\s|[IVX]{1,5}\.\s|“)")
_BASIS: Final = re.compile(r"^(?:Căn cứ|Theo đề nghị) ")
_OPENING: Final = re.compile(r"^(?:Xét |Để thực hiện)")
_ENDED: Final = re.compile(r"[.;:!?/”\"]\s*$")


def is_wrapped(lines: Sequence[str]) -> bool:
    """True when paragraphs run over several lines of about one width, as on a printed page."""
    full = [line.rstrip() for line in lines if line.strip()]
    if len(full) < 20:
        return False
    widths = sorted(len(line) for line in full)
    going_on = sum(line.lstrip()[:1].islower() and not _ITEM.match(line.lstrip()) for line in full)
    return widths[int(len(widths) * 0.97)] <= 130 and going_on > len(full) * 0.12


def reflow(lines: Sequence[str]) -> list[str]:
    """Return the paragraphs of `lines`; blank lines between two halves of a sentence do not cut it."""
    rows = [line.rstrip() for line in lines]
    body = [row for row in rows if row.strip() and not PAGE_NUMBER.match(row)]
    if not body:
        return []
    width = sorted(len(row) for row in body)[int(len(body) * 0.9)]
    indented = sum(_indent(row) >= 3 for row in body) > len(body) * 0.1
    out: list[str] = []
    last, blank = "", False
    margin = 0
    for at, row in enumerate(rows):
        if not row.strip():
            blank = True
            continue
        if PAGE_NUMBER.match(row):
            margin = _margin(rows[at + 1 : at + 40], width)
            continue
        text = _columns(row)
        heading = bool(out) and bool(_ARTICLE.match(out[-1])) and len(out[-1]) < 400
        if out and not _opens(row, text, last, heading=heading, blank=blank, width=width, indented=indented, margin=margin):
            out[-1] = f"{out[-1]} {text}"
        else:
            out.append(text)
        last, blank = row, False
    return out


def _opens(
    row: str, text: str, last: str, *, heading: bool, blank: bool, width: int, indented: bool, margin: int
) -> bool:
    """True when `row` begins a paragraph; `last` is the printed line before it."""
    before = last.strip()
    if _ARTICLE.match(text) or _HEADING.match(text) or _BASIS.match(text) or " | " in text or _COLUMNS.search(before):
        return True
    if text.isupper() or (before.isupper() and len(before) > 3):
        return True
    if _HEADING.match(before) and not before.startswith(("Nơi nhận",)):
        return True
    going_on = not _ENDED.search(before)
    if text[:1].islower() and not _ITEM.match(text):
        return False
    if indented:
        return _indent(row) >= margin + 3 or (blank and not going_on)
    short = len(last.strip()) < width * 0.8
    if _ITEM.match(text):
        return not going_on or short or before.endswith(",")
    if _OPENING.match(text) and not going_on:
        return True
    if going_on:  # no full stop: a title ends so, and a line that the page's edge broke does not
        return len(before) < width * (0.93 if heading else 0.6)
    return blank or short or len(before) < width * 0.93


def _columns(row: str) -> str:
    return " ".join(re.sub(r"(?<=\S)\s{3,}(?=\S)", " | ", row.strip()).split())


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _margin(rows: Sequence[str], width: int) -> int:
    """The left margin of a page: where its full lines that go on begin."""
    found = sorted(_indent(row) for row in rows if len(row.rstrip()) > width * 0.6)
    return found[len(found) // 10] if found else 0
