"""A document as JSON and back, every field, so that it can cross a process border and lie on a disk."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from knowledge.provision import Document, Provision, Ref, Relation, TextStatus, Version

_DAYS: Final = ("issued", "in_force_from", "in_force_to")
_PLAIN: Final = (
    "number", "kind", "issuer", "territory", "title", "in_force_to_reason", "completeness", "checked", "source", "note",
)  # fmt: skip


def to_json(document: Document) -> str:
    """Return `document` as one line of JSON (UTF-8 letters kept); empty fields of provisions are left out."""
    facts: dict[str, Any] = {name: getattr(document, name) for name in _PLAIN}
    facts |= {name: _day_out(getattr(document, name)) for name in _DAYS}
    facts["aliases"] = list(document.aliases)
    facts["relations"] = [_relation_out(r) for r in document.relations]
    facts["amended_unknown"] = [_relation_out(r) for r in document.amended_unknown]
    facts["provisions"] = [_provision_out(p, document.number) for p in document.provisions]
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Document:
    """Return the document that `to_json` wrote; raise ValueError where the text is none."""
    try:
        facts = json.loads(text)
        plain: dict[str, Any] = {name: facts[name] for name in _PLAIN}
        days: dict[str, Any] = {name: _day_in(facts[name]) for name in _DAYS}
        return Document(
            **plain,
            **days,
            aliases=tuple(facts["aliases"]),
            relations=tuple(_relation_in(r) for r in facts["relations"]),
            amended_unknown=tuple(_relation_in(r) for r in facts["amended_unknown"]),
            provisions=tuple(_provision_in(p, facts["number"]) for p in facts["provisions"]),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no document: {error!r}") from error


def _day_out(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_in(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _relation_out(relation: Relation) -> dict[str, Any]:
    return {
        "kind": relation.kind,
        "target": relation.target,
        "since": _day_out(relation.since),
        "articles": list(relation.articles),
        "basis": relation.basis,
        "until": _day_out(relation.until),
        "at_least": list(relation.at_least),
        "clauses": list(relation.clauses),
        "says": relation.says,
    }


def _relation_in(facts: Mapping[str, Any]) -> Relation:
    return Relation(
        kind=facts["kind"],
        target=facts["target"],
        since=_day_in(facts["since"]),
        articles=tuple(facts["articles"]),
        basis=facts["basis"],
        until=_day_in(facts["until"]),
        at_least=tuple(facts["at_least"]),
        clauses=tuple(facts["clauses"]),
        says=facts["says"],
    )


def _provision_out(provision: Provision, number: str) -> dict[str, Any]:
    ref = provision.ref
    facts: dict[str, Any] = {
        "at": [ref.article, ref.clause, ref.point],
        "document": ref.document if ref.document != number else "",
        "chapter": provision.chapter,
        "heading": provision.heading,
        "wording": _versions_out(provision.wording),
        "plain": _versions_out(provision.plain),
        "gist": provision.gist,
        "questions": list(provision.questions),
        "text_status": provision.text_status.value,
        "headings": _versions_out(provision.headings),
        "chapters": _versions_out(provision.chapters),
    }
    return {name: value for name, value in facts.items() if value}


def _provision_in(facts: Mapping[str, Any], number: str) -> Provision:
    article, clause, point = facts["at"]
    return Provision(
        Ref(facts.get("document") or number, article, clause, point),
        chapter=facts.get("chapter", ""),
        heading=facts.get("heading", ""),
        wording=_versions_in(facts.get("wording", ())),
        plain=_versions_in(facts.get("plain", ())),
        gist=facts.get("gist", ""),
        questions=tuple(facts.get("questions", ())),
        text_status=TextStatus(facts["text_status"]),
        headings=_versions_in(facts.get("headings", ())),
        chapters=_versions_in(facts.get("chapters", ())),
    )


def _versions_out(versions: Sequence[Version]) -> list[dict[str, Any]]:
    out = []
    for version in versions:
        facts = {
            "since": _day_out(version.since), "until": _day_out(version.until), "by": version.by, "disputed": version.disputed,
            "text_status": version.text_status,
        }  # fmt: skip
        out.append({"text": version.text} | {name: value for name, value in facts.items() if value is not None})
    return out


def _versions_in(entries: Sequence[Mapping[str, Any]]) -> tuple[Version, ...]:
    return tuple(
        Version(
            e["text"], _day_in(e.get("since")), _day_in(e.get("until")), e.get("by"), e.get("disputed"),
            TextStatus(e["text_status"]) if e.get("text_status") else None,
        )
        for e in entries
    )
