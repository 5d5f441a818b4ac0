"""Where the documents held regulate a licence that another text names: "thủ tục cấp lại Giấy phép bán lẻ rượu" -> its annexes and clauses."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from knowledge.provision import Document, Provision, Ref
from knowledge.vietnamese import fold

_ACT: Final = re.compile(r"\b(?:cấp lại|cấp đổi|gia hạn|(?:cấp )?(?:sửa đổi|bổ sung|điều chỉnh)|cấp)\b")
_PAPER: Final = re.compile(r"\bgiấy (?:phép|chứng nhận|xác nhận)\b")
# A place regulates a licence when it opens so; what only mentions it does not.
_REGULATES: Final = re.compile(r"^(?:(?:hồ sơ|trình tự|thủ tục|thẩm quyền|nhiệm vụ, quyền hạn)\b)")
_ENDS: Final = r"(?=\W*$|\s*[,;./:]| (?:trên địa bàn|quy định|của|theo|do|được|tại|trong)\b)"
_OPENING: Final = 500


def licence(words: str) -> tuple[frozenset[str], str]:
    """Return what is done and to which paper: "cấp, cấp lại Giấy phép X" -> ({"cấp", "cấp lại"}, "giấy phép x"); "" for none."""
    text = _plain(words)
    paper = _PAPER.search(text)
    return (_acts(text[: paper.start()]), text[paper.start() :].strip(" .,;")) if paper else (frozenset(), "")


def openings(document: Document) -> list[tuple[Ref, str]]:
    """Return the places of `document` that regulate a procedure, each with the words that say so."""
    found = ((provision.ref, _opening(provision)) for provision in document.provisions)
    return [(ref, text) for ref, text in found if _REGULATES.match(text)]


def regulated(places: Iterable[tuple[Ref, str]], acts: Iterable[str], paper: str) -> list[Ref]:
    """Return those of the `openings` that regulate `paper` and do nothing with it but `acts`; the largest ones only."""
    pattern, allowed = re.compile(rf"(?<!\w){re.escape(paper)}{_ENDS}"), set(acts)
    found: list[Ref] = []
    for ref, text in places:
        match = pattern.search(text)
        done = _acts(text[: match.start()]) if match else frozenset()
        if done and done <= allowed and not any(_within(ref, other) for other in found):
            found.append(_whole(ref))
    return found


def _within(ref: Ref, other: Ref) -> bool:
    """True for a place in another one; the clause "B.I.2" lies in the section "B.I"."""
    return other.covers(ref) or (ref.article_ref == other.article_ref and bool(other.clause) and (ref.clause or "").startswith(f"{other.clause}."))


def _whole(ref: Ref) -> Ref:
    """The section whose heading `ref` is: "B.I.0" -> "B.I"."""
    return Ref(ref.document, ref.article, ref.clause.removesuffix(".0"), ref.point) if ref.clause else ref


def _opening(provision: Provision) -> str:
    versions: Sequence[str] = [v.text for v in (*provision.wording, *provision.plain)]
    numbered = (provision.ref.article or "")[:1].isdigit()
    if provision.level == "article" and not numbered:
        return _plain(provision.heading)
    return _plain(versions[0][:_OPENING]) if versions and provision.level != "point" else ""


def _acts(text: str) -> frozenset[str]:
    kinds = {"sửa đổi": "sửa đổi", "bổ sung": "sửa đổi", "điều chỉnh": "sửa đổi"}
    return frozenset(kinds.get(act.removeprefix("cấp "), act) for act in _ACT.findall(text))


def _plain(words: str) -> str:
    """Folded, without brackets, "có quy mô từ 03" as "quy mô từ 3"."""
    text = re.sub(r"[()]", " ", fold(words)).replace("có quy mô", "quy mô")
    return fold(re.sub(r"\b0(\d)\b", r"\1", text))
