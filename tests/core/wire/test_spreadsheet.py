"""Tables for spreadsheets: no text is a formula, numbers are numbers, all else is as it was."""

import csv
import io

import pytest

from core.wire.spreadsheet import table_text


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://a","b")',
        "+1+1",
        "-1+1",
        "-",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        "=a,b;c",
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_what_begins_like_a_formula_is_quoted(text, delimiter):
    written = table_text([["a", text, 1]], delimiter)
    doubled = text.replace('"', '""')
    assert written == f'a{delimiter}"\'{doubled}"{delimiter}1\n'
    (row,) = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)
    assert row == ["a", f"'{text}", "1"]


def test_numbers_and_other_text_stay_as_they_are():
    row = [
        -3.5,
        "-3.5",
        "+2",
        "-1e-05",
        0,
        None,
        "low vegetation",
        "a = b",
        "水, 冰",
        'a "b"',
        "a\nb",
    ]
    (read,) = csv.reader(io.StringIO(table_text([row]), newline=""))
    assert read == ["" if cell is None else str(cell) for cell in row]
    assert table_text([row]).startswith("-3.5,-3.5,+2,-1e-05,0,,low vegetation,a = b,")
