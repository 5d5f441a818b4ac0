"""Incoming -> Reply: commands, taps, numbers and questions, in one visible order, for every channel."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import ModuleType
from typing import Final, Protocol

from handlers import browse, start
from handlers.ask import further_news, reply_to
from handlers.matters import Matters
from handlers.memory import Memories, Memory, number_of
from handlers.message import Block, BlockKind, Incoming, Reply
from handlers.texts import texts
from knowledge.answer import Answer
from knowledge.asked_news import Window, asks_for_news
from knowledge.corpus import Corpus
from knowledge.dates import NamedDay, day_in, impossible_day, only_day
from knowledge.intent import Kind
from knowledge.provinces import TODAY, only_province
from knowledge.provision import Document, Ref, slug
from knowledge.vietnamese import fold, one_line, strip_accents

MAX_TEXT: Final = 20_000
_COMMAND: Final = re.compile(r"^/(\w+)(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
# Unaccented: short words that lean on what was said before.
_FOLLOWS: Final = re.compile(r"^(?:(?:con|the|vay|thi|sao|nay|o|ve|diem|khoan|dieu|va|xem|cho|ai|ky|bao lau|dau|gi|nao|may|[a-zđ]|\d{1,3})\W*){1,8}$")
_SLUG: Final = re.compile(r"\d{1,4}-\d{4}-[a-z0-9-]+")  # of a document's number, in a link
_ARTICLE: Final = re.compile(r"\d{1,3}[a-z]?")
_THEN: Final = re.compile(r"^(?:(?:con|the|vay|thi|sao|nay|bay gio|hien nay|hom nay|gio|nhu the nao|ra sao|vao|luc|do)\W*){1,6}$")
_NOW: Final = re.compile(r"\b(?:bay gio|hien nay|hom nay|hien tai)\b")
_IN_FORCE: Final = re.compile(r"\b(?:con|het|co|chua)(?: con)? (?:hieu luc|ap dung|gia tri)\b")


class Answering(Protocol):
    """What the conversation needs of knowledge."""

    @property
    def corpus(self) -> Corpus:
        """All documents."""
        ...

    def to(self, question: str, day: date, context: Ref | None = None, today: date | None = None, province: str | None = None) -> Answer:
        """Answer a question as of a day; `context` is the place spoken of last, `province` the person's."""
        ...

    def place(self, ref: Ref, day: date) -> Answer:
        """Show one place."""
        ...

    def compare(self, ref: Ref, day: date) -> Answer:
        """Show how one place changed."""
        ...

    def whats_new(self, window: Window, today: date, text: str = "") -> Answer:
        """What changed, and is known to change, on the days of a window."""
        ...

    def overview(self, document: Document, day: date, text: str = "") -> Answer:
        """What a document is about."""
        ...


@dataclass(frozen=True)
class Setting:
    """How the assistant is called and whom it names."""

    name: str
    hotline: str


class Dialogue:
    """The conversation of every channel; synchronous, run in a bounded executor by `bot`."""

    def __init__(
        self, answers: Callable[[], Answering], memories: Memories, setting: Setting, now: Callable[[], datetime], matters: Matters,
    ) -> None:
        self._answers, self._memories, self._setting, self._now, self._matters = answers, memories, setting, now, matters

    def reply(self, incoming: Incoming) -> Reply:
        """Answer one message or tap and remember what the next one may refer to."""
        memory = self._memories.load(incoming.channel, incoming.person)
        reply, memory = self.turn(incoming, memory)
        self._memories.save(incoming.channel, incoming.person, memory)
        return reply

    def turn(self, incoming: Incoming, memory: Memory) -> tuple[Reply, Memory]:
        """Answer one message or tap in the light of `memory`; the reply and what is to be remembered then."""
        if incoming.language != memory.language and incoming.channel == "web":
            memory = replace(memory, language=incoming.language)
        turn = _Turn(self._answers(), memory, self._setting, incoming, self._now(), self._matters)
        reply = turn.reply()
        return reply, turn.remembered(reply)


class _Turn:
    """One message in the light of what is remembered."""

    def __init__(self, answers: Answering, memory: Memory, setting: Setting, incoming: Incoming, now: datetime, matters: Matters) -> None:
        self.answers, self.memory, self.setting, self.incoming, self.now, self.matters = answers, memory, setting, incoming, now, matters
        self.today = now.date()
        # A tap, or a word after an answer ("khoản 1 thì sao?"), stays on the day that the answer was for.
        self.day = incoming.as_of or (memory.as_of if incoming.choice is not None and memory.as_of else self.today)
        self.context = memory.context
        self.say: ModuleType = texts(memory.language)

    def remembered(self, reply: Reply) -> Memory:
        """The memory after `reply`."""
        return replace(self.memory, choices=reply.choices, choices_at=self.now, context=self.context)

    def reply(self) -> Reply:
        if self.incoming.choice is not None:
            return self._token(self.incoming.choice)
        text = one_line(self.incoming.text)
        if len(self.incoming.text) > MAX_TEXT:
            return _plain(self.say.too_long(MAX_TEXT), "error")
        if match := _COMMAND.match(text):
            command = self._command(match[1].lower(), match[2] or "")
            if command is not None:
                return command
        if (number := number_of(text)) is not None and self.memory.choices:
            return self._number(number)
        return self._question(text)

    def _question(self, text: str) -> Reply:
        if self.memory.waiting and (said := only_province(text)) is not None:
            self.memory, text = replace(self.memory, province=TODAY[said], waiting=""), self.memory.waiting
        named = day_in(text, self.today)
        if named is None and (bad := impossible_day(text)):
            return _plain(self.say.no_such_day(bad), "error")
        if (alone := only_day(text, self.today)) is not None and (self.context or self.memory.card):
            if not self.context:
                return self._token(f"k:{self.memory.card}:{alone.isoformat()}")
            self.memory = replace(self.memory, as_of=alone)
            return self._again(alone)
        follows = self.memory.as_of is not None and named is None and bool(_FOLLOWS.match(strip_accents(fold(text))))
        kept = self.memory.as_of if follows and not _NOW.search(strip_accents(fold(text))) else None
        chosen = self.incoming.as_of or (named.day if named else kept)
        asked_day = chosen is not None or bool(_IN_FORCE.search(strip_accents(fold(text))))
        day = chosen or self.today
        self.memory = replace(self.memory, as_of=chosen)
        rest = named.rest if named and not asks_for_news(text) else text
        if self.context and _THEN.match(strip_accents(fold(rest))) and (named is not None or _NOW.search(strip_accents(fold(text)))):
            return self._again(day)
        if (matter := self.matters.asked(text, day, self.today, self.memory.card, self.answers.corpus, self.say)) is not None:
            return self._remembered(*matter)
        context = self.answers.corpus.by_key.get(self.context)
        answer = self.answers.to(rest, day, context.ref if context else None, self.today, self.memory.province)
        if answer.reason == "which_province":
            self.memory = replace(self.memory, waiting=text)
        if answer.cited and answer.kind is Kind.ANSWER:
            self.context = answer.cited[0].provision.ref.key
        if str(answer.kind) == "smalltalk" and re.search(r"(?i)cảm ơn|cám ơn|cam on|thank|tks|tạm biệt|bye", text):
            return _plain(self.say.thanks(), "smalltalk")
        if answer.changes is not None and named is not None and self.incoming.as_of is None:
            # What became of a provision is told with its standing at the end of the time that is asked about.
            other = day_in(named.rest, self.today)
            last = max(named.day, other.day) if other else self.today
            answer = self.answers.to(rest, last, context.ref if context else None, self.today, self.memory.province)
        return self._of_one_day(self._told(replace(answer, question=text), asked_day), answer, day, named)

    def _of_one_day(self, reply: Reply, answer: Answer, day: date, named: NamedDay | None) -> Reply:
        """The reply, which says first of which day it speaks where the question names another one too."""
        if named is None or answer.kind is not Kind.ANSWER or answer.changes is not None or answer.news:
            return reply
        if named.day != day:
            line = self.say.chosen_day(day, named.day)
        elif (other := day_in(named.rest, self.today)) is not None and other.day != day:
            line = self.say.one_of_days(day, other.day)
        else:
            return reply
        return replace(reply, blocks=(Block(BlockKind.STATUS, line), *reply.blocks))

    def _again(self, day: date) -> Reply:
        """The place spoken of last, on another day: "còn bây giờ thì sao", "ngày 1/8/2025 thì sao"."""
        provision = self.answers.corpus.by_key.get(self.context)
        return self._told(self.answers.place(provision.ref, day), True) if provision else _plain(self.say.number_expired(), "ask_back")

    def _remembered(self, reply: Reply, card: str) -> Reply:
        """The reply, with the procedure that was spoken of kept for "tôi nộp hồ sơ ngày …"."""
        self.memory = replace(self.memory, card=card or self.memory.card)
        self.context = "" if card else self.context  # a day that is told next is one of filing
        return reply

    def _told(self, answer: Answer, asked_day: bool = False) -> Reply:
        return reply_to(answer, self.answers.corpus, self.say, name=self.setting.name, hotline=self.setting.hotline, asked_day=asked_day)

    def _command(self, name: str, rest: str) -> Reply | None:
        say, setting = self.say, self.setting
        match name:
            case "start" | "batdau":
                return self._linked(rest.strip().lower().replace("__", ".")) or start.greeting(say, setting.name)
            case "trogiup" | "help" | "huongdan":
                return start.help_page(say, setting.name, setting.hotline)
            case "vanban" | "documents":
                return browse.documents(self.answers.corpus, say, self.day)
            case "baocao" | "report":
                return self._report()
            case "english" | "tiengviet":
                self.memory = replace(self.memory, language="en" if name == "english" else "vi")
                self.say = texts(self.memory.language)
                return _plain(self.say.language_changed(), "smalltalk")
            case _:
                return None

    def _linked(self, key: str) -> Reply | None:
        """What a link leads to: the place, or the nearest around it that is held; None where it leads nowhere near the law."""
        name, *parts = key.split(".")
        while parts:
            if (held := ".".join([name, *parts])) in self.answers.corpus.by_key:
                return self._token(f"p:{held}")
            article = parts.pop()
        document = browse.find(self.answers.corpus, name)
        if document is None:
            return self._token(f"d:{name}") if _SLUG.fullmatch(name) else None
        return self._question(f"Điều {article} {document.number}") if key != name and _ARTICLE.fullmatch(article) else self._token(f"d:{name}")

    def _number(self, number: int) -> Reply:
        choice = self.memory.chosen(number, self.now)
        if choice is not None:
            return self._token(choice.token)
        fresh = self.memory.chosen(1, self.now) is not None
        reply = _plain(self.say.number_unknown(len(self.memory.choices)) if fresh else self.say.number_expired(), "ask_back")
        return replace(reply, choices=self.memory.choices if fresh else ())

    def _token(self, token: str) -> Reply:
        kind, _, rest = token.partition(":")
        corpus = self.answers.corpus
        if kind == "p" and (provision := corpus.by_key.get(rest)) is not None:
            self.context = rest
            return self._told(self.answers.place(provision.ref, self.day), self.incoming.as_of is not None)
        if kind == "c" and (provision := corpus.by_key.get(rest)) is not None:
            self.context = rest
            return self._told(self.answers.compare(provision.ref, self.day), self.incoming.as_of is not None)
        if kind in ("d", "b"):
            name, _, page = rest.partition(":")
            document = browse.find(corpus, name)
            if document is not None and page.isdigit():
                return browse.articles(document, int(page), corpus, self.say, self.day)
            if document is not None:
                return self._told(self.answers.overview(document, self.day))
            listed = browse.documents(corpus, self.say, self.day)
            return Reply((Block(BlockKind.LEAD, self.say.no_such_document()), *listed.blocks), listed.choices, {"kind": "ask_back"})
        if kind == "v" and self.memory.waiting:
            names = [d.territory for d in corpus.documents.values() if slug(d.territory) == rest]
            self.memory, waiting = replace(self.memory, province=names[0] if names else "", waiting=""), self.memory.waiting
            return self._question(waiting)
        if kind == "n" and (further := further_news(token)) is not None:
            window, start = further
            return self._told(replace(self.answers.whats_new(window, self.today), news_start=start))
        if (matter := self.matters.tapped(token, self.day, corpus, self.say)) is not None:
            return self._remembered(*matter)
        if kind == "q" and rest.isdigit() and int(rest) < len(self.say.suggestions()):
            return self._question(self.say.suggestions()[int(rest)])
        if kind == "r":
            return self._report()
        return _plain(self.say.number_expired(), "ask_back")

    def _report(self) -> Reply:
        """Where reports are taken: a terminal takes none, every other channel has the dialogue of handlers.reporting before this one."""
        blocks = (Block(BlockKind.LEAD, self.say.report_how(self.setting.hotline)), Block(BlockKind.NOTE, self.say.report_what()))
        return Reply(blocks, (), {"kind": "report"})


def _plain(text: str, kind: str) -> Reply:
    return Reply((Block(BlockKind.LEAD, text),), (), {"kind": kind})
