"""The new name of a Chương or Mục was not kept: new articles stood under the Mục before, renamed ones under the old name."""

from datetime import date

import pytest

from knowledge.as_json import from_json, to_json
from knowledge.consolidate import Why, consolidate
from knowledge.corpus import Corpus
from knowledge.parse import parse

BEFORE, AFTER = date(2030, 3, 14), date(2030, 3, 15)
BASE = parse(
    [
        "Số: 17/2020/NĐ-CP", "Hà Nội, ngày 1 tháng 1 năm 2020", "Chương I", "QUY ĐỊNH CHUNG", "Điều 1. Phạm vi", "Lời về Việt Nam, ở Việt Nam.",
        "Chương II", "HỒ SƠ", "Mục 1", "NỘP HỒ SƠ", "Điều 2. Nộp", "Nộp.", "Mục 2", "TRẢ HỒ SƠ", "Điều 3. Trả", "Trả.",
        "Chương III", "THI HÀNH", "Điều 4. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 1 tháng 2 năm 2020.",
    ],
    number="17/2020/NĐ-CP",
)
OLD = {
    "1": "Chương I. Quy định chung", "2": "Chương II. Hồ sơ · Mục 1. Nộp hồ sơ", "3": "Chương II. Hồ sơ · Mục 2. Trả hồ sơ", "4": "Chương III. Thi hành",
}


def amended(*orders: str) -> tuple[Corpus, list[Why]]:
    lines = [
        "Số: 9/2030/NĐ-CP", "Hà Nội, ngày 1 tháng 2 năm 2030", "Điều 1. Sửa đổi, bổ sung một số điều của Nghị định số 17/2020/NĐ-CP", *orders,
        "Điều 2. Hiệu lực thi hành", "Nghị định này có hiệu lực thi hành từ ngày 15 tháng 3 năm 2030.",
    ]
    done = consolidate([BASE, parse(lines, number="9/2030/NĐ-CP")])
    return Corpus(from_json(to_json(d)) for d in done.documents), [u.why for u in done.unapplied]


def chapters(corpus: Corpus, day: date) -> dict[str, str]:
    """The names around each article that has words on `day`."""
    return {p.ref.article or "": p.chaptered(day) for p in corpus.articles(BASE.number) if p.worded(day)}


@pytest.mark.parametrize(
    ("orders", "changed"),
    [
        (("1. Sửa đổi tên Mục 2 Chương II như sau:", "“Mục 2. TRẢ KẾT QUẢ TẠI VIỆT NAM”"), {"3": "Chương II. Hồ sơ · Mục 2. Trả kết quả tại Việt Nam"}),
        (("1. Sửa đổi, bổ sung tên Mục 1 Chương II như sau:", "“Mục 1", "TIẾP NHẬN”"), {"2": "Chương II. Hồ sơ · Mục 1. Tiếp nhận"}),
        (("1. Sửa đổi tên Chương II như sau:", "“Chương II", "THỦ TỤC”"),
         {"2": "Chương II. Thủ tục · Mục 1. Nộp hồ sơ", "3": "Chương II. Thủ tục · Mục 2. Trả hồ sơ"}),
        (("1. Bổ sung Mục 3 vào sau Mục 2 Chương II như sau:", "“Mục 3", "KHIẾU NẠI", "Điều 3a. Khiếu nại", "Lời khiếu nại.”"),
         {"3a": "Chương II. Hồ sơ · Mục 3. Khiếu nại"}),
        (("1. Bổ sung Chương IIa vào sau Chương II như sau:", "“Chương IIa", "KIỂM TRA", "Điều 3a. Kiểm tra", "Lời kiểm tra.”"),
         {"3a": "Chương IIa. Kiểm tra"}),
        (("1. Sửa đổi, bổ sung Mục 2 Chương II như sau:", "“Mục 2", "TRẢ KẾT QUẢ", "Điều 3. Trả kết quả", "Trả ngay.”"),
         {"3": "Chương II. Hồ sơ · Mục 2. Trả kết quả"}),
    ],
)
def test_the_new_name_is_kept_with_its_day(orders: tuple[str, ...], changed: dict[str, str]) -> None:
    corpus, left = amended(*orders)
    assert left == []
    assert chapters(corpus, BEFORE) == OLD
    assert chapters(corpus, AFTER) == OLD | changed


def test_a_name_of_no_place_is_listed() -> None:
    assert amended("1. Sửa đổi tên Mục 7 Chương II như sau:", "“Mục 7. TÊN”")[1] == [Why.NO_SUCH_PLACE]


def test_a_repealed_section_ends_its_articles_alone() -> None:
    corpus, left = amended("1. Bãi bỏ Mục 2 Chương II.")
    assert left == []
    assert set(OLD) - set(chapters(corpus, AFTER)) == {"3"}
