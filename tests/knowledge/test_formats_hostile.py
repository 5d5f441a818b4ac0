"""Files that are broken, hostile or none of ours: each gives one reason, one sentence, and harms nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter

from bot.errors import sentence
from knowledge.as_json import from_json
from knowledge.reading import read_document
from knowledge.unreadable import Reason, UnreadableFile
from tests.knowledge import hostile
from tests.knowledge.hostile import LAW, paragraph, run

Maker = Callable[[Path], object]


def of(data: bytes) -> Maker:
    return lambda path: path.write_bytes(data)


TCVN3 = "CHÝNH PHñ\n§iÒu 1. Ph¹m vi ®iÒu chØnh\n1. NghÞ ®Þnh nµy ®\xadîc ¸p dông ®èi víi ®Þa ph\xad¬ng".encode("latin-1")
VNI = "CHÍNH PHUÛ\nÑieàu 1. Phaïm vi ñieàu chænh\n1. Nghò ñònh naøy ñöôïc aùp duïng ñoái vôùi ñòa phöông".encode()
BROKEN = "\n".join(LAW).encode().replace("việc".encode(), b"vi\xe1\xffc", 1)

FILES = [
    ("nothing.docx", lambda path: None, Reason.MISSING),
    ("folder.docx", Path.mkdir, Reason.MISSING),
    ("empty.docx", of(b""), Reason.EMPTY),
    ("blank.txt", of(b" \n\n \t\n"), Reason.EMPTY),
    ("huge.pdf", hostile.sparse, Reason.TOO_LARGE),
    ("picture.png", of(b"\x89PNG\r\n\x1a\n" + b"\0" * 100), Reason.UNKNOWN_KIND),
    ("program", of(b"\x7fELF" + b"\0" * 100), Reason.UNKNOWN_KIND),
    ("noise.bin", of(bytes(range(256)) * 20), Reason.UNKNOWN_KIND),
    ("picture.docx", of(b"\x89PNG\r\n\x1a\n" + b"\0" * 100), Reason.WRONG_NAME),
    ("text.docx", of("\n".join(LAW).encode()), Reason.WRONG_NAME),
    ("text.pdf", of("\n".join(LAW).encode()), Reason.WRONG_NAME),
    ("rich.doc", of(b"{\\rtf1 Dieu 1}"), Reason.WRONG_NAME),
    ("sheet.docx", lambda path: hostile.docx(path).write_bytes(_without_document(path)), Reason.WRONG_NAME),
    ("archive.zip", lambda path: path.write_bytes(_without_document(path)), Reason.UNKNOWN_KIND),
    ("old.doc", hostile.old_word, Reason.LEGACY_DOC),
    ("old.docx", hostile.old_word, Reason.LEGACY_DOC),
    ("sheet.doc", hostile.old_sheet, Reason.WRONG_NAME),
    ("sheet.xls", hostile.old_sheet, Reason.UNKNOWN_KIND),
    ("locked.docx", hostile.locked_docx, Reason.ENCRYPTED),
    ("locked.pdf", hostile.locked_pdf, Reason.ENCRYPTED),
    ("scan.pdf", lambda path: hostile.pdf(path, [[], [], ["Dieu 1. Mot trang co chu"]]), Reason.SCANNED),
    ("nopages.pdf", lambda path: PdfWriter().write(str(path)), Reason.SCANNED),
    ("cut.pdf", of(b"%PDF-1.7\n1 0 obj << /Type /Catalog"), Reason.CORRUPT),
    ("cut.docx", lambda path: path.write_bytes(hostile.docx(path).read_bytes()[:300]), Reason.CORRUPT),
    ("bent.docx", lambda path: hostile.docx(path, document="<w:document><w:body>"), Reason.CORRUPT),
    ("flipped.docx", lambda path: _flip(hostile.docx(path)), Reason.CORRUPT),
    ("entities.docx", hostile.entities, Reason.CORRUPT),
    ("broken.txt", of(BROKEN), Reason.CORRUPT),
    ("front.md", of(b"---\nnumber: [\n---\nx"), Reason.CORRUPT),
    ("bomb.docx", hostile.bomb, Reason.BOMB),
    ("forged.docx", hostile.forged, Reason.CORRUPT),
    ("deep.docx", hostile.deep, Reason.BOMB),
    ("many.docx", lambda path: hostile.docx(path, entries=2001), Reason.BOMB),
    ("deep.html", of(b"<html>" + b"<div>" * 300 + b"x"), Reason.BOMB),
    ("novel.docx", lambda path: hostile.docx(path, paragraph(run("Ngày xửa ngày xưa"))), Reason.NO_ARTICLE),
    ("hidden.docx", lambda path: hostile.docx(path, paragraph(run("thấy")) + paragraph(run("Điều 1. Ẩn", "<w:vanish/>"))), Reason.NO_ARTICLE),
    ("digest.md", of("---\ncompleteness: digest\n---\n## Điều 1. A\n1. B".encode()), Reason.NO_NUMBER),
    ("tcvn3.txt", of(TCVN3), Reason.OLD_FONT),
    ("tcvn3.docx", lambda path: hostile.docx(path, "".join(paragraph(run(line)) for line in TCVN3.decode("latin-1").split("\n"))), Reason.OLD_FONT),
    ("vni.txt", of(VNI), Reason.OLD_FONT),
]


def _without_document(path: Path) -> bytes:
    data = hostile.docx(path).read_bytes().replace(b"word/document.xml", b"xl/workbook______")
    path.unlink()
    return data


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = data.index(b"word/document.xml") + 40
    data[middle : middle + 40] = bytes(255 - byte for byte in data[middle : middle + 40])
    path.write_bytes(data)


@pytest.mark.parametrize(("name", "make", "reason"), FILES, ids=[name for name, _, _ in FILES])
def test_each_gives_its_reason_and_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make: Maker, reason: Reason
) -> None:
    monkeypatch.setenv("PATH", "")  # no helper program, whatever is installed here
    make(tmp_path / name)
    with pytest.raises(UnreadableFile) as raised:
        read_document(tmp_path / name)
    assert raised.value.reason is reason
    said = sentence(raised.value)
    assert said.startswith(f"Không nạp được {name}: ")
    assert "\n" not in said
    assert "Traceback" not in said


def test_every_reason_has_its_own_words() -> None:
    said = {sentence(UnreadableFile(Path("a"), reason)) for reason in Reason}
    assert len(said) == len(Reason)


def test_every_reason_is_tried() -> None:
    assert {reason for _, _, reason in FILES} | {Reason.TIMEOUT, Reason.MEMORY, Reason.NO_OCR, Reason.TOO_MANY_PAGES} == set(Reason)


def test_a_file_that_takes_too_long(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read_document(hostile.docx(tmp_path / "a.docx"), seconds=0.01)
    assert raised.value.reason is Reason.TIMEOUT


def test_a_file_that_takes_too_much_memory(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a " * 8_000_000)
    with pytest.raises(UnreadableFile) as raised:
        read_document(tmp_path / "a.txt", memory=120 * 1024 * 1024)
    assert raised.value.reason is Reason.MEMORY


def test_entities_read_no_other_file(tmp_path: Path) -> None:
    """An HTML file may not reach outside either."""
    (tmp_path / "secret").write_text("bí mật", encoding="utf-8")
    body = f'<!DOCTYPE html [<!ENTITY f SYSTEM "file://{tmp_path}/secret">]><p>Số: 01/2030/NĐ-CP</p><p>Điều 1. &f; là tên</p><p>Lời.</p>'
    (tmp_path / "a.html").write_text(body, encoding="utf-8")
    assert "bí mật" not in str(read_document(tmp_path / "a.html").provisions)


@pytest.mark.parametrize("name", ["a b.docx", "-x.docx", "nghị định\u0301.docx", "'\";$(touch x).docx"])
def test_names_are_only_names(tmp_path: Path, name: str) -> None:
    assert read_document(hostile.docx(tmp_path / name)).number == "01/2030/NĐ-CP"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_child_answers_in_json(tmp_path: Path) -> None:
    path = hostile.docx(tmp_path / "a.docx")
    done = subprocess.run(
        [sys.executable, "-m", "knowledge.reading", str(2**30), "60", "2/2031/NĐ-CP", str(path)], capture_output=True, check=True,
    )
    head, _, body = done.stdout.decode().partition("\n")
    assert json.loads(head) == {}
    assert from_json(body).number == "02/2031/NĐ-CP"
