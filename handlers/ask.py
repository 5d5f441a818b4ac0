"""An answer in words: status line, the answer itself, its basis, the official words, who acts, what else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Final

from handlers.facts import facts
from handlers.message import Block, BlockKind, Choice, Reply
from knowledge.answer import Answer, Line, Shown
from knowledge.asked_news import Turn, Window
from knowledge.authority import Occurrence
from knowledge.changes import Change, News, Op, changes
from knowledge.corpus import Corpus
from knowledge.intent import Kind
from knowledge.provision import Provision, Ref, TextStatus, slug
from knowledge.status import Status
from knowledge.vietnamese import strip_accents, syllables
from knowledge.wanted import Wanted, owner_of

MORE: Final = 3
LABEL: Final = 90
LEAD: Final = 90  # characters in which a sentence names who acts
TOUCHED: Final = 5
CHANGES: Final = 30
TOKEN: Final = 56  # bytes that a choice may carry
NEWS: Final = 20


def reply_to(answer: Answer, corpus: Corpus, say: ModuleType, *, name: str, hotline: str, asked_day: bool = False) -> Reply:
    """Return the reply for `answer`; `asked_day` is True when the person chose the day."""
    blocks, choices = _TELL[answer.kind](answer, corpus, say, name, hotline, asked_day)
    return Reply(tuple(blocks), tuple(choices), facts(answer, choices))


Told = tuple[list[Block], list[Choice]]


def _answer(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    if answer.news is not None:
        return _news(answer, answer.news, say)
    blocks: list[Block] = []
    main = answer.cited[0]
    document = corpus.documents[main.provision.ref.document]
    if answer.force is not None and answer.document is not None:
        blocks.append(Block(BlockKind.STATUS, say.force(answer.force, answer.document, answer.day)))
        blocks += [Block(BlockKind.STATUS, say.force(found, document, answer.day)) for document, found in answer.also]
        blocks += [Block(BlockKind.STATUS, say.touched(e.by, e.relation.since, e.held, e.checked)) for e in answer.touched[:TOUCHED]]
    elif line := say.status(main.standing, document, answer.day, asked_day):
        blocks.append(Block(BlockKind.STATUS, line))
    if answer.document is not None:
        blocks += [Block(BlockKind.TITLE, say.document_line(answer.document)), Block(BlockKind.NOTE, say.document_facts(answer.document, answer.day))]
    if answer.joined is not None:
        blocks.append(Block(BlockKind.STATUS, say.joined(*answer.joined)))
    blocks += _turns(answer, say)
    for wrong in answer.mismatches:
        blocks.append(Block(BlockKind.LEAD, say.mismatch(wrong)))
    # Who asks for a body reads it first, where the answering sentence is about that body.
    lead = (answer.sentence or next((x.text for s in answer.shown for x in s.lines), ""))[:LEAD]
    asks_who = answer.wanted in (Wanted.WHO, Wanted.WHERE, Wanted.WHETHER)
    first = authority_notes([o for o in answer.authority if asks_who and o.phrase in lead], answer.day, say)
    who = [b for b in authority_notes(answer.authority, answer.day, say) if b not in first]
    blocks += first
    if answer.changes is not None:
        blocks += _changes(answer.changes, main.provision.ref.document, say)
    for at, shown in enumerate(answer.shown if answer.changes is None else ()):
        blocks += _shown(answer, shown, say, first=at == 0)
    blocks += who
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
    if answer.document is None and answer.changes is None and changes(corpus, ref.article_ref):
        choices.append(Choice(say.compare(ref.article_ref), f"c:{ref.article_ref.key}"))
    choices += [Choice(_short(say.see(c.provision.ref, ""), LABEL), f"p:{c.provision.ref.key}") for c in more]
    choices += [_place(r, p.heading, say) for r in answer.choices if (p := corpus.get(r)) is not None]
    choices.append(Choice(say.report_it(), f"r:{ref.key}"[:56]))
    return blocks, choices


def _shown(answer: Answer, shown: Shown, say: ModuleType, *, first: bool) -> list[Block]:
    blocks: list[Block] = []
    lines = list(shown.lines)
    if shown.quotes and {(q.ref, q.text) for q in shown.quotes} >= {(x.ref, x.text) for x in lines}:
        lines = []  # no digest of this text: the official words stand below, once
    if (owner := owner_of(shown.heading)) and not any(line.text.startswith(owner) for line in lines[:1]):
        blocks.append(Block(BlockKind.TITLE, f"{shown.heading}:"))  # the lines below have no subject of their own
    if first and answer.sentence:
        blocks.append(Block(BlockKind.LEAD, say.answer(answer.headline, answer.sentence[0].upper() + answer.sentence[1:])))
        lines = [*_without(lines[0], answer.sentence), *lines[1:]] if lines else []
    elif shown.gist and not shown.cut and shown.ref.clause is None:
        blocks.append(Block(BlockKind.LEAD, shown.gist))
    if shown.cut and shown.gist and shown.ref.clause is None:
        blocks.append(Block(BlockKind.LEAD, shown.gist))
    for line in lines:
        kind = BlockKind.LEAD if not any(b.kind is BlockKind.LEAD for b in blocks) and not line.label else BlockKind.LINE
        label = f"{line.label} " if line.label and (len(lines) > 1 or line.ref.point) else ""
        blocks.append(Block(kind, f"{label}{line.text}"))
    blocks.append(Block(BlockKind.CITE, say.basis(shown.ref, shown.heading)))
    if shown.by:
        blocks.append(Block(BlockKind.NOTE, say.amended_by(shown.by)))
    blocks += [Block(BlockKind.NOTE, say.part_ended(ref, found)) for ref, found in shown.ended]
    if shown.disputed:
        blocks.append(Block(BlockKind.NOTE, say.disputed(shown.disputed)))
    if shown.quotes:
        blocks.append(Block(BlockKind.TITLE, say.former_words(shown.former) if shown.former else say.official_words()))
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


def authority_notes(occurrences: Sequence[Occurrence], on: date, say: ModuleType) -> list[Block]:
    """Who acts on a day where a text names a body that was abolished or whose duty was moved; what is the same is said once."""
    found: dict[tuple[str, str | None, str], str] = {}
    for occurrence in occurrences:
        reading = occurrence.on(on)
        if reading is None or (reading.settled and reading.body in (None, occurrence.phrase)):
            continue
        if occurrence.sense == "area" and not reading.settled:
            continue  # the area is no one's duty; the status line already says what is not known
        found.setdefault((occurrence.phrase, reading.body, reading.basis), say.authority(occurrence, reading, occurrence.before(on)))
    return [Block(BlockKind.NOTE, line) for line in list(found.values())[:3]]


def _changes(found: Sequence[Change], document: str, say: ModuleType) -> list[Block]:
    """Old and new words side by side, what was removed and added marked; places of other texts than `document` with its name."""
    blocks = [Block(BlockKind.TITLE, say.changes_title() if found else say.no_changes())]
    for change in found[:CHANGES]:
        blocks.append(Block(BlockKind.CITE, say.change_place(change.ref, change.since, change.by, change.ref.document != document)))
        blocks.append(Block(BlockKind.LINE, say.compared(tuple((str(op), _context(op, text)) for op, text in change.compared()))))
    if len(found) > CHANGES:
        blocks.append(Block(BlockKind.NOTE, say.more_changes(len(found) - CHANGES)))
    if any(not c.official for c in found[:CHANGES]):
        blocks.append(Block(BlockKind.NOTE, say.digest_mark()))
    return blocks


def _context(op: Op, text: str) -> str:
    """A long run that stays the same is shown by its ends."""
    words = text.split()
    return text if op is not Op.SAME or len(words) <= 24 else f"{' '.join(words[:10])} … {' '.join(words[-10:])}"


def _news(answer: Answer, found: Sequence[News], say: ModuleType) -> Told:
    """One page of what is to come and of what has been, and the way to the next."""
    window = answer.window or Window(answer.day)
    about = [Block(BlockKind.NOTE, say.news_of_all())] if answer.missing else [Block(BlockKind.NOTE, say.news_of_subject())] if window.about else []
    if not found:
        return [Block(BlockKind.TITLE, say.no_news(window.since, _last(window), window.turn)), *about], []
    start = min(answer.news_start, len(found) - 1)
    part = found[start : start + NEWS]
    coming, been = [n for n in part if n.day > answer.day], [n for n in part if n.day <= answer.day]
    blocks: list[Block] = about
    choices: dict[str, Choice] = {}
    if start == 0 and not been and window.since <= answer.day:
        blocks.append(Block(BlockKind.TITLE, say.no_news(window.since, _last(window), window.turn)))
    why = window.turn is Turn.ENDS or window.since > answer.day
    for title, items in ((say.coming_title(), coming), (say.news_title(window.since, _last(window)), been)):
        blocks += [Block(BlockKind.TITLE, title)] if items else []
        for item in items:
            blocks.append(Block(BlockKind.LINE, say.coming(item) if why and item.day > answer.day else say.news(item)))
            for ref in item.refs[:2] if item.kind == "changed" else ():
                choices.setdefault(ref.key, Choice(_short(say.compare_in(ref), LABEL), f"c:{ref.key}"))
    offered = list(choices.values())[:8]
    if left := len(found) - start - len(part):
        blocks.append(Block(BlockKind.NOTE, say.more_news(left)))
        token = _news_token(window, start + len(part))
        offered[:0] = [Choice(say.next_news(min(left, NEWS)), token)] if len(token) <= TOKEN else []
    return blocks, offered


def _last(window: Window) -> date | None:
    return None if window.until == date.max else window.until


def _news_token(window: Window, start: int) -> str:
    subject = f":{window.about}" if window.about else ""
    return f"n:{window.since.isoformat()}:{window.until.isoformat()}:{window.turn}:{start}{subject}"


def further_news(token: str) -> tuple[Window, int] | None:
    """The window and the first of its news that a tapped "the next ones" asks for; None for a token that is not well formed."""
    parts = token.split(":")
    if len(parts) not in (5, 6) or parts[3] not in set(Turn) or not (parts[4].isascii() and parts[4].isdigit()):
        return None
    try:
        return Window(date.fromisoformat(parts[1]), date.fromisoformat(parts[2]), Turn(parts[3]), *parts[5:]), int(parts[4])
    except ValueError:
        return None


def _turns(answer: Answer, say: ModuleType) -> list[Block]:
    """Where old or new rules are asked for: which texts changed the law after the day of filing, and whether their transitional provisions are held."""
    if answer.filed is None:
        return []
    lines = [say.turn(t.by, t.since, t.held, t.checked, t.provision.ref if t.provision else None) for t in answer.turns[:TOUCHED]]
    return [Block(BlockKind.LEAD, say.turns_title(answer.filed)), *(Block(BlockKind.LINE, line) for line in lines)]


def _decline(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    said = {
        "unknown_document": lambda: say.unknown_document(answer.missing),
        "not_held": lambda: say.not_held(answer.document),
        "no_such_place": lambda: say.no_such_place(answer.missing, answer.document),
    }.get(answer.reason, say.nothing_found)()
    blocks = _turns(answer, say) or [Block(BlockKind.LEAD, said)]
    if answer.reason == "not_held" and answer.document is not None and (line := say.document_facts(answer.document, answer.day)):
        blocks.append(Block(BlockKind.NOTE, line))
    blocks.append(Block(BlockKind.NOTE, say.who_else(hotline)))
    near = [_question(p, answer.question, say) for r in answer.choices if (p := corpus.get(r)) is not None]
    if near:
        blocks.append(Block(BlockKind.MORE, say.near_title()))
    return blocks, [*near, Choice(say.offer_report(), "r:")]


def _ask_back(answer: Answer, corpus: Corpus, say: ModuleType, name: str, hotline: str, asked_day: bool) -> Told:
    if answer.reason == "empty":
        return [Block(BlockKind.LEAD, say.empty_message())], [Choice(q, f"q:{n}") for n, q in enumerate(say.suggestions())]
    if answer.reason == "which_province":
        return [Block(BlockKind.LEAD, say.which_province())], [*(Choice(p, f"v:{slug(p)}") for p in answer.provinces), Choice(say.other_province(), "v:-")]
    choices = []
    for ref in answer.choices:
        provision = corpus.get(ref)
        if provision is not None:
            by_place = answer.reason in ("several_documents", "several_places")
            choices.append(_place(ref, provision.heading, say) if by_place else _question(provision, answer.question, say))
        elif (document := corpus.documents.get(ref.document)) is not None:
            choices.append(Choice(_short(say.document_line(document), LABEL), f"d:{ref.key}"))
    if answer.reason == "several_places":
        return [Block(BlockKind.LEAD, say.which_place(len(choices)))], choices
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
