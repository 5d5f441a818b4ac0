"""An answer in words: status line, the answer itself, its basis, the official words, who acts, what else."""

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Final

from handlers.facts import facts
from handlers.message import Block, BlockKind, Choice, Reply
from knowledge.answer import Answer, Line, Shown
from knowledge.authority import Occurrence
from knowledge.corpus import Corpus
from knowledge.intent import Kind
from knowledge.provision import Provision, Ref, TextStatus
from knowledge.status import Status
from knowledge.vietnamese import strip_accents, syllables

MORE: Final = 3
LABEL: Final = 90


def reply_to(answer: Answer, corpus: Corpus, say: ModuleType, *, name: str, hotline: str, asked_day: bool = False) -> Reply:
    """Return the reply for `answer`; `asked_day` is True when the person chose the day."""
    blocks, choices = _TELL[answer.kind](answer, corpus, say, name, hotline, asked_day)
    return Reply(tuple(blocks), tuple(choices), facts(answer, choices))


Told = tuple[list[Block], list[Choice]]


def _answer(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    blocks: list[Block] = []
    main = answer.cited[0]
    document = corpus.documents[main.provision.ref.document]
    if line := say.status(main.standing, document, answer.day, asked_day):
        blocks.append(Block(BlockKind.STATUS, line))
    if answer.document is not None:
        blocks += [Block(BlockKind.TITLE, say.document_line(answer.document)), Block(BlockKind.NOTE, say.document_facts(answer.document, answer.day))]
    for wrong in answer.mismatches:
        blocks.append(Block(BlockKind.LEAD, say.mismatch(wrong)))
    for at, shown in enumerate(answer.shown):
        blocks += _shown(answer, shown, say, first=at == 0)
    blocks += _authority(answer, answer.authority, say)
    others = [c for c in answer.cited[len(answer.shown) :] if c.score >= 0.02][:MORE] if answer.confidence < 1 or len(answer.shown) == 1 else []
    more = [c for c in others if c.standing.status in (Status.IN_FORCE, Status.AMENDED_UNKNOWN, Status.SUSPENDED)]
    if more:
        blocks.append(Block(BlockKind.MORE, say.more_title()))
        for cited in more:
            version = cited.provision.said(answer.day)
            text = version.text if version else cited.provision.gist
            blocks.append(Block(BlockKind.LINE, f"{say.see(cited.provision.ref, '')}: {_short(text or cited.provision.heading, 200)}"))
    choices = []
    ref = main.provision.ref
    if answer.document is None and ref.article is not None and (ref.clause is not None or answer.shown[0].cut):
        choices.append(Choice(say.whole(ref.article_ref), f"p:{ref.article_ref.key}"))
    choices += [Choice(_short(say.see(c.provision.ref, ""), LABEL), f"p:{c.provision.ref.key}") for c in more]
    choices += [_place(r, p.heading, say) for r in answer.choices if (p := corpus.get(r)) is not None]
    choices.append(Choice(say.report_it(), f"r:{ref.key}"[:56]))
    return blocks, choices


def _shown(answer: Answer, shown: Shown, say: ModuleType, *, first: bool) -> list[Block]:
    blocks: list[Block] = []
    lines = list(shown.lines)
    if first and answer.sentence:
        blocks.append(Block(BlockKind.LEAD, say.answer(answer.headline, answer.sentence[0].upper() + answer.sentence[1:])))
        lines = [*_without(lines[0], answer.sentence), *lines[1:]] if lines else []
    elif shown.gist and not shown.cut and shown.ref.clause is None:
        blocks.append(Block(BlockKind.LEAD, shown.gist))
    if shown.cut and shown.gist and shown.ref.clause is None:
        blocks.append(Block(BlockKind.LEAD, shown.gist))
    for line in lines:
        kind = BlockKind.LEAD if not blocks and not line.label else BlockKind.LINE
        label = f"{line.label} " if line.label and (len(lines) > 1 or line.ref.point) else ""
        blocks.append(Block(kind, f"{label}{line.text}"))
    blocks.append(Block(BlockKind.CITE, say.basis(shown.ref, shown.heading)))
    if shown.by:
        blocks.append(Block(BlockKind.NOTE, say.amended_by(shown.by)))
    if shown.disputed:
        blocks.append(Block(BlockKind.NOTE, say.disputed(shown.disputed)))
    if shown.quotes:
        blocks.append(Block(BlockKind.TITLE, say.official_words()))
        blocks += [Block(BlockKind.QUOTE, f"{quote.label} {quote.text}".strip()) for quote in shown.quotes]
        if shown.text_status is TextStatus.OCR:
            blocks.append(Block(BlockKind.NOTE, say.ocr_mark()))
    else:
        blocks.append(Block(BlockKind.NOTE, say.digest_mark() + (f" {say.partly_shown(shown.ref)}" if shown.cut else "")))
    return blocks


def _without(first: Line, sentence: str) -> list[Line]:
    """The first line less the sentence that was just said from its beginning."""
    if not first.text.startswith(sentence) or first.ref.point is not None:
        return [first]
    rest = first.text[len(sentence) :].strip()
    return [replace(first, label="", text=rest)] if rest else []


def _authority(answer: Answer, occurrences: Sequence[Occurrence], say: ModuleType) -> list[Block]:
    found: dict[str, None] = {}
    for occurrence in occurrences:
        reading = occurrence.on(answer.day)
        if reading is None or (reading.settled and reading.body in (None, occurrence.phrase)):
            continue
        if occurrence.sense == "area" and not reading.settled:
            continue  # the area is no one's duty; the status line already says what is not known
        found.setdefault(say.authority(occurrence, reading, occurrence.before(answer.day)))
    return [Block(BlockKind.NOTE, line) for line in list(found)[:3]]


def _decline(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    said = {
        "unknown_document": lambda: say.unknown_document(answer.missing),
        "not_held": lambda: say.not_held(answer.document),
        "no_such_place": lambda: say.no_such_place(answer.missing, answer.document),
    }.get(answer.reason, say.nothing_found)()
    blocks = [Block(BlockKind.LEAD, said), Block(BlockKind.NOTE, say.who_else(hotline))]
    near = [_question(p, answer.question, say) for r in answer.choices if (p := corpus.get(r)) is not None]
    if near:
        blocks.append(Block(BlockKind.MORE, say.near_title()))
    return blocks, [*near, Choice(say.offer_report(), "r:")]


def _ask_back(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    if answer.reason == "empty":
        return [Block(BlockKind.LEAD, say.empty_message())], [Choice(q, f"q:{n}") for n, q in enumerate(say.suggestions())]
    choices = []
    for ref in answer.choices:
        provision = corpus.get(ref)
        if provision is not None:
            choices.append(_place(ref, provision.heading, say) if answer.reason == "several_documents" else _question(provision, answer.question, say))
        elif (document := corpus.documents.get(ref.document)) is not None:
            choices.append(Choice(_short(say.document_line(document), LABEL), f"d:{ref.key}"))
    said = say.which_document(len(choices)) if answer.reason == "several_documents" else say.too_vague()
    return [Block(BlockKind.LEAD, said)], choices


def _smalltalk(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    return [Block(BlockKind.LEAD, say.smalltalk(name))], [Choice(q, f"q:{n}") for n, q in enumerate(say.suggestions())]


def _human(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    return [Block(BlockKind.LEAD, say.human(hotline))], []


def _divert(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    return [Block(BlockKind.LEAD, say.divert())], []


def _report(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    return [Block(BlockKind.LEAD, say.report_how(hotline)), Block(BlockKind.NOTE, say.report_what())], []


_TELL = {
    Kind.ANSWER: _answer, Kind.DECLINE: _decline, Kind.ASK_BACK: _ask_back, Kind.SMALLTALK: _smalltalk,
    Kind.HUMAN: _human, Kind.DIVERT: _divert, Kind.REPORT: _report,
}


def _place(ref: Ref, heading: str, say: ModuleType) -> Choice:
    return Choice(_short(say.see(ref, heading), LABEL), f"p:{ref.key}")


def _question(provision: Provision, asked: str, say: ModuleType) -> Choice:
    """A provision as the question that people ask of it, the one that shares most words with what was asked."""
    words = set(syllables(strip_accents(asked)))
    questions = sorted(provision.questions, key=lambda q: (-len(words & set(syllables(strip_accents(q)))), len(q)))
    if not questions or len(questions[0]) > LABEL:
        return _place(provision.ref, provision.heading, say)
    return Choice(f"{questions[0][0].upper()}{questions[0][1:]}?", f"p:{provision.ref.key}")


def _short(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
