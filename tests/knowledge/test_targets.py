"""Places as amending texts name them: a table of phrases and what they mean."""

import pytest

from knowledge.provision import Ref
from knowledge.targets import targets

CONTEXT = Ref("", "9", "3")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("khoản 4 và khoản 5 Điều 3", [("", ["khoản 4 Điều 3", "khoản 5 Điều 3"])]),
        # a point belongs to the next clause only
        ("điểm a và điểm b khoản 2, khoản 3 Điều 5", [("", ["điểm a khoản 2 Điều 5", "điểm b khoản 2 Điều 5", "khoản 3 Điều 5"])]),
        (
            "các khoản 1, 2 và 5 Điều 7; điểm đ khoản 1 Điều 8 Nghị định số 77/2016/NĐ-CP",
            [("77/2016/NĐ-CP", ["khoản 1 Điều 7", "khoản 2 Điều 7", "khoản 5 Điều 7", "điểm đ khoản 1 Điều 8"])],
        ),
        ("điểm c và điểm d của khoản 2 Điều 68", [("", ["điểm c khoản 2 Điều 68", "điểm d khoản 2 Điều 68"])]),
        ("Điều 34 đến Điều 36", [("", ["Điều 34", "Điều 35", "Điều 36"])]),
        ("các Điều 17, 21 và khoản 3 Điều 39", [("", ["Điều 17", "Điều 21", "khoản 3 Điều 39"])]),
        # what is around stands in the sentence above
        ("khoản 2", [("", ["khoản 2 Điều 9"])]),
        ("điểm c và điểm d", [("", ["điểm c khoản 3 Điều 9", "điểm d khoản 3 Điều 9"])]),
        # the annex belongs to the form's name
        ("Mẫu số 01, Mẫu số 02 Phụ lục I", [("", ["Mẫu số 01 Phụ lục I", "Mẫu số 02 Phụ lục I"])]),
        # a part of an annex is never taken for the annex
        ("mục 3.1 Phụ lục VI", [("", ["mục 3.1 Phụ lục VI"])]),
        ("mục 1 phần I Phụ lục III", [("", ["mục 1 phần I Phụ lục III"])]),
        ("phần I và phần II Phụ lục I", [("", ["phần I Phụ lục I", "phần II Phụ lục I"])]),
        ("Chương X Nghị định số 136/2025/NĐ-CP", [("136/2025/NĐ-CP", ["Chương X"])]),
        # earlier amendments and titles name no target
        ("khoản 3 Điều 1 Thông tư số 24/2024/TT-BCT (đã được sửa đổi tại khoản 7 Điều 1 Thông tư số 17/2022/TT-BCT)", [("24/2024/TT-BCT", ["khoản 3 Điều 1"])]),
        ("Điều 2 Thông tư số 43/2023/TT-BCT sửa đổi, bổ sung một số điều của Thông tư số 57/2018/TT-BCT", [("43/2023/TT-BCT", ["Điều 2"])]),
        # the whole document, annexes included
        ("tại Thông tư số 14/2024/TT-BCT bao gồm Phụ lục I, Phụ lục II và các biểu, mẫu", [("14/2024/TT-BCT", [])]),
        ("Nghị quyết số 66.16/2026/NQ-CP", [("66.16/2026/NQ-CP", [])]),
        ("không nêu nơi nào", []),
    ],
)
def test_places(text: str, meant: list[tuple[str, list[str]]]) -> None:
    assert [(t.document, [r.place() for r in t.refs]) for t in targets(text, CONTEXT)] == meant
