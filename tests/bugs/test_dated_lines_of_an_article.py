"""Two dated lines of an article's own words were one version, so its old words were law after they had ended."""

from datetime import date

from knowledge.parse import parse_digest
from knowledge.provision import Document


def test_each_dated_line_is_a_version_of_its_own() -> None:
    lines = ["## Điều 11. Kinh phí", "", "Cũ. {đến 14/10/2025}", "{từ 15/10/2025, theo khoản 9 Điều 1} Mới.", "", "1. Khoản."]
    article, clause = parse_digest(lines, Document("1/2020/NĐ-CP")).provisions
    assert [(v.text, v.since, v.until) for v in article.plain] == [
        ("Cũ.", None, date(2025, 10, 14)), ("Mới.", date(2025, 10, 15), None),
    ]
    assert [v.text for v in clause.plain] == ["Khoản."]


def test_lines_without_days_stay_together() -> None:
    article = parse_digest(["## Điều 1. A", "Một. {từ 1/1/2021}", "Hai."], Document("1/2020/NĐ-CP")).provisions[0]
    assert [v.text for v in article.plain] == ["Một.\nHai."]
