"""Filling in a report: six short questions, a summary, similar reports, the receipt."""

import re
from dataclasses import replace
from typing import Final

from handlers.memory import number_of
from handlers.message import Block, BlockKind, Choice, Reply
from handlers.report_mine import REOPEN, Mine
from handlers.report_papers import alike, receipt, summary
from handlers.report_questions import QUESTIONS, TROUBLES, Asked, Step, ask, places, ways
from handlers.report_staff import desk_lines, tell_desk, tell_news
from handlers.report_turn import Turn, lead, official_words, refused
from knowledge.intent import Kind, asks, intent
from knowledge.vietnamese import fold, one_line, strip_accents
from reports.errors import BadAttachment, Classified, Missing, NotFound, TooMany
from reports.model import Actor, Author, NameSeen, Report, ReporterKind, Unfixed
from reports.places import Place
from reports.service import Receipt

WISH_ALONE: Final = 5  # words that say no more than that one wants to report
LEAST: Final = 6  # letters that say something
_PLACES: Final = 8
_ONLY_PHOTOS: Final = frozenset({"zalo"})  # channels that hand on no other files
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?:\+84|0)(?:[\s.\-]?\d){8,10}\b")


class Form:
    """The dialogue that fills a draft."""

    def __init__(self, turn: Turn) -> None:
        self.turn = self._turn = turn
        self._say, self._service = turn.say, turn.clerk.service

    # --- beginning and ending ---------------------------------------------------------------------

    async def begin(self, about: str = "", text: str = "") -> Reply:
        """Start a report: about an answer, with words at hand, or with nothing; an unfinished one is offered first."""
        turn = self._turn
        if (draft := await self._service.draft(turn.by)) is not None and not draft.text.strip():
            if turn.found.named is not None:
                draft = await self._service.fill(replace(draft, provision=turn.found.named), turn.by)
            turn.remember(report=draft.id, offered=self._likely())
            return await (self._filled(Step.WHAT, replace(draft, text=text)) if text.strip() else self._ask(Step.WHAT, draft))
        if draft is not None:
            turn.remember(report=draft.id, step=Step.RESUME)
            choices = (Choice(self._say.resume(), "w:resume"), Choice(self._say.begin_anew(), f"w:anew:{about}"[:56]), Choice(self._say.cancel(), "w:cancel"))
            return replace(lead(self._say.has_draft(one_line(draft.text))), choices=choices)
        return await self._start(about, text)

    async def _start(self, about: str, text: str) -> Reply:
        turn = self._turn
        text = text.strip()
        if text and intent(text) is Kind.DIVERT:
            return lead(self._say.divert())
        draft = await self._service.start(turn.by, text)
        if turn.found.named is not None:
            draft = await self._service.fill(replace(draft, provision=turn.found.named), turn.by)
        if about and turn.memory.asked:
            draft = await self._service.note(draft.id, turn.by, self._say.note_of_answer(turn.memory.asked, turn.memory.told))
        reporter = await self._service.reporter(turn.by)
        if reporter.province and not draft.province:
            draft = await self._service.fill(replace(draft, province=reporter.province, commune=reporter.commune), turn.by)
        if reporter.noticed_at is None:
            await self._service.introduce(replace(reporter, noticed_at=turn.now))
        turn.remember(report=draft.id, heard={turn.incoming.message: "text"} if text and turn.incoming.message else {}, offered=self._likely())
        if not about:
            turn.remember(asked="")
        return await self._ask(Step.WHERE if text and draft.provision is None else self._after(Step.WHERE, draft, reporter.kind) if text else Step.WHAT, draft)

    async def _stop(self) -> Reply:
        """Drop the draft."""
        turn = self._turn
        draft = await self._service.draft(turn.by)
        turn.remember(step="", report="", heard={})
        if draft is None:
            return lead(self._say.nothing_to_cancel())
        await self._service.withdraw(draft.id, turn.by)
        return lead(self._say.cancelled())

    async def _draft(self) -> Report:
        """The draft that is being filled; NotFound where it is gone."""
        draft = await self._service.own(self._turn.memory.report, self._turn.by) if self._turn.memory.report else None
        if draft is None or not draft.is_draft:
            raise NotFound
        return draft

    # --- taps and words ---------------------------------------------------------------------------

    async def tapped(self, name: str, value: str = "") -> Reply:
        """A choice of this dialogue, or a word that stands for one."""
        turn = self._turn
        if name in ("begin", "anew"):
            if name == "anew" and (old := await self._service.draft(turn.by)) is not None:
                await self._service.withdraw(old.id, turn.by)
            words = turn.memory.asked if name == "begin" and len(turn.memory.asked.split()) > WISH_ALONE else ""
            return await self._start(value, words)
        if name in ("cancel", "stop"):
            return await (self._stop() if name == "stop" else self._ask_stop())
        draft = await self._service.draft(turn.by)
        if draft is None:
            turn.remember(step="")
            return lead(self._say.no_draft())
        turn.remember(report=draft.id)
        if (step := self._leads_to(name, value, draft)) is not None:
            return await self._ask(step, draft)
        match name:
            case "later":
                turn.remember(step="")
                return lead(self._say.kept_for_later())
            case "skip":
                return await self._skip(draft)
            case "send":
                return await self._send(draft)
            case "anyway":
                return await self._submit(draft)
            case "join":
                return await self._join(draft, value)
            case "publish":
                return await self._filled(Step.CHECK, replace(draft, publication=not draft.publication))
            case _:
                return await self._chosen(draft, name, value)

    def _leads_to(self, name: str, value: str, draft: Report) -> Step | None:
        """The question that a choice only goes to."""
        match name:
            case "resume":
                return self._first_open(draft)
            case "back":
                return self._before(self._turn.memory.step)
            case "go" if value in QUESTIONS:
                return Step(value)
            case "check" | "edit":
                return Step(name)
            case "name":
                return Step.SEEN
            case _:
                return None

    async def _chosen(self, draft: Report, name: str, value: str) -> Reply:
        """The answer to a question, chosen from its list."""
        turn = self._turn
        match name:
            case "where":
                place = {"none": Unfixed.NONE, "unknown": Unfixed.UNKNOWN}.get(value) or turn.found.named
                if place is None:
                    return await self._ask(Step.WHERE, draft, self._say.place_not_found())
                return await self._filled(Step.WHERE, replace(draft, provision=place))
            case "trouble" if value.isdigit() and int(value) < len(TROUBLES):
                regime, problem = TROUBLES[int(value)]
                return await self._filled(Step.TROUBLE, replace(draft, regime=regime, problem=problem))
            case "who" if value in set(ReporterKind):
                reporter = await self._service.reporter(turn.by)
                await self._service.introduce(replace(reporter, kind=ReporterKind(value)))
                return await self._filled(Step.WHO, draft)
            case "place" if (place_now := turn.clerk.places.by_code(value)) is not None:
                return await self._placed(draft, place_now)
            case "seen":
                return await self._seen(draft, value)
            case "use" if turn.memory.asked:
                turn.remember(offered=self._likely())
                return await self._filled(Step.WHAT, replace(draft, text=turn.memory.asked))
        return await self._ask(self._here(), draft, self._say.choice_gone())

    async def _skip(self, draft: Report) -> Reply:
        """Leave a question as it is; what the law needs cannot be skipped."""
        step = self._here()
        if step is Step.WHAT and not draft.text.strip():
            return await self._ask(Step.WHAT, draft, self._say.what_is_needed())
        if step is Step.WHERE and draft.provision is None:
            draft = replace(draft, provision=Unfixed.UNKNOWN)
        return await self._filled(step, draft)

    def _here(self) -> Step:
        step = self._turn.memory.step
        return Step(step) if step in set(Step) else Step.CHECK

    # --- free text --------------------------------------------------------------------------------

    async def answered(self) -> Reply:
        """A text that answers the question that waits."""
        turn, text = self._turn, self._turn.incoming.text.strip()
        if turn.memory.step in (Step.RESUME, Step.STOP):
            draft = await self._service.draft(turn.by)
            if draft is None:
                turn.remember(step="")
                return lead(self._say.no_draft())
            told = await (self.begin() if turn.memory.step == Step.RESUME else self._ask_stop())
            return replace(told, blocks=(*told.blocks, Block(BlockKind.NOTE, self._say.not_taken_yet())))
        draft = await self._draft()
        if not text:
            return await self._ask(self._here(), draft, self._say.say_something())
        match self._here():
            case Step.WHAT:
                return await self._what(draft, text)
            case Step.WHERE:
                return await self._where(draft, text)
            case Step.PLACE:
                return await self._place(draft, text)
            case Step.WISH:
                self._heard("proposal")
                return await self._filled(Step.WISH, replace(draft, proposal=text))
            case Step.NAME:
                return await self._named(draft, text)
            case step:
                told = await self._ask(step, draft, self._say.choose_from_list())
                if not asks(text):
                    return told
                turn.remember(asked=text)  # a question of law between two of ours
                return replace(told, choices=(*told.choices, Choice(self._say.look_this_up(), "l:")))

    async def _what(self, draft: Report, text: str) -> Reply:
        if unfit := self._unfit(text):
            return await self._ask(Step.WHAT, draft, unfit)
        named = self._turn.found.named
        self._heard("text")
        self._turn.remember(offered=self._likely())
        return await self._filled(Step.WHAT, replace(draft, text=text, provision=draft.provision or named))

    def _unfit(self, text: str) -> str:
        """Why `text` is no report: it accuses somebody, or says too little; "" where it is one."""
        if intent(text) is Kind.DIVERT:
            return str(self._say.divert())
        return str(self._say.say_more()) if sum(c.isalpha() for c in text) < LEAST else ""

    async def _where(self, draft: Report, text: str) -> Reply:
        named = self._turn.found.named
        bare = strip_accents(fold(one_line(text)))
        if named is None and re.search(r"\b(?:khong (?:biet|ro|nho)|ko (?:biet|ro)|chua ro)\b", bare):
            return await self._filled(Step.WHERE, replace(draft, provision=Unfixed.UNKNOWN))
        if named is None and re.fullmatch(r"(?:khong(?: co)?|ko|none|no)[ .]*", bare):
            return await self._filled(Step.WHERE, replace(draft, provision=Unfixed.NONE))
        if named is None and number_of(text) is not None:
            return await self._ask(Step.WHERE, draft, self._say.choose_from_list())
        if named is None:
            self._turn.remember(offered=self._likely() or self._turn.memory.offered)
            return await self._ask(Step.WHERE, draft, self._say.place_not_found())
        return await self._filled(Step.WHERE, replace(draft, provision=named))

    async def _place(self, draft: Report, text: str) -> Reply:
        found = self._turn.clerk.places.find(text)
        if not found:
            return await self._ask(Step.PLACE, draft, self._say.no_such_territory())
        if len(found) == 1:
            lost = not found[0].commune and not self._turn.clerk.places.province(text)  # more was typed than a province, and not understood
            return await self._placed(draft, found[0], self._say.commune_unknown(found[0].name) if lost else "")
        choices = tuple(Choice(p.name + (f" ({p.former})" if p.former else ""), f"w:place:{p.commune or p.province}") for p in found[:_PLACES])
        self._turn.remember(step=Step.PLACE)
        return replace(lead(self._say.which_territory(len(found))), choices=(*choices, *ways(self._say)))

    async def _placed(self, draft: Report, place: Place, note: str = "") -> Reply:
        reporter = await self._service.reporter(self._turn.by)
        await self._service.introduce(replace(reporter, province=place.province, commune=place.commune))
        filled = replace(draft, province=place.province, commune=place.commune)
        return await self._filled(Step.PLACE, filled, note or (self._say.place_now(place.former, place.name) if place.former else ""))

    async def _named(self, draft: Report, text: str) -> Reply:
        email, phone = _EMAIL.search(text), _PHONE.search(text)
        contact = ", ".join(m[0].strip() for m in (phone, email) if m)
        name = one_line(_PHONE.sub(" ", _EMAIL.sub(" ", text)))
        name = re.sub(r"(?i)\b(?:số điện thoại|điện thoại|sđt|đt|tel|email|e-mail)\b\s*:?", " ", name)
        name = one_line(re.sub(r"\s*[,;]\s*(?=[,;]|$)", " ", name)).strip(" ,;.-:")
        reporter = await self._service.reporter(self._turn.by)
        await self._service.introduce(replace(reporter, name=name, contact=contact or reporter.contact))
        return await self._ask(Step.CHECK, draft, self._say.name_kept() if contact else self._say.name_without_contact())

    async def _seen(self, draft: Report, value: str) -> Reply:
        """Who may see the name; "nobody" takes name and contact out again."""
        turn = self._turn
        if value in set(NameSeen):
            draft = await self._service.fill(replace(draft, name_seen=NameSeen(value)), turn.by)
            return await self._ask(Step.NAME, draft)
        reporter = await self._service.reporter(turn.by)
        await self._service.introduce(replace(reporter, name="", contact=""))
        draft = await self._service.fill(replace(draft, name_seen=None), turn.by)
        return await self._ask(Step.CHECK, draft)

    def _heard(self, field: str) -> None:
        """Remember which message filled a field, so that an edit of it is understood."""
        if self._turn.incoming.message:
            kept = {m: f for m, f in self._turn.memory.heard.items() if f != field}
            self._turn.remember(heard={**kept, self._turn.incoming.message: field})

    # --- files and edits --------------------------------------------------------------------------

    async def files(self, words: str, *, begins: bool = False) -> Reply:
        """Files go to the draft, or to the report that is spoken of, never to one that was not meant; words beside them go with them.

        `begins`: the words tell of a difficulty, and begin a report where there is none.
        """
        turn, report = self._turn, await self.target()
        if report is None and begins:
            begun = await self.begin(text=words)
            if (report := await self.target()) is None:
                return begun
            return _after(await self.attached(report), begun)
        if report is None:
            return lead(self._say.file_without_report())
        if report.state.is_closed and (turn.memory.step != REOPEN or not words):
            choices = (Choice(self._say.reopen(), f"w:reopen:{report.id}"), Choice(self._say.begin_report(), "r:"))
            return replace(lead(self._say.file_for_closed(report.number)), choices=choices)
        if report.state.is_closed:
            reopened = await Mine(turn).answered()
            return _after(await self.attached(await self._service.own(report.id, turn.by)), reopened)
        said = await self.attached(report)
        report = await self._service.own(report.id, turn.by)
        if report.is_draft and (turn.memory.step or words):
            return _after(said, await (self._beside_files(report, words) if words else self._ask(self._here(), report)))
        if words:
            report = await self._service.say(report.id, turn.by, words)
            await tell_news(turn, report, words)
            turn.remember(step="")
            said.append(self._say.message_kept(report.number))
        return _after(said, Reply((), (), {"kind": "report"}))

    async def attached(self, report: Report) -> list[str]:
        """What is said of each file that came; those that can be taken go to `report`."""
        turn, said = self._turn, list[str]()
        for file in turn.incoming.files:
            if file.content is None:
                said.append(self._say.file_trouble(file.name, file.trouble))
                continue
            try:
                kept = await self._service.attach(report.id, turn.by, file.name, file.content)
            except (BadAttachment, Classified, TooMany) as error:
                said.append(refused(error, self._say, turn.now))
                turn.forget |= isinstance(error, Classified)
                continue
            said.append(self._say.file_kept(kept.name, report.number))
            if not report.is_draft:
                await tell_news(turn, await self._service.own(report.id, turn.by), self._say.summary_files((kept.name,)))
        return said

    async def _beside_files(self, draft: Report, words: str) -> Reply:
        """Words beside files answer the question that waits where they can; else they join what is reported: none are lost."""
        turn = self._turn
        if not turn.memory.step:
            turn.remember(step=self._first_open(draft))
        step = self._here()
        answers = step in (Step.WHAT, Step.WISH, Step.NAME, Step.RESUME, Step.STOP)
        answers |= step is Step.WHERE and turn.found.named is not None
        answers |= step is Step.PLACE and bool(turn.clerk.places.find(words))
        if answers:
            return await self.answered()
        if intent(words) is Kind.DIVERT:
            return await self._ask(step, draft, self._say.divert())
        draft = await self._service.fill(replace(draft, text=f"{draft.text}\n{words}".strip()), turn.by)
        return await self._ask(step, draft, self._say.words_added())

    async def target(self) -> Report | None:
        """The report that files are for: the draft, or the one that is spoken of; None where nothing says which."""
        turn = self._turn
        asked_for = turn.memory.step in Mine.STEPS  # a file for a sent report, though a draft waits too
        if not asked_for and (draft := await self._service.draft(turn.by)) is not None:
            turn.remember(report=draft.id)
            return draft
        return next((r for r in await self._service.mine(turn.by) if r.id == turn.memory.report), None)

    async def edited(self) -> Reply:
        """A message that was changed: the words of a draft change with it; what was sent stays as it was sent."""
        turn, text = self._turn, self._turn.incoming.text.strip()
        field = turn.memory.heard.get(turn.incoming.message)
        draft = await self._service.draft(turn.by)
        if field is None or draft is None or draft.id != turn.memory.report or not text:
            return lead(self._say.edit_not_followed())
        if field == "text" and (unfit := self._unfit(text)):
            return await self._ask(Step.WHAT, draft, unfit)
        draft = await self._service.fill(replace(draft, text=text) if field == "text" else replace(draft, proposal=text), turn.by)
        return await self._ask(self._here(), draft, self._say.edit_followed())

    # --- asking -----------------------------------------------------------------------------------

    async def _filled(self, step: Step, draft: Report, note: str = "") -> Reply:
        """Keep what was answered and ask the next question."""
        draft = await self._service.fill(draft, self._turn.by)
        if step not in QUESTIONS or self._turn.memory.heard.get("from") == Step.EDIT:
            self._turn.remember(heard={k: v for k, v in self._turn.memory.heard.items() if k != "from"})
            return await self._ask(Step.CHECK, draft, note)
        reporter = await self._service.reporter(self._turn.by)
        return await self._ask(self._after(step, draft, reporter.kind), draft, note)

    def _after(self, step: Step, draft: Report, kind: ReporterKind | None) -> Step:
        """The next question that is still open."""
        for later in QUESTIONS[QUESTIONS.index(step) + 1 :]:
            if later is Step.WHERE and draft.provision is not None and not isinstance(draft.provision, Unfixed):
                continue
            if (later is Step.WHO and kind is not None) or (later is Step.PLACE and draft.province):
                continue
            return later
        return Step.CHECK

    def _before(self, step: str) -> Step:
        """The question before; the first one stays."""
        if step not in QUESTIONS:
            return QUESTIONS[-1] if step == Step.CHECK else Step.CHECK
        return QUESTIONS[max(0, QUESTIONS.index(Step(step)) - 1)]

    def _first_open(self, draft: Report) -> Step:
        """Where the dialogue was left; in a conversation that remembers nothing, the first question that is open."""
        if (reached := self._turn.memory.heard.get("reached")) in (*QUESTIONS, Step.CHECK):
            return Step(str(reached))
        if not draft.text.strip():
            return Step.WHAT
        return Step.WHERE if draft.provision is None else Step.TROUBLE if draft.problem is None else Step.CHECK

    async def _ask(self, step: Step, draft: Report, note: str = "") -> Reply:
        """The question of `step`, a note before it."""
        turn = self._turn
        if turn.memory.step == Step.EDIT and step in QUESTIONS:
            turn.remember(heard={**turn.memory.heard, "from": Step.EDIT})
        if step not in (*QUESTIONS, Step.EDIT, Step.SEEN, Step.NAME):
            turn.remember(step=Step.CHECK, heard={**turn.memory.heard, "reached": Step.CHECK})
            place = turn.clerk.places.by_code(draft.commune or draft.province)
            files = await self._service.attachments(draft.id, turn.by)
            return summary(self._say, draft, await self._service.reporter(turn.by), files, place, self._welcome(), note)
        turn.remember(step=step, heard={**turn.memory.heard, "reached": step} if turn.memory.heard.get("reached") != Step.CHECK else turn.memory.heard)
        return ask(step, Asked(self._say, draft, turn.memory.offered, turn.memory.asked, self._welcome()), note)

    def _likely(self) -> tuple[Choice, ...]:
        return places(self._say, self._turn.found.likely)

    def _welcome(self) -> str:
        return str(self._say.files_welcome(only_photos=self._turn.incoming.channel in _ONLY_PHOTOS))

    async def _ask_stop(self) -> Reply:
        if await self._service.draft(self._turn.by) is None:
            self._turn.remember(step="")
            return lead(self._say.nothing_to_cancel())
        self._turn.remember(step=Step.STOP)
        choices = (Choice(self._say.really_cancel(), "w:stop"), Choice(self._say.send_later(), "w:later"), Choice(self._say.resume(), "w:resume"))
        return replace(lead(self._say.ask_cancel()), choices=choices)

    # --- sending ----------------------------------------------------------------------------------

    async def _send(self, draft: Report) -> Reply:
        """Show what was reported already, else send."""
        found = await self._service.similar(draft)
        if not found:
            return await self._submit(draft)
        self._turn.remember(step=Step.SIMILAR)
        return alike(self._say, found)

    async def _submit(self, draft: Report) -> Reply:
        try:
            given = await self._service.submit(draft.id, self._turn.by)
        except Missing as missing:
            step = Step.WHAT if "text" in missing.fields else Step.WHERE
            return await self._ask(step, draft, self._say.still_needed())
        self._turn.remember(step="", report=given.report.id, heard={})
        await self._tell_desk(given)
        return receipt(self._say, given, await self._service.reporter(self._turn.by))

    async def _tell_desk(self, given: Receipt) -> None:
        turn, report = self._turn, given.report
        for desk in (given.desk, *given.copied):
            await tell_desk(turn.work, turn.clerk.chats.get(desk.key, ()), report, "new", desk_lines(turn.clerk.places, report), turn.now)

    async def _join(self, draft: Report, other: str) -> Reply:
        """Send, and let it stand with the other one; what was answered there is told at once."""
        turn, say = self._turn, self._say
        if other not in {s.report.id for s in await self._service.similar(draft)}:
            raise NotFound  # an id that was not offered tells nothing
        given = await self._service.submit(draft.id, turn.by)
        await turn.clerk.desk.merge(given.report.id, other, Actor(Author.REPORTER))
        said, with_it = await turn.clerk.desk.answer_of(other), await turn.clerk.desk.find(other)
        given = replace(given, desk=turn.clerk.rules.desk(with_it))  # who answers the other one answers this one
        turn.remember(step="", report=given.report.id, heard={})
        more = [Block(BlockKind.LEAD, say.joined(bool(said)))]
        if said is not None:
            more += official_words(say, said)
        return receipt(say, given, await self._service.reporter(turn.by), *more)


def _after(said: list[str], reply: Reply) -> Reply:
    """`reply` after what is said of files."""
    return replace(reply, blocks=(*(Block(BlockKind.LEAD, line) for line in said), *reply.blocks))
