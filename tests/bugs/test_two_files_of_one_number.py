"""Of two files of one number in one `ingest --replace` the second won without a word."""

from pathlib import Path

import pytest

from bot.errors import sentence
from knowledge.library import Library, SameNumber


def decree(path: Path, number: str, words: str) -> Path:
    path.write_text(f"CHÍNH PHỦ\nSố: {number}\nNGHỊ ĐỊNH\nVề thử\nĐiều 1. Tên\n{words}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.parametrize(("one", "other"), [("155/2020/NĐ-CP", "155/2020/NĐ-CP"), ("155/2020/NĐ-CP", "155/2020/ND-CP"), ("05/2020/NĐ-CP", "5/2020/NĐ-CP")])
def test_it_is_refused_before_anything_is_written(tmp_path: Path, one: str, other: str, replaces: bool) -> None:
    library = Library(tmp_path / "library")
    library.add([decree(tmp_path / "held.txt", one, "Lời cũ.")])
    before = {path: path.read_bytes() for path in library.folder.rglob("*") if path.is_file()}
    files = [decree(tmp_path / "moi.txt", "9/2021/NĐ-CP", "Lời."), decree(tmp_path / "mot.txt", one, "Một."), decree(tmp_path / "hai.txt", other, "Hai.")]
    if not replaces:
        files[1] = tmp_path / "held.txt"
    with pytest.raises(SameNumber) as raised:
        library.add(files, replace_held=replaces)
    said = sentence(raised.value)
    assert all(word in said for word in (files[1].name, "hai.txt", one)), said
    assert {path: path.read_bytes() for path in library.folder.rglob("*") if path.is_file()} == before


def test_the_same_content_twice_is_one_file(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    library.add([decree(tmp_path / "mot.txt", "155/2020/NĐ-CP", "Một."), decree(tmp_path / "ban-sao.txt", "155/2020/NĐ-CP", "Một.")], replace_held=True)
    assert [record.number for record in library.records()] == ["155/2020/NĐ-CP"]
