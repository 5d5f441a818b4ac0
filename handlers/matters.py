"""Whole matters: the steps of a procedure, the last day of each once a file is handed in, the reports that a role owes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType
from typing import Final

from handlers.ask import authority_notes
from handlers.facts import facts
from handlers.message import Block, BlockKind, Choice, Reply
from knowledge.answer import Answer, Cited
from knowledge.authority import Authority, Occurrence, Reading
from knowledge.calendar import Calendar
from knowledge.corpus import Corpus
from knowledge.duties import Duties, Duty
from knowledge.intent import Kind
from knowledge.procedures import Due, Filing, Procedure, Procedures, schedule
from knowledge.provision import Ref
from knowledge.roles import Role
from knowledge.status import Status, standing

CITED: Final = 10


@dataclass(frozen=True)
class Matters:
    """The data that whole matters are told from."""

    procedures: Procedures
    duties: Duties
    calendar: Calendar
    authority: Authority

    def asked(self, text: str, day: date, today: date, last_card: str, corpus: Corpus, say: ModuleType) -> tuple[Reply, str] | None:
        """The reply to a question about a whole matter and the card spoken of then; None when it asks something else."""
        if (filing := self.procedures.filing(text, today, last_card or None)) is not None:
            return self.filed(filing, corpus, say), filing.procedure.id if filing.procedure else last_card
        if (card := self.procedures.matching(text)) is not None:
            return self.card(card, day, corpus, say), card.id
        if (roles := self.duties.asked(text)) is not None:
            return (self.owed(roles[0], day, corpus, say) if len(roles) == 1 else which_role(roles, say)), ""
        return None

    def tapped(self, token: str, day: date, corpus: Corpus, say: ModuleType) -> tuple[Reply, str] | None:
        """The reply to a tapped choice of this file: "k:card", "k:card:2026-12-03", "o:role"."""
        kind, _, rest = token.partition(":")
        name, _, filed = rest.partition(":")
        if kind == "k" and (card := self.procedures.get(name)) is not None:
            return (self.filed(Filing(card, date.fromisoformat(filed)), corpus, say) if filed else self.card(card, day, corpus, say)), card.id
        if kind == "o" and name in set(Role):
            return self.owed(Role(name), day, corpus, say), ""
        return None

    def card(self, card: Procedure, day: date, corpus: Corpus, say: ModuleType) -> Reply:
        """Every step with who, papers, sets, period, form, and its place."""
        refs = [r for step in card.steps for r in (step.basis, *step.also)]
        blocks = [*_status(card.steps[0].basis, day, corpus, say), Block(BlockKind.TITLE, say.card_title(card))]
        for number, step in enumerate(card.steps, 1):
            blocks.append(Block(BlockKind.LEAD, say.card_step(number, step)))
            blocks += [Block(BlockKind.LINE, line) for line in say.card_step_lines(step)]
            if "cấp huyện" in f"{step.who} {step.to}" and (reading := self._district(step.basis, day)) is not None:
                blocks.append(Block(BlockKind.LINE, say.card_acts(reading)))
            blocks.append(Block(BlockKind.LINE, say.basis(step.basis, "")))
        found = self._who_acts(refs, day)
        blocks += authority_notes(found, day, say)
        blocks.append(Block(BlockKind.NOTE, say.digest_mark()))
        if card.timed:
            blocks.append(Block(BlockKind.NOTE, say.card_hint()))
        choices = [Choice(say.see(r, ""), f"p:{r.key}") for r in list(dict.fromkeys(s.basis.article_ref for s in card.steps))[:6]]
        return self._reply(blocks, choices, refs, found, day, corpus)

    def filed(self, filing: Filing, corpus: Corpus, say: ModuleType) -> Reply:
        """The last day of every step; asks which procedure where the message does not say."""
        card = filing.procedure
        if card is None:
            cards = [c for c in self.procedures if c.timed]
            choices = tuple(Choice(c.title, f"k:{c.id}:{filing.day.isoformat()}") for c in cards)
            return Reply((Block(BlockKind.LEAD, say.which_procedure()),), choices, {"kind": "ask_back"})
        refs = [step.basis for step in card.steps]
        blocks = [*_status(refs[0], filing.day, corpus, say), Block(BlockKind.TITLE, say.schedule_title(card, filing.day))]
        held = corpus.get(refs[0])
        if held is not None and standing(corpus, held, filing.day).status is Status.NOT_YET:
            return self._reply(blocks, [], refs, (), filing.day, corpus)  # another text ruled that day
        if not card.timed:
            blocks.append(Block(BlockKind.LEAD, say.no_schedule()))
        dues = schedule(card, filing.day, self.calendar) if card.timed else ()
        blocks += [Block(BlockKind.LINE, f"{say.schedule_line(due)} {say.basis(due.step.basis, '')}") for due in dues]
        opens = next(d for n in range(15) if self.calendar.is_working(d := filing.day + timedelta(days=n)))
        if dues and opens != filing.day:
            blocks.insert(len(blocks) - len(dues), Block(BlockKind.NOTE, say.filed_on_day_off(filing.day, opens)))
        if dues:
            blocks.append(Block(BlockKind.NOTE, say.schedule_how()))
        first = {b.text for b in blocks if b.kind is BlockKind.STATUS}
        later = {b.text: d for d in reversed(dues) if d.latest for b in _status(d.step.basis, d.latest, corpus, say) if b.text not in first}
        blocks += [Block(BlockKind.NOTE, say.status_later(due.latest, text)) for text, due in reversed(later.items()) if due.latest]
        crossed = [o for d in dues if d.latest for o in self._who_acts([d.step.basis], d.latest) if o.on(d.latest) != o.on(filing.day)]
        blocks += [Block(BlockKind.NOTE, say.status_later(d, b.text)) for d in _ends(dues)[-1:] for b in authority_notes(crossed, d, say)[:1]]
        if any(not d.certain for d in dues):
            blocks.append(Block(BlockKind.NOTE, say.schedule_caution(self.calendar.known_until)))
        found = self._who_acts(refs, filing.day)
        blocks += authority_notes(found, filing.day, say)
        offered = [Choice(say.card_title(card), f"k:{card.id}")]
        if dues and opens != filing.day:
            offered.insert(0, Choice(say.filed_then(opens), f"k:{card.id}:{opens.isoformat()}"))
        return self._reply(blocks, offered, refs, found, filing.day, corpus)

    def owed(self, role: Role, day: date, corpus: Corpus, say: ModuleType) -> Reply:
        """The reports that a role owes, by the next day."""
        owed = self.duties.due(role, day)
        if not owed and role is Role.DISTRICT and (passed := self.duties.passed(role, Role.COMMUNE, day)):
            return self._passed(passed, day, corpus, say)
        if not owed:
            return Reply((Block(BlockKind.LEAD, say.no_duties(role, day)),), (), {"kind": "answer"})
        refs = [duty.basis for duty, _ in owed]
        blocks = [Block(BlockKind.TITLE, say.duties_title(role, day))]
        for duty, due in owed:
            first, *more = say.duty_lines(duty, due)
            blocks += [Block(BlockKind.LEAD, first), *(Block(BlockKind.LINE, line) for line in more), Block(BlockKind.LINE, say.basis(duty.basis, ""))]
            blocks += [Block(BlockKind.NOTE, b.text) for b in _status(duty.basis, day, corpus, say)]
        return self._reply(blocks, [], refs, (), day, corpus)

    def _passed(self, passed: Sequence[tuple[Duty, Duty]], day: date, corpus: Corpus, say: ModuleType) -> Reply:
        """Who owes today what the abolished district owed, each with the provision that moved it."""
        blocks = [Block(BlockKind.TITLE, say.district_passed(max(old.to_day for old, _ in passed if old.to_day)))]
        refs = [r for _, new in passed for r in (new.basis, *new.also)]
        for old, new in passed:
            due = new.next_due(day) if new.on(day) else None
            moved = " ".join(say.basis(r, "") for r in (new.basis, *new.also))
            blocks.append(Block(BlockKind.LEAD, say.duty_passed(old, new, day)))
            blocks += [Block(BlockKind.LINE, line) for line in (say.duty_lines(new, due) if new.on(day) else ())]
            blocks.append(Block(BlockKind.LINE, moved))
        choices = [Choice(say.role_name(Role.COMMUNE), f"o:{Role.COMMUNE}")]
        return self._reply(blocks, choices, refs, (), day, corpus)

    def _district(self, basis: Ref, day: date) -> Reading | None:
        """Who does the duty of the abolished district at `basis`; None where it still did, or where its duties went to several bodies."""
        found = [o.on(day) for o in self._who_acts([basis], day) if o.sense == "body" and "cấp huyện" in o.phrase]
        readings = [r for r in found if r is not None and not (r.settled and (r.body is None or "cấp huyện" in r.body))]
        return readings[0] if len({r.body for r in readings}) == 1 else None

    def _who_acts(self, refs: Iterable[Ref], day: date) -> tuple[Occurrence, ...]:
        found = {o: None for r in refs for o in self.authority.within(r) if o.sense == "body" and o.on(day) is not None}
        return tuple(found)

    def _reply(
        self, blocks: Sequence[Block], choices: Sequence[Choice], refs: Sequence[Ref], found: Sequence[Occurrence], day: date, corpus: Corpus,
    ) -> Reply:
        held = [p for r in dict.fromkeys(refs) if (p := corpus.get(r)) is not None]
        cited = tuple(Cited(p, standing(corpus, p, day), 1.0) for p in held[:CITED])
        warnings = ["digest"]
        if any(c.standing.status is Status.AMENDED_UNKNOWN for c in cited):
            warnings.append("amended_text_missing")
        if any((r := o.on(day)) is not None and not r.settled for o in found):
            warnings.append("authority_unsettled")
        answer = Answer(Kind.ANSWER, day, cited=cited, authority=tuple(found), warnings=tuple(warnings))
        return Reply(tuple(blocks), tuple(choices), facts(answer, choices))


def _ends(dues: Sequence[Due]) -> list[date]:
    return sorted(d.latest for d in dues if d.latest is not None)


def which_role(roles: Sequence[Role], say: ModuleType) -> Reply:
    """Ask whose reports are meant."""
    return Reply((Block(BlockKind.LEAD, say.which_role()),), tuple(Choice(say.role_name(r), f"o:{r}") for r in roles), {"kind": "ask_back"})


def _status(ref: Ref, day: date, corpus: Corpus, say: ModuleType) -> list[Block]:
    """The status line of the place that a matter rests on."""
    provision = corpus.get(ref)
    if provision is None:
        return []
    line = say.status(standing(corpus, provision, day), corpus.documents[ref.document], day, False)
    return [Block(BlockKind.STATUS, line)] if line else []
