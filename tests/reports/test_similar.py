"""Which reports say the same, and the field of a report."""

from dataclasses import replace

import pytest

from knowledge.provision import Ref
from reports.fields import field_of
from reports.model import Field, Report, Unfixed
from reports.similar import similar
from reports.states import State

PLACE = Ref("32/2024/NĐ-CP", "8", "1", "c")
BASE = Report("a", None, State.RECEIVED, text="Xã không biết gửi hồ sơ thành lập cụm công nghiệp cho cơ quan nào sau khi bỏ cấp huyện", provision=PLACE)
OTHERS = [
    replace(BASE, id=f"other{n}", provision=Ref("45/2012/NĐ-CP", str(n)), text=text)
    for n, text in enumerate([
        "Mức hỗ trợ máy móc thiết bị của khuyến công quá thấp so với giá thị trường", "Biểu mẫu báo cáo cụm công nghiệp trùng nhau giữa hai thông tư",
        "Chủ đầu tư hạ tầng không biết nộp tiền thuê đất ở đâu", "Thời hạn thẩm định quy hoạch chi tiết quá ngắn",
        "Doanh nghiệp trong cụm bị thu phí xử lý nước thải hai lần",
    ])
]  # fmt: skip


@pytest.mark.parametrize(("text", "provision"), [
    ("xã chúng tôi không biết nộp hồ sơ thành lập cụm công nghiệp ở cơ quan nào khi đã bỏ cấp huyện", PLACE),
    ("bo cap huyen roi thi ho so thanh lap cum cong nghiep gui cho co quan nao", PLACE),
    ("Không biết gửi hồ sơ thành lập cụm công nghiệp cho cơ quan nào sau khi bỏ cấp huyện", Unfixed.UNKNOWN),
])  # fmt: skip
def test_the_same_in_other_words_is_found(text: str, provision: Ref | Unfixed) -> None:
    found = similar(replace(BASE, id="draft", state=State.DRAFT, text=text, provision=provision), [BASE, *OTHERS])
    assert [s.report.id for s in found] == ["a"]


@pytest.mark.parametrize(("text", "provision"), [
    ("Diện tích tối thiểu của cụm quá lớn với xã miền núi", PLACE), ("Đường vào cụm chưa có nguồn vốn đầu tư", Unfixed.UNKNOWN),
    ("Hồ sơ", Unfixed.NONE), ("", Unfixed.UNKNOWN),
])  # fmt: skip
def test_another_matter_is_not(text: str, provision: Ref | Unfixed) -> None:
    assert similar(replace(BASE, id="draft", text=text, provision=provision), [BASE, *OTHERS]) == ()


def test_those_that_stand_with_it_are_counted_and_closed_ones_are_not_shown() -> None:
    joined = [replace(BASE, id=f"j{n}", state=State.MERGED, merged_into="a") for n in range(3)]
    withdrawn = replace(BASE, id="w", state=State.WITHDRAWN)
    found = similar(replace(BASE, id="draft"), [BASE, withdrawn, *joined, *OTHERS])
    assert [(s.report.id, s.count) for s in found] == [("a", 4)]


@pytest.mark.parametrize(("report", "field"), [
    (BASE, Field.CLUSTERS), (replace(BASE, field=Field.OTHER), Field.OTHER), (replace(BASE, provision=Ref("235/2025/NĐ-CP", "1")), Field.PROMOTION),
    (replace(BASE, provision=None, text="kinh phí khuyến công"), Field.PROMOTION),
    (replace(BASE, provision=None, text="sau khi bỏ cấp huyện"), Field.TWO_LEVELS),
    (replace(BASE, provision=None, text="thuế"), Field.OTHER),
])  # fmt: skip
def test_the_field_is_that_of_the_document_or_of_the_words(report: Report, field: Field) -> None:
    assert field_of(report) is field
