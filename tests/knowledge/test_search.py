"""Search over the shipped corpus: what stands first, what is refused, what filters do."""

import pytest

from knowledge.answer import Answers
from knowledge.search import EVIDENCE, FEATURES, Ranking


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("CCN muốn mở rộng thì cần điều kiện gì?", "32-2024-nd-cp.8"),
        ("mo rong cum cong nghiep can dieu kien gi", "32-2024-nd-cp.8"),
        ("so cong thuong tham dinh ho so lap cum may ngay", "32-2024-nd-cp.10"),
        ("cụm công nghiệp làng nghề là gì", "32-2024-nd-cp.2"),
        ("dien tich toi da cua mot ccn", "32-2024-nd-cp.2"),
        ("hồ sơ đề nghị thành lập cụm gồm giấy tờ gì", "32-2024-nd-cp.9"),
    ],
)
def test_the_right_article_first(answers: Answers, question: str, article: str) -> None:
    found = answers.search.find(question)
    assert found.hits[0].provision.ref.article_ref.key == article
    assert found.answerable >= answers.search.ranking.threshold


@pytest.mark.parametrize(
    "question",
    [
        "thủ tục đăng ký kết hôn ở xã cần giấy tờ gì",
        "bang lai xe b2 thi the nao",
        "lương tối thiểu vùng năm nay bao nhiêu",
        "hom nay ha noi co mua khong",
        "điều kiện hưởng trợ cấp thất nghiệp",
        "thuế giá trị gia tăng mấy phần trăm",
    ],
)
def test_what_the_corpus_does_not_answer(answers: Answers, question: str) -> None:
    assert answers.search.find(question).answerable < answers.search.ranking.threshold


def test_only_the_documents_asked_for(answers: Answers) -> None:
    found = answers.search.find("hiệu lực thi hành từ ngày nào", documents=frozenset({"45/2012/NĐ-CP"}))
    assert {h.provision.ref.document for h in found.hits} == {"45/2012/NĐ-CP"}


def test_one_place_is_named_once(answers: Answers) -> None:
    refs = [h.provision.ref for h in answers.search.find("điều kiện mở rộng cụm công nghiệp").hits]
    assert not any(a != b and a.covers(b) for a in refs for b in refs)


def test_scores_fall(answers: Answers) -> None:
    scores = [h.score for h in answers.search.find("hỗ trợ khuyến công").hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0


@pytest.mark.parametrize("text", ["", "!!!", "\x00"])
def test_nothing_to_search(answers: Answers, text: str) -> None:
    assert answers.search.find(text).hits == ()


def test_every_weight_is_known() -> None:
    ranking = Ranking.load()
    assert set(ranking.features) == set(FEATURES)
    assert set(ranking.answerable) == {*EVIDENCE, "bias"}
