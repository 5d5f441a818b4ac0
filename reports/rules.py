"""The rules that every use case keeps: desks, clocks, limits, places; and what a complete report must say."""

from dataclasses import dataclass, field, fields
from typing import Final

from knowledge.provision import Ref
from reports.deadlines import Clocks
from reports.errors import Locked, Missing
from reports.limits import Limits, check_length
from reports.model import Report
from reports.places import Places
from reports.routing import Desk, Route, Routing, Territory
from reports.secrets import check_open

_FILLED: Final = frozenset({
    "text", "provision", "regime", "problem", "field", "task_group", "proposal", "province", "commune", "publication", "name_seen",
})  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What is configured; built once."""

    routing: Routing
    clocks: Clocks
    places: Places
    limits: Limits = field(default_factory=Limits)

    def route(self, report: Report) -> Route:
        """The desk of `report`."""
        place = self.places.by_code(report.province)
        return self.routing.route(report.regime, report.field, territory_of(report), report.province, place.province_name if place else "")

    def desk(self, report: Report, key: str = "") -> Desk:
        """The desk where `report` lies, or the one with this key, with its name."""
        key = key or report.desk
        place = self.places.by_code(key.partition("-")[2] or report.province)
        return self.routing.desk(key, place.province_name if place else "")

    def words(self, field: str, text: str) -> str:
        """`text` as it can be stored; TooLong or Classified where it may not be."""
        check_length(field, text, self.limits.text)
        check_open(field, text)
        return storable(text)


def storable(text: str) -> str:
    """`text` without what a database cannot hold: NUL and lone surrogates; every other character as written."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def territory_of(report: Report) -> Territory:
    """Whose rule is at fault: a decision of a UBND or HĐND is its province's, everything else central."""
    if not isinstance(report.provision, Ref):
        return Territory.UNKNOWN
    sign = report.provision.document.upper().rsplit("/", 1)[-1]
    return Territory.PROVINCE if "UBND" in sign or "HĐND" in sign else Territory.CENTRAL


def check_filling(before: Report, after: Report) -> None:
    """Raise Locked where `after` changes more than a reporter may fill in."""
    changed = tuple(f.name for f in fields(Report) if f.name not in _FILLED and getattr(before, f.name) != getattr(after, f.name))
    if changed:
        raise Locked(changed)


def filled(before: Report, after: Report) -> tuple[str, ...]:
    """The names of the fields that differ."""
    return tuple(f.name for f in fields(Report) if f.name in _FILLED and getattr(before, f.name) != getattr(after, f.name))


def check_complete(report: Report) -> None:
    """Raise Missing where the law or the desk needs more: what happened, and which provision, be it none or unknown.

    QĐ 48/2025/QĐ-TTg: feedback on a document names it.
    """
    lacking = [name for name in ("text",) if not report.text.strip()]
    if report.provision is None:
        lacking.append("provision")
    if lacking:
        raise Missing(tuple(lacking))
