"""Word files of 1997 to 2003: what the helper program prints, what becomes of it, and what is said without one."""

import os
import re
import time
from pathlib import Path

import pytest

from bot.errors import sentence
from knowledge import helper, oldfont
from knowledge.formats import kind_of_file, read_lines
from knowledge.legacy_doc import antiword_lines
from knowledge.provision import Document, Provision
from knowledge.reading import read_document, read_here
from knowledge.unreadable import Reason, UnreadableFile
from tests.knowledge import hostile


@pytest.fixture(scope="module")
def antiword() -> str:
    """The program; skips where it is absent, fails when REQUIRE_DOC=1."""
    if not helper.program("antiword"):
        if os.environ.get("REQUIRE_DOC") == "1":
            pytest.fail("REQUIRE_DOC=1, but antiword is not installed")
        pytest.skip("antiword is not installed")
    return helper.program("antiword")


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("\n\nĐiều 1. Tên\n\n    1. Lời\n", ["Điều 1. Tên", "    1. Lời"]),
        ("[pic]\nlời[pic]\n", ["lời"]),
        # rows: the first cell begins one, a broken line goes on, the number of cells changes
        ("|1  |Gạo tẻ |\n|2  |Gạo    |\n|   |nếp    |\n", ["1 | Gạo tẻ", "2 | Gạo nếp"]),
        ("|Mục I  |Các loại |\n|1  |Gạo |Thơm |\n", ["Mục I | Các loại", "1 | Gạo | Thơm"]),
        ("|Tên dài |x  |\n|quá lắm |   |\n|10|a|\n|11|b|\n", ["Tên dài quá lắm | x", "10 | a", "11 | b"]),
        ("|a) Một  |lời rất|\n|b) Hai  |dài    |\n", ["a) Một b) Hai | lời rất dài"]),
        ("|   |   |\n", []),
        # a table of one cell is a box around paragraphs
        ("|Điều 1. Tên  |\n|1. Lời dài   |\n|đến đây thôi.|\n", ["Điều 1. Tên", "1. Lời dài đến đây thôi."]),
        ("trước\n|1  |a  |\nsau | giữa\n", ["trước", "1 | a", "sau | giữa"]),
    ],
)
def test_what_antiword_prints(printed: str, meant: list[str]) -> None:
    assert antiword_lines(printed) == meant


def stand_in(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of stand-ins that comes first on PATH; the system's own helpers are hidden."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "cat", "cp", "sleep", "yes", "head"):
        (folder / name).symlink_to(helper.program(name))
    monkeypatch.setenv("PATH", str(folder))
    return folder


PRINTS = "cat <<'END'\nSố: 01/2030/NĐ-CP\nNGHỊ ĐỊNH\nVề thử\nĐiều 1. Tên\nLời.\nEND"


def test_antiword_is_called_without_a_shell(programs: Path, tmp_path: Path) -> None:
    stand_in(programs, "antiword", f'for word in "$@"; do echo "<$word>"; done > {tmp_path}/called; {PRINTS}')
    path = hostile.old_word(tmp_path / "a b;$(touch x).doc")
    assert read_document(path).number == "01/2030/NĐ-CP"
    assert (tmp_path / "called").read_text(encoding="utf-8").split("\n") == ["<-m>", "<UTF-8.txt>", "<-w>", "<0>", f"<{path}>", ""]


def test_office_makes_a_docx(programs: Path, tmp_path: Path) -> None:
    made = hostile.docx(tmp_path / "made.docx")
    stand_in(programs, "soffice", f'while [ "$1" != --outdir ]; do shift; done; cp {made} "$2/original.docx"')
    assert read_here(hostile.old_word(tmp_path / "a.doc")).number == "01/2030/NĐ-CP"


def test_the_next_program_is_tried(programs: Path, tmp_path: Path) -> None:
    made = hostile.docx(tmp_path / "made.docx")
    stand_in(programs, "antiword", "exit 1")
    stand_in(programs, "soffice", f'while [ "$1" != --outdir ]; do shift; done; cp {made} "$2/original.docx"')
    assert read_here(hostile.old_word(tmp_path / "a.doc")).number == "01/2030/NĐ-CP"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", Reason.CORRUPT),
        ("exit 0", Reason.CORRUPT),
        ("echo 'Encrypted documents are not supported' >&2; exit 1", Reason.ENCRYPTED),
        ("yes lời | head -c 3000000", Reason.BOMB),
        ("sleep 60", Reason.TIMEOUT),
    ],
)
def test_what_goes_wrong(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: Reason
) -> None:
    stand_in(programs, "antiword", script)
    monkeypatch.setattr(helper, "MAX_OUTPUT", 2_000_000)
    monkeypatch.setattr("knowledge.legacy_doc.SECONDS", 1.0)
    began = time.monotonic()
    with pytest.raises(UnreadableFile) as raised:
        read_lines(hostile.old_word(tmp_path / "a.doc"))
    assert (raised.value.reason, raised.value.path.name) == (reason, "a.doc")
    assert time.monotonic() - began < 10


def test_a_helper_ends_with_its_reader(programs: Path, tmp_path: Path) -> None:
    stand_in(programs, "antiword", f"sleep 3; echo late > {tmp_path}/late")
    with pytest.raises(UnreadableFile) as raised:
        read_document(hostile.old_word(tmp_path / "a.doc"), seconds=1.5)
    assert raised.value.reason is Reason.TIMEOUT
    time.sleep(2.5)
    assert not (tmp_path / "late").exists()


@pytest.mark.usefixtures("programs")
def test_without_a_program_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as raised:
        read_document(hostile.old_word(tmp_path / "a.doc"))
    assert raised.value.reason is Reason.LEGACY_DOC
    assert "sudo apt install antiword" in sentence(raised.value)


def test_the_content_tells_an_old_word_file(tmp_path: Path) -> None:
    assert kind_of_file(hostile.old_word(tmp_path / "a.txt")) == "doc"


def by_article(document: Document) -> dict[str, list[Provision]]:
    found: dict[str, list[Provision]] = {}
    for provision in document.provisions:
        found.setdefault(provision.ref.article or "", []).append(provision)
    return found


@pytest.mark.usefixtures("antiword")
def test_the_doc_of_a_decree_is_its_docx(shared: Path) -> None:
    """NĐ 146/2025 in both forms, article by article: heading, khoản, điểm, words."""
    official = shared / "corpus" / "official"
    doc, docx = (by_article(read_document(official / f"nd-146-2025.{ending}")) for ending in ("doc", "docx"))
    assert [name for name in docx if name.isdigit()] == [str(n) for n in range(1, 62)]
    assert list(doc) == list(docx)
    for article, provisions in docx.items():
        assert doc[article] == provisions, article


@pytest.mark.usefixtures("antiword")
def test_tables_of_a_real_file(shared: Path) -> None:
    lines = [line.strip() for line in read_lines(shared / "corpus" / "official" / "tt-16-2018-bca.doc").lines]
    assert "7 | Đạn sử dụng cho các loại súng thể thao quy định tại Mục I |" in lines
    assert "6 | Cung 1 dây | Fivics Tian X2; Hoyt; Marthew; PDS" in lines
    assert "Mục II | Phương tiện xịt hơi cay, hơi ngạt, chất độc, chất gây mê, chất gây ngứa" in lines


@pytest.mark.usefixtures("antiword")
def test_a_real_file_typed_for_an_old_font(shared: Path, tmp_path: Path) -> None:
    """TT 38/2025 with its letters exchanged for those of TCVN3 is the same text again, capital Ủ aside."""
    real = shared / "corpus" / "official" / "tt-38-2025-bct.doc"
    old = {new: letter for letter, new in oldfont._TCVN3.items()}
    letters = "".join(old) + "".join(old).upper()
    inside = re.compile("[ -~\r\x07“”" + re.escape(letters) + "]{12,}")
    units = real.read_bytes().decode("utf-16-le", "surrogatepass")
    typed = inside.sub(lambda match: "".join(old.get(c) or old.get(c.lower(), c) for c in match[0]), units)
    (tmp_path / real.name).write_bytes(typed.encode("utf-16-le", "surrogatepass"))
    found, wanted = read_here(tmp_path / real.name), read_here(real)
    assert (found.number, found.title, found.issued) == (wanted.number, wanted.title, wanted.issued)
    assert [p.ref for p in found.provisions] == [p.ref for p in wanted.provisions]
    for ours, theirs in zip(found.provisions, wanted.provisions, strict=True):
        assert str(ours.wording).lower() == str(theirs.wording).lower(), ours.ref.key
