"""A PDF with a text layer -> its lines: running heads and page numbers dropped, paragraphs re-flowed."""

import logging
import re
from collections import Counter
from pathlib import Path
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge.reflow import PAGE_NUMBER, reflow
from knowledge.unreadable import Reason, UnreadableFile

MAX_PAGES: Final = 3000
_BARE: Final = 20  # a page with fewer letters than this holds a picture of its text
_EDGE: Final = 3  # running heads and feet stand within so many lines of the page's edge


def pdf_lines(path: Path) -> list[str]:
    """Return the paragraphs of `path`; raise UnreadableFile, also where most pages are pictures."""
    pages = [_text_rows(text) for text in _pages(path)]
    bare = sum(sum(map(len, page)) < _BARE for page in pages)
    if not pages or bare > len(pages) * 0.2:
        raise UnreadableFile(path, Reason.SCANNED, f"{bare} of {len(pages)} pages without text")
    running = _running(pages)
    rows: list[str] = []
    for page in pages:
        for at, row in enumerate(page):
            edge = at < _EDGE or at >= len(page) - _EDGE
            if not (edge and (_shape(row) in running or PAGE_NUMBER.match(row))):
                rows.append(row)
    return reflow(rows)


def _pages(path: Path) -> list[str]:
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFile(path, Reason.ENCRYPTED)
        if len(reader.pages) > MAX_PAGES:
            raise UnreadableFile(path, Reason.TOO_LARGE, f"{len(reader.pages)} pages")
        return [page.extract_text() for page in reader.pages]
    except (UnreadableFile, MemoryError):
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        # pypdf lets many a plain error through on a damaged file.
        raise UnreadableFile(path, Reason.CORRUPT, f"{type(error).__name__}: {error}") from error


def _text_rows(text: str) -> list[str]:
    return [row.strip() for row in text.split("\n") if row.strip()]


def _shape(row: str) -> str:
    return re.sub(r"\d+", "#", " ".join(row.split()))


def _running(pages: list[list[str]]) -> set[str]:
    """Lines that stand at the edge of most pages, page numbers aside."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(row) for row in page[:_EDGE] + page[-_EDGE:]})
    return {shape for shape, count in seen.items() if len(pages) > 3 and count > len(pages) * 0.5}
