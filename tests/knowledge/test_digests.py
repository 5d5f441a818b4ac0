"""The digests against the official texts, clause by clause: every unit, every figure, no sentence copied; questions under each."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from knowledge.corpus import DIGESTS, Corpus, load_digests
from knowledge.provision import TAIL, Document, Provision
from knowledge.reading import read_document
from knowledge.vietnamese import fold, one_line, syllables

OFFICIAL = {
    "32/2024/NĐ-CP": "nd-32-2024.docx", "139/2025/NĐ-CP": "nd-139-2025.docx", "146/2025/NĐ-CP": "nd-146-2025.docx",
    "45/2012/NĐ-CP": "nd-45-2012.txt", "14/2024/TT-BCT": "tt-14-2024-bct.docx", "46/2012/TT-BCT": "46-2012-tt-bct.txt",
    "36/2013/TT-BCT": "36-2013-tt-bct.txt",
}
ARTICLES = {"32/2024/NĐ-CP": 38, "139/2025/NĐ-CP": 22, "146/2025/NĐ-CP": 61, "45/2012/NĐ-CP": 19, "14/2024/TT-BCT": 6}
LONGEST = 14  # syllables in common
NUMBER_WORDS = {"một": "1", "hai": "2", "ba": "3", "bốn": "4", "năm": "5", "sáu": "6", "bảy": "7", "tám": "8", "chín": "9", "mười": "10"}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(load_digests())


@pytest.fixture(scope="module", params=sorted(OFFICIAL))
def pair(request: pytest.FixtureRequest, corpus: Corpus, shared: Path) -> tuple[Document, Document]:
    """The official text and the digest of one document."""
    number = request.param
    return read_document(shared / "corpus" / "official" / OFFICIAL[number], number), corpus.documents[number]


def body(document: Document) -> list[Provision]:
    """The units of the articles; annexes are digested as lists of procedures."""
    return [p for p in document.provisions if (p.ref.article or "x")[0].isdigit()]


def words_of(provision: Provision, official: bool) -> str:
    return " ".join(v.text for v in (provision.wording if official else provision.plain))


def figures(text: str) -> Counter[str]:
    """Figures as they are read: dates in one form, thousands joined, leading zeros dropped."""
    text = fold(text)
    text = re.sub(r"\b(\d{1,2})\s*tháng\s*(\d{1,2})(?:\s*năm\s*(\d{4}))?", lambda m: "/".join(str(int(g)) for g in m.groups() if g), text)
    text = re.sub(r"(\d)\.(\d{3})\b", r"\1\2", text)
    return Counter(f.lstrip("0") or "0" for f in re.findall(r"\d+(?:,\d+)?", text))


def spelled(text: str) -> str:
    return " ".join(NUMBER_WORDS.get(w, w) for w in re.findall(r"\w+", fold(text)))


def test_every_unit_has_its_line(pair: tuple[Document, Document]) -> None:
    official, digest = pair
    there = {p.ref for p in body(digest)}
    assert [p.ref.key for p in body(official) if p.ref not in there] == []


def test_no_unit_is_invented(pair: tuple[Document, Document]) -> None:
    official, digest = pair
    real = {p.ref for p in body(official)}
    added = [p for p in body(digest) if p.ref not in real and not all(v.by or v.since for v in p.plain)]
    assert [p.ref.key for p in added if p.plain] == []


def test_every_figure_is_kept(pair: tuple[Document, Document]) -> None:
    """A figure of the official unit that its digest line lacks is a deadline or an amount that someone will miss."""
    official, digest = pair
    plain = {p.ref: p for p in digest.provisions}
    missing = {
        p.ref.key: lost
        for p in body(official)
        if p.ref in plain and (lost := set(figures(words_of(p, True))) - set(figures(words_of(plain[p.ref], False))))
    }
    assert missing == {}


def test_no_figure_is_added(pair: tuple[Document, Document]) -> None:
    official, digest = pair
    real = {p.ref: words_of(p, True) for p in body(official)}
    added = {}
    for p in body(digest):
        if p.ref not in real or any(v.since or v.until or v.by for v in p.plain):
            continue  # a line with a day of its own says what changed it
        known = set(figures(real[p.ref])) | set(figures(spelled(real[p.ref])))
        more = set(figures(words_of(p, False))) - known
        if more:
            added[p.ref.key] = more
    assert {k: v for k, v in added.items() if k not in EXPLAINED} == {}


# Figures that stand in a digest line to make it understood, each with its reason.
EXPLAINED: dict[str, str] = {}


def _names_aside(text: str) -> list[str]:
    """Syllables with the names of bodies and of documents folded into one."""
    text = fold(one_line(text))
    for name in ("ủy ban nhân dân", "hội đồng nhân dân", "bộ trưởng", "sở công thương", "bộ công thương", "thủ tướng chính phủ", "cục công thương địa phương"):
        text = text.replace(name, "·")
    text = re.sub(r"luật (?:quản lý,? sử dụng vũ khí[^;.]{0,60}|[^;,.]{10,60})", "·", text)
    return syllables(text)


def test_no_sentence_is_copied(pair: tuple[Document, Document]) -> None:
    official, digest = pair
    n = LONGEST + 1
    source = _names_aside(" . ".join(words_of(p, True) for p in official.provisions))
    runs = {tuple(source[i : i + n]) for i in range(len(source) - n + 1)}
    copied = []
    for p in body(digest):
        line = _names_aside(words_of(p, False))
        if any(tuple(line[i : i + n]) in runs for i in range(len(line) - n + 1)):
            copied.append(p.ref.key)
    assert copied == []


@pytest.mark.parametrize(("number", "count"), ARTICLES.items())
def test_articles_are_counted(corpus: Corpus, number: str, count: int) -> None:
    assert sum((p.ref.article or "x")[0].isdigit() for p in corpus.articles(number)) == count


def test_every_line_has_questions(corpus: Corpus) -> None:
    """Two or three under each khoản and điểm of the articles; a khoản that only leads to its points may leave them to those, a closing paragraph too."""
    without = [
        p.ref.key
        for number in OFFICIAL
        for p in body(corpus.documents[number])
        if p.plain and p.ref.point != TAIL and not p.questions and not any(c.questions for c in corpus.children(p.ref))
    ]
    assert without == []


@pytest.mark.parametrize("path", sorted(DIGESTS.glob("*.md")), ids=lambda p: p.stem)
def test_questions_are_typed_correctly(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)
    questions = [line.strip()[1:].strip() for line in text.splitlines() if line.lstrip().startswith("?")]
    assert all(len(q) > 5 and "  " not in q for q in questions)


def test_the_disputed_figure_is_marked(corpus: Corpus) -> None:
    provision = next(p for p in corpus if p.ref.key == "32-2024-nd-cp.2.2")
    assert any(v.disputed and "60" in v.disputed for v in provision.plain)


@pytest.mark.parametrize(
    ("number", "checked"),
    [
        ("303/2026/NĐ-CP", False), ("68/2017/NĐ-CP", True), ("66/2020/NĐ-CP", True), ("28/2018/TT-BTC", None), ("48/2025/QĐ-TTg", None),
        ("118/2025/NĐ-CP", None), ("43/2024/NĐ-CP", None), ("04/NQ-CP", None), ("2646/QĐ-BCT", None), ("2896/QĐ-BCT", None), ("3396/QĐ-BCT", None),
    ],
)
def test_known_documents_have_no_text(corpus: Corpus, number: str, checked: bool | None) -> None:
    document = corpus.documents[number]
    assert document.completeness == "known"
    assert document.provisions == ()
    assert checked is None or document.checked is checked
