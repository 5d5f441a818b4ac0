"""A Word file of 1997 to 2003 (.doc) -> its lines, through antiword or LibreOffice, whichever is installed.

catdoc is not used: of the three official files at hand it cuts bytes that are no text into two and loses an article.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from knowledge.docx import docx_lines
from knowledge.helper import output, program
from knowledge.tables import row_lines
from knowledge.unreadable import Reason, UnreadableFile

SECONDS: Final = 40.0  # less than what the child process that reads the file is given
_OFFICE_MEMORY: Final = 4 * 1024 * 1024 * 1024  # address space; LibreOffice maps far more than it uses

_ROW: Final = re.compile(r"^ *\|(.*)\| *$")
_LABEL: Final = re.compile(r"(?:Điều\s+\d+\.|(?:\d{1,3}|[a-zđ]|[IVX]+)[.)](?:\s|$)|\d{1,3}$|[-–+•]\s)")
_COUNTED: Final = re.compile(r"^\s*\d{1,3}[.)]?\s*$")
_PICTURE: Final = re.compile(r"\[pic\]")


def doc_lines(path: Path) -> list[str]:
    """Return paragraphs and table rows of `path`; raise UnreadableFile, with LEGACY_DOC where no program is there."""
    error = UnreadableFile(path, Reason.LEGACY_DOC)
    for name, read in _READERS.items():
        command = program(name)
        if not command:
            continue
        try:
            with tempfile.TemporaryDirectory(prefix="caunoi-doc-") as folder:
                lines = read(path.absolute(), command, Path(folder))
        except UnreadableFile as failed:
            if failed.reason is not Reason.CORRUPT:
                raise UnreadableFile(path, failed.reason, failed.detail) from failed
            error = UnreadableFile(path, Reason.CORRUPT, failed.detail)
            continue
        if any(line.strip() for line in lines):
            return lines
        error = UnreadableFile(path, Reason.CORRUPT, f"{name} finds no text")
    raise error


def _antiword(path: Path, command: str, folder: Path) -> list[str]:
    text = output(path, [command, "-m", "UTF-8.txt", "-w", "0", str(path)], folder, seconds=SECONDS)
    return antiword_lines(text.decode("utf-8", "replace"))


def _office(path: Path, command: str, folder: Path) -> list[str]:
    source = folder / "original.doc"  # LibreOffice names the result after the file
    source.symlink_to(path)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    options = ["--headless", "--norestore", profile, "--convert-to", "docx", "--outdir", str(folder)]
    output(path, [command, *options, str(source)], folder, seconds=SECONDS, memory=_OFFICE_MEMORY)
    made = folder / "original.docx"
    if not made.exists():
        raise UnreadableFile(path, Reason.CORRUPT, "soffice made no docx")
    return docx_lines(made)


_READERS: Final[dict[str, Callable[[Path, str, Path], list[str]]]] = {"antiword": _antiword, "soffice": _office}


def antiword_lines(text: str) -> list[str]:
    """Return the lines of what antiword prints: paragraphs as they are, printed tables as rows."""
    lines: list[str] = []
    for drawn, group in groupby(_PICTURE.sub("", text).splitlines(), key=lambda line: bool(_ROW.match(line))):
        if drawn:
            for row in _rows([match[1].split("|") for line in group if (match := _ROW.match(line))]):
                lines += row_lines([_paragraphs(cell) for cell in row])
        else:
            lines += [line for line in group if line.strip()]
    return lines


def _rows(printed: Sequence[list[str]]) -> Iterator[list[list[str]]]:
    """Yield the rows of a table as lists of cells, each cell its printed lines with their padding.

    antiword draws no line between rows: one begins where the first cell does, unless the line before it was
    broken for want of room, and where the number of cells changes.
    """
    row: list[list[str]] = []
    for cells in printed:
        if row and len(row) == len(cells) and _goes_on([cell[-1] for cell in row], cells):
            for cell, text in zip(row, cells, strict=True):
                cell.append(text)
        else:
            if row:
                yield row
            row = [[text] for text in cells]
    if row:
        yield row


def _goes_on(before: Sequence[str], cells: Sequence[str]) -> bool:
    if _COUNTED.match(cells[0]):
        return False
    if not cells[0].strip() or _broken(before[0], cells[0]):
        return True
    return any(_broken(old, new) and new.strip()[:1].islower() for old, new in zip(before, cells, strict=True))


def _broken(before: str, text: str) -> bool:
    """True when the first word of `text` had no room after `before`, which has its padding; a number begins anew."""
    words = text.split()
    if not words or not before.strip() or _LABEL.match(text.strip()):
        return False
    return len(before.rstrip()) + 1 + len(words[0]) > len(before)


def _paragraphs(cell: Sequence[str]) -> list[str]:
    found: list[str] = []
    last = ""
    for text in cell:
        if found and _broken(last, text):
            found[-1] = f"{found[-1]} {text.strip()}"
        elif text.strip():
            found.append(text.strip())
        last = text
    return found
