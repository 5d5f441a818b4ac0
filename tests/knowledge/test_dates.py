"""Days that questions name."""

from datetime import date

import pytest

from knowledge.dates import day_in

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("ai ký quyết định vào ngày 30/6/2025", date(2025, 6, 30)),
        ("ngay 30-6-2025 ai ky", date(2025, 6, 30)),
        ("trước 1/7/2025 thì ai làm", date(2025, 6, 30)),
        ("từ năm 2027 còn hiệu lực không", date(2027, 1, 1)),
    ],
)
def test_a_day(text: str, day: date) -> None:
    named = day_in(text, TODAY)
    assert named is not None
    assert named.day == day


@pytest.mark.parametrize("text", ["mở rộng cụm cần gì", "trong 25 ngày", "Điều 10 NĐ 32/2024", "nd 45/2012 dieu 3", "ngày 31/2/2025", ""])
def test_no_day(text: str) -> None:
    assert day_in(text, TODAY) is None


def test_a_month_is_some_day_in_it() -> None:
    named = day_in("hồi tháng 3/2025 cấp nào quyết định", TODAY)
    assert named is not None
    assert (named.day.year, named.day.month) == (2025, 3)
    assert "cấp nào quyết định" in named.rest


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("cuối năm 2025 giấy phép ai cấp", date(2025, 12, 15)),
        ("cuoi nam ngoai ai ky", date(2025, 12, 15)),
        ("đầu năm 2026 nhập khẩu thì xin ai", date(2026, 2, 15)),
        ("tháng trước duyệt quy chế thì gửi ai", date(2026, 10, 15)),
        ("năm ngoái ai ký", date(2025, 7, 1)),
        # days of a document, and spans, name no day
        ("nghị quyết 04/nq-cp ngày 10/1/2022 ghi gì", None),
        ("QĐ 2896/QĐ-BCT cuối năm 2022 nói gì", None),
        ("mấy năm trước đã lập cụm", None),
        ("nộp mỗi tháng trước ngày 25", None),
    ],
)
def test_spoken_days(text: str, day: date | None) -> None:
    named = day_in(text, date(2026, 11, 25))
    assert (named.day if named else None) == day
