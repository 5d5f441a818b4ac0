"""What a person can see and do with their own reports and data: list, status, thread, add, withdraw, reopen, carry, erase."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from handlers.message import Block, BlockKind, Choice, Reply
from handlers.report_staff import tell_news
from handlers.report_turn import Turn, lead, official_words
from knowledge.vietnamese import fold, one_line, strip_accents
from reports.deadlines import Step, overdue
from reports.errors import NotAllowed, NotFound
from reports.model import Author, Report
from reports.states import State

_LISTED: Final = 8
_SHOWN: Final = 12  # messages of a thread
ADD, REOPEN = "add", "reopen"


class Mine:
    """The reports and the data of the one who speaks."""

    STEPS: ClassVar = frozenset({ADD, REOPEN})
    TAPS: ClassVar = frozenset({"open", "add", "thread", "withdraw", "withdrawn", "reopen", "reopened", "mine", "give", "erase", "unname", "status", "public"})

    def __init__(self, turn: Turn) -> None:
        self._turn, self._say, self._service = turn, turn.say, turn.clerk.service

    async def all(self) -> Reply:
        """Every report of this person, newest first."""
        reports = await self._service.mine(self._turn.by)
        received = [r for r in reports if r.number]
        drafts = [r for r in reports if r.is_draft]
        if not received and not drafts:
            return replace(lead(self._say.no_reports()), choices=(Choice(self._say.begin_report(), "r:"),))
        today = self._turn.now.date()
        blocks = [Block(BlockKind.TITLE, self._say.my_reports_title(len(received)))]
        blocks += [Block(BlockKind.LINE, self._say.my_report(r, bool(overdue(r.dues, today)), one_line(r.text))) for r in received[:_LISTED]]
        if len(received) > _LISTED:
            blocks.append(Block(BlockKind.NOTE, self._say.older_by_number(len(received) - _LISTED)))
        choices = [Choice(self._say.open_number(r.number), f"w:open:{r.id}") for r in received[:_LISTED]]
        choices += [Choice(self._say.resume(), "w:resume")] if drafts else []
        return self._reply(blocks, choices)

    async def status(self, text: str) -> Reply:
        """A report by its number, for its reporter; with its code for whoever has that."""
        words = text.split()
        for cut in range(len(words), 0, -1):
            try:
                report = await self._service.status(" ".join(words[:cut]), self._turn.by, "".join(words[cut:]))
            except NotFound:
                continue
            return await (self._open(report) if report.reporter == self._turn.by else self._by_code(report))
        raise NotFound

    async def _by_code(self, report: Report) -> Reply:
        """What the holder of a code sees: state, dates and the answer, no name and no files."""
        said = await self._turn.clerk.desk.answer_of(report.id)
        blocks = self._standing(report)
        if said is not None:
            blocks += official_words(self._say, said)
        return self._reply([*blocks, Block(BlockKind.NOTE, self._say.seen_by_code())], [])

    async def tapped(self, name: str, value: str) -> Reply:
        """A choice of this file."""
        turn = self._turn
        if name == "mine":
            return await self.all()
        if name == "erase":
            return await (self._erase() if value == "yes" else self.ask_erase())
        if name == "unname":
            reporter = await self._service.reporter(turn.by)
            await self._service.introduce(replace(reporter, name="", contact=""))
            return lead(self._say.name_taken_out())
        return await self._of_one(name, value)

    async def _of_one(self, name: str, value: str) -> Reply:
        """A choice about one report."""
        turn = self._turn
        report = await self._service.own(value, turn.by)
        turn.remember(report=report.id)
        match name:
            case "add":
                turn.remember(step=ADD)
                return self._reply([Block(BlockKind.LEAD, self._say.ask_message(report.number)), Block(BlockKind.NOTE, self._say.no_secrets())], self._ways())
            case "give":
                return await self._said(report, turn.memory.asked)
            case "thread":
                return await self._thread(report)
            case "public":
                return await self._open(await self._service.consent(report.id, turn.by, not report.publication))
            case "withdraw":
                choices = [Choice(self._say.really_withdraw(), f"w:withdrawn:{report.id}"), Choice(self._say.leave_it(), f"w:open:{report.id}")]
                return self._reply([Block(BlockKind.LEAD, self._say.ask_withdraw(report.number))], choices)
            case "withdrawn":
                report = await self._service.withdraw(report.id, turn.by)
                await tell_news(turn, report, self._say.state_name(report.state))
                return self._reply([Block(BlockKind.LEAD, self._say.withdrawn(report.number))], [Choice(self._say.reopen(), f"w:reopen:{report.id}")])
            case "reopen":
                if not report.state.is_closed:
                    raise NotAllowed(report.state, State.REOPENED)
                turn.remember(step=REOPEN)
                choices = [Choice(self._say.without_reason(), f"w:reopened:{report.id}"), *self._ways()]
                return self._reply([Block(BlockKind.LEAD, self._say.ask_why_reopen(report.number))], choices)
            case "reopened":
                return await self._reopened(report, "")
            case _:
                return await self._open(report)

    async def answered(self) -> Reply:
        """A text that was asked for here: a message for a report, the reason for reopening it."""
        turn, text = self._turn, self._turn.incoming.text.strip()
        report = await self._service.own(turn.memory.report, turn.by)
        if not text:
            return replace(lead(self._say.say_something()), choices=tuple(self._ways()))
        return await (self._reopened(report, text) if turn.memory.step == REOPEN else self._said(report, text))

    async def answer_what_is_asked(self) -> Reply:
        """/traloi: the report whose desk has asked something; the newest open one where none has."""
        reports = [r for r in await self._service.mine(self._turn.by) if r.state.is_open]
        asked = [r for r in reports if r.state is State.WAITING] or reports
        if not asked:
            return await self.all()
        if len(asked) == 1:
            return await self.tapped(ADD, asked[0].id)
        choices = [Choice(self._say.open_number(r.number), f"w:add:{r.id}") for r in asked[:_LISTED]]
        return self._reply([Block(BlockKind.LEAD, self._say.which_report())], choices)

    async def _said(self, report: Report, text: str) -> Reply:
        if not text.strip():
            raise NotFound
        if report.state.is_closed:
            return self._reply([Block(BlockKind.LEAD, self._say.closed_reopen_first(report.number))], [Choice(self._say.reopen(), f"w:reopen:{report.id}")])
        report = await self._service.say(report.id, self._turn.by, text)
        await tell_news(self._turn, report, text)
        self._turn.remember(step="")
        return self._reply([Block(BlockKind.LEAD, self._say.message_kept(report.number))], [Choice(self._say.open_report(), f"w:open:{report.id}")])

    async def _reopened(self, report: Report, why: str) -> Reply:
        report = await self._service.reopen(report.id, self._turn.by, why)
        await tell_news(self._turn, report, why or self._say.state_name(report.state))
        self._turn.remember(step="")
        blocks = [Block(BlockKind.LEAD, self._say.reopened(report.number))]
        if report.dues.answer is not None:
            blocks.append(Block(BlockKind.LINE, self._say.answer_by(report.dues.answer)))
        return self._reply(blocks, [Choice(self._say.open_report(), f"w:open:{report.id}")])

    # --- one report -------------------------------------------------------------------------------

    async def _open(self, report: Report) -> Reply:
        turn, say = self._turn, self._say
        if report.is_draft:
            return self._reply([Block(BlockKind.LEAD, say.has_draft(one_line(report.text)))], [Choice(say.resume(), "w:resume")])
        turn.remember(report=report.id)
        thread = await self._service.thread(report.id, turn.by)
        files = await self._service.attachments(report.id, turn.by)
        blocks = self._standing(report)
        blocks.append(Block(BlockKind.LINE, say.about(one_line(report.text), say.provision(report.provision))))
        if files:
            blocks.append(Block(BlockKind.LINE, say.summary_files(tuple(f.name for f in files))))
        official = [m for m in thread if m.author is Author.OFFICIAL]
        if official:
            blocks += official_words(say, official[-1])
        elif report.merged_into and (said := await turn.clerk.desk.answer_of(report.merged_into)) is not None:
            blocks += official_words(say, said)
        choices = [Choice(say.add_message(), f"w:add:{report.id}")] if report.state.is_open else []
        choices += [Choice(say.whole_thread(), f"w:thread:{report.id}")] if len(thread) > 1 else []
        choices += [Choice(say.withdraw(), f"w:withdraw:{report.id}")] if report.state.is_open else [Choice(say.reopen(), f"w:reopen:{report.id}")]
        blocks.append(Block(BlockKind.LINE, say.summary_publication(bool(report.publication))))
        return self._reply(blocks, [*choices, Choice(say.publish(bool(report.publication)), f"w:public:{report.id}")])

    def _standing(self, report: Report) -> list[Block]:
        say, today = self._say, self._turn.now.date()
        blocks = [Block(BlockKind.STATUS, say.report_state(report.number, report.state))]
        if report.desk:
            blocks.append(Block(BlockKind.LINE, say.at_desk(self._turn.clerk.rules.desk(report))))
        late = overdue(report.dues, today)
        days = {step: day for step in Step if (day := getattr(report.dues, step)) is not None}
        return [*blocks, *(Block(BlockKind.LINE, say.due_on(step, day, step in late)) for step, day in days.items())]

    async def _thread(self, report: Report) -> Reply:
        messages = await self._service.thread(report.id, self._turn.by)
        here = self._turn.now.tzinfo
        lines = [self._say.thread_line(Author.REPORTER, "", report.text, report.received_at.astimezone(here) if report.received_at else None)]
        lines += [self._say.thread_line(m.author, m.name, m.text, m.at.astimezone(here)) for m in messages[-_SHOWN:]]
        blocks = [Block(BlockKind.TITLE, self._say.thread_title(report.number)), *(Block(BlockKind.LINE, line) for line in lines)]
        return self._reply(blocks, [Choice(self._say.open_report(), f"w:open:{report.id}")])

    # --- rights -----------------------------------------------------------------------------------

    async def privacy(self) -> Reply:
        """What is held about this person, and what they can do about it (Luật 91/2025/QH15)."""
        held, say = await self._service.held(self._turn.by), self._say
        blocks = [Block(BlockKind.TITLE, say.privacy_title()), *(Block(BlockKind.LINE, line) for line in say.privacy_lines(*self._turn.clerk.keeping))]
        reporter, place = held.reporter, None
        if reporter is not None:
            place = self._turn.clerk.places.by_code(reporter.commune or reporter.province)
        blocks.append(Block(BlockKind.TITLE, say.held_title()))
        received = [r for r in held.reports if r.number]
        kind = say.reporter_kind(reporter.kind) if reporter is not None and reporter.kind else ""
        lines = say.held_lines(
            reporter.name if reporter else "", reporter.contact if reporter else "", kind, place.name if place else "",
            len(received), sum(r.is_draft for r in held.reports), len(held.messages), len(held.attachments),
        )
        blocks += [Block(BlockKind.LINE, line) for line in lines]
        choices = [Choice(say.my_reports(), "w:mine")] if received else []
        choices += [Choice(say.take_name_out(), "w:unname")] if reporter is not None and (reporter.name or reporter.contact) else []
        return self._reply(blocks, [*choices, Choice(say.erase_all(), "w:erase")])

    async def ask_erase(self) -> Reply:
        """Say what an erasure does, and ask."""
        held = await self._service.held(self._turn.by)
        running = sum(r.state.is_open for r in held.reports)
        choices = [Choice(self._say.really_erase(), "w:erase:yes"), Choice(self._say.leave_it(), "w:mine")]
        return self._reply([Block(BlockKind.LEAD, self._say.ask_erase(len(held.reports), running))], choices)

    async def _erase(self) -> Reply:
        await self._service.erase(self._turn.by)
        self._turn.erased = True
        return lead(self._say.erased())

    async def carry(self, code: str) -> Reply:
        """/noi: a code; /noi CODE: everything of the one who asked for it comes to this conversation."""
        turn = self._turn
        if not code:
            made = await turn.work.carrying.code(turn.by, turn.now)
            return lead(self._say.carry_code(made), self._say.carry_note())
        if await turn.work.carrying.take(code, turn.by, turn.now) is None:
            return lead(self._say.no_such_code())
        turn.remember(step="", report="")
        reports = await self._service.mine(turn.by)
        return replace(lead(self._say.carried(len(reports))), choices=(Choice(self._say.my_reports(), "w:mine"),))

    async def link(self, rest: str) -> Reply:
        """/lienket: a code; /lienket CODE: both conversations are one person's; /lienket bo: this one stands alone again."""
        turn, say = self._turn, self._say
        if not rest:
            linked = len(await turn.work.links.circle(turn.by)) - 1
            return lead(say.link_code(await turn.work.carrying.code(turn.by, turn.now)), say.link_note(), say.linked_with(linked) if linked else "")
        if strip_accents(fold(rest)) in ("bo", "huy", "off", "stop"):
            return lead(say.unlinked() if await turn.work.links.leave(turn.by) else say.not_linked())
        owner = await turn.work.carrying.owner(rest, turn.by, turn.now)
        if owner is None:
            return lead(say.no_such_code())
        await turn.work.links.join(turn.by, owner)
        return replace(lead(say.linked()), choices=(Choice(say.my_reports(), "w:mine"),))

    def _ways(self) -> Sequence[Choice]:
        return [Choice(self._say.leave_it(), "w:mine")]

    def _reply(self, blocks: Sequence[Block], choices: Sequence[Choice]) -> Reply:
        return Reply(tuple(blocks), tuple(choices), {"kind": "report"})
