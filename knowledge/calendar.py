"""Working days in Vietnam, and the day on which a period counted in days ends.

Counting follows Bộ luật Dân sự 2015 (91/2015/QH13; checked: its text in Pháp điển, ../shared/corpus): the day of
the event is not counted (Điều 147 khoản 2, khoản 3), and a period whose last day is a weekend or a holiday ends
with the next working day (Điều 148 khoản 5). Days off are those of the library `holidays`, mended by holidays.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

import holidays
import yaml

from knowledge.entries import Entry, EntryError, listed

HOLIDAYS: Final = Path(__file__).parent / "holidays.yaml"
_ONE: Final = timedelta(days=1)


class Unit(StrEnum):
    """How a period counts its days."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True)
class Swap:
    """A working day given off for a weekend day that is worked."""

    off: date
    worked: date
    source: str


@dataclass(frozen=True)
class Doubt:
    """A yearly day off that no checked text makes one yet, under the library's name for it."""

    name: str
    month: int
    day: int
    since: int
    source: str


@dataclass(frozen=True)
class Reckoned:
    """The last day of a period; `certain` False where the calendar of those days is not settled."""

    day: date
    certain: bool


class Calendar:
    """Working days; safe to call from several threads."""

    def __init__(self, known_from: int, known_until: int, swaps: Sequence[Swap] = (), doubts: Sequence[Doubt] = ()) -> None:
        self.known_from, self.known_until = known_from, known_until
        self._off, self._worked = frozenset(s.off for s in swaps), frozenset(s.worked for s in swaps)
        self._doubts = tuple(doubts)

    @classmethod
    def load(cls, path: Path = HOLIDAYS) -> "Calendar":
        """Read holidays.yaml; EntryError says what is wrong where."""
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise EntryError(path, "the file", str(error)) from error
        top = Entry(path, "the file", raw, ("certain", "swaps", "yearly"))
        years = Entry(path, "certain", top.raw["certain"], ("from", "to"))
        swaps = [_swap(path, f"swaps {n}", e) for n, e in enumerate(listed(top, "swaps", top.raw["swaps"]), 1)]
        doubts = [_doubt(path, f"yearly {n}", e) for n, e in enumerate(listed(top, "yearly", top.raw["yearly"]), 1)]
        return cls(
            years.maybe_count("from") or 0, years.maybe_count("to") or 0, [s for s in swaps if s is not None], [d for d in doubts if d is not None],
        )

    def is_working(self, day: date) -> bool:
        """True where offices work on `day`: no weekend, no holiday, or a weekend day that is worked for another."""
        return self._works(day, doubted_off=False)

    def add(self, day: date, count: int, unit: str) -> date:
        """The last day of a period of `count` days (0 or more) of `unit` that an event on `day` starts."""
        return self._add(day, count, Unit(unit), doubted_off=False)

    def reckon(self, day: date, count: int, unit: str) -> Reckoned:
        """`add`, and whether every day that matters is in a known year and no doubted holiday would move it."""
        end, later = (self._add(day, count, Unit(unit), doubted_off=off) for off in (False, True))
        return Reckoned(end, end == later and self.known_from <= day.year and end.year <= self.known_until)

    def _add(self, day: date, count: int, unit: Unit, doubted_off: bool) -> date:
        if count < 0:
            raise ValueError(count)
        if unit is Unit.CALENDAR:
            day += timedelta(days=count)
            while not self._works(day, doubted_off):
                day += _ONE
            return day
        while count > 0:
            day += _ONE
            count -= self._works(day, doubted_off)
        return day

    def _works(self, day: date, doubted_off: bool) -> bool:
        doubt = next((d for d in self._doubts if (d.month, d.day) == (day.month, day.day) and d.since <= day.year), None)
        if doubt is not None and doubted_off:
            return False
        off, worked = _public(day.year, tuple(d.name for d in self._doubts))
        if day in worked or day in self._worked:
            return True
        return day.weekday() < 5 and day not in off and day not in self._off


@lru_cache(maxsize=64)
def _public(year: int, without: tuple[str, ...]) -> tuple[frozenset[date], frozenset[date]]:
    """Days off of the library around `year` but for the named ones and their substitutes, and weekend days worked."""
    # A day off may be worked for in the neighbouring year. One object a year: the library's own grows while it is read.
    found = holidays.country_holidays("VN", years=range(year - 1, year + 2), language="vi")
    off = frozenset(day for day, name in found.items() if not (without and name.startswith(without)))
    return off, frozenset(found.weekend_workdays)


def _swap(path: Path, name: str, raw: object) -> Swap | None:
    entry = Entry(path, name, raw, ("day_off", "worked", "source", "checked"))
    off, worked = entry.maybe_day("day_off"), entry.maybe_day("worked")
    if off is None or worked is None:
        raise entry.error("a swap needs both days")
    return Swap(off, worked, entry.text("source")) if entry.flag("checked") else None


def _doubt(path: Path, name: str, raw: object) -> Doubt | None:
    entry = Entry(path, name, raw, ("name", "month", "day", "since", "source", "checked"))
    month, day, since = (entry.maybe_count(f) or 0 for f in ("month", "day", "since"))
    return None if entry.flag("checked") else Doubt(entry.text("name"), month, day, since, entry.text("source"))
