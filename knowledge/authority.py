"""Who acts on a day where a provision names a body that was abolished or whose duty was moved.

The readings are data (authority.yaml) that a lawyer can read and mend; each cites its clause. Nothing
is replaced in the text: a reading stands beside the literal words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from knowledge.parse import normal_number, read_date
from knowledge.provision import Ref

AUTHORITY: Final = Path(__file__).parent / "authority.yaml"


@dataclass(frozen=True)
class Reading:
    """Who acts from `since` to `until`; `body` None and `settled` False where no held text says it."""

    body: str | None
    level: str | None
    since: date | None
    until: date | None
    basis: str
    settled: bool
    note: str = ""

    def on(self, day: date) -> bool:
        """True when this is the reading of `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Occurrence:
    """A phrase in a provision, and its readings in the order of time."""

    ref: Ref
    phrase: str
    sense: str
    duty: str
    readings: tuple[Reading, ...]

    def on(self, day: date) -> Reading | None:
        """The reading of `day`; None where the data has none."""
        return next((r for r in self.readings if r.on(day)), None)

    def before(self, day: date) -> Reading | None:
        """The last settled reading that ended before `day`."""
        ended = [r for r in self.readings if r.settled and r.until is not None and r.until < day]
        return ended[-1] if ended else None


class Authority:
    """All occurrences, found by provision."""

    def __init__(self, occurrences: Sequence[Occurrence]) -> None:
        self.occurrences = list(occurrences)

    @classmethod
    def load(cls, path: Path = AUTHORITY) -> "Authority":
        """Read authority.yaml."""
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        return cls([_occurrence(entry) for entry in raw])

    def within(self, ref: Ref) -> list[Occurrence]:
        """Occurrences in `ref`, in what lies inside it, and in the heading of its article."""
        return [o for o in self.occurrences if ref.covers(o.ref) or (o.ref.clause is None and o.ref.covers(ref))]


def _occurrence(entry: Mapping[str, Any]) -> Occurrence:
    place = entry["place"]
    ref = Ref(
        normal_number(str(place["document"])), str(place["article"]),
        _maybe(place.get("clause")), _maybe(place.get("point")),
    )
    readings = tuple(
        Reading(
            _maybe(r.get("body")), _maybe(r.get("level")), _day(r.get("from")), _day(r.get("to")),
            str(r.get("basis") or ""), bool(r.get("settled")), str(r.get("note") or ""),
        )
        for r in entry["readings"]
    )
    return Occurrence(ref, str(entry["phrase"]), str(entry.get("sense") or "body"), str(entry.get("duty") or ""), readings)


def _maybe(value: Any) -> str | None:
    return None if value is None else str(value)


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else read_date(str(value)) if value else None
