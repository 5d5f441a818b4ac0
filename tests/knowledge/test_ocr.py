"""Scanned pages: laid out by the places of words, labels mended, told page by page, kept, and measured on real pages."""

import os
from pathlib import Path

import pytest

from bot.errors import sentence
from knowledge import helper, ocr
from knowledge.library import Library
from knowledge.ocr import Word, mended, recognised_pages, scanned_lines, without_edges, words_of
from knowledge.provision import TextStatus
from knowledge.reading import Ocr, read_document, read_here
from knowledge.reflow import reflow
from knowledge.unreadable import Reason, UnreadableFile
from knowledge.vietnamese import strip_accents, syllables
from tests.knowledge import hostile


def words(line: int, left: int, text: str, sure: float = 90.0) -> list[Word]:
    """Words of ten pixels a letter, one space apart."""
    found = []
    for word in text.split(" "):
        if word:
            found.append(Word(("1", "1", str(line)), left, 10 * len(word), sure, word))
        left += 10 * (len(word) + 1)
    return found


def test_words_of_a_table() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    rows = ["4\t1\t1\t1\t1\t0\t40\t20\t90\t12\t-1\t", "5\t1\t1\t1\t1\t1\t40\t20\t60\t12\t91.5\tĐiều", "5\t1\t1\t1\t1\t2\t110\t20\t20\t12\t88\t1.", "5\tcut"]
    assert words_of("\n".join([head, *rows])) == [Word(("1", "1", "1"), 40, 60, 91.5, "Điều"), Word(("1", "1", "1"), 110, 20, 88.0, "1.")]


def test_the_edge_of_the_paper_is_dropped() -> None:
    page = [
        words(1, 500, "3"), words(2, 150, "1. Cơ quan"), words(3, 100, "nhà nước"), words(4, 100, "Tên        Số"), words(5, 100, "hết."),
        words(6, 100, "mm. S—.Ẽẽ", sure=12.0), words(7, 300, "Tek +84-28 * www. abc"),
    ]
    assert without_edges([word for line in page for word in line]) == ["     1. Cơ quan", "nhà nước", "Tên   Số", "hết."]
    assert without_edges([]) == []


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (["-a) Thuốc"], ["a) Thuốc"]),
        (["— 8) Cấp"], ["a) Cấp"]),
        (["_ ương (sau đây)"], ["ương (sau đây)"]),
        (["- 1. Hồ sơ"], ["1. Hồ sơ"]),
        (["1, Mẫu giấy"], ["1. Mẫu giấy"]),
        (["c) Ba;", "đ) Bốn;", "đ) Năm."], ["c) Ba;", "d) Bốn;", "đ) Năm."]),
        (["Chương Ï", "Phụ lục H", "Phụ lục HI"], ["Chương I", "Phụ lục II", "Phụ lục III"]),
        # only labels are mended: these are words of the law
        (["- Bộ Công Thương;"], ["- Bộ Công Thương;"]),
        (["1,5 triệu đồng", "quy định tại Phụ lục H ban hành"], ["1,5 triệu đồng", "quy định tại Phụ lục H ban hành"]),
    ],
)
def test_labels(read: list[str], meant: list[str]) -> None:
    assert mended(read) == meant


TABLE = "level\\n" + "".join(
    f"5\\t1\\t1\\t1\\t{line}\\t{at}\\t{100 + 80 * at}\\t{line * 20}\\t60\\t12\\t95\\t{word}\\n"
    for line, text in enumerate(["NGHỊ ĐỊNH", "Về thử", "Số: 07/2030/NĐ-CP", "Điều 1. Tên", "Lời của luật."], 1)
    for at, word in enumerate(text.split())
)


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pdftoppm and tesseract that count their calls and print a small decree."""
    folder = tmp_path / "programs"
    folder.mkdir()
    scripts = {
        "pdftoppm": f"echo drawn >> {tmp_path}/calls",
        "tesseract": f'if [ "$1" = --list-langs ]; then echo vie; else printf "{TABLE}"; fi',
    }
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return tmp_path / "calls"


def scan(folder: Path, name: str = "scan.pdf", pages: int = 1) -> Path:
    return hostile.pdf(folder / name, [[]] * pages)


def test_a_scan_becomes_a_document(stand_ins: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    document = read_document(scan(tmp_path, pages=2), ocr=Ocr(pages=lambda page, total: told.append((page, total))))
    assert told == [(1, 2), (2, 2)]
    assert document.number == "07/2030/NĐ-CP"
    assert all(p.text_status is TextStatus.OCR for p in document.provisions)
    assert stand_ins.read_text() == "drawn\n" * 2


def test_the_library_recognises_once(stand_ins: Path, tmp_path: Path) -> None:
    """The number of the name wins over the recognised one, and a newer parser needs no second recognition."""
    library = Library(tmp_path / "library")
    (document,) = library.add([scan(tmp_path, "nd-09-2030.scanned.pdf")], ocr=Ocr())
    assert document.number == "09/2030/NĐ-CP"
    assert "suy từ tên tệp" in document.source
    (parsed,) = library.folder.rglob("document.json")
    parsed.unlink()
    assert library.documents() == [document]
    assert stand_ins.read_text() == "drawn\n"


def test_what_was_kept_and_has_changed_is_recognised_again(stand_ins: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    first = scanned_lines(scan(tmp_path), kept)
    kept.write_text(kept.read_text(encoding="utf-8").replace("luật", "lụt"), encoding="utf-8")
    assert scanned_lines(scan(tmp_path), kept) == first
    assert stand_ins.read_text() == "drawn\n" * 2


@pytest.mark.usefixtures("stand_ins")
def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read_document(scan(tmp_path))
    assert raised.value.reason is Reason.SCANNED  # nobody asked for recognition
    with pytest.raises(UnreadableFile) as raised:
        read_document(scan(tmp_path), ocr=Ocr(seconds=0.05))
    assert raised.value.reason is Reason.TIMEOUT
    monkeypatch.setattr(ocr, "MAX_PAGES", 1)
    with pytest.raises(UnreadableFile) as raised:
        scanned_lines(scan(tmp_path, pages=2), tmp_path / "kept")
    assert raised.value.reason is Reason.TOO_MANY_PAGES


def test_without_the_programs_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableFile) as raised:
        read_document(scan(tmp_path), ocr=Ocr())
    assert raised.value.reason is Reason.NO_OCR
    assert "sudo apt install tesseract-ocr tesseract-ocr-vie poppler-utils" in sentence(raised.value)


def test_two_pages_of_a_real_scan(shared: Path) -> None:
    """Nine syllables of ten, and nearly all but for their marks; docs/performance.md has the whole scan."""
    if not helper.can_recognise():
        if os.environ.get("REQUIRE_OCR") == "1":
            pytest.fail("REQUIRE_OCR=1, but pdftoppm, tesseract or its Vietnamese is not installed")
        pytest.skip("pdftoppm, tesseract or its Vietnamese is not installed")
    official = shared / "corpus" / "official"
    pages = recognised_pages(official / "tt-23-2024-bct.scanned.pdf", [2, 3])
    lines = mended(reflow([row for page in pages for row in page]))
    articles = {p.ref.article: p for p in read_here(official / "tt-23-2024-bct.docx").provisions if p.level == "article"}
    assert [line.split(".")[0] for line in lines if line.startswith("Điều ")] == ["Điều 2", "Điều 3", "Điều 4", "Điều 5", "Điều 6"]
    assert not any("www" in line or "+84" in line for line in lines)
    wanted = syllables(articles["2"].wording[0].text)
    at = next(at for at, line in enumerate(lines) if line.startswith("Điều 2."))
    found = syllables(lines[at + 1])
    assert len(found) == len(wanted)
    assert sum(a == b for a, b in zip(found, wanted, strict=True)) >= 0.85 * len(wanted)
    assert sum(strip_accents(a) == strip_accents(b) for a, b in zip(found, wanted, strict=True)) >= 0.97 * len(wanted)
