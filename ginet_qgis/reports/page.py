"""What all reports share: the page, its style, headings, tables of facts, areas as text."""

from __future__ import annotations

from html import escape
from typing import Any

from ginet_qgis.i18n import tr

HECTARE = 10_000
"""Square metres."""

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 52em; margin: 2em auto;
       padding: 0 1em; }
h1 { font-size: 1.6em; margin-bottom: 0; }
h2 { font-size: 1.15em; margin-top: 2em; }
p.lead { color: #555; margin-top: .3em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35em .7em; border-bottom: 1px solid #e3e3e3;
         vertical-align: top; overflow-wrap: anywhere; }
td:first-child { min-width: 9em; }
th.number, td.number { text-align: right; white-space: nowrap;
                       font-variant-numeric: tabular-nums; }
tr.total td { font-weight: 600; border-top: 2px solid #999; }
.swatch { display: inline-block; width: 1em; height: 1em; border: 1px solid #888;
          vertical-align: -.12em; margin-right: .6em; }
.bar { background: #eee; height: .9em; min-width: 8em; margin-top: .3em; }
.bar div { height: 100%; }
@media print { .bar, .bar div, .swatch { print-color-adjust: exact; } }
"""


def document(title: str, lead: str, body: list[str]) -> str:
    """A page that needs nothing but itself.

    Args:
        title: Heading, as text.
        lead: The sentence below it, as text.
        body: HTML, in order.
    """
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f'<p class="lead">{escape(lead)}</p>',
            *body,
            "</body></html>",
            "",
        ]
    )


def heading(text: str) -> str:
    """A heading of the second level."""
    return f"<h2>{escape(text)}</h2>"


def area_texts(areas: list[dict[str, Any]]) -> list[str]:
    """Each class's area and, last, their sum, all in the unit that suits the sum.

    Dashes where the raster has no scale to measure with.
    """
    square_metres = [each["area_m2"] for each in areas]
    if None in square_metres:
        return ["–"] * (len(areas) + 1)
    square_metres.append(sum(square_metres))
    if square_metres[-1] < HECTARE:
        return [f"{area:,.1f} m²" for area in square_metres]
    return [f"{area / HECTARE:,.2f} ha" for area in square_metres]


def label(name: str) -> str:
    """A provenance entry's name in the user's language; unknown ones stay as they are."""
    known = {
        "software": tr("Software"),
        "date": tr("Date"),
        "input": tr("Input"),
        "bands": tr("Bands"),
        "value_scaling": tr("Values scaled from"),
        "extent": tr("Extent"),
        "resampled_by": tr("Resampled by"),
        "model": tr("Model"),
        "model_sha256": tr("Model's SHA-256"),
        "model_licence": tr("Model's licence"),
        "model_trained_on": tr("Model trained on"),
        "patch_overlap_context": tr("Patch, overlap and context"),
        "device": tr("Device"),
        "precision": tr("Precision"),
        "classified": tr("Map"),
        "reference": tr("Reference"),
        "field": tr("Field"),
        "strata": tr("Strata"),
    }
    return known.get(name, name)


def facts_table(facts: dict[str, str]) -> str:
    """A table of names and values."""
    rows = (
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts.items()
    )
    return "<table>\n" + "\n".join(rows) + "\n</table>"
