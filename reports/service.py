"""What a reporter can do: start, fill, submit, add, withdraw, reopen, look up, see all that is held, erase."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reports.acts import moved
from reports.attachments import check
from reports.deadlines import Due, Step
from reports.errors import BadAttachment, BadFile, NotAllowed, NotFound, NumberTaken
from reports.fields import field_of
from reports.limits import check_length, check_rate
from reports.model import Actor, Attachment, Author, Change, Dues, Identity, Line, Message, Report, Reporter, Source, Tombstone
from reports.number import hashed, parse
from reports.routing import Desk
from reports.rules import Rules, check_complete, check_filling, filled, storable
from reports.similar import Similar, similar
from reports.states import State
from reports.store import Codes, Files, Now, Reports

_REPORTER: Final = Actor(Author.REPORTER)
_TRIES: Final = 5
_COMPARED: Final = 1000  # newest reports among which similar ones are looked for


@dataclass(frozen=True)
class Receipt:
    """What is promised to the reporter. `code` is told once, at the first receipt, and cannot be told again."""

    report: Report
    desk: Desk
    copied: tuple[Desk, ...]
    why: str
    dues: tuple[Due, ...]
    code: str = ""


@dataclass(frozen=True)
class Held:
    """All that is held about a person."""

    reporter: Reporter | None
    reports: tuple[Report, ...]
    messages: tuple[Message, ...]
    attachments: tuple[Attachment, ...]


class Service:
    """The use cases of reporters, over one unit of work."""

    def __init__(self, reports: Reports, files: Files, rules: Rules, now: Now, codes: Codes) -> None:
        self._reports, self._files, self._rules, self._now, self._codes = reports, files, rules, now, codes

    async def start(self, by: Identity, text: str = "", source: Source = Source.CHAT, actor: Actor = _REPORTER) -> Report:
        """A draft of `by`, which lives from now on; `actor` is the official who writes it down for someone."""
        text = self._rules.words("text", text)
        now = self._now()
        draft = Report(self._codes.id(), by, text=text, first_words=text, source=source, created_at=now)
        return await self._reports.keep(Change(draft, (Line(draft.id, now, str(actor), "created"),)))

    async def draft(self, by: Identity) -> Report | None:
        """The newest draft of a person."""
        return next((r for r in await self._reports.of(by) if r.is_draft), None)

    async def fill(self, draft: Report, by: Identity) -> Report:
        """Keep `draft`, a stored one with some fields replaced; Locked where others were."""
        before = await self.own(draft.id, by)
        if not before.is_draft:
            raise NotAllowed(before.state, State.DRAFT)
        check_filling(replace(before, version=draft.version), draft)
        draft = replace(draft, text=self._rules.words("text", draft.text), proposal=self._rules.words("proposal", draft.proposal))
        draft = replace(draft, first_words=before.first_words or draft.text)
        now = self._now()
        return await self._reports.keep(Change(draft, tuple(Line(draft.id, now, str(_REPORTER), f) for f in filled(before, draft))))

    async def introduce(self, reporter: Reporter) -> None:
        """Keep what a person says about themselves; the notice on personal data must have been shown before."""
        if reporter.noticed_at is None and (reporter.name or reporter.contact):
            raise ValueError("personal data before the notice")
        for field in ("name", "contact"):
            check_length(field, getattr(reporter, field), self._rules.limits.line)
        await self._reports.keep_reporter(replace(reporter, name=storable(reporter.name), contact=storable(reporter.contact)))

    async def submit(self, report: str, by: Identity) -> Receipt:
        """Receive a draft: number, desk, dates. A report that was received already gives the same receipt."""
        draft = await self.own(report, by)
        if draft.number:
            return self._receipt(draft)
        if not draft.is_draft:
            raise NotAllowed(draft.state, State.RECEIVED)
        check_complete(draft)
        now, limits = self._now(), self._rules.limits
        since = now - limits.window
        check_rate("reports", await self._reports.received_since(by, since), now, limits.reports, limits.window)
        return await self._received(draft, now)

    async def say(self, report: str, by: Identity, text: str) -> Report:
        """Add a message to the thread; a report that waits for the reporter goes back to its desk."""
        before = await self.own(report, by)
        now = self._now()
        message = Message(self._codes.id(), report, Author.REPORTER, self._rules.words("message", text), now)
        return await self._reports.keep(Change(*self._heard(before, now, "message"), messages=(message,)))

    async def note(self, report: str, by: Identity, text: str) -> Report:
        """Add what the machine knows of how the report came about: the question that was asked, the answer that was given."""
        before, now = await self.own(report, by), self._now()
        message = Message(self._codes.id(), report, Author.MACHINE, storable(text)[: self._rules.limits.text], now)
        line = Line(report, now, str(Actor(Author.MACHINE)), "note")
        return await self._reports.keep(Change(before, (line,), messages=(message,)))

    async def similar(self, draft: Report) -> tuple[Similar, ...]:
        """Reports that say the same as `draft`."""
        return similar(draft, await self._reports.compared(_COMPARED))

    async def thread(self, report: str, by: Identity) -> Sequence[Message]:
        """What was said about a report of this person."""
        return await self._reports.thread((await self.own(report, by)).id)

    async def attachments(self, report: str, by: Identity) -> Sequence[Attachment]:
        """The files of a report of this person."""
        return await self._reports.attachments((await self.own(report, by)).id)

    async def reporter(self, by: Identity) -> Reporter:
        """What is held about a person; an empty value for a stranger."""
        return await self._reports.reporter(by) or Reporter(by)

    async def attach(self, report: str, by: Identity, name: str, content: bytes) -> Attachment:
        """Add a file; BadAttachment, Classified or TooMany where it is not taken."""
        before, now, limits = await self.own(report, by), self._now(), self._rules.limits
        name, kind = check(name, content, limits.attachment_bytes)
        if len(await self._reports.attachments(report)) >= limits.attachments_a_report:
            raise BadAttachment(name, BadFile.TOO_MANY)
        check_rate("attachments", await self._reports.attached_since(by, now - limits.window), now, limits.attachments, limits.window)
        digest = await self._files.put(content)  # before the row: a row without its file would be a loss
        file = Attachment(self._codes.id(), report, name, kind, len(content), digest, now)
        await self._reports.keep(Change(*self._heard(before, now, "attachment"), attachments=(file,)))
        return file

    async def withdraw(self, report: str, by: Identity, why: str = "") -> Report:
        """Take a report back; it may be reopened."""
        return await self._move(report, by, State.WITHDRAWN, why)

    async def consent(self, report: str, by: Identity, agreed: bool) -> Report:
        """Agree to publication, or take that back, at any time (Luật 91/2025/QH15)."""
        before = await self.own(report, by)
        line = Line(report, self._now(), str(_REPORTER), "publication", str(before.publication), str(agreed))
        return await self._reports.keep(Change(replace(before, publication=agreed), (line,)))

    async def reopen(self, report: str, by: Identity, why: str = "") -> Report:
        """Say that it is not settled: the clocks run again. `why` goes into the thread, in the reporter's words."""
        before = await self.own(report, by)
        if not before.number:
            raise NotAllowed(before.state, State.REOPENED)  # a draft that was dropped was never received
        now = self._now()
        after, line = moved(before, State.REOPENED, _REPORTER, now)
        after = replace(after, merged_into="", dues=self._rules.clocks.reopened(now.date()))
        words = self._rules.words("message", why)
        said = (Message(self._codes.id(), report, Author.REPORTER, words, now),) if words.strip() else ()
        return await self._reports.keep(Change(after, (line,), messages=said))

    async def mine(self, by: Identity) -> Sequence[Report]:
        """The reports of a person, from every channel that is linked with this one, newest first."""
        found = [r for identity in await self._reports.circle(by) for r in await self._reports.of(identity) if identity == by or not r.is_draft]
        return sorted(found, key=lambda r: r.created_at.timestamp() if r.created_at else 0.0, reverse=True)

    async def status(self, number: str, by: Identity | None = None, code: str = "") -> Report:
        """The report with this number, for its reporter or a holder of its code; NotFound for everyone else alike."""
        digits = parse(number)
        found = await self._reports.by_number(digits) if digits else None
        same_code = hmac.compare_digest(hashed(code), found.code_hash if found and found.code_hash else "-" * 64)
        own = found is not None and by is not None and found.reporter in await self._reports.circle(by)
        if found is None or found.erased_at is not None or not (own or (code and same_code)):
            raise NotFound
        return found

    async def held(self, by: Identity) -> Held:
        """All that is held about a person."""
        reports = tuple([r for identity in await self._reports.circle(by) for r in await self._reports.of(identity)])
        messages = [m for r in reports for m in await self._reports.thread(r.id)]
        files = [a for r in reports for a in await self._reports.attachments(r.id)]
        return Held(await self._reports.reporter(by), reports, tuple(messages), tuple(files))

    async def erase(self, by: Identity) -> Tombstone:
        """Remove every word of a person, everywhere in the store and on every channel that is linked with this one."""
        for other in await self._reports.circle(by) - {by}:
            await self._reports.erase(other, self._now())
        return await self._reports.erase(by, self._now())

    async def own(self, report: str, by: Identity) -> Report:
        """The report with this id when it is this person's; NotFound otherwise."""
        found = await self._reports.get(report)
        if found is None or found.erased_at is not None or (found.reporter != by and found.reporter not in await self._reports.circle(by)):
            raise NotFound
        return found

    async def _move(self, report: str, by: Identity, to: State, why: str) -> Report:
        words = self._rules.words("message", why)
        now = self._now()
        after, line = moved(await self.own(report, by), to, _REPORTER, now)
        # A person's own words belong to the thread, where they can be erased; history names no reason of theirs.
        said = (Message(self._codes.id(), report, Author.REPORTER, words, now),) if words.strip() else ()
        return await self._reports.keep(Change(after, (line,), messages=said))

    def _heard(self, report: Report, now: datetime, what: str) -> tuple[Report, tuple[Line, ...]]:
        """`report` after its reporter has added something."""
        line = Line(report.id, now, str(_REPORTER), what)
        if report.state is not State.WAITING:
            return report, (line,)
        after, back = moved(report, State.UNDER_REVIEW, _REPORTER, now)
        return after, (line, back)

    async def _received(self, draft: Report, now: datetime) -> Receipt:
        draft = replace(draft, field=field_of(draft))
        code, route = self._codes.code(), self._rules.route(draft)
        after, line = moved(draft, State.RECEIVED, _REPORTER, now)
        dues = self._rules.clocks.started(now.date())
        after = replace(
            after, received_at=now, dues=dues, desk=route.desk.key, copied=tuple(d.key for d in route.copied), code_hash=hashed(code),
        )
        for _ in range(_TRIES):
            try:
                kept = await self._reports.keep(Change(replace(after, number=self._codes.number()), (line,)))
                return replace(self._receipt(kept), code=code)
            except NumberTaken as error:
                taken = error
        raise taken

    def _receipt(self, report: Report) -> Receipt:
        route = self._rules.route(report)
        desk = route.desk if route.desk.key == report.desk else self._rules.desk(report)
        now = self._now()
        day = (report.received_at or now).astimezone(now.tzinfo).date()  # a store may give another zone back
        running = {step for step in Step if getattr(report.dues, step) is not None}
        dues = tuple(self._rules.clocks.due(step, day) for step in Step if step in running or report.dues == Dues())
        return Receipt(report, desk, route.copied, route.why, dues)
