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
