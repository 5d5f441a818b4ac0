"""Attachments: the kind by content, harmless names, hostile files refused."""

import io
import zipfile

import pytest

from reports.attachments import check, kind_of, safe_name
from reports.errors import BadAttachment, BadFile

PDF, PNG = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n123"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def boxed(*parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as box:
        for part in parts:
            box.writestr(part, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", PDF, "pdf"), ("anh", PNG, "png"), ("a.JPEG", b"\xff\xd8\xff\xe0", "jpg"), ("a.docx", boxed("word/document.xml"), "docx"),
        ("a.xlsx", boxed("xl/workbook.xml"), "xlsx"), ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "doc"), ("a.txt", "chào".encode(), "txt"),
        ("a.csv", b"=1+1,2", "txt"), ("a.heic", b"\0\0\0\x18ftypheic", "heic"), ("a.webp", b"RIFF1234WEBP", "webp"), ("Quyết định 12.2026", PDF, "pdf"),
    ],
)  # fmt: skip
def test_taken(name: str, content: bytes, kind: str) -> None:
    assert kind_of(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"", BadFile.EMPTY), ("a.pdf", b"MZ\x90\0", BadFile.UNKNOWN_KIND), ("a.exe", PDF, BadFile.DISGUISED), ("a.pdf", PNG, BadFile.DISGUISED),
        ("a.pdf.exe", PDF, BadFile.DISGUISED), ("a.docx", boxed("word/document.xml", "word/vbaProject.bin"), BadFile.MACROS),
        ("a.zip", boxed("x"), BadFile.UNKNOWN_KIND),
        ("a.docx", b"PK\x03\x04junk", BadFile.UNKNOWN_KIND), ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), BadFile.ENCRYPTED),
        ("a.sh", b"#!/bin/sh\nrm -rf /", BadFile.UNKNOWN_KIND), ("a.html", b"<script>", BadFile.UNKNOWN_KIND),
        ("a.svg", b"<svg onload=1>", BadFile.UNKNOWN_KIND),
        ("a.txt", b"\x7fELF\x02", BadFile.UNKNOWN_KIND), ("a.doc", OLE + "WordDocument_VBA_PROJECT".encode("utf-16-le"), BadFile.MACROS),
        ("a.bat", b"del *.*", BadFile.DISGUISED), ("a.js", b"alert(1)", BadFile.DISGUISED),
    ],
)  # fmt: skip
def test_refused(name: str, content: bytes, reason: BadFile) -> None:
    with pytest.raises(BadAttachment) as error:
        kind_of(name, content)
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\tmp\\a.pdf", "a.pdf"), ("a\u202efdp.exe", "afdp.exe"), ("a\0b.pdf", "a b.pdf"), ("CON.pdf", "_CON.pdf"),
        ("..", "file"), ("", "file"), ("a<b>|?.pdf", "a_b___.pdf"), ("Tờ trình số 5.docx", "Tờ trình số 5.docx"),
    ],
)  # fmt: skip
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("x" * 300 + ".pdf").endswith("x.pdf")
    assert len(safe_name("x" * 300 + ".pdf")) == 120


def test_size() -> None:
    assert check("a.pdf", PDF, 100) == ("a.pdf", "pdf")
    with pytest.raises(BadAttachment):
        check("a.pdf", PDF + b"x" * 100, 100)
