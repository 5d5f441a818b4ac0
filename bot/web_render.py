"""Turns templates and replies into what the browser shows: language, static files, blocks in groups, links."""

import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.web_texts import Texts, shown_day, texts
from handlers.message import Block, BlockKind, Reply
from knowledge.citation import find_citations
from knowledge.corpus import Corpus
from knowledge.provision import Ref, slug

LANGUAGE_COOKIE: Final = "ngon_ngu"
PAGES: Final = Path(__file__).parent / "pages"

_MARK: Final = re.compile(r"(?P<mark>\d{1,3}[a-zđ]?[.)]|[a-zđ]\d?\)|[-–•+])\s+(?P<rest>.+)", re.DOTALL)
# What a line must not end within: "khoản 2", "Điều 8", "32/2024/NĐ-CP", "75 ha".
_WHOLE: Final = re.compile(
    r"\b(?:CN \d{3} \d{3} \d{4}|(?:[Kk]hoản|[Đđ]iểm|Điều|Chương|Mục|Phụ lục|NĐ|TT)\s[\da-zđIVX]{1,5}\b"
    r"|\d[\d.]*/(?:\d{4}/)?[A-ZĐ][A-ZĐ\d-]+|\d[\d.,]*\s(?:ha|ngày|tháng|năm|%))"
)


class Assets:
    """The static files among the pages, held in memory under names that change with their content."""

    def __init__(self, folder: Path = PAGES) -> None:
        self._files: dict[str, tuple[bytes, str]] = {}
        self._urls: dict[str, str] = {}
        for path in sorted(p for p in folder.iterdir() if p.suffix in (".css", ".js", ".svg")):
            data = path.read_bytes()
            hashed = f"{path.stem}.{hashlib.sha256(data).hexdigest()[:12]}{path.suffix}"
            self._files[hashed] = (data, mimetypes.types_map[path.suffix])
            self._urls[path.name] = f"/static/{hashed}"

    def url(self, name: str) -> str:
        """The address of a static file."""
        return self._urls[name]

    async def serve(self, request: Request) -> Response:
        """Answer a request for a static file."""
        held = self._files.get(request.path_params["file"])
        if held is None:
            raise HTTPException(404)
        data, kind = held
        return Response(data, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


class Renderer:
    """Renders the pages of one service, called `name`."""

    def __init__(self, name: str, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.filters["set"] = typeset
        self._environment.globals.update(name=name, asset=assets.url, day=shown_day)

    def texts(self, request: Request) -> Texts:
        """The strings in the language that the person chose."""
        return texts(request.cookies.get(LANGUAGE_COOKIE))

    def text(self, request: Request, template: str, **context: object) -> str:
        """Render `template` as text."""
        return self._environment.get_template(template).render(
            {"t": self.texts(request), "here": _here(request), "at": "", **context}
        )

    def page(self, request: Request, template: str, *, code: int = 200, **context: object) -> HTMLResponse:
        """Render `template` as a page."""
        return HTMLResponse(self.text(request, template, **context), code)


def _here(request: Request) -> str:
    """This page, quoted, as the place to come back to after a change of language."""
    if request.method not in ("GET", "HEAD"):
        return quote("/")
    return quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="")


def typeset(text: str) -> Markup:
    """Escaped text in which references, document numbers and measures stay on one line."""
    found, at = [], 0
    for match in _WHOLE.finditer(text):
        found += [escape(text[at : match.start()]), Markup('<span class="whole">{}</span>').format(match[0])]
        at = match.end()
    return Markup("").join([*found, escape(text[at:])])


def with_day(path: str, day: date | None) -> str:
    """The path with `?ngay=`, unchanged when no day is chosen."""
    return f"{path}?ngay={day.isoformat()}" if day else path


def article_path(ref: Ref) -> str:
    """The address of the page of an article."""
    return f"/van-ban/{slug(ref.document)}/{slug(ref.article or '')}"


@dataclass(frozen=True)
class Item:
    """One paragraph: its list mark ("a)", "" for none), its words, where they lead ("" for nowhere)."""

    text: str
    mark: str = ""
    href: str = ""


@dataclass(frozen=True)
class Part:
    """Neighbouring blocks of one kind."""

    kind: str
    items: tuple[Item, ...]


def parts(reply: Reply, corpus: Corpus, day: date | None) -> list[Part]:
    """Group the blocks of `reply`; citations of held provisions lead to their page as of `day`."""
    return [Part(kind.value, tuple(_items(kind, blocks, corpus, day))) for kind, blocks in groupby(reply.blocks, lambda b: b.kind)]


def _items(kind: BlockKind, blocks: Iterable[Block], corpus: Corpus, day: date | None) -> Iterable[Item]:
    for block in blocks:
        if kind is BlockKind.LINE and (match := _MARK.fullmatch(block.text)):
            yield Item(match["rest"], match["mark"])
        elif kind is BlockKind.CITE:
            yield Item(block.text, href=_place(block.text, corpus, day))
        else:
            yield Item(block.text)


def _place(text: str, corpus: Corpus, day: date | None) -> str:
    """The page of the one article that `text` cites, "" where it cites none or several."""
    places: set[Ref] = set()
    for citation in find_citations(text):
        named = citation.document
        found = corpus.find_documents(named.number, named.year, named.kind) if named and citation.article else []
        if len(found) != 1:
            return ""
        places.add(Ref(found[0].number, citation.article, citation.clause, citation.point))
    if len({p.article_ref for p in places}) != 1:
        return ""
    first = min(places, key=lambda p: p.key)
    if corpus.get(first.article_ref) is None:
        return ""
    return with_day(article_path(first), day) + (f"#{first.key}" if corpus.get(first) else "")
