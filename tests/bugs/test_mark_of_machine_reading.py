"""The mark of a machine reading was lost on a place once it was amended, and never given to what an amending scan gave."""

from collections.abc import Sequence
from datetime import date

import pytest

from knowledge.as_json import from_json, to_json
from knowledge.consolidate import consolidate
from knowledge.parse import parse
from knowledge.provision import Document, Provision, Ref, TextStatus, weakest

BEFORE, AFTER = date(2030, 3, 14), date(2030, 3, 15)
OCR, OFFICIAL = TextStatus.OCR, TextStatus.OFFICIAL


def base(status: TextStatus) -> Document:
    lines = [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Điều 1. Phạm vi", "1. Việc A ở cấp huyện.",
        "2. Gồm:", "a) Có đất;", "b) Có vốn.", "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020.",
    ]
    return parse(lines, number="17/2020/NĐ-CP", status=status)


def amended(held: TextStatus, amending: TextStatus, *clauses: str) -> dict[Ref, Provision]:
    lines: Sequence[str] = [
        "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 17/2020/NĐ-CP", *clauses,
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030.",
    ]
    done = consolidate([base(held), parse(lines, number="9/2030/NĐ-CP", status=amending)]).documents
    return {p.ref: p for d in (from_json(to_json(d)) for d in done) for p in d.provisions}


def at(clause: str, point: str | None = None) -> Ref:
    return Ref("17/2020/NĐ-CP", "1", clause, point)


REPLACE = ("1. Sửa đổi điểm a khoản 2 Điều 1 như sau:", "“a) Có đất sạch;”")
INSERT = ("1. Bổ sung điểm c vào sau điểm b khoản 2 Điều 1 như sau:", "“c) Có người.”")
REWORD = ("1. Thay thế cụm từ “cấp huyện” bằng cụm từ “cấp xã” tại khoản 1 Điều 1.",)


@pytest.mark.parametrize(
    ("held", "amending", "order", "place", "before", "after"),
    [
        (OCR, OFFICIAL, REPLACE, at("2", "a"), OCR, OFFICIAL),
        (OCR, OFFICIAL, REPLACE, at("2", "b"), OCR, OCR),  # the neighbour
        (OCR, OFFICIAL, REPLACE, at("2"), OCR, OCR),  # and what stands around
        (OFFICIAL, OCR, REPLACE, at("2", "a"), OFFICIAL, OCR),
        (OFFICIAL, OCR, REPLACE, at("2", "b"), OFFICIAL, OFFICIAL),
        (OCR, OFFICIAL, INSERT, at("2", "c"), OFFICIAL, OFFICIAL),
        (OFFICIAL, OCR, INSERT, at("2", "c"), OCR, OCR),
        (OCR, OFFICIAL, REWORD, at("1"), OCR, OCR),  # words of both: the weaker mark
        (OFFICIAL, OCR, REWORD, at("1"), OFFICIAL, OCR),
        (OFFICIAL, OFFICIAL, REWORD, at("1"), OFFICIAL, OFFICIAL),
    ],
)
def test_each_version_keeps_the_mark_of_its_text(
    held: TextStatus, amending: TextStatus, order: tuple[str, ...], place: Ref, before: TextStatus, after: TextStatus,
) -> None:
    provision = amended(held, amending, *order)[place]
    assert (provision.text_status_on(BEFORE), provision.text_status_on(AFTER)) == (before, after)
    assert provision.text_status == weakest([before, after])


@pytest.mark.parametrize(("found", "mark"), [([], None), ([OFFICIAL], OFFICIAL), ([OFFICIAL, OCR], OCR), ([TextStatus.DIGEST, OFFICIAL], TextStatus.DIGEST)])
def test_words_of_several_texts_show_the_weakest_mark(found: list[TextStatus], mark: TextStatus | None) -> None:
    assert weakest(found) is mark
