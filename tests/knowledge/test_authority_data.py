"""The authority overlay says, for every place that names an abolished or moved body, who acts on which day."""

import re
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.formats import read_lines
from knowledge.parse import parse
from knowledge.provision import Document, Ref

FILE = Path(__file__).parents[2] / "knowledge" / "authority.yaml"
CLUSTERS, PROMOTION, ASSIGNMENT = "32/2024/NĐ-CP", "45/2012/NĐ-CP", "139/2025/NĐ-CP"
CIRCULAR = "46/2012/TT-BCT"
SOURCES = {CLUSTERS: "nd-32-2024.docx", PROMOTION: "nd-45-2012.txt", ASSIGNMENT: "nd-139-2025.docx", CIRCULAR: "46-2012-tt-bct.txt"}
IN_FORCE = {CLUSTERS: date(2024, 5, 1), PROMOTION: date(2012, 7, 5), CIRCULAR: date(2013, 2, 10)}
ENTRY_KEYS = {"place", "occurrence", "phrase", "sense", "duty", "readings"}
READING_KEYS = {"body", "level", "from", "to", "basis", "settled"}
LEVELS = {
    "Ủy ban nhân dân cấp huyện": "district",
    "Ủy ban nhân dân cấp xã": "commune",
    "Ủy ban nhân dân cấp tỉnh": "province",
    "Bộ Công Thương": "central",
    "Thủ tướng Chính phủ": "central",
}

Entry = dict[str, Any]
ENTRIES: list[Entry] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def place(entry: Entry) -> Ref:
    return Ref(**entry["place"])


def name(entry: Entry) -> str:
    return f"{place(entry).key}-{entry['phrase']}-{entry['occurrence']}"


each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=name)
ON_CLUSTERS = [entry for entry in ENTRIES if entry["place"]["document"] == CLUSTERS]
each_on_clusters = pytest.mark.parametrize("entry", ON_CLUSTERS, ids=name)


@cache
def document(shared: Path, number: str) -> Document:
    return parse(read_lines(shared / "corpus" / "official" / SOURCES[number]).lines, number=number)


@cache
def texts(shared: Path, number: str) -> dict[Ref, str]:
    """Each provision's own words; those of an article begin with its heading."""
    found: dict[Ref, str] = {}
    for provision in document(shared, number).provisions:
        heading = provision.heading if provision.level == "article" else ""
        found[provision.ref] = "\n".join([heading, *(version.text for version in provision.wording)])
    return found


def spans(entry: Entry, text: str) -> list[range]:
    return [range(*match.span()) for match in re.finditer(re.escape(entry["phrase"]), text)]


def reading(entry: Entry, day: date) -> dict[str, Any]:
    return next(r for r in entry["readings"] if r["from"] <= day and (r["to"] is None or day <= r["to"]))


def named_places(text: str) -> set[Ref]:
    """Read "điểm a, điểm c khoản 1, điểm a khoản 2 Điều 8" as three places of the decree on clusters."""
    places: set[Ref] = set()
    points: list[str | None] = []
    clauses: list[tuple[str, str | None]] = []
    for point, clause, article in re.findall(r"điểm ([a-zđ])\b|khoản (\d+)|Điều (\d+)", text):
        if point:
            points.append(point)
        elif clause:
            clauses += [(clause, p) for p in points or [None]]
            points = []
        else:
            places |= {Ref(CLUSTERS, article, c, p) for c, p in clauses}
            clauses = []
    return places


# --- form ------------------------------------------------------------------------------------------


@each_entry
def test_an_entry_has_exactly_its_fields(entry: Entry) -> None:
    assert set(entry) == ENTRY_KEYS
    assert set(entry["place"]) == {"document", "article", "clause", "point"}
    assert entry["sense"] in ("body", "area")
    assert entry["occurrence"] >= 1
    assert entry["duty"].strip()
    for one in entry["readings"]:
        assert READING_KEYS <= set(one) <= READING_KEYS | {"note"}


@each_entry
def test_days_neither_overlap_nor_leave_gaps(entry: Entry) -> None:
    readings = entry["readings"]
    assert readings[0]["from"] == IN_FORCE[entry["place"]["document"]]
    assert readings[-1]["to"] is None
    for before, after in pairwise(readings):
        assert before["from"] <= before["to"]
        assert after["from"] == before["to"] + timedelta(days=1)


@each_entry
def test_a_reading_has_a_basis_and_an_unsettled_one_a_reason_and_no_body(entry: Entry) -> None:
    for one in entry["readings"]:
        assert re.search(r"\d+/\d{4}/NĐ-CP", one["basis"])
        if not one["settled"]:
            assert one["body"] is None
            assert one["note"].startswith("Chưa xác định: ")
        elif one["body"] is None:
            assert entry["sense"] == "area"
            assert one["note"].strip()
        assert one["level"] == (LEVELS[one["body"]] if one["body"] else None)


def test_no_occurrence_stands_twice() -> None:
    names = [name(entry) for entry in ENTRIES]
    assert len(set(names)) == len(names)


# --- against the official texts --------------------------------------------------------------------


@each_entry
def test_the_phrase_stands_in_the_official_provision(entry: Entry, shared: Path) -> None:
    text = texts(shared, entry["place"]["document"])[place(entry)]
    same = [e for e in ENTRIES if place(e) == place(entry) and e["phrase"] == entry["phrase"]]
    assert len(spans(entry, text)) == len(same)
    assert sorted(e["occurrence"] for e in same) == list(range(1, len(same) + 1))


@pytest.mark.parametrize(("number", "level_words", "all_words"), [(CLUSTERS, 24, 26), (PROMOTION, 4, 8), (CIRCULAR, 6, 11)])
def test_every_district_of_a_decree_is_covered_once(
    number: str, level_words: int, all_words: int, shared: Path
) -> None:
    seen: list[str] = []
    for ref, text in texts(shared, number).items():
        here = [spans(e, text)[e["occurrence"] - 1] for e in ENTRIES if place(e) == ref]
        for match in re.finditer(r"(?:cấp )?huyện", text, re.IGNORECASE):
            assert sum(match.start() in span for span in here) == 1, f"{ref}: {text[match.start() - 30 : match.end()]}"
            seen.append(match[0].lower())
    assert seen.count("cấp huyện") == level_words
    assert len(seen) == all_words


@pytest.mark.parametrize("article", ["6", "11", "12"])
def test_each_place_that_the_assignment_names_is_read_by_that_article(article: str, shared: Path) -> None:
    named = named_places(texts(shared, ASSIGNMENT)[Ref(ASSIGNMENT, article)].partition("\n")[2])
    assert named
    for ref in named:
        holders = [e for e in ENTRIES if place(e) in (ref, ref.parent)]
        bases = [reading(e, date(2025, 7, 1))["basis"] for e in holders]
        assert any(re.search(rf"Điều {article}\b", basis) for basis in bases), str(ref)


@each_on_clusters
def test_a_settled_assignment_cites_an_article_that_names_the_place(entry: Entry, shared: Path) -> None:
    one = reading(entry, date(2025, 7, 1))
    articles = re.findall(r"Điều (6|11|12)\b", one["basis"])
    assert articles
    for article in articles:
        named = named_places(texts(shared, ASSIGNMENT)[Ref(ASSIGNMENT, article)])
        covered = any(place(entry) in (ref, ref.parent) for ref in named)
        assert covered == one["settled"]


# --- days ------------------------------------------------------------------------------------------

P, C, D = "Ủy ban nhân dân cấp tỉnh", "Ủy ban nhân dân cấp xã", "Ủy ban nhân dân cấp huyện"
PM, MINISTRY = "Thủ tướng Chính phủ", "Bộ Công Thương"


@pytest.mark.parametrize(
    ("entry_name", "day", "body", "settled"),
    [
        ("32-2024-nd-cp.10.1-Ủy ban nhân dân cấp huyện-1", date(2025, 6, 30), D, True),
        ("32-2024-nd-cp.10.1-Ủy ban nhân dân cấp huyện-1", date(2025, 7, 1), C, True),
        ("32-2024-nd-cp.10.1-Ủy ban nhân dân cấp huyện-1", date(2026, 9, 14), C, True),
        ("32-2024-nd-cp.10.1-Ủy ban nhân dân cấp huyện-1", date(2026, 9, 15), None, False),
        ("32-2024-nd-cp.10.1-Ủy ban nhân dân cấp huyện-1", date(2027, 2, 28), None, False),
        ("32-2024-nd-cp.10.1-Ủy ban nhân dân cấp huyện-1", date(2027, 3, 1), None, False),
        ("32-2024-nd-cp.9.1.a-đơn vị hành chính cấp huyện-1", date(2025, 6, 30), None, True),
        ("32-2024-nd-cp.9.1.a-đơn vị hành chính cấp huyện-1", date(2026, 9, 14), P, True),
        ("32-2024-nd-cp.9.1.a-Ủy ban nhân dân cấp huyện-2", date(2026, 9, 14), C, True),
        ("32-2024-nd-cp.34-Ủy ban nhân dân cấp huyện-1", date(2026, 9, 14), C, True),
        ("32-2024-nd-cp.35.1-huyện miền núi-1", date(2025, 7, 1), None, False),
        ("45-2012-nd-cp.15.1.b-Thủ tướng Chính phủ-1", date(2025, 6, 30), PM, True),
        ("45-2012-nd-cp.15.1.b-Thủ tướng Chính phủ-1", date(2025, 10, 14), MINISTRY, True),
        ("45-2012-nd-cp.15.1.b-Thủ tướng Chính phủ-1", date(2025, 10, 15), None, False),
        ("45-2012-nd-cp.11.2-Ủy ban nhân dân cấp huyện-1", date(2025, 10, 14), None, False),
        ("45-2012-nd-cp.11.2-Ủy ban nhân dân cấp huyện-1", date(2025, 10, 15), C, True),
    ],
)
def test_who_acts_on_a_day(entry_name: str, day: date, body: str | None, settled: bool) -> None:
    one = reading(next(e for e in ENTRIES if name(e) == entry_name), day)
    assert (one["body"], one["settled"]) == (body, settled)


@each_on_clusters
def test_nothing_on_clusters_is_certain_once_the_amending_decree_applies(entry: Entry) -> None:
    one = reading(entry, date(2026, 9, 15))
    assert not one["settled"]
    assert "303/2026/NĐ-CP" in one["note"]
