"""Procedures step by step: who does what, with which papers, and until when once a file is handed in.

The cards are data (procedures.yaml) that a lawyer can read and mend; each step cites its clause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from knowledge.asked_card import AskedCard
from knowledge.calendar import Calendar, Unit
from knowledge.entries import Entry, EntryError, listed, once, read_entries
from knowledge.filing import filed_day, filed_subject
from knowledge.provision import Ref

PROCEDURES: Final = Path(__file__).parent / "procedures.yaml"
FILED: Final = "filed"  # what `after` says where a period runs from the day of filing
_STEP: Final = ("id", "name", "who", "what", "file", "sets", "to", "days", "unit", "starts", "after", "form", "basis")


@dataclass(frozen=True)
class Step:
    """One step; None where the law says nothing. A period has `days`, `unit` and, in words, what it `starts` from."""

    id: str
    name: str
    who: str
    what: str
    file: tuple[str, ...]
    sets: int | None
    to: str | None
    days: int | None
    unit: Unit | None
    starts: str | None
    after: str | None  # the step, or FILED, with whose end the period begins
    form: str | None
    basis: Ref
    also: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """A whole matter, its steps in the order in which they are done, and how people ask for it."""

    id: str
    title: str
    document: str
    asks: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def timed(self) -> bool:
        """True when a period runs from the day of filing, so that `schedule` has dates to give."""
        return any(step.after == FILED for step in self.steps)


@dataclass(frozen=True)
class Due:
    """The last day of a step if every body before it takes all its time; no days where no period runs from the filing."""

    step: Step
    starts: date | None = None
    latest: date | None = None
    certain: bool = True


@dataclass(frozen=True)
class Filing:
    """A file that is handed in on a day; `procedure` None where the message does not say for what."""

    procedure: Procedure | None
    day: date


class Procedures:
    """All cards, by id and by question; safe to call from several threads."""

    def __init__(self, cards: Sequence[Procedure]) -> None:
        self._cards = {card.id: card for card in cards}
        self._asked = AskedCard({card.id: (card.title, *card.asks) for card in cards})

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._cards.values())

    @classmethod
    def load(cls, path: Path = PROCEDURES) -> "Procedures":
        """Read procedures.yaml; EntryError says what is wrong where."""
        return cls([_procedure(path, name, raw) for name, raw in read_entries(path)])

    def get(self, card: str) -> Procedure | None:
        """The card with this id."""
        return self._cards.get(card)

    def matching(self, text: str) -> Procedure | None:
        """The card that `text` asks for as a whole; None when it asks for one fact, for something else, or unclearly."""
        found = self._asked.card(text)
        return self._cards[found] if found is not None else None

    def filing(self, text: str, today: date, last: str | None = None) -> Filing | None:
        """The filing that `text` tells ("tôi nộp hồ sơ lập cụm ngày 3/12/2026"); `last` is the card spoken of last.

        None where it tells none, or names a matter that no card is about.
        """
        day = filed_day(text, today)
        subject = filed_subject(text)
        if day is None:
            return None
        if not self._asked.names_something(subject):
            return Filing(self._cards.get(last or ""), day)
        named = self._asked.named(subject)
        return Filing(self._cards[named], day) if named is not None else None


def schedule(procedure: Procedure, filed: date, calendar: Calendar) -> tuple[Due, ...]:
    """One Due for each step of `procedure`, in its order, for a file that is complete and handed in on `filed`."""
    steps = {step.id: step for step in procedure.steps}
    known: dict[str, Due] = {}

    def due(step: Step) -> Due:
        if step.id not in known:
            known[step.id] = _due(step, Due(step, latest=filed) if step.after == FILED else due(steps[step.after]) if step.after else None, calendar)
        return known[step.id]

    return tuple(due(step) for step in procedure.steps)


def _due(step: Step, before: Due | None, calendar: Calendar) -> Due:
    if step.days is None or step.unit is None or before is None or before.latest is None:
        return Due(step)
    end = calendar.reckon(before.latest, step.days, step.unit)
    return Due(step, before.latest, end.day, before.certain and end.certain)


# --- reading the shipped file ------------------------------------------------------------------------


def _procedure(path: Path, name: str, raw: Any) -> Procedure:
    entry = Entry(path, name, raw, ("id", "title", "document", "asks", "steps"))
    steps = tuple(_step(path, name, step) for step in listed(entry, "steps", entry.raw["steps"]))
    if not steps:
        raise entry.error("no steps")
    once(path, [step.id for step in steps], f"{name}, ")
    _check_chains(entry, {step.id: step.after for step in steps})
    return Procedure(entry.text("id"), entry.text("title"), entry.text("document"), entry.texts("asks"), steps)


def _step(path: Path, card: str, raw: Any) -> Step:
    name = raw.get("id") if isinstance(raw, Mapping) else None
    entry = Entry(path, f"{card}, {name}", raw, _STEP, ("also",))
    unit, days = entry.maybe_text("unit"), entry.maybe_count("days")
    if unit not in (None, *Unit) or (unit is None) != (days is None):
        raise entry.error(f"days {days} with unit {unit}")
    return Step(
        entry.text("id"), entry.text("name"), entry.text("who"), entry.text("what"), entry.texts("file"), entry.maybe_count("sets"),
        entry.maybe_text("to"), days, Unit(unit) if unit else None, entry.maybe_text("starts"), entry.maybe_text("after"),
        entry.maybe_text("form"), entry.ref("basis"), entry.refs("also"),
    )


def _check_chains(entry: Entry, after: Mapping[str, str | None]) -> None:
    """Every `after` names a step or the filing, and no chain comes back to itself."""
    for start in after:
        seen, at = {start}, after[start]
        while at is not None and at != FILED:
            if at not in after:
                raise EntryError(entry.path, f"{entry.name}, {start}", f"after {at}, which is no step")
            if at in seen:
                raise EntryError(entry.path, f"{entry.name}, {start}", "after itself")
            seen.add(at)
            at = after[at]
