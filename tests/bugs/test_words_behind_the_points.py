"""A paragraph behind the last point of a clause was put into the clause's head, before its points."""

from datetime import date

import pytest

from knowledge.consolidate import consolidate
from knowledge.corpus import Corpus
from knowledge.parse import parse
from knowledge.provision import TAIL, Ref

BEFORE, AFTER = date(2030, 3, 14), date(2030, 3, 15)
BASE = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Điều 1. Gia hạn", "1. Điều kiện gồm:", "a) Có đất;", "b) Còn hạn 30 ngày.",
        "Hạn ngắn hơn do cơ quan cấp huyện xét.", "2. Khoản hai.",
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020.",
    ],
    number="17/2020/NĐ-CP",
)


def clause(day: date, *orders: str) -> list[str]:
    lines = [
        "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 17/2020/NĐ-CP", *orders,
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030.",
    ]
    corpus = Corpus(consolidate([BASE, parse(lines, number="9/2030/NĐ-CP")]).documents)
    units = [p for p in corpus if p.ref.document == BASE.number and p.ref.article == "1" and p.ref.clause == "1"]
    return [f"{p.ref.label} {v.text}".strip() for p in units if (v := p.worded(day)) is not None]


def test_it_stands_behind_them() -> None:
    assert clause(BEFORE) == ["1. Điều kiện gồm:", "a) Có đất;", "b) Còn hạn 30 ngày.", "Hạn ngắn hơn do cơ quan cấp huyện xét."]
    tail = Ref(BASE.number, "1", "1", TAIL)
    assert (tail.key, tail.place()) == ("17-2020-nd-cp.1.1.doan-cuoi", "đoạn cuối khoản 1 Điều 1")


@pytest.mark.parametrize(
    ("orders", "after"),
    [
        # what is inserted behind the last point stands before it
        (("1. Bổ sung điểm c vào sau điểm b khoản 1 Điều 1 như sau:", "“c) Có người.”"),
         ["1. Điều kiện gồm:", "a) Có đất;", "b) Còn hạn 30 ngày.", "c) Có người.", "Hạn ngắn hơn do cơ quan cấp huyện xét."]),
        # amending texts count it as of the last point: its words are found, and new ones take its place
        (("1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại điểm b khoản 1 Điều 1.",),
         ["1. Điều kiện gồm:", "a) Có đất;", "b) Còn hạn 30 ngày.", "Hạn ngắn hơn do cơ quan cấp xã xét."]),
        (("1. Sửa đổi điểm b khoản 1 Điều 1 như sau:", "“b) Còn hạn 25 ngày.", "Hạn ngắn hơn do cơ quan cấp xã xét.”"),
         ["1. Điều kiện gồm:", "a) Có đất;", "b) Còn hạn 25 ngày.", "Hạn ngắn hơn do cơ quan cấp xã xét."]),
        (("1. Sửa đổi điểm a khoản 1 Điều 1 như sau:", "“a) Có đất sạch;”"),
         ["1. Điều kiện gồm:", "a) Có đất sạch;", "b) Còn hạn 30 ngày.", "Hạn ngắn hơn do cơ quan cấp huyện xét."]),
        # a whole clause takes it with it, and brings its own
        (("1. Sửa đổi khoản 1 Điều 1 như sau:", "“1. Gồm:", "a) Một;", "b) Hai.", "Ba thì do cơ quan cấp xã xét.”"),
         ["1. Gồm:", "a) Một;", "b) Hai.", "Ba thì do cơ quan cấp xã xét."]),
        (("1. Sửa đổi khoản 1 Điều 1 như sau:", "“1. Chỉ còn một câu.”"), ["1. Chỉ còn một câu."]),
    ],
)
def test_amendments_know_where_it_stands(orders: tuple[str, ...], after: list[str]) -> None:
    assert clause(AFTER, *orders) == after
