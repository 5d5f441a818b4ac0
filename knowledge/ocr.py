"""A PDF of scanned pages -> its lines: drawn by pdftoppm, read by tesseract, laid out and re-flowed as print."""

import hashlib
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge.helper import output, program
from knowledge.reflow import PAGE_NUMBER, reflow
from knowledge.unreadable import Reason, UnreadableFile

MAX_PAGES: Final = 300
PAGE_SECONDS: Final = 90.0
_DPI: Final = "300"
_EDGE: Final = 3  # stamps, addresses and page numbers stand within so many rows of the page's edge
_POOR: Final = 35.0  # rows at the edge that tesseract is less sure of (in per cent) are no text
_PAGE_BREAK: Final = "\f"

_ADDRESS: Final = re.compile(r"www\.|https?:|@|\b[Tt]e[lkE][:.]?\s*\+?\d|[Tt]hu\s?[Vv]ien\s?[Pp]hap\s?[Ll]uat")
_SPECK: Final = re.compile(r"^[-–—_.,:;'`‘’|~=*°]+\s*(?=(?:\d{1,3}[.,]|[a-zđ8]\))\s|(?:Điều|Chương)\s)|^[_|~=`'‘’]+\s+")
_CLAUSE: Final = re.compile(r"^(\d{1,2}),(?=\s+[A-ZĐÀ-Ỹ])")
_ROMAN_LINE: Final = re.compile(r"^((?:Chương|CHƯƠNG|Phụ lục|PHỤ LỤC)\s+)([IÏÌÍĨl1HVXE|]{1,5})(?=\s*[.:]?\s*$)")
_ROMAN: Final = str.maketrans({"Ï": "I", "Ì": "I", "Í": "I", "Ĩ": "I", "l": "I", "1": "I", "|": "I", "H": "II", "E": "I"})


@dataclass(frozen=True)
class Word:
    """A word on a page: its line, where it stands in pixels, how sure tesseract is of it in per cent."""

    line: tuple[str, ...]
    left: int
    width: int
    sure: float
    text: str


def scanned_lines(path: Path, kept: Path) -> list[str]:
    """Return the paragraphs of `path`; raise UnreadableFile. The recognised pages are kept in `kept` and read from it.

    Each page is told on the standard error as "page 3 of 24".
    """
    text = _kept(kept)
    if text is None:
        text = _PAGE_BREAK.join("\n".join(page) for page in recognised_pages(path))
        seal = hashlib.sha256(text.encode()).hexdigest()
        with suppress(OSError):  # a read-only data directory still answers, only slower
            kept.write_text(f"{seal}\n{text}", encoding="utf-8")
    rows = [row for page in text.split(_PAGE_BREAK) for row in page.split("\n")]
    if not any(row.strip() for row in rows):
        raise UnreadableFile(path, Reason.SCANNED)
    return mended(reflow(rows))


def _kept(path: Path) -> str | None:
    """The pages recognised at an earlier time; None where there are none or they have changed."""
    if not path.exists():
        return None
    seal, _, text = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    return text if hashlib.sha256(text.encode()).hexdigest() == seal else None


def recognised_pages(path: Path, pages: Iterable[int] = ()) -> list[list[str]]:
    """Return the printed rows of `pages` (all where none is named), without what stands at the edge of the paper."""
    total = _count(path)
    found = []
    for page in pages or range(1, total + 1):
        with tempfile.TemporaryDirectory(prefix="caunoi-ocr-") as folder:
            found.append(without_edges(words_of(_recognised(path.absolute(), page, Path(folder)))))
        print(f"page {page} of {total}", file=sys.stderr, flush=True)
    return found


def _count(path: Path) -> int:
    try:
        total = len(PdfReader(path, strict=False).pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(path, Reason.CORRUPT, str(error)) from error
    if total > MAX_PAGES:
        raise UnreadableFile(path, Reason.TOO_MANY_PAGES, f"{total} pages")
    return total


def _recognised(path: Path, page: int, folder: Path) -> str:
    """The words of one page as tesseract's table of places."""
    picture = folder / "page"
    draw = [program("pdftoppm"), "-f", str(page), "-l", str(page), "-r", _DPI, "-gray", "-singlefile", str(path), str(picture)]
    output(path, draw, folder, seconds=PAGE_SECONDS)
    read = [program("tesseract"), f"{picture}.pgm", "stdout", "-l", "vie", "--dpi", _DPI, "tsv"]
    return output(path, read, folder, seconds=PAGE_SECONDS).decode("utf-8", "replace")


def words_of(table: str) -> list[Word]:
    """Return the words of tesseract's table (tsv), in reading order."""
    words = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            words.append(Word(tuple(cells[2:5]), int(cells[6]), int(cells[8]), float(cells[10]), cells[11].strip()))
    return words


def without_edges(words: Sequence[Word]) -> list[str]:
    """Return the rows of a page as print: indented by their place, columns apart, edges without stamps and numbers."""
    lines = [list(group) for _, group in groupby(words, key=lambda word: word.line)]
    if not lines:
        return []
    letter = median(word.width / len(word.text) for word in words)
    margin = min(line[0].left for line in lines)
    kept = []
    for at, line in enumerate(lines):
        text = " ".join(word.text for word in line)
        edge = at < _EDGE or at >= len(lines) - _EDGE
        if edge and (_ADDRESS.search(text) or PAGE_NUMBER.match(text) or sum(w.sure for w in line) < _POOR * len(line)):
            continue
        kept.append(_printed(line, letter, margin))
    return kept


def _printed(line: Sequence[Word], letter: float, margin: int) -> str:
    row = " " * round((line[0].left - margin) / letter)
    for word, before in zip(line, (None, *line), strict=False):
        if before is not None:
            row += "   " if word.left - before.left - before.width > 4 * letter else " "
        row += word.text
    return row


def mended(lines: Sequence[str]) -> list[str]:
    """Return `lines` with the labels mended that open a part of the law: specks before them, "1," and "8)", "Phụ lục H".

    Only labels are touched: what the law says stays as it was recognised.
    """
    out: list[str] = []
    last = ""
    for raw in lines:
        line = _CLAUSE.sub(r"\1.", _SPECK.sub("", raw))
        line = re.sub(r"^8\)(?=\s)", "a)", line)
        if line.startswith("đ) ") and last == "c":
            line = "d" + line[1:]
        line = _ROMAN_LINE.sub(lambda match: match[1] + match[2].translate(_ROMAN), line)
        if label := re.match(r"([a-zđ])\)\s", line):
            last = label[1]
        elif re.match(r"(?:Điều\s+)?\d+\.", line):
            last = ""
        out.append(line)
    return out
