"""An Answer as the plain data of the --json contract (DESIGN.md, "Contracts")."""

from collections.abc import Sequence
from typing import Any

from handlers.message import Choice
from knowledge.answer import Answer, Cited, Quote
from knowledge.authority import Occurrence


def facts(answer: Answer, choices: Sequence[Choice]) -> dict[str, Any]:
    """Return the contract's fields, without `id` and `text`."""
    return {
        "kind": str(answer.kind),
        "as_of": answer.day.isoformat(),
        "provisions": [_provision(c) for c in answer.cited],
        "quotes": [_quote(q) for s in answer.shown for q in s.quotes],
        "authority": [row for o in answer.authority if (row := _authority(o, answer)) is not None],
        "choices": [{"number": n, "label": c.label, "token": c.token} for n, c in enumerate(choices, 1)],
        "warnings": list(answer.warnings),
    }


def _provision(cited: Cited) -> dict[str, Any]:
    ref = cited.provision.ref
    return {
        "key": ref.key, "document": ref.document, "article": ref.article, "clause": ref.clause, "point": ref.point,
        "status": str(cited.standing.status), "text_status": str(cited.provision.text_status), "score": round(cited.score, 4),
    }


def _quote(quote: Quote) -> dict[str, str]:
    return {"key": quote.ref.key, "text": quote.text}


def _authority(occurrence: Occurrence, answer: Answer) -> dict[str, Any] | None:
    reading = occurrence.on(answer.day)
    if reading is None:
        return None
    return {
        "key": occurrence.ref.key, "phrase": occurrence.phrase, "body": reading.body, "level": reading.level,
        "from": reading.since.isoformat() if reading.since else None, "to": reading.until.isoformat() if reading.until else None,
        "basis": reading.basis, "settled": reading.settled,
    }
