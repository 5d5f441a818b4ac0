"""A docx that was named .doc was refused; Word's two kinds of file are told by their content."""

from pathlib import Path

import pytest

from knowledge.formats import kind_of_file, read_lines
from knowledge.unreadable import Reason, UnreadableFile
from tests.knowledge import hostile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le")


@pytest.mark.parametrize("name", ["a.doc", "a.DOC", "a.docx", "a.docm"])
def test_a_docx_is_read_under_either_name(tmp_path: Path, name: str) -> None:
    path = hostile.docx(tmp_path / "a.docx").rename(tmp_path / name)
    assert kind_of_file(path) == "docx"
    assert any(line.startswith("Điều 1") for line in read_lines(path).lines)


@pytest.mark.parametrize("name", ["a.doc", "a.docx"])
def test_an_old_word_file_is_one_under_either_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(OLE)
    assert kind_of_file(tmp_path / name) == "doc"


def test_another_archive_named_doc_is_refused(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.doc", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(UnreadableFile) as raised:
        read_lines(tmp_path / "a.doc")
    assert raised.value.reason is Reason.WRONG_NAME
