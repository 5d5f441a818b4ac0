"""Working days: the announced holidays and swaps of each year, and where periods end."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import HOLIDAYS, Calendar, Unit
from knowledge.entries import EntryError

CALENDAR = Calendar.load()
# Weekdays off and weekend days worked, as the Government announced them.
OFF = {
    2021: "1/1 10/2 11/2 12/2 15/2 16/2 21/4 30/4 3/5 2/9 3/9",
    2022: "3/1 31/1 1/2 2/2 3/2 4/2 11/4 2/5 3/5 1/9 2/9",
    2023: "2/1 20/1 23/1 24/1 25/1 26/1 1/5 2/5 3/5 1/9 4/9",
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9",
}
WORKED = {2021: "", 2022: "", 2023: "", 2024: "4/5", 2025: "26/4", 2026: "10/1 22/8"}


def each_day(year: int) -> list[date]:
    return [d for n in range(366) if (d := date(year, 1, 1) + timedelta(n)).year == year]


def told(days: list[date]) -> str:
    return " ".join(f"{d.day}/{d.month}" for d in days)


@pytest.mark.parametrize("year", OFF)
def test_the_days_off_of_a_year(year: int) -> None:
    assert told([d for d in each_day(year) if d.weekday() < 5 and not CALENDAR.is_working(d)]) == OFF[year]
    assert told([d for d in each_day(year) if d.weekday() >= 5 and CALENDAR.is_working(d)]) == WORKED[year]


def test_every_known_year_is_tested() -> None:
    assert list(OFF) == list(range(CALENDAR.known_from, CALENDAR.known_until + 1))


@pytest.mark.parametrize("year", range(2027, 2035))
def test_later_years_have_tet_and_the_fixed_holidays(year: int) -> None:
    off = [d for d in each_day(year) if not CALENDAR.is_working(d)]
    assert {date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 2)} <= set(off)
    tet = {2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19)}[year]
    assert {date(year, *tet) + timedelta(n) for n in range(-1, 4)} <= set(off)


def test_the_day_of_culture_is_a_working_day_until_a_checked_text_makes_it_one_off() -> None:
    assert CALENDAR.is_working(date(2026, 11, 24))
    assert CALENDAR.is_working(date(2029, 11, 26))  # no substitute either


def test_it_is_a_day_off_once_it_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(HOLIDAYS.read_text(encoding="utf-8").replace("checked: false", "checked: true"), encoding="utf-8")
    assert not Calendar.load(path).is_working(date(2026, 11, 24))
    assert Calendar.load(path).reckon(date(2026, 11, 20), 5, Unit.WORKING).certain


@pytest.mark.parametrize(
    ("day", "count", "unit", "end", "certain"),
    [
        (date(2026, 6, 1), 5, "working", date(2026, 6, 8), True),  # the day of the event is not counted
        (date(2026, 6, 1), 0, "working", date(2026, 6, 1), True),
        (date(2026, 4, 24), 5, "working", date(2026, 5, 6), True),  # Giỗ Tổ made up for on 27/4, 30/4, 1/5
        (date(2026, 8, 20), 2, "working", date(2026, 8, 22), True),  # a Saturday that is worked
        (date(2026, 6, 1), 15, "calendar", date(2026, 6, 16), True),
        (date(2026, 6, 1), 5, "calendar", date(2026, 6, 8), True),  # the sixth is a Saturday
        (date(2026, 2, 1), 15, "calendar", date(2026, 2, 23), True),  # the sixteenth is Tết
        (date(2026, 12, 25), 5, "working", date(2027, 1, 4), False),  # 2027 is not announced
        (date(2026, 12, 3), 15, "calendar", date(2026, 12, 18), True),
        (date(2026, 11, 20), 5, "working", date(2026, 11, 27), False),  # 24/11 may be off
        (date(2026, 11, 14), 10, "calendar", date(2026, 11, 24), False),
        (date(2026, 11, 14), 11, "calendar", date(2026, 11, 25), True),
        (date(2020, 6, 1), 5, "working", date(2020, 6, 8), False),  # swaps of that year were not checked
    ],
)
def test_the_end_of_a_period(day: date, count: int, unit: str, end: date, certain: bool) -> None:
    assert CALENDAR.add(day, count, unit) == end
    reckoned = CALENDAR.reckon(day, count, unit)
    assert (reckoned.day, reckoned.certain) == (end, certain)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_a_period_ends_on_a_working_day_after_so_many_days(day: date, count: int) -> None:
    end = CALENDAR.add(day, count, Unit.WORKING)
    assert CALENDAR.is_working(end)
    assert sum(CALENDAR.is_working(day + timedelta(n)) for n in range(1, (end - day).days + 1)) == count
    late = CALENDAR.add(day, count, Unit.CALENDAR)
    assert CALENDAR.is_working(late)
    assert day + timedelta(count) <= late <= end


def test_no_period_runs_backwards_or_in_another_unit() -> None:
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add(date(2026, 6, 1), -1, Unit.WORKING)
    with pytest.raises(ValueError, match="weeks"):
        CALENDAR.add(date(2026, 6, 1), 1, "weeks")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("certain: [", "the file"), ("certain: {from: 2021}\nswaps: []\nyearly: []", "certain: missing"), ("swaps: []", "the file: missing"),
        ("certain: {from: 2021, to: 2026}\nswaps: [{day_off: 2026-01-02, worked: null, source: x, checked: true}]\nyearly: []", "swaps 1: a swap needs"),
        ("certain: {from: 2021, to: 2026}\nswaps: []\nyearly: 3", "the file: yearly is no list"),
    ],
)
def test_a_mistake_is_told_with_file_and_entry(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "holidays.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EntryError, match=rf"holidays\.yaml: {reason}"):
        Calendar.load(path)
