"""Finds the stamps of classified papers in a text or a file name: MẬT, TỐI MẬT, TUYỆT MẬT.

Luật Bảo vệ bí mật nhà nước names three degrees. "Tuyệt mật" says it in any spelling; "mật" alone is also honey and
density, and an unaccented "toi mat" is mostly "tôi mất": those count only as a stamp, in capitals or after a word like "dấu".
"""

import re
from typing import Final

from knowledge.vietnamese import fold, one_line, strip_accents
from reports.errors import Classified

_GAP: Final = r"[\s:._\-]*"
_HOLDER: Final = r"(?:đóng dấu|dấu|độ|mức độ|mức|văn bản|tài liệu|công văn|hồ sơ)"
_HARMLESS: Final = r"(?!\s+(?:độ|ong|khẩu|mã|thiết|mía|nghị|vụ|thám|danh|hiệu)(?!\w))"
_FOLDED: Final = (
    re.compile(rf"(?<!\w)(?:tuyệt|tối){_GAP}mật(?!\w){_HARMLESS}"),
    re.compile(rf"(?<!\w){_HOLDER}{_GAP}[\"“'\[(]?mật(?!\w){_HARMLESS}"),
    re.compile(r"(?<!\w)(?:tài liệu|văn bản|hồ sơ|thông tin)(?: thuộc| là| có)?(?: danh mục)? bí mật nhà nước(?!\w)"),
)
_UNACCENTED: Final = (
    re.compile(rf"(?<!\w)tuyet{_GAP}mat(?!\w)"),
    re.compile(rf"(?<!\w)(?:dong dau|dau|muc do|do|van ban|tai lieu|cong van){_GAP}(?:toi{_GAP})?mat(?!\w)(?!\s+\w)"),
    re.compile(rf"(?<!\w)(?:dong dau|muc do|van ban|tai lieu|cong van){_GAP}toi{_GAP}mat(?!\w)"),
)
_CAPITALS: Final = re.compile(
    r"(?<!\w)(?:MẬT(?!\w)(?!\s+(?:ĐỘ|ONG|KHẨU|MÃ|THIẾT|MÍA|NGHỊ|VỤ|DANH|HIỆU)(?!\w))(?<!BẢO MẬT)(?<!BÍ MẬT)|TOI[\s._\-]*MAT(?!\w)|M\s+Ậ\s+T(?!\w))"
)
_ALONE: Final = re.compile(r"^[\W_]*(?:MẬT|Mật|MAT)[\W_]*$", re.MULTILINE)


def stamp(text: str) -> str | None:
    """The stamp that `text` carries, in lower case; None when it carries none."""
    seen = one_line(text)
    low = fold(seen)
    found = next((m[0] for pattern in _FOLDED if (m := pattern.search(low))), None) or _unaccented(low)
    if found is None and (match := _ALONE.search(text) or (None if _shouted(seen) else _CAPITALS.search(seen))):
        found = match[0].strip().lower()
    return found


def _unaccented(low: str) -> str | None:
    """A stamp without accents; a match that holds an accent is another word ("đầu mất")."""
    matches = (m[0] for pattern in _UNACCENTED for m in pattern.finditer(low))
    return next((found for found in matches if found == strip_accents(found)), None)


def _shouted(text: str) -> bool:
    """True for a long text that is all capitals: there capitals mark nothing."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 60 and all(c.isupper() for c in letters)


def check_open(field: str, text: str) -> None:
    """Raise Classified when `text` carries a stamp."""
    found = stamp(text)
    if found is not None:
        raise Classified(field, found)


def check_file_name(name: str) -> None:
    """Raise Classified when a file name carries a stamp: "BC_TUYET-MAT.docx", "CV 12 MAT.pdf"."""
    stem = re.sub(r"[_.\-+]+", " ", name.rsplit(".", 1)[0] if "." in name else name)
    check_open("file_name", stem)
    words = re.findall(r"\w+", one_line(stem)) or [""]
    harmless = {"bao", "bảo", "bí", "bi"} & {w.lower() for w in words[-2:-1]}
    if (words[-1] in ("MAT", "MẬT", "Mật") and not harmless) or " ".join(words).lower() in ("mat", "mật", "toi mat"):
        raise Classified("file_name", "mật")
