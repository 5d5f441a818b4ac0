"""Places by name: current and old names, without accents, several where the words do not decide."""

import csv
from pathlib import Path

import pytest

from reports.places import Places

PLACES = Places.load()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("xã Tân Lập, tỉnh Lạng Sơn", ["Xã Vũ Lăng, Tỉnh Lạng Sơn"]),
        ("Thái Nguyên", ["Tỉnh Thái Nguyên"]),
        ("tỉnh thai nguyen", ["Tỉnh Thái Nguyên"]),
        # before the mergers
        ("Bắc Kạn", ["Tỉnh Thái Nguyên"]),
        ("bac giang", ["Tỉnh Bắc Ninh"]),
        ("TP.HCM", ["Thành phố Hồ Chí Minh"]),
        ("Bà Rịa - Vũng Tàu", ["Thành phố Hồ Chí Minh"]),
        ("Thừa Thiên Huế", ["Thành phố Huế"]),
        # another spelling of the tone mark
        ("Khánh Hoà", ["Tỉnh Khánh Hòa"]),
        ("Đồng Nai", ["Thành phố Đồng Nai"]),
        ("phường Ba Đình, Hà Nội", ["Phường Ba Đình, Thành phố Hà Nội"]),
        ("p. ba dinh, ha noi", ["Phường Ba Đình, Thành phố Hà Nội"]),
        ("phuong ba dinh ha noi", ["Phường Ba Đình, Thành phố Hà Nội"]),
        ("đặc khu Phú Quốc", ["Đặc khu Phú Quốc, Tỉnh An Giang"]),
        # a commune that is gone leads to the one that has its land
        ("xã Mỹ Khánh, huyện Phong Điền, Cần Thơ", ["Phường An Bình, Thành phố Cần Thơ"]),
        ("", []),
        ("...", []),
        ("không biết", []),
    ],
)
def test_a_text_names(text: str, names: list[str]) -> None:
    assert [p.name for p in PLACES.find(text)] == names


def test_a_name_that_several_communes_had_gives_all_of_them() -> None:
    found = PLACES.find("xa Tan Lap, Thai Nguyen")
    assert found
    assert {p.province for p in found} == {"19"}
    assert PLACES.find("xã Tân Lập, Thái Nguyên")
    assert len({p.province for p in PLACES.find("xã Tân Lập")}) > 1


def test_every_old_commune_leads_to_one_of_today() -> None:
    for text in ("thị trấn Tây Đằng, huyện Ba Vì, Hà Nội", "xã Ba Trại, Ba Vì, Hà Nội", "xã Ba Trại huyện Ba Vì tỉnh Hà Nội"):
        found = PLACES.find(text)
        assert found, text
        assert all(PLACES.by_code(p.commune) is not None for p in found)
        assert all("Ba Vì" in p.former for p in found)


def test_by_code() -> None:
    assert (PLACES.by_code("19") or PLACES.find("x")[0]).name == "Tỉnh Thái Nguyên"
    assert PLACES.by_code("00004") == PLACES.find("phường Ba Đình, Hà Nội")[0]
    assert PLACES.by_code("99999") is None


@pytest.mark.parametrize("text", ["x" * 100_000, "\u202eThái Nguyên", ", , ,", "xã", "tỉnh", "'; DROP TABLE", "xã " * 3000])
def test_hostile_text_finds_little_and_raises_nothing(text: str) -> None:
    assert len(PLACES.find(text)) < 50


def test_the_lists_are_the_official_ones(shared: Path) -> None:
    with (shared / "provinces" / "communes_3321.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        place = PLACES.by_code(row["code"])
        assert place is not None, row
        assert place.province == row["province_code"]
        assert place in PLACES.find(f"{row['full_name']}, {row['province_name']}"), row
    with (shared / "provinces" / "provinces_34.csv").open(encoding="utf-8") as file:
        assert all(PLACES.find(row["full_name"]) == (PLACES.by_code(row["code"]),) for row in csv.DictReader(file))


@pytest.mark.parametrize(("typed", "name"), [
    ("xã Phú Bình, huyện Không Có, Thái Nguyên", "Xã Phú Bình"), ("Thái Nguyên, xã Phú Bình", "Xã Phú Bình"), ("tinh Thai Nguyen, xa Phu Binh", "Xã Phú Bình"),
])  # fmt: skip
def test_a_wrong_district_and_a_turned_order_stay_in_the_province(typed: str, name: str) -> None:
    found = Places.load().find(typed)
    assert {(p.province, p.commune_name) for p in found} == {("19", name)}
