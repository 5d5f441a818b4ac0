"""A file -> the lines of its text: the kind is told by the content first and by the name second."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from knowledge.oldfont import in_old_font, to_unicode
from knowledge.provision import TextStatus
from knowledge.unreadable import Reason, UnreadableFile
from knowledge.vietnamese import clean

MAX_FILE: Final = 100 * 1024 * 1024
_HEAD: Final = 4096

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN: Final = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"{\\rtf", b"\x1f\x8b", b"7z\xbc\xaf",
    b"Rar!", b"\x7fELF", b"MZ", b"SQLite format 3", b"RIFF", b"OggS", b"ID3",
)  # fmt: skip
_NAMED: Final = {
    ".docx": "docx", ".docm": "docx", ".doc": "doc", ".pdf": "pdf", ".htm": "html", ".html": "html", ".xhtml": "html",
    ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md",
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """The text of a file: its paragraphs and table rows, how sure the words are, its front matter."""

    lines: list[str]
    status: TextStatus = TextStatus.OFFICIAL
    facts: Mapping[str, object] = field(default_factory=dict)


def read_lines(path: Path, recognised: Path | None = None) -> Lines:
    """Return the lines of `path` in reading order, clean (NFC, no control characters); raise UnreadableFile.

    Table rows are one line each, cells joined with " | ". Nothing of the file is read before its size is known.
    Pages that are pictures are recognised only where `recognised` says where that text is kept.
    """
    kind = kind_of_file(path)
    try:
        found = _reader(kind, path, recognised)
    except OSError as error:
        raise UnreadableFile(path, Reason.CORRUPT, str(error)) from error
    raw: list[str] | None = found.lines
    if in_old_font(found.lines):  # before they are cleaned: the soft hyphen is a letter there
        raw = to_unicode(found.lines)
    if raw is None:
        raise UnreadableFile(path, Reason.OLD_FONT)
    lines = [part.rstrip() for line in raw for part in clean(line).split("\n") if part.strip()]
    if not lines:
        raise UnreadableFile(path, Reason.EMPTY)
    return Lines(lines, found.status, found.facts)


def _reader(kind: str, path: Path, recognised: Path | None) -> Lines:
    # Imported here: a text file must not cost the loading of lxml and pypdf.
    if kind == "docx":
        from knowledge.docx import docx_lines

        return Lines(docx_lines(path))
    if kind == "doc":
        from knowledge.legacy_doc import doc_lines

        return Lines(doc_lines(path))
    if kind == "pdf":
        return _pdf(path, recognised)
    if kind == "html":
        from knowledge.markup import html_lines

        return Lines(html_lines(path))
    from knowledge.plain import markdown_lines, text_lines

    if kind == "md":
        lines, facts = markdown_lines(path)
        return Lines(lines, facts=facts)
    lines, ocr = text_lines(path)
    return Lines(lines, TextStatus.OCR if ocr else TextStatus.OFFICIAL)


def _pdf(path: Path, recognised: Path | None) -> Lines:
    from knowledge.pdf import pdf_lines

    try:
        return Lines(pdf_lines(path))
    except UnreadableFile as error:
        if error.reason is not Reason.SCANNED or recognised is None:
            raise
    from knowledge.ocr import scanned_lines

    return Lines(scanned_lines(path, recognised), TextStatus.OCR)


def kind_of_file(path: Path) -> str:
    """Return "docx", "doc", "pdf", "html", "md" or "txt"; raise UnreadableFile for everything else."""
    check_file(path)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    named = _NAMED.get(path.suffix.lower(), "")
    stripped = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(_ZIP):
        return _called(path, named, "docx")  # the reader says so when the archive is another one
    if head.startswith(_OLE):
        return _ole(path, named)
    if b"%PDF-" in head[:1024]:
        return _called(path, named, "pdf")
    if head.startswith(_FOREIGN):
        raise UnreadableFile(path, Reason.WRONG_NAME if named else Reason.UNKNOWN_KIND)
    if _looks_html(stripped, named):
        return "html"
    if named in ("docx", "pdf", "doc"):
        raise UnreadableFile(path, Reason.WRONG_NAME)
    if not _looks_text(head):
        raise UnreadableFile(path, Reason.WRONG_NAME if named else Reason.UNKNOWN_KIND)
    return "md" if named == "md" else "txt"


def _called(path: Path, named: str, kind: str) -> str:
    """`kind`, unless the file's name says another one: what is wrongly named may not be what the operator means.

    ".doc" and ".docx" are taken for one another: both are Word's, and mail programs and portals mix them up.
    """
    if path.suffix and named != kind and {named, kind} != {"doc", "docx"}:
        raise UnreadableFile(path, Reason.WRONG_NAME if named else Reason.UNKNOWN_KIND)
    return kind


def check_file(path: Path) -> None:
    """Raise UnreadableFile where `path` is no file, empty or too large; nothing of it is read."""
    if "\0" in str(path):
        raise UnreadableFile(path, Reason.MISSING)
    try:
        if not path.is_file():
            raise UnreadableFile(path, Reason.MISSING)
        size = path.stat().st_size
    except PermissionError:
        raise  # the edge has words for it
    except OSError as error:
        raise UnreadableFile(path, Reason.MISSING, str(error)) from error
    if size == 0:
        raise UnreadableFile(path, Reason.EMPTY)
    if size > MAX_FILE:
        raise UnreadableFile(path, Reason.TOO_LARGE)


def _ole(path: Path, named: str) -> str:
    """An OLE file holds an old Word file, a docx with a password, or a text of another program."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE)
    if "WordDocument".encode("utf-16-le") in data:
        return "doc"
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableFile(path, Reason.ENCRYPTED)
    raise UnreadableFile(path, Reason.WRONG_NAME if named else Reason.UNKNOWN_KIND)


def _looks_html(head: bytes, named: str) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.decode("utf-16", "ignore").encode()
    start = head[:1024].lower()
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start):
        return True
    return named == "html" and b"<" in start


def _looks_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    zeros = head.count(0)
    if zeros == 0:
        return sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head) <= len(head) // 50
    odd, even = head[1::2].count(0), head[0::2].count(0)
    return max(odd, even) > len(head) // 10 and min(odd, even) <= max(odd, even) // 20  # UTF-16 without its mark
