"""Files of every kind, and the lines that they hold: what is read, what is left out, in which order."""

import codecs
import unicodedata
import zipfile
from pathlib import Path

import docx as python_docx
import pytest

from knowledge.formats import kind_of_file, read_lines
from knowledge.provision import TextStatus
from knowledge.reading import read_here
from knowledge.unreadable import Reason, UnreadableFile
from tests.knowledge import hostile
from tests.knowledge.hostile import LAW, paragraph, run, table


def lines(path: Path) -> list[str]:
    return read_lines(path).lines


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        # a word cut into runs, a tab, a break, a hyphen that does not break
        (paragraph(run("Điều"), "<w:r><w:tab/></w:r>", run("1. "), run("Tên")), ["Điều 1. Tên"]),
        (paragraph(run("một"), "<w:r><w:br/></w:r>", run("hai")), ["một", "hai"]),
        (paragraph(run("NĐ"), "<w:r><w:noBreakHyphen/></w:r>", run("CP")), ["NĐ-CP"]),
        # hidden, deleted and moved text is none of the law's; inserted text is; vanish switched off hides nothing
        (paragraph(run("thấy"), run("ẩn", "<w:vanish/>"), run("ẩn", "<w:webHidden/>")), ["thấy"]),
        (paragraph(run("thấy", '<w:vanish w:val="0"/>')), ["thấy"]),
        (paragraph(f"<w:del>{run('bỏ')}</w:del><w:moveFrom>{run('dời')}</w:moveFrom><w:ins>{run('thêm')}</w:ins>"), ["thêm"]),
        # a field's code is not its result
        (paragraph("<w:r><w:instrText>PAGE</w:instrText></w:r>", run("trang")), ["trang"]),
        # a footnote's mark; a link; a content control
        (paragraph(run("lời"), '<w:r><w:footnoteReference w:id="2"/></w:r>'), ["lời[2]"]),
        (paragraph(f"<w:hyperlink>{run('nối')}</w:hyperlink>"), ["nối"]),
        (f"<w:sdt><w:sdtContent>{paragraph(run('trong ô'))}</w:sdtContent></w:sdt>", ["trong ô"]),
        # a row is one line; a table of one cell is a box; cells with articles of their own are page layout
        (table(["a", "b"], ["c", ""]), ["a | b", "c |"]),
        (table(["Điều 1. Tên"]), ["Điều 1. Tên"]),
        (table(["", ""]) + paragraph(run("sau")), ["sau"]),
        ("<w:tbl><w:tr><w:tc>" + paragraph(run("Điều 1. A")) + paragraph(run("Điều 2. B")) + "</w:tc><w:tc>"
         + paragraph(run("x")) + "</w:tc></w:tr></w:tbl>", ["Điều 1. A", "Điều 2. B", "x"]),
    ],
)
def test_docx(tmp_path: Path, body: str, meant: list[str]) -> None:
    assert lines(hostile.docx(tmp_path / "a.docx", body)) == meant


def test_docx_as_word_processors_write_it(tmp_path: Path) -> None:
    document = python_docx.Document()
    document.add_paragraph("Điều 1. Tên")
    rows = document.add_table(rows=2, cols=2)
    rows.cell(0, 0).text, rows.cell(0, 1).text, rows.cell(1, 0).text = "Số", "Tên", "1"
    hidden = document.add_paragraph("thấy ").add_run("ẩn")
    hidden.font.hidden = True
    document.save(str(tmp_path / "a.docx"))
    assert lines(tmp_path / "a.docx") == ["Điều 1. Tên", "Số | Tên", "1 |", "thấy"]


def test_macros_are_neither_run_nor_in_the_way(tmp_path: Path) -> None:
    path = hostile.docx(tmp_path / "a.docm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0 AutoOpen")
    assert read_here(path).provisions[0].ref.key == "01-2030-nd-cp.1"


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("<p>Điều 1.\n  Tên</p><p>a<br>b</p>", ["Điều 1. Tên", "a", "b"]),
        ("<p>Đi<b>ề</b>u 1</p>", ["Điều 1"]),
        ("<div>trước<p>giữa</p>sau</div>", ["trước", "giữa", "sau"]),
        ("<table><tr><th>Số</th><th>Tên</th></tr><tbody><tr><td>1</td><td><p>Gạo</p><p>tẻ</p></td></tr></tbody></table>",
         ["Số | Tên", "1 | Gạo tẻ"]),
        ("<script>x</script><style>y</style><nav>z</nav><p>lời</p><!-- thôi -->", ["lời"]),
        ('<p>lời<span style="display: none">ẩn</span></p><p hidden>ẩn</p><p style="mso-hide:all">ẩn</p>', ["lời"]),
        ("<p>&#272;i&#7873;u&nbsp;1</p>", ["Điều 1"]),
        ("<p>a</p><p>chưa đóng <b>thẻ", ["a", "chưa đóng thẻ"]),
    ],
)
def test_html(tmp_path: Path, body: str, meant: list[str]) -> None:
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html><meta charset=utf-8><title>thôi</title>{body}", encoding="utf-8")
    assert [" ".join(line.split()) for line in lines(tmp_path / "a.html")] == meant


VIETNAMESE = "Điều 1. Phạm vi điều chỉnh của Nghị định về khuyến công"


def _marks_apart(letter: str) -> str:
    apart = unicodedata.normalize("NFD", letter)
    return unicodedata.normalize("NFC", apart[:-1]) + apart[-1] if apart[-1:] in "\u0300\u0301\u0303\u0309\u0323" else letter


@pytest.mark.parametrize(
    "data",
    [
        VIETNAMESE.encode(),
        codecs.BOM_UTF8 + VIETNAMESE.encode(),
        unicodedata.normalize("NFD", VIETNAMESE).encode(),
        VIETNAMESE.encode("utf-16"),
        VIETNAMESE.encode("utf-16-le"),
        VIETNAMESE.encode("utf-16-be"),
        # Windows-1258 writes tones as marks of their own after the vowel
        "".join(part for c in VIETNAMESE for part in _marks_apart(c)).encode("cp1258"),
    ],
    ids=["utf-8", "utf-8 with a mark", "NFD", "utf-16", "utf-16-le", "utf-16-be", "windows-1258"],
)
def test_encodings(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert lines(tmp_path / "a.txt") == [VIETNAMESE]


def test_html_says_its_encoding(tmp_path: Path) -> None:
    text = '<html><meta charset="windows-1252"><p>\u00c0 la carte</p></html>'
    (tmp_path / "a.html").write_bytes(text.encode("cp1252"))
    assert lines(tmp_path / "a.html") == ["\u00c0 la carte"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("# Nghị định\n\n**Điều 1. Tên**\n\n* một\n> hai\n\n---\n", ["Nghị định", "Điều 1. Tên", "- một", "hai"]),
        ("| Số | Tên |\n|---|:--:|\n| 1 | Gạo |", ["Số | Tên", "1 | Gạo"]),
        ("1\\. Một [lời](http://a.vn) và 2*3*4", ["1. Một lời và 2*3*4"]),
    ],
)
def test_markdown(tmp_path: Path, text: str, meant: list[str]) -> None:
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert lines(tmp_path / "a.md") == meant


def test_a_digest_in_markdown_stays_a_digest(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\nnumber: 9/2030/NĐ-CP\ntitle: Thử\ncompleteness: digest\nissued: 2030-01-02\nchecked: false\naliases: [thử]\n---\n"
        "## Điều 1. Tên\n\nTóm lược: Gọn.\n1. Một {đến 30/6/2030}\n1. Hai {từ 1/7/2030, theo Điều 2 Nghị định 10/2030/NĐ-CP}\n   ? hỏi gì\n   - a) A\n"
        "## Phụ lục II. Mẫu\n1. Dòng\n", encoding="utf-8",
    )
    document = read_here(tmp_path / "a.md")
    assert (document.number, document.completeness, document.checked, document.aliases) == ("09/2030/NĐ-CP", "digest", False, ("thử",))
    assert [p.ref.place() for p in document.provisions] == ["Điều 1", "khoản 1 Điều 1", "điểm a khoản 1 Điều 1", "Phụ lục II", "khoản 1 Phụ lục II"]
    clause = document.provisions[1]
    assert [v.text for v in clause.plain] == ["Một", "Hai"]
    assert clause.plain[1].by == "Điều 2 Nghị định 10/2030/NĐ-CP"
    assert clause.questions == ("hỏi gì",)
    assert document.provisions[0].gist == "Gọn."


WORDS = ["mot", "hai", "ba", "bon", "nam"]
PAGES = [
    [
        f"CONG BAO so {page}", f"Dieu {page}. Pham vi {word}", f"1. Cau {word} dai chay qua cuoi dong cua trang in nay va con",
        f"tiep tuc {word} o dong sau.", f"2. Hai {word}.", f"a) Diem {word};", f"b) Them {word}.", f"- {page} -",
    ]
    for page, word in enumerate(WORDS, 1)
]


def test_pdf(tmp_path: Path) -> None:
    """Running heads and page numbers go, wrapped lines come together."""
    found = lines(hostile.pdf(tmp_path / "a.pdf", PAGES))
    assert found[:5] == [
        "Dieu 1. Pham vi mot", "1. Cau mot dai chay qua cuoi dong cua trang in nay va con tiep tuc mot o dong sau.", "2. Hai mot.",
        "a) Diem mot;", "b) Them mot.",
    ]
    assert len(found) == 25


def test_wrapped_pages_are_a_machine_reading(tmp_path: Path) -> None:
    width = "chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ chữ"
    text = "".join(f"   Điều {n}. Tên\n   1. {width}\n{width}\nhết câu.\n\n     - {n} -\n\n" for n in range(1, 9))
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    read = read_lines(tmp_path / "a.txt")
    assert read.status is TextStatus.OCR
    assert [" ".join(line.split()) for line in read.lines[:2]] == ["Điều 1. Tên", f"1. {width} {width} hết câu."]


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        # the content decides where the name allows it: word processors save HTML as .doc, people as .txt
        ("a", b"%PDF-1.4\n", "pdf"),
        ("a.docx", b"PK\x03\x04", "docx"),
        ("a.doc", b"<html><body>", "html"),
        ("a.txt", b"<!DOCTYPE html><p>", "html"),
        ("a", "Điều 1".encode(), "txt"),
        ("a.md", "Điều 1".encode(), "md"),
        ("A.HTM", b"<p>x", "html"),
    ],
)
def test_the_kind_is_told_by_the_content(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert kind_of_file(tmp_path / name) == kind


@pytest.mark.parametrize(("name", "data", "reason"), [
    ("a.docx", b"%PDF-1.4\n", Reason.WRONG_NAME), ("a.pdf", b"PK\x03\x04", Reason.WRONG_NAME), ("a.exe", b"PK\x03\x04", Reason.UNKNOWN_KIND),
])
def test_a_wrong_name_is_refused(tmp_path: Path, name: str, data: bytes, reason: Reason) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile) as raised:
        kind_of_file(tmp_path / name)
    assert raised.value.reason is reason


def test_every_kind_gives_the_same_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(LAW), encoding="utf-8")
    (tmp_path / "a.md").write_text("\n\n".join(LAW), encoding="utf-8")
    (tmp_path / "a.html").write_text("<html>" + "".join(f"<p>{line}</p>" for line in LAW), encoding="utf-8")
    paths = [hostile.docx(tmp_path / "a.docx"), tmp_path / "a.txt", tmp_path / "a.md", tmp_path / "a.html"]
    documents = [read_here(path) for path in paths]
    assert all(document == documents[0] for document in documents[1:])
    assert [p.ref.key for p in documents[0].provisions] == [f"01-2030-nd-cp.{k}" for k in ("1", "1.1", "1.1.a", "1.1.b", "2")]
