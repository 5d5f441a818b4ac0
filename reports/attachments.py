"""Which files a report takes: the kind told by the content, the name made harmless, limits of size."""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Final

from knowledge.vietnamese import one_line
from reports.errors import BadAttachment, BadFile
from reports.secrets import check_file_name

MAX_NAME: Final = 120
_MAGIC: Final = (
    (b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
)  # fmt: skip
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAME: Final = {"jpeg": "jpg", "jpe": "jpg", "heif": "heic", "text": "txt", "log": "txt"}
_RESERVED: Final = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def kind_of(name: str, content: bytes) -> str:
    """The kind of a file by its content ("pdf", "docx", "jpg" …); BadAttachment where it is none that is taken."""
    if not content:
        raise BadAttachment(name, BadFile.EMPTY)
    kind = next((k for magic, k in _MAGIC if content.startswith(magic)), "") or _container(name, content)
    if not kind and _is_text(content):
        kind = "txt"
    if not kind:
        raise BadAttachment(name, BadFile.UNKNOWN_KIND)
    _check_extension(name, kind)
    return kind


def safe_name(name: str) -> str:
    """`name` for showing and for a download: no path, no control or direction characters, not too long."""
    last = re.split(r"[/\\]", one_line(name))[-1]
    plain = re.sub(r'[<>:"|?*\x00-\x1f]', "_", last).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if _RESERVED.match(stem or plain):
        stem = f"_{stem}"
    short = f"{(stem or 'file')[: MAX_NAME - len(extension) - 1]}{dot}{extension}" if dot else plain[:MAX_NAME]
    return short or "file"


def check(name: str, content: bytes, limit: int) -> tuple[str, str]:
    """The harmless name and the kind of a file that may be taken; BadAttachment or Classified otherwise."""
    safe = safe_name(name)
    check_file_name(safe)
    if len(content) > limit:
        raise BadAttachment(safe, BadFile.TOO_LARGE)
    return safe, kind_of(safe, content)


def _container(name: str, content: bytes) -> str:
    """Office files, pictures in boxes: kinds whose first bytes are shared with others."""
    if content.startswith(b"PK\x03\x04"):
        return _office(name, content)
    if content.startswith(_OLE):
        return _old_office(name, content)
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return "heic"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def _office(name: str, content: bytes) -> str:
    """docx or xlsx; only the list of its parts is read, nothing is unpacked."""
    try:
        parts: Sequence[str] = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise BadAttachment(name, BadFile.UNKNOWN_KIND) from error
    if any(p.lower().endswith("vbaproject.bin") for p in parts):
        raise BadAttachment(name, BadFile.MACROS)
    return next((kind for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")) if part in parts), "")


def _old_office(name: str, content: bytes) -> str:
    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise BadAttachment(name, BadFile.ENCRYPTED)
    if holds("_VBA_PROJECT"):
        raise BadAttachment(name, BadFile.MACROS)
    return "doc" if holds("WordDocument") else "xls" if holds("Workbook") else ""


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    # A script is text too; what starts like a program is not taken.
    return not text.startswith(("#!", "<?", "<")) and not any(c < " " and c not in "\t\n\r\f" for c in text)


def _check_extension(name: str, kind: str) -> None:
    """A name may have no extension, or the one of its content; "don.exe" that holds a PDF is disguised."""
    _, dot, said = name.lower().rpartition(".")
    if dot and re.fullmatch(r"[a-z0-9]{1,5}", said) and not said.isdigit() and _SAME.get(said, said) not in (kind, *(("md", "csv") if kind == "txt" else ())):
        raise BadAttachment(name, BadFile.DISGUISED)
