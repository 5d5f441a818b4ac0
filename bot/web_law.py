"""The pages to look things up: documents and their status, one document, one article unit by unit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web_form import BadDay, NoSuchDay, read_day
from bot.web_render import Renderer, article_path, with_day
from bot.web_texts import Texts, shown_day
from handlers.texts import texts
from knowledge.corpus import Corpus
from knowledge.provision import TAIL, Document, Provision, Ref, TextStatus, Version, kind_of, slug
from knowledge.relations import links
from knowledge.status import Standing, Status, last_before, standing

_TONES: Final = {Status.IN_FORCE: "good", Status.REPEALED: "off", Status.EXPIRED: "off"}



class Lookup:
    """The endpoints of the look-up pages."""

    def __init__(self, renderer: Renderer, corpus: Callable[[], Corpus], today: Callable[[], date]) -> None:
        self._renderer, self._corpus, self._today = renderer, corpus, today

    def routes(self) -> list[Route]:
        """Where the pages stand."""
        return [
            Route("/van-ban", self.documents, methods=["GET"]),
            Route("/van-ban/{document}", self.document, methods=["GET"]),
            Route("/van-ban/{document}/{article}", self.article, methods=["GET"]),
            Route("/nap-van-ban", self.ingest, methods=["GET"]),
        ]

    async def documents(self, request: Request) -> Response:
        """All documents and their status."""
        view = self._view(request)
        held, known = entries(view.t, view.corpus, view.day)
        return view.page("documents.html", held=held, known=known)

    async def document(self, request: Request) -> Response:
        """One document: status and contents."""
        view = self._view(request)
        document = _document(view.corpus, request.path_params["document"])
        return view.page(
            "document.html", document=document, slug=slug(document.number),
            status=document_status(view.t, view.corpus, document, view.day), text_kind=text_kind(view.t, document),
            contents=contents(view.t, view.corpus, document, view.day), relations=relations(view.t.lang, view.corpus, document),
            question=view.question(document.name),
        )  # fmt: skip

    async def article(self, request: Request) -> Response:
        """One article or annex with its clauses and points."""
        view = self._view(request)
        document = _document(view.corpus, request.path_params["document"])
        articles = ordered(view.corpus, document.number)
        at = next((n for n, p in enumerate(articles) if slug(p.ref.article or "") == request.path_params["article"]), None)
        if at is None:
            raise HTTPException(404)
        article, inside = articles[at], units(view.t, view.corpus, articles[at], view.day)
        return view.page(
            "article.html", document=document, document_path=f"/van-ban/{slug(document.number)}", article=article,
            label=label(article), status=status_line(view.t, view.corpus, article, view.day), units=inside,
            official=any(u.official for u in inside), plain=bool(article.gist) or any(u.plain for u in inside),
            before=_neighbour(articles, at - 1), after=_neighbour(articles, at + 1),
            question=view.question(f"{article.ref.place()} {document.name}"),
        )  # fmt: skip

    async def ingest(self, request: Request) -> Response:
        """How to load official texts."""
        return self._view(request).page("ingest.html")

    def _view(self, request: Request) -> "_View":
        return _View(request, self._renderer, self._corpus(), self._today())


class _View:
    """What every look-up page knows: the strings, the corpus, the day chosen in the address."""

    def __init__(self, request: Request, renderer: Renderer, corpus: Corpus, today: date) -> None:
        self._request, self._renderer, self.corpus = request, renderer, corpus
        self.t = renderer.texts(request)
        self.chosen: date | None = None
        self._code, self._notice = 200, ""
        try:
            self.chosen = read_day(request.query_params.get("ngay"))
        except BadDay as error:
            said = self.t.no_such_day if isinstance(error, NoSuchDay) else self.t.bad_day
            self._code, self._notice = 400, said.format(day=error.text)
        self.day = self.chosen or today

    def page(self, template: str, **context: object) -> Response:
        """Render a page; a day that cannot be read is said on it."""
        return self._renderer.page(
            self._request, template, code=self._code, at="documents", notice=self._notice, on=self.day,
            chosen=self.chosen, path=self._request.url.path, link=self.link, **context,
        )  # fmt: skip

    def link(self, path: str) -> str:
        """An address that keeps the chosen day."""
        return with_day(path, self.chosen)

    def question(self, place: str) -> str:
        """The chat page with a question about `place` typed in."""
        day = f"&ngay={self.chosen.isoformat()}" if self.chosen else ""
        return f"/?hoi={quote(self.t.question_about.format(place=place))}{day}"


def _document(corpus: Corpus, wanted: str) -> Document:
    for number, document in corpus.documents.items():
        if slug(number) == wanted:
            return document
    raise HTTPException(404)


def _neighbour(articles: list[Provision], at: int) -> tuple[str, str] | None:
    return (article_path(articles[at].ref), label(articles[at])) if 0 <= at < len(articles) else None


@dataclass(frozen=True)
class StatusLine:
    """Whether something is the law on the day: a tone for the eye, one word, one sentence, its reasons, more."""

    tone: str  # "good", "care", "off"
    short: str
    text: str
    reasons: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Entry:
    """A document in the list."""

    document: Document
    slug: str
    status: StatusLine
    text_kind: str


@dataclass(frozen=True)
class Row:
    """An article in the contents of a document; `status` only where it differs from the document's."""

    slug: str
    label: str
    status: StatusLine | None


@dataclass(frozen=True)
class Unit:
    """A clause or point on the page of its article: mark, words, and what to say about them."""

    key: str
    level: str
    mark: str
    official: str
    plain: str
    notes: tuple[str, ...]
    status: StatusLine | None


def named(corpus: Corpus, number: str) -> str:
    """How a document is called: "Nghị định số 32/2024/NĐ-CP"."""
    document = corpus.documents.get(number)
    return document.name if document else f"{kind_of(number)} số {number}" if kind_of(number) else number


def label(provision: Provision) -> str:
    """"Điều 8. Điều kiện thành lập …", "Phụ lục I. …"."""
    place = provision.ref.article_ref.place()
    return f"{place}. {provision.heading}" if provision.heading else place


def status_line(t: Texts, corpus: Corpus, provision: Provision, day: date) -> StatusLine:
    """The status of `provision` on `day` in words; a provision without an article stands for its document."""
    found = standing(corpus, provision, day)
    document = corpus.documents[provision.ref.document]
    if found.status is Status.IN_FORCE and document.in_force_from is None:
        return StatusLine("care", t.start_unknown, t.start_unknown, detail=found.says)
    short, text = _words(t, found, document, whole=provision.ref.article is None)
    reasons = []
    if found.by and found.status is not Status.IN_FORCE:
        by = " ".join(filter(None, (found.basis if found.status is Status.REPEALED else "", named(corpus, found.by))))
        reasons.append(t.because_since.format(by=by, day=shown_day(found.since)) if found.since else by)
    elif found.status is Status.REPEALED and found.since:
        reasons.append(t.since.format(day=shown_day(found.since)))
    if not found.checked or not document.checked:
        reasons.append(t.second_hand)
    return StatusLine(_TONES.get(found.status, "care"), short, text, "; ".join(reasons), found.says)


def _words(t: Texts, found: Standing, document: Document, whole: bool) -> tuple[str, str]:
    match found.status:
        case Status.IN_FORCE:
            end = document.in_force_to
            return t.short_in_force, t.in_force_until.format(day=shown_day(end)) if end else t.in_force
        case Status.AMENDED_UNKNOWN:
            return t.short_amended, t.amended_unknown if found.certain or whole else t.amended_maybe
        case Status.REPEALED:
            return t.short_repealed, t.repealed
        case Status.EXPIRED:
            return t.short_expired, t.expired.format(day=shown_day(found.until)) if found.until else t.short_expired
        case Status.NOT_YET:
            return t.short_not_yet, t.not_yet.format(day=shown_day(found.since)) if found.since else t.not_yet_some_day
        case Status.SUSPENDED:
            return t.short_suspended, t.suspended


def document_status(t: Texts, corpus: Corpus, document: Document, day: date) -> StatusLine:
    """The status of a whole document on `day`."""
    return status_line(t, corpus, Provision(Ref(document.number)), day)


def text_kind(t: Texts, document: Document) -> str:
    """Whether the words held are official, a summary, a part of either, or none."""
    official = any(p.wording for p in document.provisions)
    match document.completeness:
        case "known":
            return t.text_known
        case "extract":
            return t.text_official_part if official else t.text_digest_part
        case _:
            return t.text_official if official else t.text_digest


def entries(t: Texts, corpus: Corpus, day: date) -> tuple[list[Entry], list[Entry]]:
    """All documents: those with content, those known by name."""
    every = [Entry(d, slug(d.number), document_status(t, corpus, d, day), text_kind(t, d)) for d in corpus.documents.values()]
    return [e for e in every if e.document.provisions], [e for e in every if not e.document.provisions]


def ordered(corpus: Corpus, number: str) -> list[Provision]:
    """The articles in the order of the text, annexes after them."""
    return sorted(corpus.articles(number), key=_annex)


def contents(t: Texts, corpus: Corpus, document: Document, day: date) -> list[tuple[str, list[tuple[str, list[Row]]]]]:
    """The contents of a document: chapter -> section -> articles; "" where there is no chapter or section."""
    whole = document_status(t, corpus, document, day)
    chapters = []
    for chapter, inside in groupby(ordered(corpus, document.number), lambda p: _chapter(t, p, day)):
        sections = groupby(inside, lambda p: _section(p, day))
        chapters.append((chapter, [(name, [_row(t, corpus, p, day, whole) for p in group]) for name, group in sections]))
    return chapters


def relations(lang: str, corpus: Corpus, document: Document) -> tuple[str, list[tuple[str, str]]]:
    """The heading of the list of relations, and each relation in words with the path of the other document, "" where it has no page."""
    say = texts(lang)
    return say.relations_title(), [
        (say.relation(link), f"/van-ban/{slug(link.other)}" if link.other in corpus.documents else "") for link in links(corpus, document.number)
    ]


def _annex(provision: Provision) -> bool:
    return not (provision.ref.article or "")[:1].isdigit()


def _chapter(t: Texts, provision: Provision, day: date) -> str:
    return provision.chaptered(day).partition(" · ")[0] or (t.annexes if _annex(provision) else "")


def _section(provision: Provision, day: date) -> str:
    return provision.chaptered(day).partition(" · ")[2]


def _row(t: Texts, corpus: Corpus, article: Provision, day: date, whole: StatusLine) -> Row:
    status = status_line(t, corpus, article, day)
    return Row(slug(article.ref.article or ""), label(article), status if status.short != whole.short else None)


def units(t: Texts, corpus: Corpus, article: Provision, day: date) -> list[Unit]:
    """The article's own words, then its clauses and points in the order of the text."""
    document, whole = corpus.documents[article.ref.document], status_line(t, corpus, article, day)
    inside = (p for p in document.provisions if p.ref.article == article.ref.article and p.level != "article")
    own = [article] if article.wording or article.plain else []
    return [_unit(t, corpus, p, day, whole) for p in (*own, *inside)]


def _unit(t: Texts, corpus: Corpus, provision: Provision, day: date, whole: StatusLine) -> Unit:
    official, plain = provision.worded(day), provision.plainly(day)
    status = status_line(t, corpus, provision, day)
    own = status if provision.level != "article" and status.short != whole.short else None
    notes = tuple(n for v in dict.fromkeys((official, plain)) if v is not None for n in _notes(t, v))
    if official is not None and provision.text_status_on(day) is TextStatus.OCR:
        notes = (t.machine_read, *notes)
    stands = standing(corpus, provision, day)
    if official is None and plain is None and stands.status is Status.REPEALED and stands.since is not None:
        official, plain = last_before(provision.wording, day), last_before(provision.plain, day)
        notes = (t.former.format(day=shown_day(stands.since)),) if official or plain else notes
    if official is None and plain is None and own is None and (provision.wording or provision.plain):
        notes = (t.not_on_day, *notes)
    return Unit(
        provision.ref.key, provision.level, _mark(provision.ref), official.text if official else "",
        plain.text if plain else "", tuple(dict.fromkeys(notes)), own,
    )  # fmt: skip


def _notes(t: Texts, version: Version) -> Iterable[str]:
    if version.by:
        yield t.by_since.format(by=version.by, day=shown_day(version.since)) if version.since else t.by.format(by=version.by)
    if version.disputed:
        yield t.disputed.format(text=version.disputed)


def _mark(ref: Ref) -> str:
    """"1.", "a)", "Mục II" for the opening of a section of an annex; "" for the words behind the points."""
    if ref.point is not None:
        return "" if ref.point == TAIL else f"{ref.point})"
    section, _, number = (ref.clause or "").rpartition(".")
    if number == "0":
        return f"Mục {section}" if section else ""
    return f"{ref.clause}." if ref.clause else ""
