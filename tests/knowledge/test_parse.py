"""Lines of legal texts, and the provisions that they hold."""

import unicodedata
from datetime import date

import pytest

from knowledge.numbers import normal_number, number_in_name, read_date
from knowledge.parse import parse
from knowledge.provision import Provision

HEAD = ["CHÍNH PHỦ", "Số: 01/2030/NĐ-CP", "NGHỊ ĐỊNH", "Về việc thử"]


def read(*lines: str) -> dict[str, str]:
    """Place -> words: "8.1.c" -> "…"; an article's heading stands before its words in brackets."""
    found: dict[str, str] = {}
    for p in parse([*HEAD, *lines]).provisions:
        place = ".".join(filter(None, (p.ref.article, p.ref.clause or ("0" if p.ref.point else ""), p.ref.point)))
        assert place not in found, f"{place} twice"
        found[place] = (f"[{p.heading}] " if p.level == "article" and p.heading else "") + (p.wording[0].text if p.wording else "")
    return {place: text.strip() for place, text in found.items()}


STRUCTURE = [
    pytest.param(
        ["Điều 1. Tên", "1. Một:", "a) A;", "b) B;", "c) C;", "d) D;", "đ) Đ;", "e) E.", "2. Hai."],
        {"1": "[Tên]", "1.1": "Một:", "1.1.a": "A;", "1.1.b": "B;", "1.1.c": "C;", "1.1.d": "D;", "1.1.đ": "Đ;", "1.1.e": "E.",
         "1.2": "Hai."},
        id="đ follows d",
    ),
    pytest.param(
        ["Điều 1. Tên", "a) A;", "b) B.", "Điều 2.", "Chỉ một câu.", "Điều 3. Nguyên cả điều là một câu."],
        {"1": "[Tên]", "1.0.a": "A;", "1.0.b": "B.", "2": "Chỉ một câu.", "3": "Nguyên cả điều là một câu."},
        id="points without a clause, an article without a title, one that is a single sentence",
    ),
    pytest.param(
        ["Điều 3. Ba", "1. Một.", "1a. Một a.", "2. Hai:", "a) A;", "a1) A một;", "b) B.", "Điều 3a. Chèn", "Lời.", "Điều 4. Bốn", "Lời."],
        {"3": "[Ba]", "3.1": "Một.", "3.1a": "Một a.", "3.2": "Hai:", "3.2.a": "A;", "3.2.a1": "A một;", "3.2.b": "B.",
         "3a": "[Chèn] Lời.", "4": "[Bốn] Lời."},
        id="inserted numbers",
    ),
    pytest.param(
        ["Điều 1. Tên", "1. Kể từ", "01.01.2020 là ngày đầu;", "1.5 lần mức này.", "2. Hai."],
        {"1": "[Tên]", "1.1": "Kể từ\n01.01.2020 là ngày đầu;\n1.5 lần mức này.", "1.2": "Hai."},
        id="a date and a figure are no clauses",
    ),
    pytest.param(
        ["Điều 1. Tên", "Theo quy định tại", "Điều 5 của Nghị định này, Điều 6;", "Điều 2. Hai", "1. Một", "5. Năm không nối tiếp một."],
        {"1": "[Tên] Theo quy định tại\nĐiều 5 của Nghị định này, Điều 6;", "2": "[Hai]", "2.1": "Một\n5. Năm không nối tiếp một."},
        id="a wrapped reference begins no article, a number out of turn no clause",
    ),
    pytest.param(
        ["Điều 1. Tên", "1. Một:", "a) A.", "Đoạn kết của cả khoản.", "2. Hai:", "a) Trách nhiệm của các sở:", "Sở một làm.", "Sở hai làm."],
        {"1": "[Tên]", "1.1": "Một:", "1.1.a": "A.", "1.1.đoạn cuối": "Đoạn kết của cả khoản.", "1.2": "Hai:",
         "1.2.a": "Trách nhiệm của các sở:\nSở một làm.\nSở hai làm."},
        id="a closing paragraph stands behind the points of its clause, paragraphs that a point announces to the point",
    ),
    pytest.param(
        ["Điều 1. Tên", "Lời.", "Nơi nhận:", "- Như Điều 1;", "TM. CHÍNH PHỦ", "1. Không phải khoản"],
        {"1": "[Tên] Lời."},
        id="nothing after the signature",
    ),
    pytest.param(
        ["Điều 1. Tên", "Lời.[1]", "- 3 -", "7", "Thêm."],
        {"1": "[Tên] Lời.\nThêm."},
        id="footnote marks and page numbers",
    ),
]

AMENDING = [
    pytest.param(
        ["Điều 1. Sửa đổi", "1. Bổ sung Điều 3a vào sau Điều 3 như sau:", "“Điều 3a. Mới", "1. Khoản mới.", "a) Điểm mới.”.",
         "2. Bãi bỏ điểm c khoản 1 Điều 5.", "Điều 2. Hiệu lực", "Lời."],
        {"1": "[Sửa đổi]", "1.1": "Bổ sung Điều 3a vào sau Điều 3 như sau:\n“Điều 3a. Mới\n1. Khoản mới.\na) Điểm mới.”.",
         "1.2": "Bãi bỏ điểm c khoản 1 Điều 5.", "2": "[Hiệu lực] Lời."},
        id="the quoted article belongs to the clause that quotes it",
    ),
    pytest.param(
        ["Điều 1. Sửa đổi", "1. Sửa đổi khoản 1 Điều 2 như sau:", "“1. Không bao giờ đóng ngoặc.", "2. Vẫn trong ngoặc.",
         "2. Sửa đổi Điều 4 như sau:", "“Điều 4. Bốn”.", "Điều 2. Hiệu lực thi hành", "Lời."],
        {"1": "[Sửa đổi]", "1.1": "Sửa đổi khoản 1 Điều 2 như sau:\n“1. Không bao giờ đóng ngoặc.\n2. Vẫn trong ngoặc.",
         "1.2": "Sửa đổi Điều 4 như sau:\n“Điều 4. Bốn”.", "2": "[Hiệu lực thi hành] Lời."},
        id="a quotation that never closes ends where the amending text goes on",
    ),
    pytest.param(
        ["Điều 1. Sửa đổi", "1. Sửa đổi Điều 2 như sau:", "Điều 2. Thiếu dấu mở", "1. Trong ngoặc.”.", "2. Bãi bỏ Điều 3.", "Điều 2. Hai",
         "Lời."],
        {"1": "[Sửa đổi]", "1.1": "Sửa đổi Điều 2 như sau:\nĐiều 2. Thiếu dấu mở\n1. Trong ngoặc.”.", "1.2": "Bãi bỏ Điều 3.",
         "2": "[Hai] Lời."},
        id="a quotation that never opened begins after như sau",
    ),
    pytest.param(
        ["Điều 1. Sửa đổi Điều 53 như sau:", "“Điều 53. Thủ tục", "1. Một.”.", "2. Đóng ngoặc sớm:", "a) A;", "b) B.”.", "Điều 2. Hai", "Lời."],
        {"1": "[Sửa đổi Điều 53 như sau:] “Điều 53. Thủ tục\n1. Một.”.\n2. Đóng ngoặc sớm:\na) A;\nb) B.”.", "2": "[Hai] Lời."},
        id="a quotation that was closed too soon (NĐ 14/2026 Điều 37)",
    ),
    pytest.param(
        ["Điều 1. Từ ngữ", "1. Thay cụm từ “Điều 5", "2. Trong ngoặc” ở nhiều nơi.", "Điều 2. Hai", "1. Một “chữ”.", "2. Hai."],
        {"1": "[Từ ngữ]", "1.1": "Thay cụm từ “Điều 5", "1.2": "Trong ngoặc” ở nhiều nơi.", "2": "[Hai]", "2.1": "Một “chữ”.",
         "2.2": "Hai."},
        id="a mark inside a sentence opens no block",
    ),
]

ANNEXES = [
    pytest.param(
        ["Điều 1. Một", "Lời.", "PHỤ LỤC I", "DANH MỤC", "(Kèm theo Nghị định này)", "I. PHẦN MỘT", "1. Một", "1.1. Nhỏ", "a) A", "II. PHẦN HAI",
         "1. Lại một", "Điều 5. Không phải điều của Nghị định", "PHỤ LỤC II", "Tên viết thường", "Số | Tên", "1 | Gạo"],
        {"1": "[Một] Lời.", "Phụ lục I": "[Danh mục]", "Phụ lục I.I.0": "PHẦN MỘT", "Phụ lục I.I.1": "Một", "Phụ lục I.I.1.1": "Nhỏ",
         "Phụ lục I.I.1.1.a": "A", "Phụ lục I.II.0": "PHẦN HAI", "Phụ lục I.II.1": "Lại một\nĐiều 5. Không phải điều của Nghị định",
         "Phụ lục II": "[Tên viết thường] Số | Tên\n1 | Gạo"},
        id="annexes have sections, clauses, tables; an article in them is none of the decree's",
    ),
    pytest.param(
        ["Điều 1. Một", "Lời.", "PHỤ LỤC", "CÁC MẪU", "Mẫu số 01 | Đơn đề nghị thử", "Mẫu số 02 | Quyết định cho thử", "Mẫu số 01",
         "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "ĐƠN ĐỀ NGHỊ", "1. Tên: …", "Mẫu số 02", "QUYẾT ĐỊNH", "Điều 1. Cho phép …", "Điều 2. Hiệu lực"],
        {"1": "[Một] Lời.", "Phụ lục": "[Các mẫu] Mẫu số 01 | Đơn đề nghị thử\nMẫu số 02 | Quyết định cho thử",
         "Mẫu số 01": "[Đơn đề nghị thử] CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐƠN ĐỀ NGHỊ\n1. Tên: …",
         "Mẫu số 02": "[Quyết định cho thử] QUYẾT ĐỊNH\nĐiều 1. Cho phép …\nĐiều 2. Hiệu lực"},
        id="forms are kept whole and take their titles from the annex's list",
    ),
    pytest.param(
        ["Điều 1. Một", "Lời về ASEAN, rồi ASEAN và Việt Nam, nước Việt Nam.", "PHỤ LỤC I", "MẪU CỦA ASEAN TẠI VIỆT NAM", "Mẫu số 01",
         "Tên cơ quan | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "QUYẾT ĐỊNH", "Về việc thử máy", "PHỤ LỤC II", "Tên", "Mẫu số 01", "TỜ KHAI"],
        {"1": "[Một] Lời về ASEAN, rồi ASEAN và Việt Nam, nước Việt Nam.", "Phụ lục I": "[Mẫu của ASEAN tại Việt Nam]",
         "Mẫu số 01 Phụ lục I":
             "[Quyết định về việc thử máy] Tên cơ quan | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nQUYẾT ĐỊNH\nVề việc thử máy",
         "Phụ lục II": "[Tên]", "Mẫu số 01 Phụ lục II": "[Tờ khai] TỜ KHAI"},
        id="numbers of forms that begin anew are told apart; titles in capitals keep names",
    ),
    pytest.param(
        ["Điều 1. Một", "Lời.", "PHỤ LỤC I", "KÈM THEO", "Phụ lục II ban hành kèm theo Nghị định này được áp dụng;", "Mẫu số 03 về dự toán thì thôi."],
        {"1": "[Một] Lời.", "Phụ lục I":
            "[Kèm theo] Phụ lục II ban hành kèm theo Nghị định này được áp dụng;\nMẫu số 03 về dự toán thì thôi."},
        id="sentences about annexes and forms open none",
    ),
]


@pytest.mark.parametrize(("lines", "meant"), [*STRUCTURE, *AMENDING, *ANNEXES])
def test_units(lines: list[str], meant: dict[str, str]) -> None:
    assert read(*lines) == meant


def one(*lines: str) -> Provision:
    return parse([*HEAD, *lines]).provisions[-1]


@pytest.mark.parametrize(
    ("lines", "chapter"),
    [
        (["Chương I", "QUY ĐỊNH CHUNG", "Điều 1. Một", "Lời."], "Chương I. Quy định chung"),
        (["CHƯƠNG II. TỔ CHỨC", "THỰC HIỆN", "Mục 1", "CẤP TỈNH", "Điều 1. Một", "Lời."], "Chương II. Tổ chức · Mục 1. Cấp tỉnh"),
        (["Chương I. MỘT", "Mục 2. HAI", "Điều 1. A", "Lời.", "Chương II. BA", "Điều 2. B", "Lời."], "Chương II. Ba"),
        (["Chương I", "SỬA ĐỔI NGHỊ ĐỊNH SỐ 87/2009/NĐ-CP CỦA CHÍNH PHỦ, NHÓM I", "Điều 1. A", "Lời."],
         "Chương I. Sửa đổi Nghị định số 87/2009/NĐ-CP của Chính phủ, nhóm I"),
        # "Chương II Nghị định này" at the start of a wrapped line is no chapter
        (["Chương I", "MỘT", "Điều 1. A", "Theo quy định tại", "Chương II Nghị định này.", "Điều 2. B", "Lời."], "Chương I. Một"),
    ],
)
def test_chapters(lines: list[str], chapter: str) -> None:
    assert one(*lines).chapter == chapter


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        # NFD, as macOS and Windows-1258 write it
        (unicodedata.normalize("NFD", "Điều 1. Phạm vi điều chỉnh"), "Phạm vi điều chỉnh"),
        # Ð U+00D0 looks like Đ
        ("\u00d0iều 1. Phạm vi", "Phạm vi"),
        # no-break and zero-width spaces, no space after the full stop, a colon
        ("Điều\u00a01.\u200b Phạm  vi", "Phạm vi"),
        ("Điều 1.Phạm vi", "Phạm vi"),
        ("Điều 1: Phạm vi", "Phạm vi"),
        ("Điều 1 Phạm vi", "Phạm vi"),
        # the tone mark stays where the text puts it
        ("Điều 1. Hoá chất, hóa chất", "Hoá chất, hóa chất"),
    ],
)
def test_odd_spelling_of_a_heading(line: str, heading: str) -> None:
    assert one(line, "Lời.").heading == heading


def test_enclosed_regulation_owns_the_numbers() -> None:
    """The decision's own articles carry its name (QĐ 16/2026/QĐ-UBND of Lào Cai)."""
    document = parse([
        "ỦY BAN NHÂN DÂN TỈNH LÀO CAI", "Số: 16/2026/QĐ-UBND", "QUYẾT ĐỊNH", "Ban hành Quy chế", "Điều 1. Ban hành kèm theo Quyết định này Quy chế.",
        "Điều 2. Hiệu lực", "Quyết định này có hiệu lực từ ngày 01 tháng 3 năm 2026.", "TM. ỦY BAN NHÂN DÂN", "QUY CHẾ", "QUẢN LÝ CỤM CÔNG NGHIỆP",
        "(Ban hành kèm theo Quyết định số 16/2026/QĐ-UBND)", "Chương I", "QUY ĐỊNH CHUNG", "Điều 1. Phạm vi", "1. Một.", "Điều 2. Đối tượng", "Lời.",
    ])
    assert [p.ref.article for p in document.provisions if p.level == "article"] == [
        "Điều 1 của Quyết định ban hành", "Điều 2 của Quyết định ban hành", "1", "2",
    ]
    assert document.in_force_from == date(2026, 3, 1)
    assert document.territory == "Lào Cai"
    assert document.note


@pytest.mark.parametrize(
    ("head", "meant"),
    [
        (["CHÍNH PHỦ | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 32/2024/NĐ-CP | Hà Nội, ngày 15 tháng 3 năm 2024", "NGHỊ ĐỊNH",
          "VỀ CỤM CÔNG NGHIỆP", "Căn cứ Luật số 61/2020/QH14 ngày 17 tháng 6 năm 2020;"],
         ("32/2024/NĐ-CP", "Nghị định", "Chính phủ", "VN", "Về cụm công nghiệp", date(2024, 3, 15))),
        (["BỘ TÀI CHÍNH - BỘ CÔNG THƯƠNG", "Số: 26/2014/TTLT-BTC-BCT", "THÔNG TƯ LIÊN TỊCH", "Hướng dẫn kinh phí",
          "Bộ trưởng Bộ Tài chính và Bộ Công Thương ban hành:"],
         ("26/2014/TTLT-BTC-BCT", "Thông tư liên tịch", "Bộ Tài chính - Bộ Công Thương", "VN", "Hướng dẫn kinh phí", None)),
        (["QUỐC HỘI", "Luật số: 69/2025/QH15", "LUẬT", "HÓA CHẤT"], ("69/2025/QH15", "Luật", "Quốc hội", "VN", "Hóa chất", None)),
        # a draft's open number; a number in the legal bases is another text's
        (["BỘ GIAO THÔNG VẬN TẢI", "Số: /2023/TT-BGTVT", "THÔNG TƯ", "Về vận tải", "Căn cứ Nghị định số 56/2022/NĐ-CP về Bộ Giao thông vận tải;"],
         ("/2023/TT-BGTVT", "Thông tư", "Bộ Giao thông vận tải", "VN", "Về vận tải", None)),
        (["THÔNG TƯ", "Về vận tải", "Căn cứ Nghị định số 56/2022/NĐ-CP;"], ("", "Thông tư", "", "VN", "Về vận tải", None)),
    ],
)
def test_preamble(head: list[str], meant: tuple[str, str, str, str, str, date | None]) -> None:
    d = parse([*head, "Điều 1. Một", "Lời."])
    assert (d.number, d.kind, d.issuer, d.territory, d.title, d.issued) == meant


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("Nghị định này có hiệu lực thi hành từ ngày 01 tháng 5 năm 2024.", date(2024, 5, 1), None),
        ("Nghị định này có hiệu lực kể từ ngày ký ban hành.", date(2030, 1, 2), None),
        ("Nghị định này có hiệu lực sau 10 ngày kể từ ngày ký ban hành.", date(2030, 1, 12), None),
        ("Nghị định này có hiệu lực từ ngày 01 tháng 7 năm 2025 và hết hiệu lực từ ngày 01 tháng 3 năm 2027.", date(2025, 7, 1), date(2027, 2, 28)),
        ("Nghị định này có hiệu lực từ ngày 01 tháng 7 năm 2025 đến hết ngày 28 tháng 02 năm 2027.", date(2025, 7, 1), date(2027, 2, 28)),
        ("Nghị định số 68/2017/NĐ-CP hết hiệu lực kể từ ngày Nghị định này có hiệu lực.", None, None),
    ],
)
def test_effect(words: str, since: date | None, until: date | None) -> None:
    d = parse([*HEAD, "Hà Nội, ngày 02 tháng 01 năm 2030", "Điều 1. Một", "Lời.", "Điều 2. Hiệu lực thi hành", words])
    assert (d.in_force_from, d.in_force_to) == (since, until)


def test_a_text_without_articles_holds_nothing() -> None:
    assert parse(["CHỈ THỊ", "Số: 07/CT-TTg", "1. Bộ Công Thương:", "a) Làm;"]).provisions == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("155/2020/nd-cp", "155/2020/NĐ-CP"), ("Số: 05 / 2024 / TT - BCT", "05/2024/TT-BCT"), ("07/ct-ttg", "07/CT-TTg"),
        ("66.18/2026/NQ-CP", "66.18/2026/NQ-CP"), ("không số", "không số"),
    ],
)
def test_numbers(text: str, number: str) -> None:
    assert normal_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("15 tháng 10 năm 2025", date(2025, 10, 15)), ("15/10/2025", date(2025, 10, 15)), ("2025-10-15", date(2025, 10, 15)),
        ("31 tháng 2 năm 2025", None), ("tháng 10", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("name", "shown", "number"),
    [
        ("nd-45-2012.txt", "", "45/2012/NĐ-CP"), ("46-2012-tt-bct.txt", "", "46/2012/TT-BCT"), ("Nghị định 32 2024.docx", "", ""),
        ("tt-23-2024-bct.scanned.pdf", "", "23/2024/TT-BCT"), ("luat-69-2025-qh15.docx", "", "69/2025/QH15"),
        # the issuer is open
        ("tt-14-2024.docx", "", ""), ("quyet dinh.docx", "", ""),
        # the text shows the rest
        ("tt-37-bgtvt.pdf", "/2023/TT-BGTVT", "37/2023/TT-BGTVT"), ("tt-37-bct.pdf", "/2023/TT-BGTVT", ""),
    ],
)
def test_number_in_a_file_name(name: str, shown: str, number: str) -> None:
    assert number_in_name(name, shown) == number
