"""A docx file -> its lines: a zip that is counted while it is read, XML that may not reach outside."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from lxml import etree

from knowledge.tables import row_lines
from knowledge.unreadable import Reason, UnreadableFile

MAX_PART: Final = 50 * 1024 * 1024
MAX_RATIO: Final = 100
MAX_ENTRIES: Final = 2000
_SMALL: Final = 1024 * 1024  # below this size a high ratio hurts nobody

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Deleted and moved-away text, field codes, a fallback that repeats its choice, properties.
_LEFT_OUT: Final = {"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr"}
_OFF: Final = {"0", "false", "off"}


def docx_lines(path: Path) -> list[str]:
    """Return paragraphs and table rows of `path` in document order; hidden and deleted text left out."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(_main_part(path, archive)) as part:
            return list(_body(path, _Counted(path, part)))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, zlib.error, EOFError, NotImplementedError) as error:
        if isinstance(error, etree.XMLSyntaxError) and "xcessive depth" in str(error):
            raise UnreadableFile(path, Reason.BOMB, str(error)) from error
        raise UnreadableFile(path, Reason.CORRUPT, str(error)) from error


def _main_part(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableFile(path, Reason.BOMB, f"{len(entries)} entries")
    part = next((e for e in entries if e.filename.replace("\\", "/") == "word/document.xml"), None)
    if part is None:
        raise UnreadableFile(path, Reason.WRONG_NAME if path.suffix.lower() in (".docx", ".doc") else Reason.UNKNOWN_KIND)
    if part.flag_bits & 1:
        raise UnreadableFile(path, Reason.ENCRYPTED)
    return part


class _Counted:
    """A part of the archive whose bytes are counted as they come out: sizes in the directory can be forged."""

    def __init__(self, path: Path, part: IO[bytes]) -> None:
        self.path, self.part, self.out = path, part, 0
        self.packed = path.stat().st_size

    def read(self, size: int = -1) -> bytes:
        data = self.part.read(min(size, 1 << 16) if size > 0 else 1 << 16)
        if self.out == 0 and b"<!DOCTYPE" in data[:2048]:
            raise UnreadableFile(self.path, Reason.CORRUPT, "document type declaration")
        self.out += len(data)
        if self.out > MAX_PART or (self.out > _SMALL and self.out > MAX_RATIO * self.packed):
            raise UnreadableFile(self.path, Reason.BOMB, f"{self.out} bytes of {self.packed}")
        return data


def _body(path: Path, part: _Counted) -> Iterator[str]:
    """Hand over each block of the body as it ends and forget it: a long text needs little memory."""
    events = etree.iterparse(part, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False)
    depth, seen = 0, False
    for event, element in events:
        if event == "start":
            depth += 1
            seen = seen or _name(element) == "body"
            continue
        depth -= 1
        if depth == 2:  # a child of the body
            yield from _block(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    if not seen:
        raise UnreadableFile(path, Reason.CORRUPT, "no body")


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _block(element: etree._Element) -> Iterator[str]:
    name = _name(element)
    if name == "p":
        yield from _paragraph(element)
    elif name == "tbl":
        for row in _found(element, "tr"):
            if not _marked(row, "trPr", "del"):
                yield from row_lines([list(_cell(cell)) for cell in _found(row, "tc")])
    elif name not in _LEFT_OUT:  # content controls, custom XML, inserted blocks
        for child in element:
            yield from _block(child)


def _found(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows of a table or cells of a row, also inside content controls, never those of a table within."""
    for child in element:
        if _name(child) == name:
            yield child
        elif _name(child) in ("sdt", "sdtContent", "customXml", "ins", "smartTag"):
            yield from _found(child, name)


def _cell(cell: etree._Element) -> Iterator[str]:
    for child in cell:
        yield from _block(child)


def _paragraph(paragraph: etree._Element) -> list[str]:
    pieces: list[str] = []
    boxes: list[str] = []
    for child in paragraph:
        _gather(child, pieces, boxes)
    lines = [line for line in "".join(pieces).split("\n") if line.strip()]
    return lines + boxes


def _gather(element: etree._Element, pieces: list[str], boxes: list[str]) -> None:
    name = _name(element)
    if name in _LEFT_OUT:
        return
    if name == "t":
        pieces.append(element.text or "")
    elif name in ("tab", "ptab"):
        pieces.append(" ")
    elif name in ("br", "cr"):
        pieces.append("\n")
    elif name == "noBreakHyphen":
        pieces.append("-")
    elif name == "softHyphen":
        pieces.append("\u00ad")  # a letter in texts typed for TCVN3, dropped in all others
    elif name in ("footnoteReference", "endnoteReference"):
        pieces.append(f"[{_value(element, 'id')}]")
    elif name == "txbxContent":
        boxes.extend(line for child in element for line in _block(child))
    elif name == "r" and _hidden(element):
        return
    else:
        for child in element:
            _gather(child, pieces, boxes)


def _hidden(run: etree._Element) -> bool:
    return _marked(run, "rPr", "vanish") or _marked(run, "rPr", "webHidden")


def _marked(element: etree._Element, properties: str, mark: str) -> bool:
    for group in element:
        if _name(group) == properties:
            return any(_name(p) == mark and _value(p, "val") not in _OFF for p in group)
    return False


def _value(element: etree._Element, name: str) -> str:
    return str(element.get(_W + name) or element.get(_STRICT + name) or "")
