"""Who must report what, to whom and before which day.

The duties are data (duties.yaml) that a lawyer can read and mend; each cites its clause and the days on which it is law.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from knowledge.asked_duty import asks_for_duties, named_roles
from knowledge.entries import Entry, read_entries
from knowledge.provision import Ref
from knowledge.roles import Role

DUTIES: Final = Path(__file__).parent / "duties.yaml"
_FIELDS: Final = ("id", "who", "role", "what", "period", "before", "inclusive", "form", "to", "from_day", "to_day", "basis")
_ONE: Final = timedelta(days=1)


class Period(StrEnum):
    """How often a report is due."""

    HALF_YEAR = "half_year"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    ONCE = "once"


@dataclass(frozen=True)
class Duty:
    """One report. `before` are (month, day) pairs; `inclusive` when that day itself is still in time."""

    id: str
    who: Role
    role: str  # the one who reports, narrower than `who`
    what: str
    period: Period | None
    before: tuple[tuple[int, int], ...]
    inclusive: bool
    form: str | None
    to: tuple[str, ...]
    from_day: date
    to_day: date | None
    basis: Ref
    also: tuple[Ref, ...] = ()

    def on(self, day: date) -> bool:
        """True when this is law on `day`."""
        return self.from_day <= day and (self.to_day is None or day <= self.to_day)

    def next_due(self, day: date) -> date | None:
        """The next day that `before` names and that can still be kept on `day`; None where the law names none."""
        last_days = [date(y, m, d) for y in (day.year, day.year + 1) for m, d in self.before]
        return min((d for d in last_days if (d if self.inclusive else d - _ONE) >= day), default=None)


class Duties:
    """All duties, by role and day."""

    def __init__(self, duties: Sequence[Duty]) -> None:
        self._duties = list(duties)

    def __iter__(self) -> Iterator[Duty]:
        return iter(self._duties)

    @classmethod
    def load(cls, path: Path = DUTIES) -> "Duties":
        """Read duties.yaml; EntryError says what is wrong where."""
        return cls([_duty(Entry(path, name, raw, _FIELDS, ("also",))) for name, raw in read_entries(path)])

    def asked(self, text: str) -> tuple[Role, ...] | None:
        """The roles whose duties `text` asks for, every role where it names none; None when it asks for something else."""
        if not asks_for_duties(text):
            return None
        return named_roles(text) or tuple(Role)

    def passed(self, old: Role, new: Role, day: date) -> list[tuple[Duty, Duty]]:
        """What `old` owed up to a day before `day`, each with the duty of `new` on the same provision that followed it."""
        ended = [d for d in self._duties if d.who is old and d.to_day is not None and d.to_day < day]
        return [(d, n) for d in ended for n in self._duties if n.who is new and n.basis == d.basis and d.to_day is not None and n.from_day == d.to_day + _ONE]

    def due(self, role: Role, day: date) -> list[tuple[Duty, date | None]]:
        """What `role` owes as the law stands on `day`, by the next due date, those without a date last.

        A duty whose next date lies beyond its last day as law is left out: what is due then, another entry says.
        """
        owed = [(duty, duty.next_due(day)) for duty in self._duties if duty.who is role and duty.on(day)]
        kept = [(duty, by) for duty, by in owed if by is None or duty.on(by if duty.inclusive else by - _ONE)]
        return sorted(kept, key=lambda pair: pair[1] or date.max)


def _duty(entry: Entry) -> Duty:
    who, period = entry.text("who"), entry.maybe_text("period")
    if who not in list(Role):
        raise entry.error(f"who is {who}")
    if period not in (None, *Period):
        raise entry.error(f"period is {period}")
    from_day, to_day = entry.maybe_day("from_day"), entry.maybe_day("to_day")
    if from_day is None or (to_day is not None and to_day < from_day):
        raise entry.error(f"law from {from_day} to {to_day}")
    before = entry.texts("before") if entry.raw["before"] is not None else ()
    return Duty(
        entry.text("id"), Role(who), entry.text("role"), entry.text("what"), Period(period) if period else None,
        tuple(_month_day(entry, text) for text in before), entry.flag("inclusive"), entry.maybe_text("form"), entry.texts("to"),
        from_day, to_day, entry.ref("basis"), entry.refs("also"),
    )


def _month_day(entry: Entry, text: Any) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d)-(\d\d)", text)
    try:
        day = date(2025, int(match[1]), int(match[2])) if match else None  # no leap year: the day must exist every year
    except ValueError:
        day = None
    if day is None:
        raise entry.error(f"before has {text}")
    return day.month, day.day
