"""The field of a report, by the document that it names or else by its words; staff may set another one."""

import re
from typing import Final

from knowledge.provision import Ref
from knowledge.vietnamese import fold, strip_accents
from reports.model import Field, Report

_DOCUMENTS: Final = {
    "32/2024/NĐ-CP": Field.CLUSTERS, "303/2026/NĐ-CP": Field.CLUSTERS, "14/2024/TT-BCT": Field.CLUSTERS, "68/2017/NĐ-CP": Field.CLUSTERS,
    "45/2012/NĐ-CP": Field.PROMOTION, "235/2025/NĐ-CP": Field.PROMOTION,
    "139/2025/NĐ-CP": Field.TWO_LEVELS, "146/2025/NĐ-CP": Field.TWO_LEVELS,
}  # fmt: skip
_WORDS: Final = (
    (re.compile(r"\bkhuyen cong\b|\bcong nghiep nong thon tieu bieu\b"), Field.PROMOTION),
    (re.compile(r"\bcum cong nghiep\b|\bccn\b|\bcum cn\b"), Field.CLUSTERS),
    (re.compile(r"\b(?:phan cap|phan quyen|phan dinh tham quyen|hai cap|2 cap|cap huyen|bo cap huyen)\b"), Field.TWO_LEVELS),
)


def field_of(report: Report) -> Field:
    """The field of `report`: what was set, else by its provision, else by its words."""
    if report.field is not None:
        return report.field
    if isinstance(report.provision, Ref) and (known := _DOCUMENTS.get(report.provision.document)):
        return known
    plain = strip_accents(fold(f"{report.text} {report.proposal}"))
    return next((field for pattern, field in _WORDS if pattern.search(plain)), Field.OTHER)
