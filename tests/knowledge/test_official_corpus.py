"""The real texts: articles found against articles that exist (docs/parser.md), digests against originals."""

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

from knowledge.corpus import load_digests, merge
from knowledge.helper import program
from knowledge.provision import TAIL, Document, Provision, TextStatus
from knowledge.reading import read_here
from knowledge.unreadable import Reason, UnreadableFile
from knowledge.vietnamese import one_line

ROW = re.compile(r"^\| `([^`]+)` \| *(\d*) \| *(\d*) \| *(\d*|`\w+`) \| *(\d*) \| *(\d*) \| *(\d*) \|", re.MULTILINE)
TABLE = ROW.findall((Path(__file__).parents[2] / "docs" / "parser.md").read_text(encoding="utf-8"))
CORE = {
    "139/2025/NĐ-CP": "nd-139-2025.docx", "146/2025/NĐ-CP": "nd-146-2025.docx", "178/2026/NĐ-CP": "nd-178-2026.docx",
    "32/2024/NĐ-CP": "nd-32-2024.docx", "45/2012/NĐ-CP": "nd-45-2012.txt", "14/2024/TT-BCT": "tt-14-2024-bct.docx",
}


@cache
def read(path: Path) -> Document:
    return read_here(path)


def own(provision: Provision) -> bool:
    """A provision of an article, not of an annex."""
    article = provision.ref.article or ""
    return article[:1].isdigit() or article.startswith("Điều ")


def test_the_table_has_every_file(shared: Path) -> None:
    assert {name for name, *_ in TABLE} == {path.name for path in (shared / "corpus" / "official").iterdir()}


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_articles_found_are_articles_that_exist(shared: Path, row: tuple[str, ...]) -> None:
    name, _, exist, found, clauses, points, annexes = row
    path = shared / "corpus" / "official" / name
    if name.endswith(".doc") and not program("antiword"):
        if os.environ.get("REQUIRE_DOC") == "1":
            pytest.fail("REQUIRE_DOC=1, but antiword is not installed")
        pytest.skip("antiword is not installed")
    if found.startswith("`"):
        with pytest.raises(UnreadableFile) as raised:
            read(path)
        assert raised.value.reason is Reason(found.strip("`"))
        return
    document = read(path)
    assert document.number
    assert document.title
    assert len({p.ref for p in document.provisions}) == len(document.provisions)
    mine = [p for p in document.provisions if own(p)]
    levels = [p.level for p in mine if p.ref.point != TAIL]
    assert found == exist == str(levels.count("article"))
    assert (str(levels.count("clause")), str(levels.count("point"))) == (clauses, points)
    assert sum(p.level == "article" and not own(p) for p in document.provisions) == int(annexes or 0)
    numbers = [int(p.ref.article or 0) for p in mine if p.level == "article" and (p.ref.article or "").isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(p.text_status is (TextStatus.OCR if ".ocr" in name else TextStatus.OFFICIAL) for p in mine)


def label(provision: Provision) -> str:
    ref = provision.ref
    return f"{ref.label} " if ref.point else f"{ref.clause}. " if ref.clause else ""


@pytest.mark.parametrize("number", CORE)
def test_core_articles(shared: Path, number: str) -> None:
    """Heading and words of each article, in their order."""
    lines = (shared / "corpus" / "core_articles.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [row for row in map(json.loads, lines) if row["law_id"] == number]
    document = read(shared / "corpus" / "official" / CORE[number])
    assert wanted
    for row in wanted:
        units = [p for p in document.provisions if p.ref.article == row["article_id"]]
        assert units, row["article_id"]
        assert units[0].heading == one_line(row["title"]).rstrip("."), row["article_id"]
        text = "\n".join(label(p) + (p.wording[0].text if p.wording else "") for p in units)
        # the rows carry the heading of the Mục that follows
        expected = "\n".join(line for line in row["text"].split("\n") if not re.match(r"Mục \d+\b", line))
        assert list(filter(None, map(one_line, text.split("\n")))) == list(filter(None, map(one_line, expected.split("\n")))), row["article_id"]


DIGESTED = {
    **{number: CORE[number] for number in CORE if number != "178/2026/NĐ-CP"},
    "46/2012/TT-BCT": "46-2012-tt-bct.txt", "36/2013/TT-BCT": "36-2013-tt-bct.txt", "66.18/2026/NQ-CP": "nq-66.18-2026.docx",
}


@pytest.mark.parametrize("number", DIGESTED)
def test_a_digest_has_the_keys_of_its_original(shared: Path, number: str) -> None:
    """A line that a later text inserted is the digest's alone; so are descriptions of forms and missing annexes."""
    digest = next(d for d in load_digests() if d.number == number)
    original = read(shared / "corpus" / "official" / DIGESTED[number])
    held, described = ({p.ref for p in d.provisions if own(p)} for d in (original, digest))
    inserted = {p.ref for p in digest.provisions if p.plain and all(v.by for v in p.plain)}
    assert {r.key for r in described - held - inserted} == set()
    assert {r.key for r in held - described} == set()
    annexes = {p.ref for p in original.provisions if not own(p) and p.level == "article"}
    named = {p.ref for p in digest.provisions if not own(p) and p.level == "article"}
    assert number == "36/2013/TT-BCT" or named <= annexes


@pytest.mark.parametrize("number", DIGESTED)
def test_merged_the_words_stand_beside_the_plain_line(shared: Path, number: str) -> None:
    digest = next(d for d in load_digests() if d.number == number)
    (merged,) = merge([digest], [read(shared / "corpus" / "official" / DIGESTED[number])])
    lines = {p.ref: p.plain for p in digest.provisions}
    for provision in merged.provisions:
        assert provision.plain == lines.get(provision.ref, ())
        if provision.wording and own(provision):
            assert provision.ref in lines, provision.ref.key
    assert len({p.ref for p in merged.provisions}) == len(merged.provisions)
    assert merged.provisions[0].ref.article == "1"


def test_annexes_of_nd_139_and_146_meet_their_digest(shared: Path) -> None:
    for number in ("139/2025/NĐ-CP", "146/2025/NĐ-CP"):
        digest = next(d for d in load_digests() if d.number == number)
        original = {p.ref for p in read(shared / "corpus" / "official" / CORE[number]).provisions}
        assert {p.ref.key for p in digest.provisions if p.ref not in original} == set()


@pytest.mark.parametrize(
    ("name", "article", "clause", "words"),
    [
        # quoted articles belong to the clause that quotes them
        ("luat-147-2025-qh15.docx", "1", "24", "Điều 85a. Chính sách chung của Nhà nước đối với đất hiếm"),
        ("tt-67-2025-bct.docx", "1", "2.a", "“Điều 8. Hệ thống thiết bị"),
        ("nd-21-2026.docx", "1", "46", "4. Căn cứ vị trí địa lý"),
        # an article whose quotation was closed too soon keeps all of it
        ("nd-14-2026.docx", "37", None, "b) Trường hợp hồ sơ hợp lệ"),
    ],
)
def test_amending_texts(shared: Path, name: str, article: str, clause: str | None, words: str) -> None:
    document = read(shared / "corpus" / "official" / name)
    holders = [p.ref for p in document.provisions if p.wording and words in p.wording[0].text]
    assert (article, clause) in [(r.article, f"{r.clause}.{r.point}" if r.point else r.clause) for r in holders]
