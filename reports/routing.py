"""Which desk takes a report: the first row of routing.yaml that fits, or the central queue; and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

import yaml

from knowledge.entries import Entry, EntryError, listed
from reports.model import Field, Regime

ROUTING: Final = Path(__file__).parent / "routing.yaml"
MINISTRY: Final = "ministry"
QUEUE: Final = "queue"
_DEPARTMENT: Final = "department"
_ANY: Final = "any"
_Word = TypeVar("_Word", Regime, Field, "Territory")


class Territory(StrEnum):
    """Whose rule is at fault."""

    CENTRAL = "central"
    PROVINCE = "province"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Desk:
    """Who takes a report: "ministry", "queue" or the code of a province's department, e.g. "department-19"."""

    key: str
    name: str


@dataclass(frozen=True)
class Route:
    """The desk, those who get a copy, and the reason."""

    desk: Desk
    copied: tuple[Desk, ...]
    why: str


@dataclass(frozen=True)
class Rule:
    """A row of the table; None fits everything."""

    regime: Regime | None
    field: Field | None
    territory: Territory | None
    desk: str
    copy: tuple[str, ...]
    why: str

    def fits(self, regime: Regime | None, field: Field | None, territory: Territory) -> bool:
        """True when this row speaks of such a report."""
        return self.regime in (None, regime) and self.field in (None, field) and self.territory in (None, territory)


class Routing:
    """The table, and which desks exist."""

    def __init__(self, rules: Sequence[Rule], names: dict[str, str], departments: Collection[str] | None) -> None:
        self._rules, self._names = tuple(rules), names
        self._departments = departments  # None: every province has one

    @classmethod
    def load(cls, path: Path = ROUTING, departments: Collection[str] | None = None) -> "Routing":
        """Read routing.yaml; `departments`, where given, stand over the file's. EntryError says what is wrong where."""
        try:
            raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise EntryError(path, "the file", str(error)) from error
        top = Entry(path, "the file", raw, (MINISTRY, QUEUE, _DEPARTMENT, "departments", "rules"))
        rules = [_rule(path, f"rule {n}", r) for n, r in enumerate(listed(top, "rules", top.raw["rules"]), 1)]
        named = {key: top.text(key) for key in (MINISTRY, QUEUE, _DEPARTMENT)}
        known = None if top.raw["departments"] == "all" else top.texts("departments")
        return cls(rules, named, known if departments is None else departments)

    def route(self, regime: Regime | None, field: Field | None, territory: Territory, province: str, province_name: str) -> Route:
        """The desk of such a report from `province` (a code, "" when unknown); never without one."""
        rule = next((r for r in self._rules if r.fits(regime, field, territory)), None)
        if rule is None:
            return Route(self.desk(QUEUE), (), "")
        desk = self._named(rule.desk, province, province_name)
        copied = tuple(d for key in rule.copy if (d := self._named(key, province, province_name)) is not None and d != desk)
        return Route(desk or self.desk(QUEUE), copied, rule.why)

    def desk(self, key: str, province_name: str = "") -> Desk:
        """The desk with this key, with its name."""
        kind, _, code = key.partition("-")
        return Desk(key, self._names[kind].format(province=province_name or code).strip())

    def knows(self, key: str, provinces: Collection[str]) -> bool:
        """True for a desk that there is; that of a department only where it has one among `provinces`, all codes that there are."""
        kind, _, code = key.partition("-")
        if kind != _DEPARTMENT:
            return key in self._names
        return code in (provinces if self._departments is None else self._departments)

    def _named(self, key: str, province: str, province_name: str) -> Desk | None:
        """The desk of a row, None where the department of that province has none."""
        if key != _DEPARTMENT:
            return self.desk(key)
        if not province or (self._departments is not None and province not in self._departments):
            return None
        return self.desk(f"{_DEPARTMENT}-{province}", province_name)


def _rule(path: Path, name: str, raw: object) -> Rule:
    entry = Entry(path, name, raw, ("regime", "field", "territory", "desk", "copy", "why"))
    desk, copy = entry.text("desk"), entry.texts("copy")
    if {desk, *copy} - {MINISTRY, QUEUE, _DEPARTMENT}:
        raise entry.error("no such desk")
    return Rule(_word(entry, "regime", Regime), _word(entry, "field", Field), _word(entry, "territory", Territory), desk, copy, entry.text("why"))


def _word(entry: Entry, field: str, kind: type[_Word]) -> _Word | None:
    said = entry.text(field)
    try:
        return None if said == _ANY else kind(said)
    except ValueError as error:
        raise entry.error(f"{field}: {said}") from error
