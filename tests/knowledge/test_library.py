"""The library of ingested originals: all or nothing, one at a time, and never silently less than it held."""

import fcntl
import json
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from bot.errors import sentence
from knowledge.as_json import from_json, to_json
from knowledge.library import Library, LibraryBusy, LibraryDamaged, NumberTaken
from knowledge.provision import Document, Provision, Ref, Relation, TextStatus, Version
from knowledge.unreadable import Reason, UnreadableFile
from tests.knowledge import hostile


def decree(path: Path, number: str, words: str = "Lời.") -> Path:
    shown = f"Số: {number}\n" if number else ""
    path.write_text(f"CHÍNH PHỦ\n{shown}NGHỊ ĐỊNH\nVề thử\nĐiều 1. Tên\n{words}\n", encoding="utf-8")
    return path


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of the library, the lock aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "library.lock"
    }


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


@pytest.fixture
def held(tmp_path: Path, library: Library) -> Library:
    """A library that holds 1/2030/NĐ-CP."""
    library.add([decree(tmp_path / "a.txt", "01/2030/NĐ-CP")])
    return library


def numbers(library: Library) -> list[str]:
    return [document.number for document in library.documents()]


def test_what_goes_in_comes_out(tmp_path: Path, held: Library) -> None:
    added = held.add([decree(tmp_path / "b.txt", "02/2030/NĐ-CP"), hostile.docx(tmp_path / "c.docx")], replace_held=True)
    again = Library(held.folder)
    assert numbers(again) == ["01/2030/NĐ-CP", "02/2030/NĐ-CP"]
    assert added == [again.documents()[1], again.documents()[0]]
    assert [r.name for r in again.records()] == ["c.docx", "b.txt"]
    assert again.original(again.records()[1]).read_bytes() == (tmp_path / "b.txt").read_bytes()


def test_building_and_looking_write_nothing(library: Library) -> None:
    assert library.documents() == []
    assert not library.folder.exists()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("empty.txt", lambda path: path.write_bytes(b"")),
        ("missing.txt", lambda path: None),
        ("story.txt", lambda path: path.write_text("Không có điều nào", encoding="utf-8")),
        ("scan.pdf", lambda path: hostile.pdf(path, [[]])),
        ("bomb.docx", hostile.deep),
        ("nameless.txt", lambda path: decree(path, "")),
        ("taken.txt", lambda path: decree(path, "01/2030/NĐ-CP", "Lời khác.")),
    ],
)
def test_one_bad_file_leaves_everything_as_it_was(
    tmp_path: Path, held: Library, name: str, make: Callable[[Path], object]
) -> None:
    make(tmp_path / name)
    before = snapshot(held.folder)
    given = snapshot(tmp_path)
    with pytest.raises((UnreadableFile, NumberTaken)) as raised:
        held.add([decree(tmp_path / "good.txt", "09/2030/NĐ-CP"), tmp_path / name])
    assert snapshot(held.folder) == before
    assert {k: v for k, v in snapshot(tmp_path).items() if k != "good.txt"} == given
    assert name in sentence(raised.value)


def test_the_disk_that_is_full(tmp_path: Path, held: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(held.folder)
    monkeypatch.setattr("shutil.copyfile", _no_room)
    with pytest.raises(OSError, match="No space") as raised:
        held.add([decree(tmp_path / "b.txt", "02/2030/NĐ-CP")])
    assert snapshot(held.folder) == before
    assert "Hết chỗ" in sentence(raised.value)


def _no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_stopped_between_the_folders_and_the_manifest(tmp_path: Path, held: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was moved in but not written down is not held, and is no hindrance the next time."""
    new = decree(tmp_path / "b.txt", "02/2030/NĐ-CP")
    with monkeypatch.context() as patch:
        patch.setattr(Library, "_write_manifest", _no_room)
        with pytest.raises(OSError, match="No space"):
            held.add([new])
    assert numbers(held) == ["01/2030/NĐ-CP"]
    held.add([new])
    assert numbers(held) == ["01/2030/NĐ-CP", "02/2030/NĐ-CP"]


def test_the_same_file_again_changes_nothing(tmp_path: Path, held: Library) -> None:
    before = snapshot(held.folder)
    assert [d.number for d in held.add([tmp_path / "a.txt", tmp_path / "a.txt"])] == ["01/2030/NĐ-CP"] * 2
    assert snapshot(held.folder) == before


def test_the_same_file_twice_in_one_call(tmp_path: Path, library: Library) -> None:
    path = decree(tmp_path / "a.txt", "01/2030/NĐ-CP")
    library.add([path, path])
    assert numbers(library) == ["01/2030/NĐ-CP"]


def test_another_text_of_the_same_number_needs_a_word(tmp_path: Path, held: Library) -> None:
    other = decree(tmp_path / "other.txt", "01/2030/NĐ-CP", "Lời khác.")
    with pytest.raises(NumberTaken) as raised:
        held.add([other])
    assert "--replace" in sentence(raised.value)
    held.add([other], replace_held=True)
    assert held.documents()[0].provisions[0].wording[0].text == "Lời khác."
    (record,) = held.records()
    assert [old.name for old in record.previous] == ["a.txt"]
    assert held.original(record.previous[0]).exists()
    held.add([tmp_path / "a.txt"], replace_held=True)
    assert held.documents()[0].provisions[0].wording[0].text == "Lời."


def test_a_number_from_outside(tmp_path: Path, library: Library) -> None:
    nameless = decree(tmp_path / "x.txt", "")
    with pytest.raises(UnreadableFile) as raised:
        library.add([nameless])
    assert raised.value.reason is Reason.NO_NUMBER
    assert "--number" in sentence(raised.value)
    library.add([nameless], numbers={nameless: "5/2030/nd-cp"})
    library.add([decree(tmp_path / "nd-45-2012.txt", "")])
    assert numbers(library) == ["05/2030/NĐ-CP", "45/2012/NĐ-CP"]
    assert "suy từ tên tệp" in library.documents()[1].source


def test_progress(tmp_path: Path, library: Library) -> None:
    seen: list[tuple[int, int, str]] = []
    paths = [decree(tmp_path / f"{n}.txt", f"0{n}/2030/NĐ-CP") for n in (1, 2)]
    library.add(paths, progress=lambda done, total, path: seen.append((done, total, path.name)))
    assert seen == [(0, 2, "1.txt"), (1, 2, "2.txt"), (2, 2, "2.txt")]


def test_two_at_once(tmp_path: Path, held: Library) -> None:
    """The second one says that it is busy; nothing of either is lost."""
    paths = [decree(tmp_path / f"{n}.txt", f"0{n}/2030/NĐ-CP") for n in range(2, 6)]
    refused: list[Path] = []

    def ingest(path: Path) -> None:
        try:
            Library(held.folder).add([path])
        except LibraryBusy as error:
            assert "đang chạy" in sentence(error)
            refused.append(path)

    threads = [threading.Thread(target=ingest, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for path in refused:
        held.add([path])
    assert sorted(numbers(held)) == [f"0{n}/2030/NĐ-CP" for n in range(1, 6)]


def test_busy(tmp_path: Path, held: Library) -> None:
    with (held.folder / "library.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(LibraryBusy):
            held.add([decree(tmp_path / "b.txt", "02/2030/NĐ-CP")])
    assert numbers(held) == ["01/2030/NĐ-CP"]  # reading needs no lock


@pytest.mark.parametrize("manifest", ["", "{", "[]", '{"held": [{}]}', '{"held": ["x"]}', '{"held": 3}', "\0", None], ids=repr)
def test_a_damaged_manifest_is_told_and_not_overwritten(tmp_path: Path, held: Library, manifest: str | None) -> None:
    path = held.folder / "library.json"
    if manifest is None:
        path.unlink()
    else:
        path.write_text(manifest, encoding="utf-8")
    before = snapshot(held.folder)
    with pytest.raises(LibraryDamaged) as raised:
        held.documents()
    assert "library.json" in sentence(raised.value)
    with pytest.raises(LibraryDamaged):
        held.add([decree(tmp_path / "b.txt", "02/2030/NĐ-CP")])
    assert snapshot(held.folder) == before


@pytest.mark.parametrize("damage", ["gone", "cut", "changed", "an older parser"])
def test_a_damaged_parsed_form_is_read_again(held: Library, damage: str) -> None:
    good = held.documents()
    (parsed,) = held.folder.rglob("document.json")
    sealed = parsed.read_text(encoding="utf-8")
    if damage == "gone":
        parsed.unlink()
    else:
        changed = {"cut": sealed[:-9], "changed": sealed.replace("Lời", "Lừa"), "an older parser": sealed.replace('"parser": ', '"parser": 0')}
        parsed.write_text(changed[damage], encoding="utf-8")
    assert held.documents() == good
    assert parsed.read_text(encoding="utf-8") == sealed


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_original_is_told_and_mended_by_the_same_file(tmp_path: Path, held: Library, damage: str) -> None:
    (original,) = held.folder.rglob("original.txt")
    (parsed,) = held.folder.rglob("document.json")
    parsed.unlink()
    if damage == "gone":
        original.unlink()
    else:
        original.write_text("Điều 1. Khác", encoding="utf-8")
    with pytest.raises(LibraryDamaged) as raised:
        held.documents()
    assert "nạp lại" in sentence(raised.value)
    held.add([tmp_path / "a.txt"])
    assert numbers(held) == ["01/2030/NĐ-CP"]


def test_a_name_from_outside_reaches_no_path(tmp_path: Path, library: Library) -> None:
    path = decree(tmp_path / "..%2f..;x.ocr.TXT", "01/2030/NĐ-CP")
    library.add([path])
    assert [p.name for p in library.folder.rglob("original*")] == ["original.ocr.txt"]
    assert library.records()[0].name == path.name
    manifest = json.loads((library.folder / "library.json").read_text(encoding="utf-8"))
    assert manifest["held"][0]["folder"].startswith("held/01-2030-nd-cp-")


FULL = Document(
    number="01/2030/NĐ-CP", kind="Nghị định", issuer="Chính phủ", territory="Lào Cai", title="Thử “đ”", issued=date(2030, 1, 2),
    in_force_from=date(2030, 2, 1), in_force_to=date(2031, 1, 31), in_force_to_reason="hết hạn", completeness="extract", checked=False,
    source="tệp", note="ghi chú", aliases=("một", "hai"),
    relations=(
        Relation("amends", "02/2030/NĐ-CP", since=date(2030, 2, 1), articles=("1", "3a"), basis="Điều 9", until=date(2031, 1, 1),
                 at_least=("4",), clauses=("2",), says="Sửa một khoản."),
    ),
    amended_unknown=(Relation("repeals", "03/2030/NĐ-CP"),),
    provisions=(
        Provision(Ref("01/2030/NĐ-CP", "1", "2", "đ"), chapter="Chương I", heading="Tên", wording=(Version("Lời."),),
                  plain=(Version("Cũ", until=date(2030, 5, 1)), Version("Mới", date(2030, 5, 2), None, "Điều 2", "60 %")),
                  gist="Gọn", questions=("hỏi", "đáp"), text_status=TextStatus.OCR, headings=(Version("Tên"),),
                  chapters=(Version("Chương cũ", None, date(2026, 1, 1), "Điều 3", None, TextStatus.OCR),)),
        Provision(Ref("09/2030/NĐ-CP", "Phụ lục I")),
    ),
)


def test_json_keeps_every_field() -> None:
    assert from_json(to_json(FULL)) == FULL
    for value in (FULL, FULL.relations[0], FULL.provisions[0]):  # a new field must be given a value above
        blank = type(value)(*(["x"] if isinstance(value, Document) else ["x", "y"] if isinstance(value, Relation) else [Ref("x")]))
        assert all(getattr(value, f.name) != getattr(blank, f.name) for f in fields(value)), "a field with its default value"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"number": 1}', to_json(FULL)[:-20], "[" * 100_000])
def test_json_that_is_no_document(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)


def test_json_of_an_empty_document() -> None:
    empty = replace(Document("x"), provisions=(Provision(Ref("x")),))
    assert from_json(to_json(empty)) == empty
