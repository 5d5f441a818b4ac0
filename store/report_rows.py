"""Reports as rows and back: one function each way for each value."""

from typing import Any

from knowledge.provision import Ref
from reports.model import (
    Attachment,
    Author,
    Dues,
    Field,
    Identity,
    Line,
    Message,
    NameSeen,
    Problem,
    Regime,
    Report,
    Reporter,
    ReporterKind,
    Source,
    Unfixed,
)  # fmt: skip
from reports.states import State
from store.tables import AttachmentRow, HistoryRow, MessageRow, Payload, ReporterRow, ReportRow

_PROVISION = "provision"
_SAME = (
    "id", "version", "code_hash", "text", "first_words", "task_group", "proposal", "province", "commune", "publication", "desk",
    "created_at", "received_at", "closed_at", "erased_at",
)  # fmt: skip


def report_values(report: Report) -> Payload:
    """The columns of a report."""
    same = {name: getattr(report, name) for name in _SAME}
    words: Payload = {name: getattr(report, name) for name in ("state", "regime", "problem", "field", "source", "name_seen")}
    return {
        **same,
        **{name: None if value is None else str(value) for name, value in words.items()},
        **_fault(report.provision),
        "channel": report.reporter.channel if report.reporter else None,
        "person": report.reporter.person if report.reporter else None,
        "number": report.number or None,
        "copied": list(report.copied),
        "merged_into": report.merged_into or None,
        "due_forward": report.dues.forward,
        "due_first_notice": report.dues.first_notice,
        "due_answer": report.dues.answer,
    }


def report_of(row: ReportRow) -> Report:
    """The report of a row."""
    return Report(
        **{name: getattr(row, name) for name in _SAME},
        reporter=Identity(row.channel, row.person) if row.channel is not None and row.person is not None else None,
        state=State(row.state),
        number=row.number or "",
        provision=_provision(row),
        regime=Regime(row.regime) if row.regime else None,
        problem=Problem(row.problem) if row.problem else None,
        field=Field(row.field) if row.field else None,
        source=Source(row.source),
        name_seen=NameSeen(row.name_seen) if row.name_seen else None,
        copied=tuple(row.copied),
        merged_into=row.merged_into or "",
        dues=Dues(row.due_forward, row.due_first_notice, row.due_answer),
    )


def reporter_values(reporter: Reporter) -> Payload:
    """The columns of a reporter, without the identity."""
    kind = None if reporter.kind is None else str(reporter.kind)
    names = ("name", "contact", "province", "commune", "noticed_at")
    return {"kind": kind, **{name: getattr(reporter, name) for name in names}}


def reporter_of(row: ReporterRow) -> Reporter:
    """The reporter of a row."""
    kind = ReporterKind(row.kind) if row.kind else None
    return Reporter(Identity(row.channel, row.person), row.name, row.contact, kind, row.province, row.commune, row.noticed_at)


def message_of(row: MessageRow) -> Message:
    """The message of a row."""
    return Message(row.id, row.report, Author(row.author), row.text, row.at, row.name)


def attachment_of(row: AttachmentRow) -> Attachment:
    """The attachment of a row."""
    return Attachment(row.id, row.report, row.name, row.kind, row.size, row.digest, row.at)


def line_of(row: HistoryRow) -> Line:
    """The line of history of a row."""
    return Line(row.report, row.at, row.who, row.what, row.before, row.after, row.why)


def values_of(value: Any) -> Payload:
    """The columns of a message, attachment or line: its fields by their names, words as plain strings."""
    return {name: str(v) if isinstance(v, str) else v for name in value.__dataclass_fields__ for v in (getattr(value, name),)}


def _fault(provision: Ref | Unfixed | None) -> Payload:
    if isinstance(provision, Ref):
        return {
            "fault": _PROVISION, "document": provision.document, "article": provision.article, "clause": provision.clause, "point": provision.point,
        }  # fmt: skip
    fault = None if provision is None else str(provision)
    return {"fault": fault, "document": None, "article": None, "clause": None, "point": None}


def _provision(row: ReportRow) -> Ref | Unfixed | None:
    if row.fault == _PROVISION and row.document is not None:
        return Ref(row.document, row.article, row.clause, row.point)
    return Unfixed(row.fault) if row.fault else None
