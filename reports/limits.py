"""How much one person may send: per hour, and in one text or report. Pure functions over times and sizes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reports.errors import TooLong, TooMany


@dataclass(frozen=True)
class Limits:
    """The limits in force; each is a setting."""

    reports: int = 5
    attachments: int = 30
    window: timedelta = timedelta(hours=1)
    text: int = 10_000
    line: int = 200
    attachments_a_report: int = 20
    attachment_bytes: int = 20 * 1024 * 1024


def free_at(times: Iterable[datetime], now: datetime, limit: int, window: timedelta) -> datetime | None:
    """When the next one may come; None when it may come now. `times` are those of the ones before, in any order."""
    recent = sorted(t for t in times if now - t < window)
    return None if len(recent) < limit else recent[-limit] + window


def check_rate(what: str, times: Iterable[datetime], now: datetime, limit: int, window: timedelta) -> None:
    """Raise TooMany when `limit` of `what` came within `window`."""
    when = free_at(times, now, limit, window)
    if when is not None:
        raise TooMany(what, limit, when)


def check_length(field: str, text: str, limit: int) -> None:
    """Raise TooLong when `text` has more characters than `limit`."""
    if len(text) > limit:
        raise TooLong(field, len(text), limit)
