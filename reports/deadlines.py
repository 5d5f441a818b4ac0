"""The clocks of a report: what must have happened by which day, on which basis, and what is overdue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from knowledge.calendar import Calendar, Unit
from knowledge.entries import Entry, EntryError, read_entries
from reports.model import Dues

CLOCKS: Final = Path(__file__).parent / "clocks.yaml"


class Step(StrEnum):
    """What a clock waits for; the fields of Dues."""

    FORWARD = "forward"
    FIRST_NOTICE = "first_notice"
    ANSWER = "answer"


@dataclass(frozen=True)
class Clock:
    """One deadline. One that is not `checked` against its legal text is shown as an internal one."""

    step: Step
    days: int
    unit: Unit
    basis: str
    checked: bool


@dataclass(frozen=True)
class Due:
    """A deadline with its day; `certain` False where the calendar of those days is not settled."""

    clock: Clock
    day: date
    certain: bool


class Clocks:
    """The three clocks on a calendar of working days."""

    def __init__(self, clocks: Sequence[Clock], calendar: Calendar) -> None:
        self._clocks = {c.step: c for c in clocks}
        self._calendar = calendar

    @classmethod
    def load(cls, calendar: Calendar, days: Mapping[Step, int] | None = None, path: Path = CLOCKS) -> "Clocks":
        """Read clocks.yaml; `days` are settings that stand over the file. EntryError says what is wrong where."""
        found = [_clock(path, name, raw) for name, raw in read_entries(path)]
        if {c.step for c in found} != set(Step):
            raise EntryError(path, "the file", "not every step has its clock")
        return cls([replace(c, days=(days or {}).get(c.step, c.days)) for c in found], calendar)

    def __getitem__(self, step: Step) -> Clock:
        return self._clocks[step]

    def due(self, step: Step, start: date) -> Due:
        """The last day of `step` for what arrived on `start`; that day itself is not counted."""
        clock = self._clocks[step]
        end = self._calendar.reckon(start, clock.days, clock.unit)
        return Due(clock, end.day, end.certain)

    def started(self, day: date) -> Dues:
        """All three clocks of a report that was received on `day`."""
        return Dues(*(self.due(step, day).day for step in Step))

    def reopened(self, day: date) -> Dues:
        """A reopened report owes a notice and an answer; it need not be forwarded again."""
        return Dues(None, self.due(Step.FIRST_NOTICE, day).day, self.due(Step.ANSWER, day).day)


def overdue(dues: Dues, today: date) -> tuple[Step, ...]:
    """The steps whose last day has passed on `today`; a clock that has stopped is never overdue."""
    days = {Step.FORWARD: dues.forward, Step.FIRST_NOTICE: dues.first_notice, Step.ANSWER: dues.answer}
    return tuple(step for step, day in days.items() if day is not None and day < today)


def next_due(dues: Dues) -> date | None:
    """The nearest day on which something is owed; None when nothing is."""
    return min((d for d in (dues.forward, dues.first_notice, dues.answer) if d is not None), default=None)


def _clock(path: Path, name: str, raw: object) -> Clock:
    entry = Entry(path, name, raw, ("id", "days", "unit", "basis", "checked"))
    try:
        step, unit = Step(entry.text("id")), Unit(entry.text("unit"))
    except ValueError as error:
        raise entry.error(str(error)) from error
    return Clock(step, entry.maybe_count("days") or 0, unit, entry.text("basis"), entry.flag("checked"))
