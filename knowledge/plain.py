"""Plain text and Markdown files -> lines: the encoding told from the bytes, wrapped pages re-flowed."""

import codecs
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from knowledge.oldfont import in_old_font, to_unicode
from knowledge.reflow import is_wrapped, reflow
from knowledge.unreadable import Reason, UnreadableFile

_EMPHASIS: Final = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=[\w“\"(])([^*\n]+?)(?<=[\w”\").:;,])\1(?![\w*])")
_ESCAPE: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_HEADING: Final = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_RULE: Final = re.compile(r"^\s*([-*_])(?:\s*\1){2,}\s*$")
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def decoded(path: Path, data: bytes, charset: str = "") -> str:
    """Return the text of `data`: byte order mark, UTF-8, UTF-16, `charset` if it is known, an old font, Windows-1258."""
    tries = ["utf-8"]
    if data.startswith(codecs.BOM_UTF8):
        tries = ["utf-8-sig"]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    elif data[:4096].count(0) > len(data[:4096]) // 10:
        tries = ["utf-16-le" if data[1:4096:2].count(0) >= data[0:4096:2].count(0) else "utf-16-be"]
    else:
        tries += [*([charset] if charset else []), *(["latin-1"] if _typed_for_old_font(data) else []), "cp1258"]
    for name in tries:
        try:
            return unicodedata.normalize("NFC", data.decode(name))
        except (UnicodeDecodeError, LookupError):
            if name == "utf-8" and _damaged_utf8(data):
                raise UnreadableFile(path, Reason.CORRUPT, "UTF-8 with broken bytes") from None
    raise UnreadableFile(path, Reason.UNKNOWN_KIND, "encoding")


def _typed_for_old_font(data: bytes) -> bool:
    """True when the bytes are letters of TCVN3 or VNI for sure: Windows-1258 would read marks into them."""
    lines = data.decode("latin-1").splitlines()
    return in_old_font(lines) and to_unicode(lines) is not None


def _damaged_utf8(data: bytes) -> bool:
    """True when `data` is UTF-8 but for a few bytes: another encoding would read it, and read it wrongly."""
    text = data.decode("utf-8", "replace")
    return 20 * text.count("\ufffd") < sum(char > "\x7f" for char in text)


def text_lines(path: Path) -> tuple[list[str], bool]:
    """Return the lines of a text file and whether they are a machine reading of pages (fixed width, wrapped)."""
    lines = decoded(path, path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    named = ".ocr" in path.name.lower()
    if is_wrapped(lines):
        return reflow(lines), True
    return [_EMPHASIS.sub(r"\2", line) for line in lines], named


def markdown_lines(path: Path) -> tuple[list[str], Mapping[str, object]]:
    """Return the lines of a Markdown file without its marks, and its front matter."""
    text = decoded(path, path.read_bytes()).replace("\r\n", "\n").lstrip("\n")
    facts: Mapping[str, object] = {}
    if text.startswith("---\n") and "\n---" in text[4:]:
        head, _, rest = text[4:].partition("\n---")
        facts, text = _facts(path, head), rest.partition("\n")[2]
    if facts.get("completeness") == "digest":
        return text.split("\n"), facts  # the digest's own marks are read by its parser
    return [line for raw in text.split("\n") if (line := _unmarked(raw))], facts


def _facts(path: Path, head: str) -> Mapping[str, object]:
    try:
        facts = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise UnreadableFile(path, Reason.CORRUPT, "front matter") from error
    return facts if isinstance(facts, dict) else {}


def _unmarked(line: str) -> str:
    if _RULE.match(line) or re.fullmatch(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*", line):
        return ""
    if match := _HEADING.match(line):
        line = match[1]
    line = re.sub(r"^\s*(?:>\s?)+", "", line)
    if re.match(r"^\s*\|.*\|\s*$", line):
        line = " | ".join(cell.strip() for cell in line.strip().strip("|").split("|"))
    line = re.sub(r"^(\s*)[*+]\s+", r"\1- ", line)
    for _ in range(2):  # bold around italics
        line = _EMPHASIS.sub(r"\2", line)
    return _ESCAPE.sub(r"\1", _LINK.sub(r"\1", line)).strip()
