"""What an official can do with a report: take, ask, reply, forward, close, reopen, merge and part again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from reports.acts import moved, noticed, notices, taken_on
from reports.deadlines import overdue
from reports.errors import NotAllowed, NotFound
from reports.model import Actor, Author, Change, Line, Message, NoticeKind, Report
from reports.rules import Rules
from reports.states import State
from reports.store import Codes, Now, Reports

_CLOSING: Final = frozenset({State.OUT_OF_SCOPE, State.ANSWERED})


class DeskService:
    """The use cases of officials, over one unit of work. Each tells the reporters concerned."""

    def __init__(self, reports: Reports, rules: Rules, now: Now, codes: Codes) -> None:
        self._reports, self._rules, self._now, self._codes = reports, rules, now, codes

    async def queue(self, desk: str | None = None, overdue_on: date | None = None) -> Sequence[Report]:
        """The open reports of a desk (of all, where None), most urgent first; with a day, only those overdue on it."""
        found = await self._reports.open(desk)
        return found if overdue_on is None else [r for r in found if overdue(r.dues, overdue_on)]

    async def find(self, report: str) -> Report:
        """The received report with this id or these ten digits; NotFound for drafts and for what was erased."""
        found = await self._reports.get(report) or await self._reports.by_number(report)
        if found is None or not found.number or found.erased_at is not None:
            raise NotFound
        return found

    async def take(self, report: str, by: str) -> Report:
        """Begin to examine it."""
        before = await self.find(report)
        after, line = moved(before, State.UNDER_REVIEW, _official(by), self._now())
        return await self._kept(noticed(taken_on(after)), line, NoticeKind.TAKEN)

    async def ask(self, report: str, by: str, text: str) -> Report:
        """Ask the reporter something; the report waits for the answer."""
        return await self._said(await self.find(report), by, text, State.WAITING, NoticeKind.ASKED)

    async def reply(self, report: str, by: str, text: str) -> Report:
        """Answer it, and with it every report that was merged into it."""
        return await self._said(await self.find(report), by, text, State.ANSWERED, NoticeKind.REPLIED)

    async def forward(self, report: str, by: str, desk: str, why: str) -> Report:
        """Hand it to another desk, by key; its reporter is told which."""
        before = await self.find(report)
        to = self._rules.desk(before, desk)
        now = self._now()
        after, line = moved(before, State.FORWARDED, _official(by), now, why)
        handed = Line(before.id, now, str(_official(by)), "desk", before.desk, to.key, why)
        return await self._kept(noticed(taken_on(replace(after, desk=to.key))), line, NoticeKind.FORWARDED, {"desk": to.name, "why": why}, (handed,))

    async def close(self, report: str, by: str, state: State, why: str) -> Report:
        """Close it without an answer of its own, saying why."""
        before = await self.find(report)
        if state not in _CLOSING:
            raise NotAllowed(before.state, state)
        after, line = moved(before, state, _official(by), self._now(), why)
        return await self._kept(after, line, NoticeKind.CLOSED, {"state": str(state), "why": why})

    async def reopen(self, report: str, by: str, why: str) -> Report:
        """Work on it again."""
        before = await self.find(report)
        now = self._now()
        after, line = moved(before, State.REOPENED, _official(by), now, why)
        after = replace(after, merged_into="", dues=self._rules.clocks.reopened(now.date()))
        return await self._kept(after, line, NoticeKind.REOPENED, {"why": why})

    async def merge(self, report: str, into: str, by: Actor, why: str = "") -> Report:
        """Let `report` stand with `into`: one answer will reach both. Its reporter, number and thread stay its own."""
        before, other = await self.find(report), await self.find(into)
        if before.id == other.id or not (other.state.is_open or other.state is State.ANSWERED):
            raise NotAllowed(other.state, State.MERGED)
        after, line = moved(before, State.MERGED, by, self._now(), why)
        after = replace(after, merged_into=other.id)
        joined = Line(before.id, line.at, str(by), "merged_into", "", other.id, why)
        followers = tuple(await self._reports.merged_into(before.id))  # they follow to the new one
        for follower in followers:
            moved_on = Line(follower.id, line.at, str(by), "merged_into", before.id, other.id, why)
            await self._reports.keep(Change(replace(follower, merged_into=other.id), (moved_on,)))
        tell = by.author is not Author.REPORTER
        if (said := await self.answer_of(other.id)) is not None:  # the common answer is there already
            facts = {"text": said.text, "name": said.name, "main": other.number}
            return await self._kept(after, line, NoticeKind.REPLIED, facts, (joined,), tell=tell)
        return await self._kept(after, line, NoticeKind.MERGED, {"why": why}, (joined,), tell=tell)

    async def answer_of(self, report: str) -> Message | None:
        """The last words of an official on an answered report, which reach everyone who stands with it; None while it is open."""
        found = await self.find(report)
        if found.state is not State.ANSWERED:
            return None
        # Closed as answered elsewhere, the last words may be a question: only what was said when it was answered is an answer.
        answered = [line.at for line in await self._reports.history(found.id) if line.what == "state" and line.after == State.ANSWERED]
        said = [m for m in await self._reports.thread(found.id) if m.author is Author.OFFICIAL and answered and m.at == answered[-1]]
        return said[-1] if said else None

    async def label(self, report: str, by: str, **labels: object) -> Report:
        """Set field, problem, regime or task group (Chỉ thị 20/CT-BCT), as staff see them."""
        before = await self.find(report)
        after = replace(before, **labels)  # type: ignore[arg-type]
        now = self._now()
        lines = tuple(Line(before.id, now, str(_official(by)), name, str(getattr(before, name) or ""), str(getattr(after, name) or "")) for name in labels)
        return await self._reports.keep(Change(after, lines))

    async def part(self, report: str, by: str, why: str) -> Report:
        """Undo a merge: the report is open again, on its own."""
        before = await self.find(report)
        if before.state is not State.MERGED:
            raise NotAllowed(before.state, State.REOPENED)
        now = self._now()
        after, line = moved(before, State.REOPENED, _official(by), now, why)
        after = replace(after, merged_into="", dues=self._rules.clocks.reopened(now.date()))
        apart = Line(before.id, now, str(_official(by)), "merged_into", before.merged_into, "", why)
        return await self._kept(after, line, NoticeKind.SEPARATED, {"why": why}, (apart,))

    async def _said(self, before: Report, by: str, text: str, to: State, kind: NoticeKind) -> Report:
        text = self._rules.words("message", text)
        now = self._now()
        after, line = moved(before, to, _official(by), now)
        message = Message(self._codes.id(), before.id, Author.OFFICIAL, text, now, by)
        others = tuple(await self._reports.merged_into(before.id)) if to is State.ANSWERED else ()
        after = noticed(taken_on(after))
        told = notices(after, others, kind, {"text": text, "name": by, "main": before.number})
        return await self._reports.keep(Change(after, (line,), messages=(message,), notices=told))

    async def _kept(
        self, after: Report, line: Line, kind: NoticeKind, facts: dict[str, str] | None = None, more: tuple[Line, ...] = (), tell: bool = True,
    ) -> Report:
        told = notices(after, (), kind, facts) if tell else ()
        return await self._reports.keep(Change(after, (line, *more), notices=told))


def _official(name: str) -> Actor:
    return Actor(Author.OFFICIAL, name)
