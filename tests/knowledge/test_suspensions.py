"""Procedures cut for a time: read from the annexes of the text that cuts them, against what a jurist wrote down by hand."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.consolidate import Why, consolidate
from knowledge.corpus import assemble, load_digests
from knowledge.licences import licence, openings, regulated
from knowledge.orders import OrderKind, orders
from knowledge.parse import parse
from knowledge.provision import Document, Ref
from knowledge.reading import read_here

CUTTING = [
    "Số: 5/2030/NQ-CP", "Hà Nội, ngày 18 tháng 5 năm 2030", "Điều 1. Phạm vi", "Cắt giảm thủ tục theo các Phụ lục.", "Điều 2. Hiệu lực thi hành",
    "1. Nghị quyết này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2030 đến hết ngày 28 tháng 02 năm 2031 trừ trường hợp quy định tại khoản 2 Điều này.",
    "2. Các quy định tại phần B, C tiểu mục 1.1 Phụ lục I ban hành kèm theo Nghị quyết này có hiệu lực thi hành từ ngày 20 tháng 5 năm 2030.",
    "Nơi nhận:", "PHỤ LỤC I", "CẮT GIẢM THỦ TỤC HÀNH CHÍNH", "Mục 1", "CẮT GIẢM THỦ TỤC", "Tiểu mục 1.1", "CẮT GIẢM THỦ TỤC",
    "A. LĨNH VỰC MỘT",
    "I. Không thực hiện thủ tục chấp thuận quy định tại khoản 2 Điều 3; điểm 2 khoản I mục B Phụ lục II kèm theo Nghị định số 17/2020/NĐ-CP.",
    "B. LĨNH VỰC HAI", "Không thực hiện thủ tục cấp, cấp lại Giấy phép bán cá quy định tại Điều 9 Nghị định số 18/2010/NĐ-CP.",
    "Tiểu mục 1.2", "XỬ PHẠT", "A. LĨNH VỰC BA", "I. Không thực hiện quy định xử phạt tại Điều 4 Nghị định số 17/2020/NĐ-CP.",
]
RULES = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Điều 1. Thẩm quyền",
        "1. Thẩm quyền cấp, cấp lại Giấy phép bán cá của cơ quan cấp xã.", "2. Thẩm quyền cấp, cấp đổi Giấy phép bán cá cảnh.",
        "Điều 2. Bán", "Người bán có Giấy phép bán cá.", "Điều 3. Chấp thuận", "1. Một.", "2. Hai.", "Điều 4. Xử phạt", "Phạt.",
        "Nơi nhận:", "PHỤ LỤC I", "TRÌNH TỰ, THỦ TỤC CẤP, CẤP LẠI, THU HỒI GIẤY PHÉP BÁN CÁ", "1. Nộp hồ sơ.",
        "PHỤ LỤC II", "THỦ TỤC KHÁC", "A. MỘT", "I. Thủ tục", "1. Nộp.", "B. HAI", "I. Thủ tục", "1. Nộp.", "2. Trả.",
    ],
    number="17/2020/NĐ-CP",
)


def test_what_an_annex_cuts_and_from_which_day() -> None:
    cutting = parse(CUTTING)
    found = [(o.document, [r.place() for r in o.refs], o.procedure, o.since, o.until) for o in orders(cutting) if o.kind is OrderKind.SUSPEND]
    until = date(2031, 2, 28)
    assert found == [
        ("17/2020/NĐ-CP", ["khoản 2 Điều 3", "điểm 2 khoản I mục B Phụ lục II"], "", date(2030, 7, 1), until),
        ("18/2010/NĐ-CP", ["Điều 9"], "", date(2030, 5, 20), until),
        ("", [], "cấp, cấp lại Giấy phép bán cá", date(2030, 5, 20), until),
        ("17/2020/NĐ-CP", ["Điều 4"], "", date(2030, 7, 1), until),
    ]


def test_places_are_those_of_the_documents_held() -> None:
    done = consolidate([RULES, parse(CUTTING)])
    cutting = done.documents[1]
    suspended = [(r.target, r.articles, r.clauses, r.since) for r in cutting.relations if r.kind == "suspends"]
    early, late = date(2030, 5, 20), date(2030, 7, 1)
    assert sorted(suspended, key=str) == sorted([
        ("17/2020/NĐ-CP", ("1",), ("1",), early), ("17/2020/NĐ-CP", ("Phụ lục I",), (), early), ("17/2020/NĐ-CP", ("3",), ("2",), late),
        ("17/2020/NĐ-CP", ("Phụ lục II",), ("B.I.2",), late), ("17/2020/NĐ-CP", ("4",), (), late), ("18/2010/NĐ-CP", ("9",), (), early),
    ], key=str)
    assert [(u.ref.document, u.why) for u in done.unapplied] == [("18/2010/NĐ-CP", Why.NOT_HELD)]


@pytest.mark.parametrize(
    ("words", "acts", "paper"),
    [
        ("cấp, cấp sửa đổi, bổ sung, cấp lại Giấy phép bán lẻ rượu", {"cấp", "sửa đổi", "cấp lại"}, "giấy phép bán lẻ rượu"),
        ("cấp điều chỉnh Giấy chứng nhận đủ điều kiện", {"sửa đổi"}, "giấy chứng nhận đủ điều kiện"),
        ("Giấy phép sản xuất (quy mô từ 03 triệu lít)", set(), "giấy phép sản xuất quy mô từ 3 triệu lít"),
        ("phê duyệt kế hoạch", set(), ""),
    ],
)
def test_licences(words: str, acts: set[str], paper: str) -> None:
    assert licence(words) == (frozenset(acts), paper)


@pytest.mark.parametrize(
    ("acts", "paper", "places"),
    [
        ({"cấp", "cấp lại"}, "giấy phép bán cá", [Ref(RULES.number, "1", "1"), Ref(RULES.number, "Phụ lục I")]),
        ({"cấp"}, "giấy phép bán cá", []),  # its renewal goes on: no place is suspended as a whole
        ({"cấp", "cấp đổi"}, "giấy phép bán cá cảnh", [Ref(RULES.number, "1", "2")]),
    ],
)
def test_a_place_is_suspended_when_all_that_it_does_is(acts: set[str], paper: str, places: list[Ref]) -> None:
    assert regulated(openings(RULES), acts, paper) == places


# the real text against the front matter of its digest ----------------------------------------------------------

NUMBER = "66.18/2026/NQ-CP"
ND139, ND146 = "139/2025/NĐ-CP", "146/2025/NĐ-CP"
# What the resolution does not name: its reader concluded it, and says so in the digest's note and bases.
CONCLUDED = {
    # the law's rules on licences to sell tobacco are suspended; the licences of the two decrees are not named
    *((ND139, "5", c) for c in ("1", "2")), (ND139, "Phụ lục II", None),
    *((ND146, "19", c) for c in ("1", "2")), *((ND146, "Phụ lục V", f"A.{n}") for n in ("I", "II", "III", "IV", "V")),
    # the steps common to all three certificates on gas, which are each named
    *((ND146, "Phụ lục IV", c) for c in ("4", "5")),
    # the steps of the approvals of Điều 29, which is named
    *((ND146, "Phụ lục X", c) for c in ("4", "5")),
}


def rows(document: Document) -> dict[tuple[str, str, str | None], tuple[date | None, date | None]]:
    """Each suspended place of the two decrees with its days."""
    return {
        (r.target, article, clause): (r.since, r.until)
        for r in document.relations if r.kind == "suspends" and r.target in (ND139, ND146)
        for article in r.articles for clause in (r.clauses or (None,))
    }


def test_the_file_says_what_was_written_by_hand(shared: Path) -> None:
    """Every place that the file names is written down, with the same days; what is written down besides is concluded from it."""
    folder = shared / "corpus" / "official"
    originals = [read_here(folder / name) for name in ("nq-66.18-2026.docx", "nd-139-2025.docx", "nd-146-2025.docx")]
    digests = {d.number: d for d in load_digests()}
    by_hand = rows(digests[NUMBER])
    corpus = assemble([replace(d, relations=()) if d.number == NUMBER else d for d in digests.values()], originals)
    parsed = rows(corpus.documents[NUMBER])
    narrower = {key: days for key, days in parsed.items() if key not in by_hand}
    assert all(by_hand[(d, a, (c or "").rpartition(".")[0])] == days for (d, a, c), days in narrower.items())
    assert {key: days for key, days in parsed.items() if key in by_hand} == {key: days for key, days in by_hand.items() if key not in CONCLUDED}
    assert set(by_hand) >= CONCLUDED
    assert len(parsed) - len(narrower) == 29
