"""Routing: the first row that fits, the ministry with the department copied, the queue where no desk is."""

from pathlib import Path

import pytest

from knowledge.entries import EntryError
from reports.model import Field, Regime
from reports.routing import ROUTING, Routing, Territory

A, D, N = Regime.APPLYING, Regime.DOCUMENT, Regime.ADMINISTRATIVE


@pytest.mark.parametrize(
    ("regime", "field", "territory", "province", "desk", "copied"),
    [
        # the content of a central text: the ministry, the department copied
        (D, Field.CLUSTERS, Territory.CENTRAL, "19", "ministry", ["department-19"]),
        (N, Field.PROMOTION, Territory.CENTRAL, "19", "ministry", ["department-19"]),
        # a province's own text: its department
        (D, Field.CLUSTERS, Territory.PROVINCE, "19", "department-19", []),
        # applying a rule: the department; who decides between two levels concerns the ministry too
        (A, Field.CLUSTERS, Territory.CENTRAL, "19", "department-19", []),
        (A, Field.TWO_LEVELS, Territory.CENTRAL, "19", "department-19", ["ministry"]),
        # no desk there, or no province said: the queue takes it
        (A, Field.CLUSTERS, Territory.CENTRAL, "01", "queue", []),
        (A, Field.CLUSTERS, Territory.UNKNOWN, "", "queue", []),
        (D, Field.OTHER, Territory.CENTRAL, "01", "ministry", []),
        # nothing was said at all
        (None, None, Territory.UNKNOWN, "", "queue", []),
    ],
)
def test_a_report_goes_to(regime: Regime | None, field: Field | None, territory: Territory, province: str, desk: str, copied: list[str]) -> None:
    route = Routing.load(departments=["19"]).route(regime, field, territory, province, "Thái Nguyên")
    assert (route.desk.key, [d.key for d in route.copied]) == (desk, copied)
    assert route.desk.name
    assert "{" not in route.desk.name


def test_the_receipt_can_name_the_desk_and_why() -> None:
    route = Routing.load(departments=["19"]).route(A, Field.CLUSTERS, Territory.CENTRAL, "19", "Thái Nguyên")
    assert route.desk.name == "Sở Công Thương Thái Nguyên"
    assert route.why


def test_all_departments(tmp_path: Path) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(ROUTING.read_text(encoding="utf-8").replace("departments: []", "departments: all"), encoding="utf-8")
    assert Routing.load(path).route(A, None, Territory.CENTRAL, "96", "Cà Mau").desk.key == "department-96"


def test_as_shipped_nobody_is_refused() -> None:
    routing = Routing.load()
    for regime in (None, *Regime):
        for field in (None, *Field):
            for territory in Territory:
                assert routing.route(regime, field, territory, "19", "Thái Nguyên").desk.name


@pytest.mark.parametrize(
    ("old", "new"),
    [("desk: department, copy", "desk: sở, copy"), ("regime: document", "regime: law"), ("rules:", "rows:"), ("departments: []", "departments: x")],
)
def test_what_is_wrong_in_the_file_is_told(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "routing.yaml"
    path.write_text(ROUTING.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EntryError):
        Routing.load(path)
