"""Orders of amending texts: sentences and what they order, and the orders that a reader found in real texts."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.formats import read_lines
from knowledge.orders import Order, OrderKind, orders
from knowledge.parse import parse
from knowledge.provision import Document

HEAD = ["NGHỊ ĐỊNH", "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030"]
TAIL = ["Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030."]
TITLE = "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 7/2020/NĐ-CP ngày 1 tháng 1 năm 2020"


def read(*lines: str) -> list[Order]:
    return orders(parse([*HEAD, TITLE, *lines, *TAIL], number="9/2030/NĐ-CP"))


def told(order: Order) -> tuple[str, str, list[str]]:
    return str(order.kind), order.document, [r.place() for r in order.refs]


@pytest.mark.parametrize(
    ("lines", "meant"),
    [
        (["1. Sửa đổi, bổ sung khoản 2 Điều 8 như sau:", "“2. Lời mới.”"], [("replace", "7/2020/NĐ-CP", ["khoản 2 Điều 8"])]),
        (["1. Bổ sung Điều 3a vào sau Điều 3 như sau:", "“Điều 3a. Tên", "1. Một.”"], [("insert", "7/2020/NĐ-CP", ["Điều 3a"])]),
        (["1. Bổ sung khoản 2a vào sau khoản 2 Điều 6 như sau:", "“2a. Lời.”"], [("insert", "7/2020/NĐ-CP", ["khoản 2a Điều 6"])]),
        (["1. Bãi bỏ điểm c khoản 1 Điều 5 và Điều 9."], [("repeal", "7/2020/NĐ-CP", ["điểm c khoản 1 Điều 5"]), ("repeal", "7/2020/NĐ-CP", ["Điều 9"])]),
        (["1. Sửa đổi tiêu đề Điều 8 như sau:", "“Điều 8. Tên mới.”"], [("rename", "7/2020/NĐ-CP", ["Điều 8"])]),
        (
            ["1. Thay thế cụm từ “cấp huyện” thành cụm từ “cấp xã” tại khoản 1 Điều 2; điểm a khoản 2 Điều 3."],
            [("reword", "7/2020/NĐ-CP", ["khoản 1 Điều 2"]), ("reword", "7/2020/NĐ-CP", ["điểm a khoản 2 Điều 3"])],
        ),
        (["1. Bỏ cụm từ “và thị trấn” tại khoản 4 Điều 1."], [("reword", "7/2020/NĐ-CP", ["khoản 4 Điều 1"])]),
        (["1. Bổ sung cụm từ “, đặc khu” vào sau cụm từ “phường” tại khoản 4 Điều 1."], [("add_words", "7/2020/NĐ-CP", ["khoản 4 Điều 1"])]),
        # the article stands once, on the line above or at the end of the sentence
        (
            ["1. Sửa đổi, bổ sung một số khoản của Điều 4 như sau:", "a) Sửa đổi khoản 1 như sau:", "“1. Lời.”;",
             "b) Bổ sung khoản 9 vào sau khoản 8 như sau:", "“9. Lời.”"],
            [("replace", "7/2020/NĐ-CP", ["khoản 1 Điều 4"]), ("insert", "7/2020/NĐ-CP", ["khoản 9 Điều 4"])],
        ),
        (
            ["1. Sửa đổi, bổ sung khoản 4, bổ sung khoản 4a vào sau khoản 4 Điều 7 như sau:", "“4. Lời.", "4a. Lời nữa.”"],
            [("replace", "7/2020/NĐ-CP", ["khoản 4 Điều 7"]), ("insert", "7/2020/NĐ-CP", ["khoản 4a Điều 7"])],
        ),
        # a list of repeals: the verb stands above it
        (
            ["1. Bãi bỏ các quy định sau đây:", "a) Khoản 1 Điều 2 Thông tư số 5/2019/TT-BCT;", "b) Cụm từ “nông thôn” tại Điều 3 Thông tư số 6/2019/TT-BCT."],
            [("repeal", "05/2019/TT-BCT", ["khoản 1 Điều 2"]), ("reword", "06/2019/TT-BCT", ["Điều 3"])],
        ),
        # new wording that sounds like an order is no order
        (
            ["1. Sửa đổi khoản 1 Điều 2 như sau:", "“1. Hồ sơ:", "a) Bổ sung giấy phép;", "b) Thay thế Điều 5 của hợp đồng.”"],
            [("replace", "7/2020/NĐ-CP", ["khoản 1 Điều 2"])],
        ),
        (["1. Cơ quan quản lý sửa đổi, bổ sung giấy phép trong 5 ngày."], []),
    ],
)
def test_sentences(lines: list[str], meant: list[tuple[str, str, list[str]]]) -> None:
    found = [
        (kind, document.removeprefix("0") if document.startswith("07/") else document, [place])
        for o in read(*lines)
        for kind, document, places in [told(o)]
        for place in places
    ]
    assert found == meant


def test_days_and_words() -> None:
    (order,) = read("1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại khoản 1 Điều 2.")
    assert (order.old, order.new, order.since is not None and order.since.isoformat()) == ("cấp huyện", "cấp xã", "2030-03-15")


def test_new_wording_is_placed() -> None:
    (order,) = read("1. Sửa đổi khoản 2 Điều 8 như sau:", "“2. Mở rộng phải:", "a) Đủ đất;", "đ) Đủ vốn.”")
    assert [(u.ref.place(), u.text) for u in order.units] == [
        ("khoản 2 Điều 8", "Mở rộng phải:"), ("điểm a khoản 2 Điều 8", "Đủ đất;"), ("điểm đ khoản 2 Điều 8", "Đủ vốn."),
    ]


def test_a_whole_document_ends() -> None:
    text = [
        *HEAD, "Điều 1. Phạm vi", "Nghị định này quy định việc A.", "Điều 2. Hiệu lực thi hành", "1. Nghị định này có hiệu lực từ ngày 15 tháng 3 năm 2030.",
        "2. Nghị định số 68/2017/NĐ-CP và Nghị định số 66/2020/NĐ-CP hết hiệu lực từ ngày Nghị định này được thi hành.",
    ]
    assert [told(o) for o in orders(parse(text, number="9/2030/NĐ-CP"))] == [("end", "68/2017/NĐ-CP", []), ("end", "66/2020/NĐ-CP", [])]


# real texts: the share of a reader's orders that the parser finds, and how many it finds beside them ---------

READ = Path(__file__).parent / "orders.jsonl"
FILES = {
    "67/2025/TT-BCT": "tt-67-2025-bct.docx", "147/2025/QH15": "luat-147-2025-qh15.docx",
    "21/2026/NĐ-CP": "nd-21-2026.docx", "35/2023/NĐ-CP": "nd-35-2023.docx",
}
SAME = {"reword": "words", "add_words": "words", "replace_words": "words", "remove_words": "words", "end": "end_document", "rename": "replace"}


def _key(kind: str, document: str | None, article: str | None, clause: str | None, point: str | None) -> tuple[str | None, ...]:
    if article and article.startswith("Mẫu") and " Phụ lục" in article:
        form, _, annex = article.partition(" Phụ lục ")
        article, clause = f"Phụ lục {annex}", form
    return SAME.get(kind, kind), None if not document or "QH" in document or "/" not in document else document, article, clause, point


def _read_by_a_person(source: str) -> Counter[tuple[str | None, ...]]:
    rows: Iterator[dict[str, Any]] = (json.loads(line) for line in READ.read_text(encoding="utf-8").splitlines())
    return Counter(_key(r["kind"], r["document"], *t) for r in rows if r["source"] == source for t in r["targets"] or [(None, None, None)])


def _parsed(document: Document) -> Counter[tuple[str | None, ...]]:
    found: Counter[tuple[str | None, ...]] = Counter()
    for order in orders(document):
        places = [(r.article, r.clause, r.point) for r in order.refs] or [(None, None, None)]
        found.update(_key(str(order.kind), order.document, *place) for place in places)
    return found


@pytest.mark.parametrize(
    ("source", "found", "beside"), [("67/2025/TT-BCT", 1.0, 0.0), ("147/2025/QH15", 0.99, 0.01), ("21/2026/NĐ-CP", 0.97, 0.03), ("35/2023/NĐ-CP", 0.85, 0.1)],
)
def test_orders_that_a_reader_found(shared: Path, source: str, found: float, beside: float) -> None:
    lines = read_lines(shared / "corpus" / "official" / FILES[source])
    parsed, person = _parsed(parse(lines.lines)), _read_by_a_person(source)
    hits = (parsed & person).total()
    assert hits / person.total() >= found
    assert (parsed.total() - hits) / parsed.total() <= beside


def test_kinds_are_known() -> None:
    kinds = {json.loads(line)["kind"] for line in READ.read_text(encoding="utf-8").splitlines()}
    assert {SAME.get(k, k) for k in kinds} <= {SAME.get(str(k), str(k)) for k in OrderKind}
