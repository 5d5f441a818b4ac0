"""Gold questions and what an answer is worth: right article and clause, strings that must stand, refusals.

A gold line is `{"id", "kind", "text", "doc", "gold": [{"doc"?, "article", "clause", "point"}], "must",
"expect", "as_of"}` (DESIGN.md, "Contracts"); any gold entry counts as right.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.parse import normal_number, read_date
from knowledge.provision import Ref
from knowledge.vietnamese import one_line

OPEN = "chưa xác định"


class GoldError(ValueError):
    """A gold file with a line that cannot be read: file, line number, reason."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


@dataclass(frozen=True)
class Gold:
    """One gold question."""

    id: str
    kind: str
    text: str
    refs: tuple[Ref, ...]
    must: tuple[str, ...]
    expect: str
    as_of: date | None
    status: str = ""  # of the first right provision on that day
    body: str = ""  # who acts on that day, several parted by ";"; OPEN where no held text settles it
    origin: str = "tuning"  # "unseen" questions measure, and are never tuned on


def read_gold(path: Path) -> list[Gold]:
    """Read a gold file; raises GoldError at the first line that is none."""
    found = []
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                found.append(_gold(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise GoldError(path, at, str(error)) from error
    return found


def _gold(row: Mapping[str, Any]) -> Gold:
    refs = tuple(
        Ref(normal_number(str(g.get("doc") or row["doc"])), article_name(g.get("article")), _text(g.get("clause")), _text(g.get("point")))
        for g in row.get("gold") or ()
    )
    day = row.get("as_of")
    return Gold(
        str(row["id"]), str(row.get("kind") or "plain"), str(row["text"]), refs, tuple(map(str, row.get("must") or ())),
        str(row.get("expect") or ("answer" if refs else "decline")), read_date(str(day)) if day else None,
        str(row.get("status") or ""), OPEN if row.get("body") and row.get("settled") is False else str(row.get("body") or ""),
        str(row.get("origin") or "tuning"),
    )


def article_name(text: Any) -> str | None:
    """"Điều 10" or 10 -> "10"; "phụ lục ii" -> "Phụ lục II"."""
    if text is None or text == "":
        return None
    name = re.sub(r"^Điều\s+", "", one_line(str(text)))
    match = re.match(r"^phụ lục\s+(\S+)$", name, re.IGNORECASE)
    return f"Phụ lục {match[1].upper()}" if match else name


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


@dataclass
class Tally:
    """Counts for one kind of question."""

    asked: int = 0
    article: dict[int, int] = field(default_factory=lambda: {1: 0, 3: 0, 10: 0})
    clause: dict[int, int] = field(default_factory=lambda: {1: 0, 3: 0, 10: 0})
    reciprocal: float = 0.0
    with_gold: int = 0
    must: int = 0
    with_must: int = 0
    right_kind: int = 0
    false_refusal: int = 0
    answerable: int = 0
    refused: int = 0
    unanswerable: int = 0
    cited: int = 0
    cited_real: int = 0
    status: int = 0
    with_status: int = 0
    body: int = 0
    with_body: int = 0
    quotes: int = 0
    quotes_verbatim: int = 0


# What is measured: a question and a day in, the --json contract's dictionary out.
Answering = Callable[[str, date | None], Mapping[str, Any]]


def same_article(found: Ref, gold: Ref) -> bool:
    """True when both stand in one article."""
    return found.document == gold.document and found.article == gold.article


def same_clause(found: Ref, gold: Ref) -> bool:
    """True when the clause is right too; a gold entry without clause accepts any."""
    return same_article(found, gold) and (gold.clause is None or found.clause == gold.clause)


def evaluate(
    golds: Iterable[Gold], answering: Answering, real: Callable[[Ref], bool], verbatim: Callable[[str, str], bool] | None = None,
) -> tuple[dict[str, Tally], list[dict[str, Any]]]:
    """Ask every gold question; return counts by kind (and "all") and the questions that went wrong.

    `real` says whether a cited place exists; `verbatim(key, text)` whether a quotation stands word for
    word in an independently parsed source.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    wrong: list[dict[str, Any]] = []
    for gold in golds:
        answer = answering(gold.text, gold.as_of)
        refs = [_ref(p) for p in answer["provisions"]]
        problem = ""
        for name in (gold.kind, "all"):
            problem = _count(tallies[name], gold, answer, refs)
            tallies[name].cited += len(refs)
            tallies[name].cited_real += sum(real(r) for r in refs)
            if verbatim is not None:
                tallies[name].quotes += len(answer["quotes"])
                tallies[name].quotes_verbatim += sum(verbatim(q["key"], q["text"]) for q in answer["quotes"])
        if problem:
            wrong.append({"id": gold.id, "kind": gold.kind, "text": gold.text, "problem": problem,
                          "gold": [r.key for r in gold.refs], "found": [r.key for r in refs[:4]], "answered": answer["kind"]})
    return dict(tallies), wrong


def _ref(row: Mapping[str, Any]) -> Ref:
    return Ref(row["document"], row["article"], row["clause"], row["point"])


def _count(tally: Tally, gold: Gold, answer: Mapping[str, Any], refs: Sequence[Ref]) -> str:
    tally.asked += 1
    kind = answer["kind"]
    tally.right_kind += kind == gold.expect
    if gold.expect == "decline_or_not_yet":  # the text that ruled that day is not held: both say so
        right = kind == "decline" or (kind == "answer" and bool(answer["provisions"]) and answer["provisions"][0]["status"] == "not_yet")
        tally.unanswerable += 1
        tally.refused += right
        return "" if right else f"{kind} for a day before the text"
    if gold.expect == "decline":
        tally.unanswerable += 1
        tally.refused += kind == "decline"
        return "" if kind == "decline" else f"answered as {kind}"
    if gold.expect != "answer":
        return "" if kind == gold.expect else f"{kind} instead of {gold.expect}"
    tally.answerable += 1
    tally.false_refusal += kind != "answer"
    problem = "" if kind == "answer" else f"{kind} instead of answer"
    if gold.refs:
        tally.with_gold += 1
        articles = _distinct([r.article_ref for r in refs])
        rank = next((n for n, r in enumerate(articles, 1) if any(same_article(r, g) for g in gold.refs)), 0)
        clauses = _distinct([Ref(r.document, r.article, r.clause) for r in refs])
        clause_rank = next((n for n, r in enumerate(clauses, 1) if any(same_clause(r, g) for g in gold.refs)), 0)
        tally.reciprocal += 1 / rank if rank else 0
        for n in (1, 3, 10):
            tally.article[n] += 0 < rank <= n
            tally.clause[n] += 0 < clause_rank <= n
        if rank != 1:
            problem = problem or f"article at {rank or 'none'}"
        elif clause_rank != 1:
            problem = problem or f"clause at {clause_rank or 'none'}"
        if gold.status and rank == 1:
            tally.with_status += 1
            tally.status += (right := answer["provisions"][0]["status"] == gold.status)
            problem = problem or ("" if right else f"status {answer['provisions'][0]['status']} instead of {gold.status}")
    if gold.body and kind == "answer":
        tally.with_body += 1
        tally.body += (right := _acts(answer, gold.body))
        problem = problem or ("" if right else f"body missing: {gold.body}")
    if gold.must:
        tally.with_must += 1
        said = loose(str(answer["text"]))
        held = all(loose(m) in said for m in gold.must)
        tally.must += held
        if not held:
            problem = problem or f"must missing: {[m for m in gold.must if loose(m) not in said]}"
    return problem


def _acts(answer: Mapping[str, Any], body: str) -> bool:
    """True when the answer names the body that acts, or says that none is settled."""
    if body == OPEN:
        return any(not row["settled"] for row in answer["authority"])
    said = loose(str(answer["text"]))
    return all(loose(one) in said for one in body.split(";"))


def _distinct(refs: Sequence[Ref]) -> list[Ref]:
    return list(dict.fromkeys(refs))


def loose(text: str) -> str:
    """For `must` strings: case and white space folded, leading zeros and the space before % dropped, days as 1/5/2024."""
    text = one_line(text).casefold()
    text = re.sub(r"\b0+(?=\d)", "", text)
    text = re.sub(r"(\d{1,2}) tháng (\d{1,2})(?: năm (\d{4}))?", lambda m: "/".join(p for p in m.groups() if p), text)
    text = text.replace("ubnd", "ủy ban nhân dân").replace("uỷ ban", "ủy ban")
    return re.sub(r"\s+%", "%", text)


def table(tallies: Mapping[str, Tally]) -> str:
    """The figures as a Markdown table, one row a kind."""
    head = "| kind | n | article @1 | @3 | @10 | MRR | clause @1 | @3 | must | refused | false refusal | status | body | citations exist | quotes verbatim |"
    rows = [head, "|" + "---|" * 15]
    for name in [*sorted(n for n in tallies if n != "all"), "all"]:
        t = tallies[name]
        rows.append(
            f"| {name} | {t.asked} | {_share(t.article[1], t.with_gold)} | {_share(t.article[3], t.with_gold)} | {_share(t.article[10], t.with_gold)} "
            f"| {t.reciprocal / t.with_gold if t.with_gold else 0:.3f} | {_share(t.clause[1], t.with_gold)} | {_share(t.clause[3], t.with_gold)} "
            f"| {_share(t.must, t.with_must)} | {_share(t.refused, t.unanswerable)} | {_share(t.false_refusal, t.answerable)} "
            f"| {_share(t.status, t.with_status)} | {_share(t.body, t.with_body)} | {_share(t.cited_real, t.cited)} | {_share(t.quotes_verbatim, t.quotes)} |"
        )
    return "\n".join(rows)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "–"


def as_json(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    """The figures as plain data, shares between 0 and 1 (None where nothing was counted)."""
    def share(part: int, whole: int) -> float | None:
        return round(part / whole, 4) if whole else None

    return {
        name: {
            "questions": t.asked,
            **{f"article_at_{n}": share(t.article[n], t.with_gold) for n in (1, 3, 10)},
            **{f"clause_at_{n}": share(t.clause[n], t.with_gold) for n in (1, 3, 10)},
            "mrr": share(round(t.reciprocal * 10_000), t.with_gold * 10_000),
            "must": share(t.must, t.with_must),
            "right_kind": share(t.right_kind, t.asked),
            "refused": share(t.refused, t.unanswerable),
            "false_refusal": share(t.false_refusal, t.answerable),
            "status": share(t.status, t.with_status),
            "body": share(t.body, t.with_body),
            "citations_exist": share(t.cited_real, t.cited),
            "quotes_verbatim": share(t.quotes_verbatim, t.quotes),
        }
        for name, t in tallies.items()
    }
