"""Limits per hour and per text."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.errors import TooLong, TooMany
from reports.limits import Limits, check_length, check_rate, free_at

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ago(*minutes: int) -> list[datetime]:
    return [NOW - timedelta(minutes=m) for m in minutes]


@pytest.mark.parametrize(
    ("minutes", "free"),
    [
        ((), None),
        ((1, 2, 3, 4), None),
        # five in the hour: the next when the oldest of them is an hour old
        ((1, 2, 3, 4, 50), NOW + timedelta(minutes=10)),
        # an hour old exactly: it no longer counts
        ((1, 2, 3, 4, 60), None),
        # more than allowed, in any order
        ((50, 1, 40, 2, 30, 3), NOW + timedelta(minutes=20)),
    ],
)
def test_the_next_report_may_come(minutes: tuple[int, ...], free: datetime | None) -> None:
    assert free_at(ago(*minutes), NOW, 5, HOUR) == free


def test_the_error_carries_when() -> None:
    with pytest.raises(TooMany) as error:
        check_rate("reports", ago(1, 2, 3), NOW, 3, HOUR)
    assert (error.value.what, error.value.limit, error.value.free_at) == ("reports", 3, NOW + timedelta(minutes=57))


def test_length() -> None:
    check_length("text", "x" * 10, 10)
    with pytest.raises(TooLong) as error:
        check_length("text", "x" * 11, 10)
    assert (error.value.field, error.value.length, error.value.limit) == ("text", 11, 10)


def test_the_defaults_are_those_of_the_issue() -> None:
    assert (Limits().reports, Limits().attachments, Limits().window) == (5, 30, HOUR)
