"""The report of a classification: one HTML page that needs nothing but itself."""

from __future__ import annotations

from html import escape
from typing import Any

from ginet_qgis.engine.event_feedback import duration
from ginet_qgis.i18n import tr
from ginet_qgis.layers.styling import class_name
from ginet_qgis.reports.page import area_texts, document, facts_table, heading, label


def page(title: str, result: dict[str, Any]) -> str:
    """The report as HTML.

    Args:
        title: Heading: what was classified.
        result: The engine's ``result`` event.
    """
    return document(
        title,
        _summary(result),
        [
            heading(tr("Areas")),
            _areas_table(result.get("areas", [])),
            heading(tr("How it was made")),
            facts_table(_facts(result)),
        ],
    )


def _summary(result: dict[str, Any]) -> str:
    return tr("{pixels} pixels classified in {time} on {device}").format(
        pixels=f"{result.get('pixels', 0):,}",
        time=duration(result.get("seconds", 0)),
        device=result.get("device", ""),
    )


def _areas_table(areas: list[dict[str, Any]]) -> str:
    heads = (("", tr("Class")), ("number", tr("Pixels")), ("number", tr("Area")))
    heads += (("number", tr("Per cent")), ("", tr("Share")))
    rows = ["<tr>" + "".join(f'<th class="{c}">{escape(t)}</th>' for c, t in heads) + "</tr>"]
    *texts, total = area_texts(areas)
    rows += [_area_row(each, text) for each, text in zip(areas, texts)]
    pixels = sum(each["pixels"] for each in areas)
    rows.append(
        f'<tr class="total"><td>{escape(tr("Total"))}</td><td class="number">{pixels:,}</td>'
        f'<td class="number">{total}</td><td class="number"></td><td></td></tr>'
    )
    return "<table>\n" + "\n".join(rows) + "\n</table>"


def _area_row(area: dict[str, Any], text: str) -> str:
    colour, share = escape(str(area["colour"])), float(area["percent"])
    return (
        f'<tr><td><span class="swatch" style="background:{colour}"></span>'
        f"{escape(class_name(str(area['name'])))}</td>"
        f'<td class="number">{area["pixels"]:,}</td>'
        f'<td class="number">{text}</td>'
        f'<td class="number">{share:.1f} %</td>'
        '<td><div class="bar">'
        f'<div style="width:{share:.2f}%;background:{colour}"></div></div></td></tr>'
    )


def _facts(result: dict[str, Any]) -> dict[str, str]:
    facts = {
        tr("Speed"): tr("{rate} million pixels a second").format(
            rate=f"{result.get('rate', 0) / 1e6:.3g}"
        ),
        tr("Pixels without data"): f"{result.get('nodata_pixels', 0):,}",
    }
    provenance = result.get("provenance", {})
    return {**facts, **{label(name): str(value) for name, value in provenance.items()}}
