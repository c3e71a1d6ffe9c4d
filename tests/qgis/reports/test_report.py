"""The report: complete, readable on its own, and safe whatever a name contains."""

from html.parser import HTMLParser

from ginet_qgis.reports import classification
from ginet_qgis.reports.page import area_texts

RESULT = {
    "areas": [
        {"id": 0, "name": "tree", "colour": "#006400", "pixels": 1234567, "area_m2": 98765.4,
         "percent": 75.0},
        {"id": 1, "name": "<b>&\"'", "colour": "#1e90ff", "pixels": 411523, "area_m2": 321.0,
         "percent": 25.0},
    ],
    "pixels": 1646090, "nodata_pixels": 17, "seconds": 65.4, "rate": 2.5e6, "device": "cpu",
    "provenance": {"model": "landcover", "input": "/data/<script>.tif"},
}  # fmt: skip


class Reader(HTMLParser):
    """Collects text and tags; complains of tags that are not closed."""

    VOID = ("meta", "br")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text, self.links = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_page_is_complete_and_safe():
    page = classification.page("Land cover of <img src=x>", RESULT)
    reader = Reader()
    reader.feed(page)
    text = " ".join(reader.text)
    assert reader.open == []
    assert reader.links == []
    assert not reader.tags & {"script", "img", "b", "link"}
    for expected in (
        "Land cover of <img src=x>", "<b>&\"'", "1,234,567", "9.88 ha", "0.03 ha", "75.0 %",
        "1:05", "2.5 million pixels a second", "landcover", "/data/<script>.tif", "9.91 ha",
    ):  # fmt: skip
        assert expected in text
    assert "width:75.00%" in page


def test_areas_share_the_unit_that_suits_their_sum():
    def texts(*areas):
        return area_texts([{"area_m2": area} for area in areas])

    assert texts(2500.0, 120000.0) == ["0.25 ha", "12.00 ha", "12.25 ha"]
    assert texts(2500.0, 0.25) == ["2,500.0 m²", "0.2 m²", "2,500.2 m²"]
    assert texts(None, None) == ["–", "–", "–"]
