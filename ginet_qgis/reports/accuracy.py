"""The report of an accuracy assessment: one HTML page that needs nothing but itself."""

from __future__ import annotations

from html import escape
from typing import Any

from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import class_name
from ginet_qgis.reports import svg
from ginet_qgis.reports.accuracy_notes import methods, notes, summary
from ginet_qgis.reports.page import HECTARE, document, facts_table, heading, label

Z = 1.96
"""Half-width of a 95 % confidence interval in standard errors."""
RIGHT, WRONG = (26, 152, 80), (215, 48, 39)
"""Colours of what the map has right and wrong."""
STYLE = """<style>
table.matrix td, table.matrix th { text-align: right; padding: .35em .5em; min-width: 3em; }
table.matrix th.name { text-align: left; border-bottom: 0; }
table.figures th { white-space: normal; vertical-align: bottom; }
table.figures td:first-child { overflow-wrap: normal; min-width: 10em; }
.wide { overflow-x: auto; }
table { margin-bottom: 1em; }
table.matrix th { font-weight: 500; vertical-align: bottom; }
table.matrix td { border: 1px solid #fff; font-variant-numeric: tabular-nums; }
table.matrix td.sum { color: #666; }
.note { background: #fff6e0; border-left: 4px solid #e0a000; padding: .5em .9em; margin: .5em 0; }
p.key { color: #555; font-size: .9em; margin: .2em 0 .8em; }
svg { display: block; margin-top: .6em; }
@media print { table.matrix td, .note { print-color-adjust: exact; } }
</style>"""


def page(title: str, result: dict[str, Any]) -> str:
    """The report as HTML.

    Args:
        title: Heading: what was assessed.
        result: The engine's ``result`` event.
    """
    sample = tr("Overall accuracy of the sample: {overall}. Kappa: {kappa}.").format(
        overall=percent(result["overall_of_sample"]), kappa=_two(result["kappa"])
    )
    return document(
        title,
        summary(result),
        [
            STYLE,
            *(f'<div class="note">{escape(note)}</div>' for note in notes(result)),
            heading(tr("Accuracy of each class")),
            _accuracy_chart(result),
            _key(
                tr(
                    "Strong: user's accuracy, how much of what the map shows as the class is it. "
                    "Pale: producer's accuracy, how much of the class the map shows. Lines: 95 % "
                    "confidence intervals."
                )
            ),
            _accuracy_table(result),
            heading(tr("Area of each class")),
            _area_chart(result),
            _key(
                tr(
                    "Strong: area estimated from the reference, with its 95 % confidence interval. "
                    "Pale: area as mapped. Where the two differ by more than the interval, the map "
                    "shows too much or too little of the class."
                )
            ),
            _area_table(result),
            heading(tr("Confusion matrix")),
            _key(
                tr("Labelled pixels: a row for each class of the map, a column for the reference.")
            ),
            _matrix(result, result["matrix"], "{:,.0f}"),
            _key(sample),
            heading(tr("Confusion matrix in per cent of the area")),
            _key(tr("Each stratum weighted by its share of the map; the cells add up to 100.")),
            _matrix(result, [[100 * x for x in row] for row in result["proportions"]], "{:.2f}"),
            heading(tr("How it was made")),
            *(f"<p>{escape(text)}</p>" for text in methods(result)),
            _strata_table(result),
            facts_table({label(name): value for name, value in result["provenance"].items()}),
        ],
    )


def percent(value: float | None) -> str:
    """A share as text; a dash where it is not known."""
    return "–" if value is None else f"{100 * value:.1f} %"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _with_margin(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None or estimate["error"] is None:
        return percent(estimate["value"])
    return f"{100 * estimate['value']:.1f} ± {100 * Z * estimate['error']:.1f} %"


def _key(text: str) -> str:
    return f'<p class="key">{escape(text)}</p>'


def _accuracy_chart(result: dict[str, Any]) -> str:
    groups = [
        (
            class_name(each["name"]),
            [
                svg.Bar(
                    each[kind]["value"], each[kind]["low"], each[kind]["high"], each["colour"],
                    _with_margin(each[kind]), pale=kind == "producers",
                )
                for kind in ("users", "producers")
            ],
        )
        for each in result["classes"]
    ]  # fmt: skip
    axis = {tick: f"{100 * tick:.0f}" for tick in svg.ticks(1)}
    return svg.bars(groups, 1, {**axis, 1: "100 %"})


def _table(heads: list[str], rows: list[list[str]]) -> str:
    """A table of numbers; first cells are HTML already, others text."""
    top = "".join(
        f'<th class="{"number" if number else ""}">{escape(head)}</th>'
        for number, head in enumerate(heads)
    )
    body = [
        f"<tr><td>{first}</td>"
        + "".join(f'<td class="number">{escape(cell)}</td>' for cell in rest)
        + "</tr>"
        for first, *rest in rows
    ]
    return '<table class="figures">\n<tr>' + top + "</tr>\n" + "\n".join(body) + "\n</table>"


def _swatch(entry: dict[str, Any]) -> str:
    return (
        f'<span class="swatch" style="background:{escape(entry["colour"])}"></span>'
        f"{escape(class_name(entry['name']))}"
    )


def _accuracy_table(result: dict[str, Any]) -> str:
    heads = [tr("Class"), tr("User's accuracy"), tr("Producer's accuracy")]
    heads += [tr("F1 of the sample"), tr("IoU of the sample")]
    rows = [
        [
            _swatch(each), _with_margin(each["users"]), _with_margin(each["producers"]),
            _two(each["f1"]), _two(each["iou"]),
        ]
        for each in result["classes"]
    ]  # fmt: skip
    rows.append([escape(tr("Overall accuracy")), _with_margin(result["overall"]), "", "", ""])
    return _table(heads, rows)


class _Areas:
    """Areas in the unit that suits the whole, or pixels where the map has no scale."""

    def __init__(self, result: dict[str, Any]) -> None:
        """Choose the unit."""
        self.classes = result["classes"]
        self.measured = result["area_m2"] is not None
        # Strata without reference are in no estimate; the others' pixels are the whole of it.
        used = [each for each in result["strata"] if each["units"]]
        self.whole = result["area_m2"] if self.measured else sum(e["pixels"] for e in used)
        hectares = self.measured and self.whole >= HECTARE
        self._unit, self._size = ("ha", HECTARE) if hectares else ("m²", 1)

    def text(self, area: float) -> str:
        if not self.measured:
            return f"{area:,.0f}"
        digits = 0 if area / self._size >= 1000 else 2
        return f"{area / self._size:,.{digits}f} {self._unit}"

    def mapped(self, entry: dict[str, Any]) -> float:
        return entry["mapped_m2"] if self.measured else entry["pixels"]

    def scaled(self, share: float | None) -> float | None:
        return None if share is None else share * self.whole

    def margin(self, entry: dict[str, Any]) -> str:
        error = self.scaled(entry["area"]["error"])
        return "–" if error is None else f"± {self.text(Z * error)}"


def _area_chart(result: dict[str, Any]) -> str:
    areas, groups, top = _Areas(result), [], 0.0
    for each in areas.classes:
        low, value, high = (areas.scaled(each["area"][key]) for key in ("low", "value", "high"))
        mapped = areas.mapped(each)
        figures = areas.text(value or 0), areas.text(mapped)
        group = [
            svg.Bar(value, low, high, each["colour"], figures[0]),
            svg.Bar(mapped, None, None, each["colour"], figures[1], pale=True),
        ]
        groups.append((class_name(each["name"]), group))
        top = max(top, mapped, high or value or 0)
    axis = {tick: areas.text(tick) if tick else "0" for tick in svg.ticks(top, 4)}
    return svg.bars(groups, top, axis)


def _area_table(result: dict[str, Any]) -> str:
    areas = _Areas(result)
    first = tr("Area") if areas.measured else tr("Pixels")
    heads = [tr("Class"), tr("Mapped"), tr("Estimated"), tr("95 % interval"), tr("Standard error")]
    heads.append(tr("Share"))
    rows = []
    for each in areas.classes:
        error = areas.scaled(each["area"]["error"])
        rows.append(
            [
                _swatch(each),
                areas.text(areas.mapped(each)),
                areas.text(areas.scaled(each["area"]["value"]) or 0),
                areas.margin(each),
                "–" if error is None else areas.text(error),
                _with_margin(each["area"]),
            ]
        )
    return _key(f"{first}: {areas.text(areas.whole)}") + _table(heads, rows)


def _matrix(result: dict[str, Any], cells: list[list[float]], form: str) -> str:
    names = [escape(class_name(each["name"])) for each in result["classes"]]
    total = escape(tr("Total"))
    head = f'<tr><th class="name">{escape(tr("Map"))} \\ {escape(tr("Reference"))}</th>'
    rows = [head + "".join(f"<th>{name}</th>" for name in [*names, total]) + "</tr>"]
    for number, (name, row) in enumerate(zip(names, cells)):
        shown = "".join(
            f'<td style="background:{_shade(value, sum(row), right=number == place)}">'
            f"{form.format(value) if value else '·'}</td>"
            for place, value in enumerate(row)
        )
        rows.append(
            f'<tr><th class="name">{name}</th>{shown}'
            f'<td class="sum">{form.format(sum(row))}</td></tr>'
        )
    sums = [sum(column) for column in zip(*cells)]
    rows.append(
        f'<tr><th class="name">{total}</th>'
        + "".join(f'<td class="sum">{form.format(value)}</td>' for value in [*sums, sum(sums)])
        + "</tr>"
    )
    return '<div class="wide"><table class="matrix">\n' + "\n".join(rows) + "\n</table></div>"


def _shade(value: float, total: float, *, right: bool) -> str:
    """Stronger the larger the share of the row, but never too dark for the text on it."""
    strength = 0.6 * (value / total) ** 0.5 if total else 0
    mixed = (round(255 + strength * (part - 255)) for part in (RIGHT if right else WRONG))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _strata_table(result: dict[str, Any]) -> str:
    kinds = {"points": tr("Points"), "polygons": tr("Polygons"), "raster": tr("Rasters")}
    heads = [tr("Stratum"), tr("Share of the map"), kinds[result["reference"]["kind"]]]
    heads.append(tr("Labelled pixels"))
    rows = [
        [_swatch(each), percent(each["share"]), f"{each['units']:,}", f"{each['sampled_pixels']:,}"]
        for each in result["strata"]
    ]
    return _table(heads, rows)
