"""Makers of files that are broken, hostile or odd, so that no such file lies in the repository."""

import struct
import zipfile
from pathlib import Path

from pypdf import PdfReader, PdfWriter

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}"><w:body>'
_TAIL = "</w:body></w:document>"

LAW = [
    "CHÍNH PHỦ",
    "Số: 01/2030/NĐ-CP",
    "NGHỊ ĐỊNH",
    "Về việc thử",
    "Điều 1. Phạm vi điều chỉnh",
    "1. Nghị định này quy định việc thử.",
    "a) Thử một;",
    "b) Thử hai.",
    "Điều 2. Hiệu lực thi hành",
    "Nghị định này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2030.",
]


def run(text: str, properties: str = "") -> str:
    """A run of text in WordprocessingML."""
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    """A paragraph of runs."""
    return f"<w:p>{''.join(runs)}</w:p>"


def table(*rows: list[str]) -> str:
    """A table of plain cells."""
    cells = ("".join(f"<w:tc>{paragraph(run(cell))}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(path: Path, body: str | None = None, *, document: str | None = None, entries: int = 0) -> Path:
    """A docx with this body (default: a small decree), or with this whole document part."""
    if body is None:
        body = "".join(paragraph(run(line)) for line in LAW)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document if document is not None else f"{_HEAD}{body}{_TAIL}")
        for at in range(entries):
            archive.writestr(f"word/media/{at}", b"")
    return path


def bomb(path: Path, megabytes: int = 130) -> Path:
    """A docx of some hundred kilobytes whose text is many megabytes."""
    filler = paragraph(run("a" * 1_000_000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        part.write(_HEAD.encode())
        for _ in range(megabytes):
            part.write(filler.encode())
        part.write(_TAIL.encode())
    return path


def forged(path: Path) -> Path:
    """The bomb with sizes in its directory that say it is small."""
    data = bytearray(bomb(path).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(mark)
        struct.pack_into("<I", data, at + offset, 1000)
    path.write_bytes(data)
    return path


def deep(path: Path, levels: int = 5000) -> Path:
    """A docx whose elements lie thousands deep in one another."""
    return docx(path, "<w:p>" + "<w:r>" * levels + "</w:r>" * levels + "</w:p>")


def entities(path: Path) -> Path:
    """A docx whose XML declares entities that blow up and one that reads a file."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    body = f'<w:document xmlns:w="{W}"><w:body>{paragraph(run("&l9;&f;"))}</w:body></w:document>'
    return docx(path, document=head + body)


def sparse(path: Path, size: int = 500 * 1024 * 1024) -> Path:
    """A file of this size that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def pdf(path: Path, pages: list[list[str]]) -> Path:
    """A PDF whose pages show these lines (ASCII); a page without lines is a page without text layer."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        escaped = (line.replace("(", "\\(").replace(")", "\\)") for line in lines)
        shown = "".join(f"({line}) Tj 0 -14 Td " for line in escaped)
        stream = f"BT /F1 11 Tf 50 780 Td {shown}ET".encode() if lines else b""
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % k for k in kids), len(kids))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    path.write_bytes(out)
    return path


def locked_pdf(path: Path) -> Path:
    """A PDF that opens with a password only."""
    writer = PdfWriter(clone_from=PdfReader(pdf(path, [["Dieu 1. Thu"]])))
    writer.encrypt("secret", algorithm="RC4-128")
    with path.open("wb") as file:
        writer.write(file)
    return path


def old_word(path: Path) -> Path:
    """The beginning of a file of Word 97."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1600 + "WordDocument".encode("utf-16-le") + b"\0" * 400)
    return path


def old_sheet(path: Path) -> Path:
    """The beginning of a file of Excel 97."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1600 + "Workbook".encode("utf-16-le") + b"\0" * 400)
    return path


def locked_docx(path: Path) -> Path:
    """The beginning of a docx with a password: an OLE file that holds an encrypted package."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    return path
