"""What stands before and after the sending of a report, as replies: summary, similar reports, receipt."""

from collections.abc import Sequence
from types import ModuleType

from handlers.message import Block, BlockKind, Choice, Reply
from handlers.report_questions import Step
from knowledge.vietnamese import one_line
from reports.model import Attachment, Report, Reporter
from reports.places import Place
from reports.service import Receipt
from reports.similar import Similar
from reports.states import State


def summary(say: ModuleType, draft: Report, reporter: Reporter, files: Sequence[Attachment], place: Place | None, welcome: str, note: str = "") -> Reply:
    """All that will be sent, and what can be changed before; `welcome` says which files can be added."""
    lines = (
        (Step.WHAT, draft.text), (Step.WHERE, say.provision(draft.provision)),
        (Step.TROUBLE, say.trouble(draft.regime, draft.problem) if draft.regime and draft.problem else ""),
        (Step.WHO, say.reporter_kind(reporter.kind) if reporter.kind else ""), (Step.PLACE, place.name if place else ""), (Step.WISH, draft.proposal),
    )  # fmt: skip
    named = bool(draft.name_seen and (reporter.name or reporter.contact))
    told = [say.summary_line(step, one_line(text)) for step, text in lines]
    told.append(say.summary_name(reporter.name, reporter.contact, draft.name_seen) if named else say.summary_unnamed())
    told.append(say.summary_publication(bool(draft.publication)))
    if files:
        told.append(say.summary_files(tuple(f.name for f in files)))
    blocks = [*([Block(BlockKind.NOTE, note)] if note else []), Block(BlockKind.TITLE, say.summary_title())]
    blocks += [*(Block(BlockKind.LINE, line) for line in told), Block(BlockKind.NOTE, welcome)]
    choices = (
        Choice(say.send_it(), "w:send"), Choice(say.edit_it(), "w:edit"), Choice(say.add_name(named), "w:name"),
        Choice(say.publish(bool(draft.publication)), "w:publish"), Choice(say.send_later(), "w:later"), Choice(say.cancel(), "w:cancel"),
    )  # fmt: skip
    return Reply(tuple(blocks), choices, {"kind": "report"})


def alike(say: ModuleType, found: Sequence[Similar]) -> Reply:
    """What was reported already: no words of others, only provision, kind, state and number."""
    blocks = [Block(BlockKind.LEAD, say.similar_title(sum(s.count for s in found)))]
    blocks += [Block(BlockKind.LINE, say.similar_line(n, s.report, s.count)) for n, s in enumerate(found, 1)]
    blocks.append(Block(BlockKind.NOTE, say.similar_note()))
    joins = [Choice(say.join_it(n, s.report.state is State.ANSWERED), f"w:join:{s.report.id}") for n, s in enumerate(found, 1)]
    return Reply(tuple(blocks), (*joins, Choice(say.send_anyway(), "w:anyway"), Choice(say.to_summary(), "w:check")), {"kind": "report"})


def receipt(say: ModuleType, given: Receipt, reporter: Reporter, *more: Block) -> Reply:
    """Number, desk, days, and what the receipt is not."""
    report = given.report
    blocks = [Block(BlockKind.TITLE, say.receipt_title(report.number)), *more, Block(BlockKind.LEAD, say.receipt_desk(given.desk, given.copied))]
    blocks += [Block(BlockKind.LINE, say.due_line(due)) for due in given.dues]
    notes = [say.internal_dates()] if any(not due.clock.checked for due in given.dues) else []
    notes.append(say.reply_comes_here())
    if given.code:
        notes.append(say.receipt_code(report.number, given.code))
    if not (reporter.exportable and report.name_seen):
        notes.append(say.not_exportable())
    blocks += [Block(BlockKind.NOTE, note) for note in (*notes, say.no_dispatch())]
    return Reply(tuple(blocks), (Choice(say.open_report(), f"w:open:{report.id}"), Choice(say.my_reports(), "w:mine")), {"kind": "receipt"})
