"""The orders of an amending text: what is replaced, inserted, repealed, renamed, reworded, ended, suspended, and where.

Orders are told by their words, never by a document's number (law.md, "Amendment sentences"; Nghị định
78/2025/NĐ-CP on how texts are amended). A text is read unit by unit; a unit's own words are its head, the
sentence that orders, and its payload, the new wording between quotation marks. What the units around it
say of document, article and clause holds for it too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from knowledge.headings import ARTICLE, CLAUSE, DIVISION, POINT
from knowledge.numbers import NUMBER, read_date
from knowledge.provision import POINT_LETTERS, TAIL, Document, Provision, Ref, TextStatus
from knowledge.targets import Targets, targets, without_asides
from knowledge.units import parted
from knowledge.vietnamese import fold, one_line


class OrderKind(StrEnum):
    """What an order does to its target."""

    REPLACE = "replace"
    INSERT = "insert"
    REPEAL = "repeal"
    RENAME = "rename"
    REWORD = "reword"  # other words for some words; no new words removes them
    ADD_WORDS = "add_words"
    END = "end"  # a whole document
    SUSPEND = "suspend"


@dataclass(frozen=True)
class NewUnit:
    """New wording of one unit; `heading` of an article. The ref's document is the amended one."""

    ref: Ref
    text: str
    heading: str = ""


@dataclass(frozen=True)
class Order:
    """One order: where it stands (`place`), what it does, to which document and places, with which words.

    `refs` empty means the whole document. `units` is the new wording, `old` and `new` the words of a
    rewording, `after` where new words go. `until` is set for what holds for a time only.
    """

    kind: OrderKind
    place: Ref
    document: str
    refs: tuple[Ref, ...] = ()
    units: tuple[NewUnit, ...] = ()
    old: str = ""
    new: str = ""
    before: bool = False  # new words stand before `old`, else after it
    since: date | None = None
    until: date | None = None
    procedure: str = ""  # what is no longer done with a licence, in documents that are not named: "cấp lại Giấy phép …"
    text_status: TextStatus = TextStatus.OFFICIAL  # of the amending text, and so of the words that it gives


_OPEN, _CLOSE = "“‘\"", "”’\""
_QUOTED: Final = re.compile(r"“([^“”]*)[”’]")
_AMEND: Final = re.compile(r"\b[Ss]ửa đổi\s*,?\s*(?:và\s+)?bổ sung\b")
_VERB: Final = re.compile(
    r"\b(?P<amend>AMEND|[Ss]ửa đổi|[Tt]hay thế|[Tt]hay(?= (?:cụm )?từ))\b|\b(?P<insert>[Bb]ổ sung)\b"
    r"|\b(?P<repeal>[Bb]ãi bỏ|[Bb]ỏ(?= (?:các )?(?:cụm từ|từ|điểm|khoản|Điều|Mẫu|Phụ lục)))\b"
)
# "Thông tư này bãi bỏ: …", "Bãi bỏ các quy định sau đây:": what stands below is a list
_LISTED: Final = re.compile(r"\b[Bb]ãi bỏ\b[^:]*:\s*$")
_TITLE: Final = re.compile(r"^(?:AMEND|\w+ \w+)\s+(?:lại\s+)?(?:tiêu đề|tên)(?: (?:gọi|của|và))?\b")
_LEAD: Final = re.compile(r"\bđoạn (?:đầu|mở đầu|thứ nhất|dẫn)\b")
_TO: Final = re.compile(r"\b(?:bằng|bàng|thành)\b")
_WORDS: Final = re.compile(r"\b(?:cụm từ|từ|cụm)\s*:?\s*[“‘]")
_SOME: Final = re.compile(r"\bmột số\b")
_LAW: Final = re.compile(r"\bmột số (?:điều|quy định|nội dung) của ((?:Luật|Bộ luật|Pháp lệnh) [^,;“”()]{3,80}?)(?= (?:số|ngày|như sau)\b|\s*[:.]?\s*$)")
_POSITION: Final = re.compile(
    r"\b(?:vào\s+)?(?:ngay\s+)?(sau|trước)\s+(?=(?:các\s+)?(?:điểm|khoản|Điều|Chương|Mục|Phụ lục|Mẫu))"
    r"|\bvào\s+(?=(?:khoản|Điều|Chương|Mục|Phụ lục))"
)
_ENDS: Final = re.compile(r"\b(?:hết hiệu lực|bị bãi bỏ|được bãi bỏ)\b")
_SUSPENDS: Final = re.compile(r"^\W*(?:Không thực hiện|Không áp dụng|Tạm ngưng(?: hiệu lực)?|Tạm dừng|Ngưng hiệu lực)\b(?!.*\bNghị (?:định|quyết) này\b.*$)")
# "Không thực hiện thủ tục …" in the annexes of a text that cuts procedures
_CUTS: Final = re.compile(r"cắt giảm|đơn giản h[oó][aá]")
_NOT_DONE: Final = re.compile(r"^Không thực hiện (?:(?:các|những|nội dung)\s+)*(?:thủ tục|quy định|điều kiện|phí|mẫu|“)")
_PAPER: Final = re.compile(r"thủ tục (?:hành chính )?(?:gồm )?([^;.]*?\bGiấy (?:phép|chứng nhận|xác nhận)\b.*?)(?=,? (?:theo )?quy định tại\b)", re.IGNORECASE)
_OWN_DAY: Final = re.compile(r"^Các quy định tại (.+) có hiệu lực (?:thi hành )?(?:kể )?từ (ngày \d{1,2} tháng \d{1,2} năm \d{4})")
_PARTS_OF: Final = re.compile(r"\b(?:phần|khoản|mục)\s+([A-ZĐ]+(?:,? (?:và )?[A-ZĐ]+)*)\s+((?:tiểu mục|mục) \d+(?:\.\d+)?)", re.IGNORECASE)
_LAST_ARTICLE: Final = re.compile(r"(?i)hiệu lực|điều khoản thi hành|tổ chức thực hiện|bãi bỏ")
_THIS: Final = re.compile(r"(?:Nghị định|Thông tư|Luật|Nghị quyết|Quyết định|Quy định) này")


def orders(document: Document) -> list[Order]:
    """Return the orders of `document`, in the order of its text; [] for a text that amends nothing."""
    reader = _Reader(document)
    for provision in document.provisions:
        if provision.wording or provision.level == "article":
            reader.read(provision)
    earlier = own_days(document)
    return [replace(o, since=o.since or _own_day(o.place, earlier) or document.in_force_from, until=o.until) for o in reader.found]


@dataclass(frozen=True)
class OwnDay:
    """Part of a text that takes effect on a day of its own: "phần B, E tiểu mục 2.1 Phụ lục I.2"."""

    annex: str
    division: str
    parts: tuple[str, ...]
    day: date


def own_days(document: Document) -> list[OwnDay]:
    """The parts of annexes that the last article gives another day: "Các quy định tại … có hiệu lực thi hành từ ngày …"."""
    found: list[OwnDay] = []
    for text in (v.text for p in document.provisions if p.ref.article and p.ref.article[0].isdigit() for v in p.wording):
        match = _OWN_DAY.match(text)
        day = read_date(match[2]) if match else None
        if match is None or day is None:
            continue
        for named in match[1].split(";"):
            annexes = re.findall(r"Phụ lục ([IVX]+(?:\.\d+)*)", named)
            for parts, division in _PARTS_OF.findall(named) if annexes else ():
                letters = tuple(re.findall(r"[A-ZĐ]+", parts))
                found.append(OwnDay(f"Phụ lục {annexes[-1]}", one_line(division).capitalize(), letters, day))
    return found


def _own_day(place: Ref, days: Sequence[OwnDay]) -> date | None:
    article, part = place.article or "", (place.clause or "").partition(".")[0]
    named = (d for d in days if article.endswith(f" {d.annex}") and article.startswith(f"{d.division} ") and part in d.parts)
    return next((d.day for d in named), None)


@dataclass(frozen=True)
class _Around:
    """What a unit says for those inside it: the amended document, a place in it, the verb."""

    document: str = ""
    ref: Ref | None = None
    verb: str = ""


class _Reader:
    """Walks the units and keeps what those around say."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[Order] = []
        self.around: dict[Ref, _Around] = {}
        self.annexes = {
            p.ref.article: p.heading for p in document.provisions if p.level == "article" and p.ref.article and not p.ref.article[0].isdigit()
        }

    def read(self, provision: Provision) -> None:
        """Add the orders of one unit and keep what it says for those inside it."""
        head, payload = _head_and_payload(provision)
        outer = self._outer(provision.ref)
        heading = provision.heading if provision.level == "article" else ""
        if provision.level == "article":
            self.around[provision.ref] = outer = self._said(heading, outer)
        head = _plainly(head)
        before = len(self.found)
        if provision.level == "article" and _VERB.match(_plainly(heading)) and not _of_some(heading):
            self._order(provision, _plainly(heading), [head, *payload] if head and not _VERB.match(head) else payload, outer)
        if len(self.found) == before and head:
            self._order(provision, head, payload, outer)
        if provision.level != "article":
            self.around[provision.ref] = self._said(head, outer)

    def _outer(self, ref: Ref) -> _Around:
        up = ref.parent
        while up is not None and up.article is not None:
            if up in self.around:
                return self.around[up]
            up = up.parent
        return _Around()

    def _said(self, head: str, outer: _Around) -> _Around:
        """What `head` says for the units inside."""
        named = targets(re.sub(_QUOTED, " ", head), outer.ref)
        document = next((t.document for t in named if t.document), "") or _law_by_name(head) or outer.document
        refs = [r for t in named for r in t.refs]
        verb = _VERB.match(_plainly(head)) or _LISTED.search(head)
        if _of_some(head) or not verb:
            refs = refs[:1] if verb else []
        kind = (str(verb.lastgroup) if verb.lastgroup else "") if verb else outer.verb
        return _Around(document, refs[0] if refs else outer.ref, "repeal" if _is_list_of_repeals(head) else kind)

    # one sentence ---------------------------------------------------------------------------------------

    def _order(self, provision: Provision, head: str, payload: Sequence[str], around: _Around) -> None:
        sentence = head.strip()
        if provision.ref.article and not provision.ref.article[0].isdigit():
            self._cut(provision)
            return  # forms, tables and lists of proposals hold verbs that order nothing
        if not payload and _of_some(sentence):
            return  # "Sửa đổi, bổ sung, bãi bỏ một số điểm của khoản 1": the orders stand below
        listed = around.verb == "repeal" and provision.level != "article"
        if _WORDS.search(sentence) and (_VERB.search(sentence) or listed):
            self._words(provision, sentence, around, "repeal" if listed else "")
            return
        if _SUSPENDS.match(sentence):
            self._all(OrderKind.SUSPEND, provision, sentence, around)
            return
        if self._ends(provision, sentence, around):
            return
        verbs = list(_VERB.finditer(sentence))
        if not verbs or verbs[0].start() > 4:
            if listed:
                self._repeal(provision, sentence, around)
            return
        if len(verbs) > 1:  # "Sửa đổi khoản 4, bổ sung khoản 4a vào sau khoản 4 Điều 7": the article stands once, at the end
            articles = [r for t in targets(sentence, around.ref) for r in t.refs if r.article]
            around = replace(around, ref=Ref("", articles[-1].article)) if articles else around
        for at, verb in enumerate(verbs):
            end = verbs[at + 1].start() if at + 1 < len(verbs) else len(sentence)
            part = sentence[verb.start() : end]
            if verb.lastgroup == "repeal":
                self._repeal(provision, part, around)
            elif verb.lastgroup == "insert":
                self._insert(provision, part, payload, around, later=at > 0)
            else:
                self._replace(provision, part, payload, around)

    def _cut(self, provision: Provision) -> None:
        """What an annex on cut procedures no longer lets be done: places that it names, licences whose procedure it names."""
        article = provision.ref.article or ""
        if not any(_CUTS.search(fold(heading)) for name, heading in self.annexes.items() if article.endswith(name)):
            return
        for line in provision.wording[0].text.split("\n") if provision.wording else ():
            if _NOT_DONE.match(line) is None:
                continue
            for named in targets(re.sub(_QUOTED, " ", line)):
                if named.refs and named.document:
                    self._add(OrderKind.SUSPEND, provision, named.document, named.refs, until=self.document.in_force_to)
            if paper := _PAPER.search(line):
                self._add(OrderKind.SUSPEND, provision, "", until=self.document.in_force_to, procedure=one_line(paper[1]))

    def _add(self, kind: OrderKind, provision: Provision, document: str, refs: Sequence[Ref] = (), **facts: object) -> None:
        number = document or ""
        placed = tuple(replace(r, document=number) for r in refs)
        self.found.append(Order(kind, provision.ref, number, placed, text_status=provision.text_status, **facts))  # type: ignore[arg-type]

    def _named(self, text: str, around: _Around) -> list[Targets]:
        return [Targets(t.document or around.document, t.refs) for t in targets(text, around.ref)]

    def _replace(self, provision: Provision, part: str, payload: Sequence[str], around: _Around) -> None:
        named = self._named(re.split(r"\bbằng\b", part)[0], around)
        refs = [r for t in named for r in t.refs]
        document = next((t.document for t in named if t.document), around.document)
        if (title := _TITLE.match(part)) and refs and payload:
            self._rename(provision, part[title.end() :], payload, refs, document)
            return
        if _LEAD.search(part) and refs and payload:
            units = [u for u in payload_units(payload, refs, document) if u.ref == replace(refs[0], document=document)]
            self._add(OrderKind.RENAME, provision, document, refs[:1], units=tuple(units))
            return
        if not payload or not refs:
            if refs and re.search(r"\btại Phụ lục\b|\bkèm theo\b|\bban hành kèm\b", part):
                for ref in refs:  # the new wording lies in an annex of the amending text
                    self._add(OrderKind.REPLACE, provision, document, [ref])
            return
        units = payload_units(payload, refs, document)
        for ref in refs:
            own = tuple(u for u in units if _belongs(u.ref, replace(ref, document=document)))
            self._add(OrderKind.REPLACE, provision, document, [ref], units=own, new=_division(payload, ref))

    def _rename(self, provision: Provision, named: str, payload: Sequence[str], refs: Sequence[Ref], document: str) -> None:
        """A new heading; of a clause: its own words, its points stay, but for those that are named too."""
        first = refs[0]
        if first.clause is None:
            self._add(OrderKind.RENAME, provision, document, [first], new=_division(payload, first) or _title(payload))
            return
        clause = replace(first, point=None)
        units = payload_units(payload, [clause], document)
        self._add(OrderKind.RENAME, provision, document, [clause], units=tuple(u for u in units if u.ref.point is None))
        for ref in refs if re.search(r"\bvà\b", named) else ():
            if ref.point is not None:
                self._add(OrderKind.REPLACE, provision, document, [ref], units=tuple(u for u in units if u.ref.point == ref.point))

    def _insert(self, provision: Provision, part: str, payload: Sequence[str], around: _Around, *, later: bool) -> None:
        position = _POSITION.search(part)
        place = self._named(part[position.start() :], around) if position else []
        after = next((r for t in place for r in t.refs), None)
        inside = around if around.ref is not None or after is None else replace(around, ref=after)
        named = self._named(part[: position.start()] if position else part, inside)
        document = next((t.document for t in (*place, *named) if t.document), around.document)
        refs = [_inside(r, after) for t in named for r in t.refs]
        if not refs:
            return
        units = payload_units(payload, refs, document)
        for ref in refs:
            own = tuple(u for u in units if _belongs(u.ref, replace(ref, document=document)))
            if payload or not provision.ref.point:
                self._add(OrderKind.INSERT, provision, document, [ref], units=own, new=_division(payload, ref))

    def _repeal(self, provision: Provision, part: str, around: _Around) -> None:
        for named in self._named(re.sub(_QUOTED, " ", part), around):
            if named.refs:
                for ref in named.refs:
                    self._add(OrderKind.REPEAL, provision, named.document, [ref])
            elif named.document and named.document != self.document.number and NUMBER.search(part):
                self._add(OrderKind.END, provision, named.document)

    def _ends(self, provision: Provision, sentence: str, around: _Around) -> bool:
        """"Nghị định số A và Nghị định số B hết hiệu lực kể từ …": documents, or places of them, that end."""
        match = _ENDS.search(sentence)
        heading = provision.heading if provision.level == "article" else self._heading(provision)
        if match is None or not _LAST_ARTICLE.search(heading) or _THIS.match(sentence):
            return False
        found = False
        for named in targets(sentence[: match.start()]):
            if not named.document or named.document == self.document.number:
                continue
            found = True
            for ref in named.refs:
                self._add(OrderKind.REPEAL, provision, named.document, [ref])
            if not named.refs:
                self._add(OrderKind.END, provision, named.document)
        return found

    def _heading(self, provision: Provision) -> str:
        return provision.heading

    def _all(self, kind: OrderKind, provision: Provision, sentence: str, around: _Around) -> None:
        for named in self._named(re.sub(_QUOTED, " ", sentence), around):
            for ref in named.refs:
                self._add(kind, provision, named.document, [ref], until=self.document.in_force_to)

    # words -----------------------------------------------------------------------------------------------

    def _words(self, provision: Provision, sentence: str, around: _Around, verb: str) -> None:
        """Pairs of old and new words and their places; a common new word or common places stand at the end."""
        pieces = _pieces(sentence)
        whole: list[tuple[list[str], list[str], list[Targets], bool, bool | None]] = []
        for piece in pieces:
            if match := _VERB.search(piece):
                verb = str(match.lastgroup)
            outside = _QUOTED.sub(" ", piece)
            quoted = [(m.start(), one_line(m[1])) for m in _QUOTED.finditer(piece)]
            to = next((m for m in _TO.finditer(piece) if not any(s < m.start() < s + len(w) + 2 for s, w in quoted)), None)
            olds = [w for s, w in quoted if to is None or s < to.start()]
            news = [w for s, w in quoted if to is not None and s > to.start()]
            position = re.search(r"\b(trước|sau) (?:cụm )?(?:từ )?\s*[“]", piece)
            if not quoted and whole:  # more places of the pair before
                whole[-1] = (*whole[-1][:2], [*whole[-1][2], *self._named(outside, around)], whole[-1][3], whole[-1][4])
                continue
            if news and not olds and whole:  # "…; khoản 2 Điều 144 thành cụm từ “B”": the last places of the pair before
                whole[-1] = (whole[-1][0], news, [*whole[-1][2], *self._named(outside, around)], *whole[-1][3:])
                continue
            if verb == "insert" and position is None:
                continue  # words are added, but beside which is not read: better no order than a wrong one
            whole.append((olds, news, self._named(outside, around), verb == "repeal", None if position is None else position[1] == "trước"))
        for at, (olds, news, places, removes, before) in enumerate(whole):
            later = whole[at + 1 :]
            new = news or next((n for _, n, _, _, _ in later if n), [])
            where = places if any(t.refs or t.document for t in places) else next((p for _, _, p, _, _ in later if p), [])
            named_later = next((t.document for _, _, p, _, _ in later for t in p if t.document), "")
            where = [t if t.document else Targets(named_later, t.refs) for t in where]
            if not where and around.document:
                where = [Targets(around.document, (around.ref,) if around.ref else ())]
            self._pair(provision, olds, new, where, removes=removes, before=before)

    def _pair(
        self, provision: Provision, olds: Sequence[str], new: Sequence[str], where: Sequence[Targets], *, removes: bool, before: bool | None,
    ) -> None:
        for target in where:
            if before is not None and len(olds) == 2:
                added, beside = olds
                self._add(OrderKind.ADD_WORDS, provision, target.document, target.refs, old=beside, new=added, before=before)
                continue
            for at, old in enumerate(olds):
                if removes:
                    self._add(OrderKind.REWORD, provision, target.document, target.refs, old=old)
                elif new:
                    word = new[at] if len(new) == len(olds) else new[0]
                    self._add(OrderKind.REWORD, provision, target.document, target.refs, old=old, new=word)


def _pieces(sentence: str) -> list[str]:
    """The parts of a sentence that reword: at ";", before another "cụm từ", and at a comma after named places."""
    found: list[str] = []
    for part in re.split(r";(?![^“]*”)|(?:,|\bvà)\s+(?=(?:thay thế\s+|thay\s+)?(?:cụm )?từ\s*“)|,\s+(?=“)", sentence):
        if found and part.startswith("“") and not re.search(r"\btại\b", _QUOTED.sub(" ", found[-1])):
            found[-1] = f"{found[-1]}, {part}"  # several old words before one place
        elif part.strip():
            found.append(part)
    return found


def _plainly(head: str) -> str:
    """The ordering sentence without asides, "Sửa đổi, bổ sung" as one verb."""
    parts = re.split(r"(“[^“”]*[”’])", without_asides(head))
    return "".join(p if p.startswith("“") else _AMEND.sub(lambda m: "AMEND" if m[0][0] == "S" else "amend", p) for p in parts)


def _of_some(head: str) -> bool:
    """True for "một số điều của …" said of what is amended, not in the title of the amended text."""
    some, number = _SOME.search(head), NUMBER.search(head)
    return some is not None and (number is None or some.start() < number.start())


def _law_by_name(head: str) -> str:
    """A law that is named without its number: "một số điều của Luật Địa chất và khoáng sản"; "" for none."""
    match = _LAW.search(head)
    return one_line(match[1]) if match and not NUMBER.search(head) else ""


def _is_list_of_repeals(head: str) -> bool:
    return bool(_LISTED.search(head))


def _belongs(unit: Ref, ref: Ref) -> bool:
    """True for a unit of the place; an article belongs to the Chương or Mục that is inserted or replaced."""
    if ref.article is not None and ref.article.startswith("Chương"):
        return unit.article is not None and unit.article[0].isdigit()
    return ref.covers(unit)


def _inside(ref: Ref, around: Ref | None) -> Ref:
    """"khoản 2a vào sau khoản 2 Điều 6": what is inserted lies where its neighbour lies."""
    if around is None:
        return ref
    article = ref.article if ref.article and ref.clause is None and ref.point is None else around.article
    if ref.clause is None and ref.point is None:
        return ref
    return Ref(ref.document, article, ref.clause or around.clause, ref.point)


# head and payload -----------------------------------------------------------------------------------------


def _head_and_payload(provision: Provision) -> tuple[str, list[str]]:
    """The words that order, and the lines of new wording, marks taken off."""
    lines = provision.wording[0].text.split("\n") if provision.wording else []
    begin = next((at for at, line in enumerate(lines) if line[:1] in _OPEN and line), None)
    if begin is None:
        split = next((at for at, line in enumerate(lines) if re.search(r"(?:như sau|sau đây)\s*:?\s*[“\"]", line)), None)
        if split is not None:
            head, _, first = lines[split].partition("“")
            return " ".join([*lines[:split], head]).strip(), _stripped([first, *lines[split + 1 :]])
        announced = next((at for at, line in enumerate(lines) if re.search(r"như sau\s*:?\s*$", line)), None)
        if announced is not None and announced + 1 < len(lines):
            return " ".join(lines[: announced + 1]), _stripped(lines[announced + 1 :])
        return " ".join(lines).strip(), []
    return " ".join(lines[:begin]).strip(), _stripped(lines[begin:])


def _stripped(lines: Sequence[str]) -> list[str]:
    """The lines of a quotation without its marks and what closes the amending sentence after them."""
    found = []
    for line in lines:
        text = line.lstrip(_OPEN) if line[:1] in _OPEN else line
        text = re.sub(r"[”’\"]\s*[.;,]*\s*$", "", text) if line.count("”") > line.count("“") - (line[:1] == "“") or line.rstrip(" .;")[-1:] in "”’" else text
        if text.strip():
            found.append(text.strip())
    return found


def _title(payload: Sequence[str]) -> str:
    match = ARTICLE.match(payload[0])
    title = match[3] if match and match[3] else re.sub(r"^(?:Mẫu|Biểu)[^.:]{0,12}[.:]\s*", "", payload[0])
    return one_line(title).rstrip(".")


def _division(payload: Sequence[str], ref: Ref) -> str:
    """The name that quoted lines give to a Chương or Mục: ["Mục 11", "TÊN CỦA MỤC", "Điều …"] -> "Mục 11. TÊN CỦA MỤC"; "" for another place."""
    if not (ref.article or "").startswith("Chương"):
        return ""
    match = DIVISION.match(payload[0]) if payload else None
    if match is None:
        named = ref.point or ref.article or ""
        return "" if not payload or ARTICLE.match(payload[0]) else f"{named}. {one_line(payload[0])}".rstrip(".")
    title = [match[3]]
    for line in payload[1:] if not match[3] else ():
        if ARTICLE.match(line) or DIVISION.match(line):
            break
        title.append(line)
    label, title_line = f"{match[1].capitalize()} {match[2]}", one_line(" ".join(title)).rstrip(".")
    return f"{label}. {title_line}" if title_line else label


def payload_units(lines: Sequence[str], refs: Sequence[Ref], document: str) -> list[NewUnit]:
    """The units that quoted lines give, placed in the amended `document`; lines without a label are those of `refs[0]`."""
    if not lines or not refs:
        return []
    first = refs[0]
    if first.point is not None and " " in first.point:  # "Mục 11 Chương IV": its articles follow
        first = replace(first, point=None)
    at = Ref(document, first.article, first.clause if first.point or first.clause else None)
    units: list[NewUnit] = []
    letters = first.point is not None
    for line in lines:
        ref, text, heading = _labelled(line, at, first, letters=letters)
        if ref is not None:
            at = replace(ref, point=None) if ref.point else ref
            units.append(NewUnit(ref, text, heading))
        elif units:
            last = units[-1]
            units[-1] = replace(last, text=f"{last.text}\n{line}".strip())
        elif not (ARTICLE.match(line) and first.clause is not None):
            units.append(NewUnit(replace(first, document=document), line))
    return units if letters else _with_tails(units)


def _with_tails(units: Sequence[NewUnit]) -> list[NewUnit]:
    """The units of whole clauses: what stands behind the last point of one is a unit of its own."""
    found: list[NewUnit] = []
    for unit, after in zip(units, [*units[1:], None], strict=True):
        same = after is not None and after.ref.point is not None and after.ref.parent == unit.ref.parent
        own, closing = ([unit.text], []) if unit.ref.point is None or same else parted(unit.text.split("\n"))
        found.append(replace(unit, text="\n".join(own)))
        if closing:
            found.append(NewUnit(replace(unit.ref, point=TAIL), "\n".join(closing)))
    return found


def _labelled(line: str, at: Ref, first: Ref, *, letters: bool) -> tuple[Ref | None, str, str]:
    """The place that a line's label opens, its words, an article's heading; None for a line that goes on."""
    if (match := ARTICLE.match(line)) is not None:
        number = (match[1] or match[4]) + (match[2] or match[5] or "")
        if first.clause is not None or first.point is not None:
            return None, line, ""  # the article's name is only repeated above its clause
        return Ref(at.document, number), "", one_line(match[3] or "").rstrip(".")
    if not letters and (match := CLAUSE.match(line)) is not None and at.article is not None and (at.article[0].isdigit() or first.clause):
        return Ref(at.document, at.article, match[1] + match[2]), match[3], ""
    if (match := POINT.match(line)) is not None and match[1] in POINT_LETTERS and at.article is not None:
        clause = first.clause if letters else at.clause
        return Ref(at.document, at.article, clause, match[1] + match[2]), match[3], ""
    return None, line, ""


def ordered(found: Sequence[Order]) -> Iterator[Order]:
    """Orders as they take effect: by day, words before units (new wording is not reworded by its own text), long words first."""
    rank = {OrderKind.REWORD: 0, OrderKind.ADD_WORDS: 0}
    yield from sorted(found, key=lambda o: (o.since or date.min, rank.get(o.kind, 1), -len(o.old) if o.old else 0))
