"""Provinces and communes by official code; free text such as "xã Tân Lập, Thái Nguyên" -> candidates, old names included."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.provinces import TABLE as PROVINCES
from knowledge.vietnamese import fold, strip_accents

MAX_TEXT: Final = 200  # no address is longer; a longer text is no address
TERRITORY: Final = Path(__file__).parent / "territory"
# What stands before a name; longest first. "thành phố Thái Nguyên" was a city of the province of that name.
_KINDS: Final = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "huyện", "quận", "tỉnh", "xã", "tp", "tt", "tx", "p", "x", "h", "q", "t")
_SHORT: Final = {"tp": "thành phố", "tt": "thị trấn", "tx": "thị xã", "p": "phường", "x": "xã", "h": "huyện", "q": "quận", "t": "tỉnh"}
_BARE_KINDS: Final = {strip_accents(k): k for k in _KINDS}
_BEFORE: Final = re.compile(rf"^(?P<kind>{'|'.join(map(re.escape, (*_KINDS, *_BARE_KINDS)))})(?:\s*\.\s*|\s+)(?P<name>.+)$")
# Where an address is split, the surest first: a dash may be part of a name, and so may "quan" ("Quan Triều").
_SPLITS: Final = (
    r"[,;\n]",
    r"[,;\n]|\s[-–]\s",
    r"[,;\n]|\s[-–]\s|\s+(?=(?:tỉnh|tinh|thành phố|thanh pho|tp\.?|huyện|huyen|quận|quan|thị xã|thi xa)\s)",
)
_NICKNAMES: Final = {"sai gon": "79", "tphcm": "79", "tp hcm": "79", "hcm": "79", "hn": "01", "thua thien hue": "46", "vung tau": "79", "ba ria vung tau": "79"}


@dataclass(frozen=True)
class Place:
    """A province, or a commune within it, as it is now. `former` is the old name that was typed, where it was one."""

    province: str
    province_name: str
    commune: str = ""
    commune_name: str = ""
    former: str = ""

    @property
    def name(self) -> str:
        """As it stands in an address: "Xã Tân Lập, Tỉnh Lạng Sơn"."""
        return ", ".join(filter(None, (self.commune_name, self.province_name)))


@dataclass(frozen=True)
class _Named:
    """A name to be found: its kind ("xã"), the folded words after it, where it leads."""

    kind: str
    words: str
    place: Place
    district: str = ""
    province: str = ""  # unaccented name of a province that is gone, where the place lay in one


class Places:
    """The territory of today, findable by the names of today and of before 1/7/2025."""

    def __init__(self, provinces: Sequence[_Named], communes: Sequence[_Named]) -> None:
        self._provinces, self._communes = _by_bare(provinces), _by_bare(communes)
        current = [n.place for n in (*provinces, *communes) if not n.place.former]
        self._by_code = {p.commune or p.province: p for p in current}

    @classmethod
    def load(cls, folder: Path = TERRITORY) -> "Places":
        """Read the lists of `folder` (about half a second)."""
        provinces = list(_provinces())
        now = {n.place.province: n.place.province_name for n in provinces}
        communes = [
            _named(name, Place(province, now[province], code, name)) for code, province, name in _rows(folder / "communes.tsv")
        ]
        known = {n.place.commune: n.place for n in communes}
        old = {code: name for _, _, olds in _rows(PROVINCES) for code, name in _old_provinces(olds)}
        return cls(provinces, [*communes, *_former(folder, known, old)])

    def by_code(self, code: str) -> Place | None:
        """The province (two digits) or commune (five digits) with this code."""
        return self._by_code.get(code)

    @property
    def provinces(self) -> tuple[str, ...]:
        """The codes of the provinces of today."""
        return tuple(code for code, place in self._by_code.items() if not place.commune)

    def find(self, text: str) -> tuple[Place, ...]:
        """Every place that `text` may mean, best first; one where it is clear, none where nothing is known by that name."""
        text = text[:MAX_TEXT]
        if found := self._province(text):
            return found
        ways = [_parts(text, at) for at in _SPLITS]
        for parts in ways:
            # A district that is wrong, or was never there, does not lead out of the province that stands behind it.
            if len(parts) > 2 and self._province(parts[-1]) and not self._within(parts[0], parts[1:]) and (found := self._within(parts[0], parts[-1:])):
                return found
            if len(parts) == 2 and self._province(parts[0]) and (found := self._within(parts[1], parts[:1])):
                return found  # "Thái Nguyên, xã Phú Bình"
            for end in range(len(parts), 0, -1):  # the last parts may be words that name nothing
                if found := self._within(parts[0], parts[1:end]):
                    return found
        return (self._province(ways[-1][-1]) or self._loose(ways[-1])) if ways[-1] else ()

    def province(self, text: str) -> tuple[Place, ...]:
        """The provinces of today that `text` names, by a current or an old name."""
        return self._province(text)

    def _province(self, text: str) -> tuple[Place, ...]:
        kind, words = _split(text)
        bare = strip_accents(words)
        if bare in _NICKNAMES:
            return (self._by_code[_NICKNAMES[bare]],)
        if kind not in ("", "tỉnh", "thành phố"):
            return ()
        return _unique(n.place for n in _accented(self._provinces.get(bare, ()), words))

    def _within(self, first: str, others: Sequence[str]) -> tuple[Place, ...]:
        """Communes named by the first part, in the province and district that the other parts name."""
        kind, words = _split(first)
        found = [n for n in _accented(self._communes.get(strip_accents(words), ()), words) if not kind or kind == n.kind]
        if not others and not kind and self._province(first):
            return ()
        for other in others:
            provinces = {p.province for p in self._province(other)}
            bare = strip_accents(_split(other)[1])
            found = [n for n in found if n.place.province in provinces or n.district == bare]
        # "Bắc Kạn" means the old province where a commune of that name lay in it.
        named = {strip_accents(_split(o)[1]) for o in others}
        return _unique(n.place for n in [n for n in found if n.province in named] or found)

    def _loose(self, parts: Sequence[str]) -> tuple[Place, ...]:
        """A text without commas: the longest names at its start and its end, "xa tan lap thai nguyen"."""
        words = " ".join(parts).split()
        for cut in range(1, len(words)):
            head, tail = " ".join(words[:cut]), " ".join(words[cut:])
            if self._province(tail) and (found := self._within(head, [tail])):
                return found
        return next((p for cut in range(len(words)) if (p := self._province(" ".join(words[cut:])))), ())


def _parts(text: str, at: str) -> list[str]:
    """The parts of an address as typed, folded, split at the pattern `at`."""
    return [part for piece in re.split(at, fold(text).strip(" .")) if (part := piece.strip(" .-–"))]


def _split(text: str) -> tuple[str, str]:
    """The kind and the name of a part: "p. Hòa Bình" -> ("phường", "hòa bình")."""
    low = re.sub(r"\s*[-–]\s*", " ", fold(text).strip())
    match = _BEFORE.match(low)
    if match is None:
        return "", low
    kind = _BARE_KINDS.get(strip_accents(match["kind"]), match["kind"])
    return _SHORT.get(kind, kind), match["name"].strip()


def _accented(found: Iterable[_Named], words: str) -> list[_Named]:
    """Those that are spelt as `words`; all of them where it was typed without accents ("Ba Dinh" exists), or with wrong ones."""
    every = list(found)
    if words == strip_accents(words):
        return every
    return [n for n in every if n.words == words] or every


def _unique(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each place once; a current name stands before, and instead of, an old one."""
    kept: dict[tuple[str, str], Place] = {}
    for place in sorted(places, key=lambda p: bool(p.former)):
        kept.setdefault((place.province, place.commune), place)
    return tuple(kept.values())


def _by_bare(names: Sequence[_Named]) -> dict[str, list[_Named]]:
    found: defaultdict[str, list[_Named]] = defaultdict(list)
    for name in names:
        found[strip_accents(name.words)].append(name)
    return dict(found)


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def _named(name: str, place: Place, district: str = "", province: str = "") -> _Named:
    kind, words = _split(name)
    return _Named(kind, words, place, district, province)


def _old_provinces(olds: str) -> Iterator[tuple[str, str]]:
    for old in olds.split("; "):
        code, _, name = old.partition(" ")
        yield code, name


def _provinces() -> Iterator[_Named]:
    for code, name, olds in _rows(PROVINCES):
        yield _named(name, Place(code, name))
        for _, old in _old_provinces(olds):
            if _split(old)[1] != _split(name)[1]:
                yield _named(old, Place(code, name, former=old))


def _former(folder: Path, known: dict[str, Place], old: dict[str, str]) -> Iterator[_Named]:
    """The communes of before 1/7/2025, one entry for each commune of today that has some of their land."""
    for province, district, name, codes in _rows(folder / "former.tsv"):
        former = f"{name}, {district}, {old[province]}"
        within, bare = strip_accents(_split(district)[1]), strip_accents(_split(old[province])[1])
        for code in codes.split():
            now = known[code]
            gone = "" if bare == strip_accents(_split(now.province_name)[1]) else bare
            yield _named(name, Place(now.province, now.province_name, code, now.commune_name, former), within, gone)
