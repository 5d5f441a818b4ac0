"""One step in the life of a report as a value: the report as it will be, and the line of history that says so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from reports.errors import NotAllowed
from reports.model import Actor, Dues, Line, Notice, NoticeKind, Report, Source
from reports.states import State


def moved(report: Report, to: State, by: Actor, at: datetime, why: str = "") -> tuple[Report, Line]:
    """`report` in state `to`; NotAllowed where that may not follow."""
    if not report.state.may_become(to):
        raise NotAllowed(report.state, to)
    line = Line(report.id, at, str(by), "state", report.state, to, why)
    if to.is_closed:
        return replace(report, state=to, closed_at=at, dues=Dues()), line
    return replace(report, state=to, closed_at=None), line


def noticed(report: Report) -> Report:
    """`report` once its reporter has heard from an official: the clock of the first notice stops."""
    return replace(report, dues=replace(report.dues, first_notice=None))


def taken_on(report: Report) -> Report:
    """`report` once a desk has taken or forwarded it: it need not be forwarded by a day any more."""
    return replace(report, dues=replace(report.dues, forward=None))


def notices(report: Report, others: tuple[Report, ...], kind: NoticeKind, facts: Mapping[str, str] | None = None) -> tuple[Notice, ...]:
    """One notice for the reporter of `report` and for each of those whose reports stand with it.

    Nobody is told in a chat what was written down for them by telephone, at a meeting or from a letter: staff tell them.
    The key holds the version that the act leaves behind: repeating the same act writes the same key.
    """
    told = [r for r in (report, *others) if r.source is Source.CHAT and r.erased_at is None]
    frozen = MappingProxyType(dict(facts or {}))
    return tuple(
        Notice(r.reporter, kind, r.id, r.number, f"{report.id}:{report.version + 1}:{kind}:{r.id}", frozen) for r in told if r.reporter is not None
    )
