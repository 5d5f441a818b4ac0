"""An HTML file -> its lines: blocks and table rows in order, scripts, styles and hidden parts left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree, html

from knowledge.plain import decoded
from knowledge.tables import row_lines
from knowledge.unreadable import Reason, UnreadableFile

_DROPPED: Final = {
    "script", "style", "template", "noscript", "head", "svg", "iframe", "object", "select", "button", "textarea", "nav", "del",
}  # fmt: skip
_BLOCKS: Final = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "ul",
    "caption", "thead", "tbody", "tfoot",
}  # fmt: skip
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_PROLOGUE: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
MAX_DEPTH: Final = 200


def html_lines(path: Path) -> list[str]:
    """Return the text of an HTML file block by block; raise UnreadableFile."""
    data = path.read_bytes()
    charset = _CHARSET.search(data[:4096])
    text = _PROLOGUE.sub("", decoded(path, data, charset[1].decode("ascii") if charset else ""))
    try:
        root = html.document_fromstring(text.replace("\0", " "), parser=html.HTMLParser(no_network=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(path, Reason.CORRUPT, str(error)) from error
    return list(_Walk(path).lines(root, 0))


class _Walk:
    """One walk through the tree."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, element: etree._Element, depth: int) -> Iterator[str]:
        """Yield the lines of a block."""
        pieces: list[str] = [element.text or ""]
        for child in element:
            yield from self._child(child, pieces, depth + 1)
            pieces.append(child.tail or "")
        yield from _cut(pieces)

    def _child(self, child: etree._Element, pieces: list[str], depth: int) -> Iterator[str]:
        if depth > MAX_DEPTH:
            raise UnreadableFile(self.path, Reason.BOMB, "depth of markup")
        if not isinstance(child.tag, str) or _hidden(child):
            return
        name = child.tag.lower()
        if name == "br":
            pieces.append("\n")
        elif name == "table":
            yield from _cut(pieces)
            yield from self._table(child, depth)
        elif name in _BLOCKS or _has_block(child):
            yield from _cut(pieces)
            yield from self.lines(child, depth)
        else:
            pieces.append(_folded(child.text))
            for inner in child:
                yield from self._child(inner, pieces, depth + 1)
                pieces.append(_folded(inner.tail))

    def _table(self, table: etree._Element, depth: int) -> Iterator[str]:
        for row in _rows(table):
            cells = [c for c in row if isinstance(c.tag, str) and c.tag.lower() in ("td", "th") and not _hidden(c)]
            yield from row_lines([list(self.lines(cell, depth + 3)) for cell in cells])


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        name = child.tag.lower() if isinstance(child.tag, str) else ""
        if name == "tr":
            yield child
        elif name in ("tbody", "thead", "tfoot"):
            yield from _rows(child)


def _has_block(element: etree._Element) -> bool:
    return any(isinstance(e.tag, str) and (e.tag in _BLOCKS or e.tag == "table") for e in element.iterdescendants())


def _hidden(element: etree._Element) -> bool:
    return (
        str(element.tag).lower() in _DROPPED
        or element.get("hidden") is not None
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _folded(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _cut(pieces: list[str]) -> list[str]:
    """Return the lines gathered so far and empty the list; only <br> breaks a line, not the source's line ends."""
    lines = [" ".join(line.split()) for line in "".join(p if p == "\n" else _folded(p) for p in pieces).split("\n")]
    pieces.clear()
    return [line for line in lines if line]
