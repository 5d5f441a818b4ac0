"""Vietnamese text as it is typed: Unicode form, tone-mark placement, accents, syllables.

Everything here is pure and works on `str`. Two forms matter:

* the *clean* form keeps every word and only mends the encoding (NFC, spaces, invisible characters);
  quotations are compared in this form, so it never touches case or accents;
* the *folded* form is for matching: lower case, one tone-mark style, optionally without accents.
"""

import re
import unicodedata
from typing import Final

# Zero-width characters, soft hyphen, BOM, bidirectional overrides: never part of a Vietnamese word.
_INVISIBLE: Final = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES: Final = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_WORD: Final = re.compile(r"[^\W_]+(?:[./-][^\W_]+)*")
_SYLLABLE: Final = re.compile(r"[^\W_]+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"  # huyền, sắc, ngã, hỏi, nặng
# Old style puts the tone of an open syllable in oa, oe, uy on the first vowel (hòa), new style on the
# second (hoà). Only open syllables differ: a rewrite inside "hoàn" or "huỳnh" would break the word.
_NEW_STYLE: Final = re.compile(rf"(?<![qQ])([oO])([aAeE])([{_TONES}])(?![^\W\d_])|(?<![qQ])([uU])([yY])([{_TONES}])(?![^\W\d_])")


def clean(text: str) -> str:
    """Return `text` in NFC without invisible and control characters; words, case and accents untouched.

    Ð (U+00D0, another letter of another language that old fonts show alike) becomes Đ.
    """
    text = _SURROGATE.sub("\ufffd", text).replace("\u00d0", "Đ").replace("\u0110", "Đ")
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub(" ", _INVISIBLE.sub("", text))


def one_line(text: str) -> str:
    """Return the clean form with every run of white space folded into one space."""
    return " ".join(clean(text).split())


def squeeze(text: str) -> str:
    """Return `text` with runs of horizontal white space folded, line ends kept."""
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n"))


def old_style(text: str) -> str:
    """Move the tone marks of open oa, oe, uy to the first vowel: "hoà", "thuỷ" -> "hòa", "thủy"."""
    loose = unicodedata.normalize("NFD", text)

    def move(match: re.Match[str]) -> str:
        first, second, tone = match[1] or match[4], match[2] or match[5], match[3] or match[6]
        return f"{first}{tone}{second}"

    return unicodedata.normalize("NFC", _NEW_STYLE.sub(move, loose))


def strip_accents(text: str) -> str:
    """Return `text` without tone and vowel marks; đ becomes d. "Điều kiện" -> "Dieu kien"."""
    if text.isascii():
        return text
    loose = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in loose if not unicodedata.combining(c)))


def fold(text: str) -> str:
    """Return the form that is matched: clean, plain single spaces, lower case, old tone-mark style."""
    return old_style(_SPACES.sub(" ", clean(text)).lower())


def words(text: str) -> list[str]:
    """Return the folded words of `text`, document numbers and abbreviations like 32/2024/nđ-cp kept whole."""
    return _WORD.findall(fold(text))


def syllables(text: str) -> list[str]:
    """Return the folded syllables and figures of `text`, leading zeros of figures dropped ("05" -> "5")."""
    found = _SYLLABLE.findall(fold(text))
    return [s.lstrip("0") or "0" if s.isdigit() else s for s in found]


def has_accents(text: str) -> bool:
    """True when any letter of `text` carries a Vietnamese mark or is đ."""
    return strip_accents(text) != text
