"""A question and a day -> an Answer: facts only, every one of them tied to a provision of the corpus.

No sentence for users is made here; handlers/ finds the words. The official words are quoted verbatim
where they are held; the plain lines are the digest's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from knowledge.asked_force import asks_for_force, document_by_title, effect_clause, entitled, force_of_it
from knowledge.asked_news import Window, asks_for_news, subject_of, window_of
from knowledge.authority import Authority, Occurrence, Reading
from knowledge.changes import Change, News, asks_for_changes, changes, changes_by, news, news_about, same_place
from knowledge.citation import Citation, DocumentMention, documents_named, find_citations, law_by_name, without_citations
from knowledge.corpus import Corpus, Effect
from knowledge.dates import Side, told_day
from knowledge.intent import Kind, intent
from knowledge.names import without_names, without_who
from knowledge.numbers import NUMBER, normal_number
from knowledge.plainly import plainly
from knowledge.provinces import TODAY, province_in, without_provinces
from knowledge.provision import Document, Provision, Ref, TextStatus, kind_of, weakest
from knowledge.search import Found, Hit, Search
from knowledge.status import Standing, Status, last_before, standing
from knowledge.transition import Turn, asks_which_rules, still_open, subject, turns
from knowledge.vietnamese import clean, one_line, strip_accents, syllables
from knowledge.wanted import BODIES, Mismatch, Wanted, best_sentence, headline, mismatches, owner_of, unit_asked, wanted, wrong_body

LIMIT: Final = 10
WHOLE_CLAUSE: Final = 1_400  # characters of plain text up to which a clause is shown whole
MAX_QUESTION: Final = 4_000
TRANSITION: Final = 0.05  # the score of a transitional article that is named beside an answer
COUNTRY: Final = "VN"
CLEAR: Final = 0.95  # from this chance of an answer on a short question is answered, not asked back
SHORT: Final = 4  # syllables with a meaning of their own up to which a question may lack its subject
ELSEWHERE: Final = 0.001  # up to this chance a question is about something else, however vague it is
_EFFECT: Final = re.compile(
    r"\b(?:hieu luc|gia tri|van dung|con dung|thay the|thay cai|chuyen tiep|bai bo|ap dung|luat cu|quy dinh cu|dang xet|do dang|thay doi)\b"
)
_LIVING: Final = (Status.IN_FORCE, Status.AMENDED_UNKNOWN, Status.SUSPENDED)
NEAR: Final = 0.02  # from this chance of an answer on, a refusal names the nearest provisions


@dataclass(frozen=True)
class Line:
    """One plain line: the point's letter ("" for a lead), the words, the place."""

    label: str
    text: str
    ref: Ref


@dataclass(frozen=True)
class Quote:
    """Official words of one provision, verbatim; the label ("2.", "a)") stands before them in the original."""

    ref: Ref
    text: str
    label: str = ""


@dataclass(frozen=True)
class Cited:
    """A provision in the order of its worth, with its standing on the day."""

    provision: Provision
    standing: Standing
    score: float


@dataclass(frozen=True)
class Shown:
    """A place as it is shown: the asked point or clause, its plain lines and its official words."""

    ref: Ref
    heading: str
    gist: str
    lines: tuple[Line, ...]
    quotes: tuple[Quote, ...]
    text_status: TextStatus
    cut: bool = False  # the clause or article holds more than is shown
    disputed: str | None = None
    by: str | None = None  # the amendment that gave these words
    former: date | None = None  # from this day on the words shown are no longer the law
    ended: tuple[tuple[Ref, Standing], ...] = ()  # parts of the place that are left out: they had ended


@dataclass(frozen=True)
class Answer:
    """All that is known for a reply; what does not apply is empty."""

    kind: Kind
    day: date
    question: str = ""
    wanted: Wanted = Wanted.ANY
    headline: str = ""
    sentence: str = ""
    shown: tuple[Shown, ...] = ()
    cited: tuple[Cited, ...] = ()
    authority: tuple[Occurrence, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    choices: tuple[Ref, ...] = ()
    warnings: tuple[str, ...] = ()
    document: Document | None = None  # the document that a decline or an overview is about
    force: Standing | None = None  # asked for: whether `document` as a whole is the law on `day`
    also: tuple[tuple[Document, Standing], ...] = ()  # beside `force`: other documents that are asked about
    touched: tuple[Effect, ...] = ()  # beside `force`: what texts do to parts of it on `day`
    missing: str = ""  # a cited place or document that does not exist or is not held
    confidence: float = 0.0
    changes: tuple[Change, ...] | None = None  # asked for: old and new wording; () where none is held
    news: tuple[News, ...] | None = None  # asked for: what changed in `window`
    window: Window | None = None  # the days of the news
    news_start: int = 0  # how many of them were told before
    provinces: tuple[str, ...] = ()  # whose rules would answer, where it is not known which province is meant
    turns: tuple[Turn, ...] = ()  # asked for: what changed the law since a file was handed in on `filed`
    filed: date | None = None
    joined: tuple[str, str] | None = None  # the province that the question names, and the one it is part of now, whose rule answers
    reason: str = ""  # "empty", "too_long", "no_subject", "several_documents", "unknown_document", "not_held", "no_such_place", "out_of_scope"


class Answers:
    """Answers questions from one corpus; safe to call from several threads."""

    def __init__(self, corpus: Corpus, search: Search, authority: Authority) -> None:
        self.corpus, self.search, self.authority = corpus, search, authority
        self._territories = sorted({d.territory for d in corpus.documents.values() if d.provisions} - {COUNTRY})

    def to(self, question: str, day: date, context: Ref | None = None, today: date | None = None, province: str | None = None) -> Answer:
        """Answer `question` as of `day`; `context` is the last place spoken of ("khoản 3 thì sao?").

        `today` parts what has come from what is to come in "có gì mới từ …". `province` is the person's:
        rules of other provinces are left out; None while it is not known, "" for none of those that have rules.
        """
        text = one_line(question)
        if not any(c.isalnum() for c in text) and intent(text) is None:
            return Answer(Kind.ASK_BACK, day, text, reason="empty")
        if len(text) > MAX_QUESTION:
            text = f"{text[: MAX_QUESTION // 2]} {text[-MAX_QUESTION // 2 :]}"
        kind = intent(text)
        if kind is not None:
            return Answer(kind, day, text)
        citations = find_citations(text)
        if context is not None and not citations and (same := same_place(text, context)) is not None:
            return self.compare(same, day)
        if context is not None and not citations and (whole := force_of_it(text)) is not None:
            return self.force(self.corpus.documents[context.document], day, text) if whole else replace(self.place(context, day), question=text)
        if not citations and (titled := document_by_title(text, self.corpus)) is not None:
            return self.force(titled, day, text)
        if asks_which_rules(text) and (answer := self._old_or_new(text, citations, day, today or day, context)) is not None:
            return answer
        if asks_for_news(text) and (not citations or self._one_text(citations) is not None):
            return self._asked_news(text, day, today or day, self._one_text(citations))
        if citations:
            answer = self._cited(text, citations, day, context)
            if answer is not None:
                compares = answer.kind is Kind.ANSWER and answer.shown and asks_for_changes(text)
                if not compares:
                    return answer
                if all(c.article is None for c in citations):
                    return replace(answer, changes=self._between(text, answer.shown[0].ref.document))
                return replace(answer, changes=self._changes(answer, whole=all(c.clause is None for c in citations)))
        return self._searched(text, day, province, context)

    def _old_or_new(self, text: str, citations: Sequence[Citation], day: date, today: date, context: Ref | None) -> Answer | None:
        """What the texts that changed the law since the file was handed in say of it; None where no such day or text is known."""
        filed = told_day(text, today, Side.BEFORE) or (day if day < today else None)
        if filed is None:
            return None
        filed -= timedelta(days=1) if still_open(text) else timedelta()
        about = subject(without_citations(text))
        cited = [d.number for c in citations if c.document is not None for d in self._documents(c.document)]
        found = self.search.find(about, limit=LIMIT) if about and not cited else None
        if cited:
            documents = {*cited, *(r.target for n in cited for r in self.corpus.documents[n].relations if r.target in self.corpus.documents)}
        elif found is not None and found.hits:
            documents = {h.provision.ref.document for h in found.hits[:3]}
            documents |= {r.target for n in documents for r in self.corpus.documents[n].relations if r.kind == "amends" and r.target in self.corpus.documents}
        else:
            documents = {context.document} if context is not None else {n for n, d in self.corpus.documents.items() if d.provisions}
        changed = tuple(turns(self.corpus, documents, filed, today))
        if not changed:
            return None
        changed = tuple(self._placed(changed, text))
        places = [t.provision for t in changed if t.provision is not None]
        cite = self._cite([Hit(p, 1.0 - 0.001 * n) for n, p in enumerate(places[:LIMIT])], today)
        shown = tuple(self.shown(p, today) for p in places[:LIMIT])
        kind = Kind.ANSWER if places else Kind.DECLINE
        warnings = (*self._warnings(cite, shown), *(("not_in_corpus",) if any(not t.held for t in changed) else ()))
        return Answer(
            kind, today, text, shown=shown, cited=cite, turns=changed, filed=filed, confidence=1.0, warnings=warnings, reason="" if places else "transition",
        )

    def _placed(self, changed: Sequence[Turn], text: str) -> list[Turn]:
        """The turns with the clause of their transitional article that is asked about, the nearest first, those that are not held before all."""
        articles = {t.provision.ref.article_ref: t for t in changed if t.provision is not None}
        if not articles:
            return list(changed)
        found = self.search.find(text, documents=frozenset(r.document for r in articles), limit=4 * LIMIT)
        best: dict[Ref, Provision] = {}
        for hit in found.hits:
            if hit.provision.ref.article_ref in articles:
                best.setdefault(hit.provision.ref.article_ref, hit.provision)
        near = [replace(articles[r], provision=p) for r, p in best.items()]
        rest = [t for t in changed if t.held and (t.provision is None or t.provision.ref.article_ref not in best)]
        return [*(t for t in changed if not t.held), *near, *rest]

    def _vague(self, found: Found) -> bool:
        """True for a question that names no subject."""
        vague = found.vague >= self.search.ranking.vague_threshold and ELSEWHERE < found.answerable < CLEAR
        return not found.query.content or (vague and len(found.query.content) <= SHORT)

    def _territory(self, provision: Provision) -> str:
        return self.corpus.documents[provision.ref.document].territory

    def _one_text(self, citations: Sequence[Citation]) -> Document | None:
        """The held document that is cited as a whole and alone: "NĐ 139 có gì mới"."""
        found = [d for c in citations for d in (self._documents(c.document) if c.document else ()) if d.provisions]
        return found[0] if len(citations) == len(found) == 1 and citations[0].article is None else None

    def _asked_news(self, text: str, day: date, today: date, document: Document | None = None) -> Answer:
        """The news that are asked for; of one document since it began; of a subject without any in this year those of the year before."""
        if document is not None:
            window = window_of(without_citations(text), today, day if day != today else document.in_force_from)
            return self.whats_new(replace(window, about=plainly(document.number)), today, text)
        subject, certain = subject_of(without_provinces(text))
        window = replace(window_of(text, today, day if day != today else None), about=subject)
        answer = self.whats_new(window, today, text, certain=certain)
        filtered = answer.window is not None and bool(answer.window.about)
        if filtered and window.since == date(today.year, 1, 1) and all(n.day > today for n in answer.news or ()):
            return self.whats_new(replace(window, since=date(today.year - 1, 1, 1)), today, text)
        return answer

    def whats_new(self, window: Window, today: date, text: str = "", *, certain: bool = True) -> Answer:
        """What changed in the corpus on the days of `window`, and what is known to come where they reach to today.

        Of the subject alone where one is named that a document or an article bears; one that is `certain` to be
        meant and is found nowhere is kept in `missing`.
        """
        reached = replace(window, until=date.max) if window.since <= today <= window.until else window
        found = news(self.corpus, reached, today)
        of_it = news_about(self.corpus, found, window.about) if window.about else None
        missing = window.about if window.about and of_it is None and certain else ""
        window = window if of_it is not None else replace(window, about="")
        return Answer(Kind.ANSWER, today, text, news=tuple(found if of_it is None else of_it), window=window, missing=missing, confidence=1.0)

    def compare(self, ref: Ref, day: date) -> Answer:
        """A place with its old and new wording, as a tapped button asks for it."""
        if ref.article is None:
            return replace(self.overview(self.corpus.documents[ref.document], day), changes=self._between("", ref.document))
        answer = self.place(ref, day)
        return replace(answer, changes=self._changes(answer)) if answer.kind is Kind.ANSWER else answer

    def _between(self, text: str, document: str) -> tuple[Change, ...]:
        """What one of the texts that are named did to another; of one alone what was done to it, else what it did."""
        named = dict.fromkeys(d.number for m in documents_named(text) for d in self._documents(m))
        between = [c for a in named for b in named if a != b for c in changes_by(self.corpus, a, b)]
        return tuple(between or changes(self.corpus, Ref(document)) or changes_by(self.corpus, document))

    def _changes(self, answer: Answer, *, whole: bool = False) -> tuple[Change, ...]:
        """The changes of what is shown, of its `whole` article where no clause was named."""
        refs = dict.fromkeys(s.ref.article_ref if whole else s.ref for s in answer.shown)
        return tuple(c for ref in refs for c in changes(self.corpus, ref))

    # by place -----------------------------------------------------------------------------------------

    def place(self, ref: Ref, day: date) -> Answer:
        """Show one place, as a tapped choice asks for it."""
        provision = self.corpus.get(ref)
        if provision is None:
            return Answer(Kind.DECLINE, day, reason="no_such_place", missing=str(ref))
        return self._answer("", day, [Hit(provision, 1.0)], confidence=1.0, whole=True)

    def _cited(self, text: str, citations: Sequence[Citation], day: date, context: Ref | None) -> Answer | None:
        """Answer by the cited place or document; None when the citation alone says nothing ("khoản 2" of what?)."""
        mention = next((c.document for c in citations if c.document is not None), None)
        rest = self.search.reader.read(without_citations(text)).content
        if mention is not None:
            return self._in_document(text, mention, citations, day, rest)
        placed = [c for c in citations if c.article is not None]
        if placed and not rest and (bare := self._bare_number(text)) is not None:
            return self._in_document(text, bare, citations, day, rest)
        if context is not None and not rest:
            here = self._follow_up(citations, context)
            if here and all(self.corpus.get(r) for r in here):
                return self._places(text, here, day, ())
            points = [c.point for c in citations if c.point is not None and c.clause is None and c.article is None]
            if len(citations) == 1 and points and context.clause is None:
                clauses = [Ref(p.document, p.article, p.clause, points[0]) for p in (c.ref for c in self.corpus.children(context.article_ref))]
                several = tuple(r for r in clauses if self.corpus.get(r) is not None)
                if len(several) == 1:
                    return self._places(text, several, day, ())
                if several:
                    return Answer(Kind.ASK_BACK, day, text, reason="several_places", choices=several[:9])
            if here and context.article is not None and not placed:
                return self._places(text, here, day, ())  # it says that there is no such place
        return self._in_some_document(text, placed, day, rest) if placed else None

    def _in_document(self, text: str, mention: DocumentMention, citations: Sequence[Citation], day: date, rest: Sequence[str]) -> Answer:
        documents = self._documents(mention)
        held = [d for d in documents if d.provisions]
        if not held and (answer := self._about_another(text, mention, day, rest, known=bool(documents))) is not None:
            if len(documents) == 1 and asks_for_force(without_citations(text), documents[0].title):
                # The clause that speaks of it is in force; whether it is itself must be said first.
                return replace(answer, document=documents[0], force=self._whole(documents[0], day))
            return answer
        if not documents:
            return Answer(Kind.DECLINE, day, text, reason="unknown_document", missing=_spoken(mention), warnings=("not_in_corpus",))
        if not held:
            return Answer(Kind.DECLINE, day, text, reason="not_held", document=documents[0], warnings=("not_in_corpus",))
        placed = [c for c in citations if c.article is not None]
        if placed:
            pairs = [(c, d) for c in placed for d in (self._documents(c.document) if c.document else held) if d.provisions]
            absent = mention.year is None and not any(self.corpus.get(self._ref(c, d)) for c, d in pairs)
            if absent and (answer := self._about_another(text, mention, day, rest, known=False)) is not None:
                return answer  # "Điều 36 Nghị định 45" of another year: a held provision speaks of it
            return self._places(text, [self._ref(c, d) for c, d in pairs], day, rest)
        if len(held) == 1 and asks_for_force(without_citations(text), held[0].title):
            others = {d.number: d for m in documents_named(text) for d in self._documents(m)}
            also = tuple((d, self._whole(d, day)) for n, d in others.items() if n != held[0].number)
            return replace(self.force(held[0], day, text), also=also)
        if rest:
            found = self.search.find(text, documents=frozenset(d.number for d in held), limit=LIMIT)
            return self._from_found(text, day, found, certain=True)
        if len(held) > 1:
            return Answer(Kind.ASK_BACK, day, text, reason="several_documents", choices=tuple(Ref(d.number) for d in held))
        return self.overview(held[0], day, text)

    def _bare_number(self, text: str) -> DocumentMention | None:
        """"điều 6 139": a number that is only a held document's."""
        numbers = re.findall(r"(?<![\w/])\d{2,4}(?![\w/])", without_citations(text))
        held = [n for n in numbers if any(d.provisions for d in self.corpus.find_documents(n))]
        return DocumentMention(held[0]) if len(held) == 1 else None

    def _about_another(self, text: str, mention: DocumentMention, day: date, rest: Sequence[str], *, known: bool) -> Answer | None:
        """"Giấy phép rượu theo NĐ 105/2017 giờ ai cấp": a held provision that speaks of the mentioned document answers.

        Of a document that is known but not held only its effect is told so: else its content would be asked of another text.
        """
        if known and (len(rest) < 2 or not _EFFECT.search(strip_accents(text.lower()))):
            return None
        found = self.search.find(text, limit=LIMIT)
        year = mention.year or r"(?:19|20)\d\d"
        named = re.compile(rf"(?<![\d/]){mention.number}/{year}(?!\d)")
        speaking = [h for h in found.hits[: 1 if known else 3] if named.search(self._words(h.provision))]
        if not speaking or found.answerable < self.search.ranking.threshold:
            return None
        return self._answer(text, day, [*speaking, *(h for h in found.hits if h not in speaking)], confidence=found.answerable, content=found.query.content)

    def _words(self, provision: Provision) -> str:
        """All words of a provision and of what lies below it."""
        return " ".join(v.text for p in (provision, *self._below(provision)) for v in (*p.plain, *p.wording))

    def _follow_up(self, citations: Sequence[Citation], context: Ref) -> list[Ref]:
        """The cited places inside the clause, the article or the document that was spoken of last."""
        document = self.corpus.documents[context.document]
        return [
            self._ref(c, document) if c.article is not None else Ref(context.document, context.article, c.clause or context.clause, c.point)
            for c in citations
        ]

    def _in_some_document(self, text: str, placed: Sequence[Citation], day: date, rest: Sequence[str]) -> Answer:
        """A place without a document: the only holder's, the one that the other words mean, or ask which."""
        first = placed[0]
        law = law_by_name(text)
        among = [d for d in self.corpus.documents.values() if not law or (d.kind or kind_of(d.number)) in ("Luật", "Bộ luật")]
        holders = [d for d in among if any(self.corpus.get(self._ref(c, d)) for c in placed)]
        if not holders and len(rest) >= 3 and (found := self.search.find(text, limit=LIMIT)).answerable >= CLEAR:
            return self._from_found(text, day, found)  # "theo khoản 4 Điều 94 Luật Thương mại … nay ai đặt": the words tell what is meant
        if not holders and law and not any(d.provisions for d in among):
            return Answer(Kind.DECLINE, day, text, reason="unknown_document", missing=law, warnings=("not_in_corpus",))
        if not holders:
            missing = Ref("", first.article, first.clause, first.point).place()
            return Answer(Kind.DECLINE, day, text, reason="no_such_place", missing=missing, warnings=("not_in_corpus",))
        if len(holders) > 1 and len(rest) >= 2:
            found = self.search.find(without_citations(text), limit=LIMIT)
            places = {self._ref(first, d).article_ref for d in holders}
            top = next((h for h in found.hits if h.provision.ref.article_ref in places), None)
            if top is not None:
                holders = [self.corpus.documents[top.provision.ref.document]]
        if len(holders) > 1:
            refs = tuple(self._ref(first, d) for d in holders if self.corpus.get(self._ref(first, d)))
            return Answer(Kind.ASK_BACK, day, text, reason="several_documents", choices=refs[:9])
        return self._places(text, [self._ref(c, holders[0]) for c in placed], day, rest)

    def _documents(self, mention: DocumentMention) -> list[Document]:
        found = self.corpus.find_documents(mention.number, mention.year, mention.kind)
        if not found and mention.kind and mention.year:
            found = self.corpus.find_documents(mention.number, mention.year)
        held = [d for d in found if d.provisions]
        return held if held and mention.year is None else found

    def _ref(self, citation: Citation, document: Document) -> Ref:
        article = citation.article
        names = {p.ref.article for p in document.provisions}
        if article is not None and article not in names:
            # "biểu 3" may be kept as "Biểu 03", "mẫu 1" as "Mẫu số 1"
            wanted_name = _loose_name(article)
            article = next((n for n in names if n is not None and _loose_name(n) == wanted_name), article)
        ref = Ref(document.number, article, citation.clause, citation.point)
        if citation.clause is not None and self.corpus.get(ref) is None:
            for section in ("I", "II", "III", "IV", "V", "VI"):
                inside = Ref(document.number, article, f"{section}.{citation.clause}", citation.point)
                if self.corpus.get(inside) is not None:
                    return inside
        return ref

    def _places(self, text: str, refs: Sequence[Ref], day: date, content: Sequence[str]) -> Answer:
        refs = list(dict.fromkeys(refs))
        held = [p for r in refs if (p := self.corpus.get(r)) is not None]
        if not held:
            ref = refs[0]
            document = self.corpus.documents.get(ref.document)
            near = ref.parent
            while near is not None and near.article is not None and self.corpus.get(near) is None:
                near = near.parent
            choices = (near,) if near is not None and near.article is not None else ()
            return Answer(Kind.DECLINE, day, text, reason="no_such_place", document=document, missing=str(ref), choices=choices, warnings=("false_premise",))
        hits = [Hit(p, 1.0 - 0.001 * n) for n, p in enumerate(held[:LIMIT])]
        if len(hits) == 1 and held[0].level == "article" and content:
            # "Điều 10 NĐ 32 thẩm định mấy ngày": the words choose the clause inside the cited article.
            inside = self._inside(held[0].ref, text)
            if inside is not None:
                hits = [Hit(inside, 1.0), *hits]
        return self._answer(text, day, hits, confidence=1.0, whole=True, many=len(held) > 1)

    def _inside(self, article: Ref, text: str) -> Provision | None:
        found = self.search.find(without_citations(text), documents=frozenset({article.document}), limit=LIMIT)
        return next((h.provision for h in found.hits if article.covers(h.provision.ref) and h.provision.ref != article), None)

    def overview(self, document: Document, day: date, text: str = "") -> Answer:
        """What a document is about: its first article and the list of the others."""
        articles = self.corpus.articles(document.number)
        cited = tuple(Cited(p, standing(self.corpus, p, day), 1.0) for p in articles[:1])
        return Answer(
            Kind.ANSWER, day, text, shown=tuple(self.shown(p, day) for p in articles[:1]), cited=cited, document=document,
            choices=tuple(p.ref for p in articles[1:7]), warnings=self._warnings(cited), confidence=1.0,
        )

    def force(self, document: Document, day: date, text: str = "") -> Answer:
        """Whether a document is the law on `day`: its clause on effect, what a held or known text does to it as a whole, its first articles."""
        if not document.provisions:
            return Answer(Kind.DECLINE, day, text, reason="not_held", document=document, warnings=("not_in_corpus",))
        clause = effect_clause(self.corpus, document, text)
        about = self.overview(document, day, text)
        kinds = ("amends", "repeals", "suspends")
        effects = {e.by: e for e in self.corpus.effects.get(document.number, ()) if e.relation.kind in kinds and e.relation.on(day)}
        # Where some orders of a held text could not be applied, its words are held all the same.
        held = {n: replace(e, held=e.held or ((d := self.corpus.documents.get(n)) is not None and bool(d.provisions))) for n, e in effects.items()}
        touched = tuple(sorted(held.values(), key=lambda e: e.relation.since or date.min))
        if clause is None:
            return replace(about, force=self._whole(document, day), touched=touched)
        cited = self._cite([Hit(clause, 1.0)], day)
        shown = (self.shown(clause, day, whole=True),)
        choices = tuple(r for r in about.choices if r != clause.ref.article_ref)
        return replace(
            about, shown=shown, cited=(*cited, *about.cited), choices=choices, warnings=self._warnings(cited, shown),
            force=self._whole(document, day), touched=touched,
        )

    def _whole(self, document: Document, day: date) -> Standing:
        """The standing of a document as a whole; in part amended is still in force."""
        found = standing(self.corpus, Provision(Ref(document.number)), day)
        for effect in self.corpus.effects.get(document.number, ()):
            relation = effect.relation
            if relation.kind in ("repeals", "replaces") and not relation.articles and relation.on(day) and found.status in _LIVING:
                return Standing(Status.REPEALED, effect.by, relation.since, basis=relation.basis, checked=effect.checked, kind=relation.kind)
        return found

    # by meaning ---------------------------------------------------------------------------------------

    def _searched(self, text: str, day: date, province: str | None = None, context: Ref | None = None) -> Answer:
        asked = without_names(anywhere := without_provinces(text))
        found = self.search.find(asked, limit=LIMIT)
        if found.answerable < self.search.ranking.threshold and (plain := without_who(anywhere)) not in ("", asked):
            # Who asks and from where says nothing of the matter: it must not hide the answer.
            again = self.search.find(plain, limit=LIMIT)
            if again.answerable >= self.search.ranking.threshold and not self._vague(again):
                asked, found = plain, again
        if context is not None and (spoken := self.corpus.get(context)) is not None and self._vague(found):
            # "ai ký?" after an answer is about what was spoken of.
            inside = self.search.find(f"{asked} {spoken.heading}", documents=frozenset({context.document}), limit=LIMIT)
            found = inside if inside.answerable >= self.search.ranking.threshold else found
        if self._territories:
            said = province_in(text)
            told = next((t for t in self._territories if strip_accents(t.lower()) in strip_accents(text.lower())), province)
            named = TODAY[said] if said else told
            matters = [h for h in found.hits[:2] if (t := self._territory(h.provision)) != COUNTRY and named in (None, t)]
            if matters and named is None and found.answerable >= self.search.ranking.threshold:
                return Answer(Kind.ASK_BACK, day, text, reason="which_province", provinces=tuple(dict.fromkeys(self._territory(h.provision) for h in matters)))
            allowed = frozenset(d.number for d in self.corpus.documents.values() if d.territory in (COUNTRY, named))
            found = self.search.find(asked, documents=allowed, limit=LIMIT)
            if said and said != named and any(self._territory(h.provision) == named for h in found.hits[:1]):
                return replace(self._from_found(text, day, found), joined=(said, TODAY[said]))
        if self._vague(found):
            first = {h.provision.ref.article_ref: h for h in reversed(found.hits)}  # the best place of each article
            near = tuple(reversed(first.values()))[:5]
            return Answer(Kind.ASK_BACK, day, text, reason="no_subject", choices=tuple(h.provision.ref for h in near), cited=self._cite(near, day))
        return self._from_found(text, day, found)

    def _from_found(self, text: str, day: date, found: Found, *, certain: bool = False) -> Answer:
        if not found.hits:
            return Answer(Kind.DECLINE, day, text, reason="out_of_scope", warnings=("not_in_corpus",))
        if not certain and found.answerable < self.search.ranking.threshold:
            if (titled := entitled(text, self.corpus)) is not None:
                return self.overview(titled, day, text)
            near = found.hits[:3] if found.answerable > NEAR else ()
            return Answer(
                Kind.DECLINE, day, text, reason="out_of_scope", choices=tuple(h.provision.ref for h in near), warnings=("not_in_corpus",),
                cited=self._cite(near, day), confidence=found.answerable,
            )
        return self._answer(text, day, self._living(found.hits, day), confidence=found.answerable, content=found.query.content)

    def _living(self, hits: Sequence[Hit], day: date) -> list[Hit]:
        """Keep the order, but a provision that was not or no longer the law stands after those that are."""
        dead = {Status.NOT_YET, Status.EXPIRED, Status.REPEALED}
        living = [h for h in hits if standing(self.corpus, h.provision, day).status not in dead]
        if not living or living[0].score < 0.35:
            return list(hits)
        return living + [h for h in hits if h not in living]

    def _cite(self, hits: Sequence[Hit], day: date) -> tuple[Cited, ...]:
        return tuple(Cited(h.provision, standing(self.corpus, h.provision, day), h.score) for h in hits)

    # putting together ---------------------------------------------------------------------------------

    def _answer(
        self, text: str, day: date, hits: Sequence[Hit], *, confidence: float, content: Sequence[str] = (), whole: bool = False, many: bool = False,
    ) -> Answer:
        main = hits[0].provision
        shown = tuple(self.shown(h.provision, day, whole=whole) for h in (hits if many else hits[:1]))
        kind = wanted(text)
        spoken = [line.text for s in shown for line in s.lines] or [s.gist for s in shown]
        # Where a point was found, its own words answer; else the whole clause is looked through.
        own = [line.text for s in shown[:1] for line in s.lines if line.ref == main.ref] if main.ref.point else spoken
        unit = unit_asked(text)
        sentence = best_sentence(own, content, kind, unit) if content else ""
        asked = Ref(main.ref.document, main.ref.article, main.ref.clause) if main.ref.clause else main.ref
        fact = headline(sentence, kind, main.heading, unit)
        if kind in (Wanted.WHO, Wanted.WHERE) and sum(w in content for w in syllables(strip_accents(fact))) * 2 >= len(fact.split()):
            fact = ""  # the question names that body itself
        hits = self._with_transition(hits, shown, day)
        cited = self._cite(hits[:LIMIT], day)
        official = " ".join(q.text for s in shown for q in s.quotes)
        wrong = mismatches(text, " ".join([*spoken, *(s.gist for s in shown), official])) if text else []
        body = wrong_body(text, " ".join(spoken), main.heading) if text else None
        occurrences = tuple(o for s in shown for o in self.authority.within(s.ref)) or tuple(self.authority.within(asked)) if shown else ()
        occurrences = tuple(self._reviewed(o) for o in occurrences if self._stands(o, day))
        if not occurrences and kind in (Wanted.WHO, Wanted.WHERE, Wanted.WHETHER):
            occurrences = self._lapsed(cited[0], " ".join(spoken))
        if any((r := o.on(day)) is not None and o.sense == "body" and r.body != o.phrase for o in occurrences):
            fact = ""  # the body that the text names is not, or not surely, the one that acts
        return Answer(
            Kind.ANSWER, day, text, kind, fact, sentence, shown, cited, occurrences,
            (*wrong, *((body,) if body else ())), (), self._warnings(cited[: len(shown)], shown, occurrences, day, wrong, body),
            confidence=confidence,
        )

    def _with_transition(self, hits: Sequence[Hit], shown: Sequence[Shown], day: date) -> list[Hit]:
        """The hits, and the transitional article of the text that amended what is shown, or moved its duty: it tells what stays on old rules."""
        readings = [r for s in shown for o in self.authority.within(s.ref) if (r := o.on(day)) is not None]
        sources = {m[0] for said in (*(s.by or "" for s in shown), *(r.basis for r in readings if r.settled)) for m in NUMBER.finditer(said)}
        held = {h.provision.ref.article_ref for h in hits[: len(shown)]}
        found = [
            p for number in sorted(sources) for p in self.corpus.articles(normal_number(number))
            if "chuyển tiếp" in p.heading.lower() and p.ref not in held
        ]
        others = [h for h in hits[len(shown) :] if h.provision.ref.article_ref not in {p.ref for p in found}]
        return [*hits[: len(shown)], *others[:2], *(Hit(p, TRANSITION) for p in found[:1]), *others[2:]]

    def _stands(self, occurrence: Occurrence, day: date) -> bool:
        """True unless the official words of the day no longer hold the phrase: an amendment has settled it."""
        around = [p for p in (self.corpus.get(occurrence.ref), *self.corpus.parents(occurrence.ref)) if p is not None]
        version = around[0].worded(day) if around else None
        heading = around[-1].titled(day) if around else ""
        return version is None or version.by is None or occurrence.phrase.casefold() in f"{version.text} {heading}".casefold()

    def _reviewed(self, occurrence: Occurrence) -> Occurrence:
        """The occurrence; where a reading waits for a text that has been taken in since, it says so instead of "not held"."""
        def reading(r: Reading) -> Reading:
            waits = None if r.settled else next((m[0] for m in NUMBER.finditer(r.basis) if self._taken_in(normal_number(m[0]))), None)
            return replace(r, basis=f"{waits} đã được nạp, mục này chưa được rà soát theo văn bản đó", note="") if waits else r

        return replace(occurrence, readings=tuple(reading(r) for r in occurrence.readings))

    def _taken_in(self, number: str) -> bool:
        document = self.corpus.documents.get(number)
        return document is not None and document.completeness in ("full", "extract") and any(p.wording for p in document.provisions)

    def _lapsed(self, cited: Cited, spoken: str) -> tuple[Occurrence, ...]:
        """Who acts where the provision that says it has ended: the body it named until then, no settled one since."""
        standing, ref = cited.standing, cited.provision.ref
        begins = BODIES.match(spoken) or BODIES.match(owner_of(cited.provision.heading))
        named = list(dict.fromkeys(m[0] for m in BODIES.finditer(spoken)))
        body = begins[0] if begins else named[0] if len(named) == 1 else ""
        ended = standing.status in (Status.EXPIRED, Status.REPEALED) or (standing.status is Status.AMENDED_UNKNOWN and standing.kind == "repeals")
        if not ended or standing.until is None or not named:
            return ()
        document = self.corpus.documents[ref.document]
        by = f"{kind_of(standing.by)} {standing.by}".strip() + (" (chưa đối chiếu)" if not standing.checked else "") if standing.by else ""
        basis = (" ".join(filter(None, (standing.basis, by))) or document.in_force_to_reason or str(ref)).rstrip(". ")
        until = (Reading(body, None, document.in_force_from, standing.until, str(ref), True),) if body else ()
        since = Reading(None, None, standing.until + timedelta(days=1), None, basis, False)
        return (Occurrence(ref, body or cited.provision.heading, "body", cited.provision.heading, (*until, since)),)

    def shown(self, provision: Provision, day: date, *, whole: bool = False) -> Shown:
        """The lines and official words of a place on `day`, in the form in which a person reads it."""
        ref = provision.ref
        # A point that is not the law on that day stands alone: the clause around it may be.
        clause = self.corpus.get(Ref(ref.document, ref.article, ref.clause)) if ref.point and provision.said(day) is not None else None
        group = [p for p in ((clause or provision), *self._below(clause or provision)) if p is not None]
        lives = any(p.said(day) is not None for p in group)
        lines = [line for p in group if (line := self._line(p, day, ended=not lives)) is not None]
        size = sum(len(line.text) for line in lines)
        cut = False
        if ref.point is not None and (whole or size > WHOLE_CLAUSE):
            lines = [line for line in lines if line.ref.point in (None, ref.point)]
            cut = True
        elif size > WHOLE_CLAUSE * (4 if whole else 1) and (provision.level == "article" or (ref.clause or "").endswith(".0")):
            lines = [line for line in lines if line.ref.point is None]
            cut = True
        kept = {line.ref for line in lines} or {ref}
        stands = standing(self.corpus, provision, day)
        over = stands.status in (Status.REPEALED, Status.EXPIRED)
        former = (stands.since or (stands.until + timedelta(days=1) if stands.until else None)) if over else None
        worded = [(p, p.worded(day) or (last_before(p.wording, day) if over and not lives else None)) for p in group]
        quoted = [(p, v) for p, v in worded if v is not None and v.text and (not cut or p.ref in kept)]
        quotes = [Quote(p.ref, v.text, p.ref.label) for p, v in quoted]
        left_out = [(p.ref, s) for p in group[1:] if lives and p.said(day) is None and (s := standing(self.corpus, p, day)).status is Status.REPEALED]
        ended = [(r, s) for r, s in left_out if not any(above.covers(r) and above != r for above, _ in left_out)]
        version = provision.said(day) or (clause.said(day) if clause else None)
        status = weakest(v.text_status or p.text_status for p, v in quoted) or TextStatus.DIGEST
        return Shown(
            ref, provision.titled(day), provision.gist, tuple(lines), tuple(quotes), status, cut,
            version.disputed if version else None, version.by if version else None, former, tuple(ended),
        )

    def _below(self, provision: Provision) -> list[Provision]:
        ref = provision.ref
        children = self.corpus.children(ref)
        if ref.clause is not None and ref.clause.endswith(".0"):  # a section of an annex holds the clauses of its number
            section = ref.clause[:-1]
            children = [c for c in self.corpus.children(ref.article_ref) if c.ref != ref and (c.ref.clause or "").startswith(section)]
        found: list[Provision] = []
        for child in children:
            found += [child, *self._below(child)]
        return found

    def _line(self, provision: Provision, day: date, *, ended: bool) -> Line | None:
        """The words of `day`; where the whole place has `ended`, or has not begun, the nearest ones, which the status line explains."""
        version = provision.plainly(day) or provision.worded(day)
        if version is None and ended:
            versions = provision.plain or provision.wording
            # Nothing on that day: the first words that came later, or the last that were; the status says so.
            version = next((v for v in versions if v.since and v.since > day), versions[-1] if versions else None)
        if version is None or not version.text:
            return None
        return Line(provision.ref.label, version.text, provision.ref)

    def _warnings(
        self, cited: Sequence[Cited], shown: Sequence[Shown] = (), occurrences: Sequence[Occurrence] = (), day: date | None = None,
        wrong: Sequence[Mismatch] = (), body: Mismatch | None = None,
    ) -> tuple[str, ...]:
        found: list[str] = []
        for item in cited[:1]:
            if item.standing.status is Status.AMENDED_UNKNOWN:
                found.append("amended_text_missing")
            elif item.standing.status is not Status.IN_FORCE:
                found.append("not_in_force")
            if item.standing.status is Status.NOT_YET and item.standing.by:
                found.append("not_in_corpus")  # the text that ruled that day is not held
        if any(s.text_status is TextStatus.DIGEST for s in shown):
            found.append("digest")
        if any(s.text_status is TextStatus.OCR for s in shown):
            found.append("ocr")
        if any(s.disputed for s in shown):
            found.append("figure_disputed")
        if day is not None and any((r := o.on(day)) is not None and not r.settled for o in occurrences):
            found.append("authority_unsettled")
        if wrong or body:
            found.append("false_premise")
        return tuple(dict.fromkeys(found))


def _spoken(mention: DocumentMention) -> str:
    return one_line(f"{mention.kind or 'văn bản'} số {mention.number}" + (f"/{mention.year}" if mention.year else ""))


def _loose_name(name: str) -> str:
    words = clean(name).lower().replace(" số", "").split()
    return " ".join(w.lstrip("0") if w.isdigit() else w for w in words)
