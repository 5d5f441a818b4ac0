"""Clocks: five and ten working days, fifteen days; Tết and weekends; what is overdue; settings."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.calendar import Calendar
from knowledge.entries import EntryError
from reports.deadlines import CLOCKS, Clocks, Step, next_due, overdue
from reports.model import Dues

CALENDAR = Calendar.load()


@pytest.mark.parametrize(
    ("received", "forward", "first_notice", "answer"),
    [
        # a Monday without holidays near
        (date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 20)),
        # a Friday: the weekend is not counted in working days; the fifteenth day is a Saturday and goes on to Monday
        (date(2026, 10, 9), date(2026, 10, 16), date(2026, 10, 23), date(2026, 10, 26)),
        # before Tết 2026, 16 to 20 February
        (date(2026, 2, 12), date(2026, 2, 26), date(2026, 3, 5), date(2026, 2, 27)),
        # received on a Sunday
        (date(2026, 11, 22), date(2026, 11, 27), date(2026, 12, 4), date(2026, 12, 7)),
    ],
)
def test_the_days_of_a_report(received: date, forward: date, first_notice: date, answer: date) -> None:
    assert Clocks.load(CALENDAR).started(received) == Dues(forward, first_notice, answer)


def test_unchecked_clocks_say_so_and_every_clock_has_a_basis() -> None:
    clocks = Clocks.load(CALENDAR)
    assert all(clocks[step].basis and not clocks[step].checked for step in Step)


def test_a_day_that_a_doubted_holiday_could_move_is_not_certain() -> None:
    assert not Clocks.load(CALENDAR).due(Step.FORWARD, date(2026, 11, 20)).certain  # 24/11
    assert Clocks.load(CALENDAR).due(Step.FORWARD, date(2026, 10, 5)).certain


def test_settings_stand_over_the_file() -> None:
    clocks = Clocks.load(CALENDAR, {Step.ANSWER: 30})
    assert clocks[Step.ANSWER].days == 30
    assert clocks[Step.FORWARD].days == 5


def test_a_reopened_report_owes_a_notice_and_an_answer() -> None:
    assert Clocks.load(CALENDAR).reopened(date(2026, 10, 5)) == Dues(None, date(2026, 10, 19), date(2026, 10, 20))


def test_overdue_begins_the_day_after() -> None:
    dues = Dues(date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 20))
    assert overdue(dues, date(2026, 10, 12)) == ()
    assert overdue(dues, date(2026, 10, 13)) == (Step.FORWARD,)
    assert overdue(dues, date(2026, 10, 21)) == tuple(Step)
    assert overdue(Dues(None, None, date(2026, 10, 20)), date(2027, 1, 1)) == (Step.ANSWER,)
    assert overdue(Dues(), date(2099, 1, 1)) == ()
    assert next_due(dues) == date(2026, 10, 12)
    assert next_due(Dues()) is None


@pytest.mark.parametrize(
    ("old", "new"), [("id: answer", "id: reply"), ("unit: calendar", "unit: months"), ("- id: forward", "- id: answer"), ("days: 5", "days: 0")]
)
def test_what_is_wrong_in_the_file_is_told(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "clocks.yaml"
    path.write_text(CLOCKS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EntryError):
        Clocks.load(CALENDAR, path=path)
