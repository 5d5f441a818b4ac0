"""Walking through the law in the chat: documents, their articles page by page, one place whole."""

from datetime import date
from types import ModuleType
from typing import Final

from handlers.message import Block, BlockKind, Choice, Reply
from knowledge.corpus import Corpus
from knowledge.provision import Document, slug
from knowledge.relations import links

PAGE: Final = 8
RELATIONS: Final = 12


def documents(corpus: Corpus, say: ModuleType, day: date) -> Reply:
    """The documents, those with text first."""
    ordered = sorted(corpus.documents.values(), key=lambda d: not d.provisions)
    held, known = [d for d in ordered if d.provisions], [d for d in ordered if not d.provisions]
    blocks = [Block(BlockKind.TITLE, say.documents_title())]
    blocks += [Block(BlockKind.LINE, say.document_line(d)) for d in known]
    return Reply(tuple(blocks), tuple(Choice(_label(say.document_line(d)), f"b:{slug(d.number)}:0") for d in held), {"kind": "smalltalk"})


def articles(document: Document, page: int, corpus: Corpus, say: ModuleType, day: date) -> Reply:
    """One page of a document's articles."""
    found = corpus.articles(document.number)
    part = found[page * PAGE : (page + 1) * PAGE]
    blocks = [Block(BlockKind.TITLE, say.articles_title(document))]
    if page == 0 and (line := say.document_facts(document, day)):
        blocks.append(Block(BlockKind.NOTE, line))
    if page == 0 and document.note:
        blocks.append(Block(BlockKind.NOTE, document.note))
    related = links(corpus, document.number) if page == 0 else []
    if related:
        blocks.append(Block(BlockKind.MORE, say.relations_title()))
        blocks += [Block(BlockKind.LINE, say.relation(link)) for link in related[:RELATIONS]]
    choices = [Choice(_label(f"{p.ref.place()}. {p.heading}"), f"p:{p.ref.key}") for p in part]
    if (page + 1) * PAGE < len(found):
        choices.append(Choice(say.next_page(), f"b:{slug(document.number)}:{page + 1}"))
    return Reply(tuple(blocks), tuple(choices), {"kind": "smalltalk"})


def find(corpus: Corpus, document_slug: str) -> Document | None:
    """The document with this slug."""
    return next((d for d in corpus.documents.values() if slug(d.number) == document_slug), None)


def _label(text: str) -> str:
    return text if len(text) <= 90 else text[:89].rsplit(" ", 1)[0] + "…"
