"""The provinces that a question may name: where a national rule is asked about, the name says nothing of the matter."""

import re
from pathlib import Path
from typing import Final

from knowledge.vietnamese import clean, strip_accents

TABLE: Final = Path(__file__).parent / "provinces.tsv"  # code, name, the provinces before 1/7/2025 that are part of it
_SAID: Final = re.compile(r"^(?:\d+ )?(?:Tỉnh|Thành phố) ")


def _read() -> dict[str, str]:
    """Every name without its kind, of now and of before, and the name of today; Huế was "Thừa Thiên Huế" until 2025."""
    found: dict[str, str] = {"Thừa Thiên Huế": "Huế"}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            _, name, olds = line.split("\t")
            now = _SAID.sub("", name)
            found |= {_SAID.sub("", old): now for old in olds.split("; ")} | {now: now}
    return found


# The 34 provinces and cities since 1/7/2025 (NQ 202/2025/QH15) and the names in use before, each with the name of today.
TODAY: Final = _read()
NAMES: Final = tuple(sorted(TODAY))

_LONGEST: Final = sorted(NAMES, key=len, reverse=True)
_BARE: Final = "|".join(re.escape(strip_accents(name).lower()).replace(r"\ ", r"[\s-]+") for name in _LONGEST)
_CAPITAL: Final = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in _LONGEST)
_END: Final = r"(?![\w/])"
# "ở Lào Cai", "tỉnh lao cai", "trên địa bàn thành phố Huế": unaccented, and so only behind a word that announces a place
# ("cao bằng" and "hòa bình" are words too).
_PLACED: Final = re.compile(
    rf"(?<![\w/])(?:(?:o|tai|ben|cua|thuoc|tren dia ban|dia ban)\s+)?(?:tinh|thanh pho|tp\.?)\s*(?:{_BARE}){_END}"
    rf"|(?<![\w/])(?:o|tai|ben|thuoc|tren dia ban|dia ban)\s+(?:{_BARE}){_END}"
)
_NAMED: Final = re.compile(rf"(?<![\w/])(?:{_CAPITAL}){_END}")


_ALONE: Final = re.compile(rf"^\W*(?:(?:toi|em|minh|chung toi|cho|hoi cho|o|thuoc|tai|ben)\s+)*(?:tinh |thanh pho |tp\.? ?)?({_BARE})(?: a| nhe| nha)?\W*$")


def province_in(text: str) -> str | None:
    """The first province that the question names, as typed in full ("Yên Bái", "yen bai" -> "Yên Bái"); None where it names none."""
    line = clean(text)
    bare = strip_accents(line.lower())
    if len(bare) != len(line):
        return None
    found = [(m.start(), m[0]) for m in _NAMED.finditer(line)]
    # The longest name at the end of the place; "ở Quảng Nam" is no "Nam Định".
    found += [(m.start(), m[0]) for m in _PLACED.finditer(bare)]
    if (alone := _ALONE.match(bare)) is not None:
        found = [(0, alone[1])]
    for _, said in sorted(found):
        ends = re.sub(r"[\s-]+", " ", strip_accents(said.lower())).strip()
        name = next((n for n in _LONGEST if ends.endswith(re.sub(r"[\s-]+", " ", strip_accents(n.lower())))), None)
        if name is not None:
            return name
    return None


def only_province(text: str) -> str | None:
    """The province where the message says nothing else: an answer to "which province"."""
    return province_in(text) if _ALONE.match(strip_accents(clean(text).lower())) else None


def without_provinces(text: str) -> str:
    """Return the question less the provinces that it names; as it is where nothing else is left."""
    line = clean(text)
    bare = strip_accents(line.lower())
    if len(bare) != len(line):
        return text
    spans = [m.span() for m in _PLACED.finditer(bare)] + [m.span() for m in _NAMED.finditer(line)]
    kept = "".join(" " if any(a <= at < b for a, b in spans) else letter for at, letter in enumerate(line))
    rest = " ".join(kept.split())
    return rest if spans and len(rest) > 3 else text
