"""The report of a fine-tuning: gains on held-out labels, classes with too few labels."""

from __future__ import annotations

from html import escape
from typing import Any

from ginet_qgis.engine.event_feedback import duration
from ginet_qgis.i18n import tr
from ginet_qgis.labels.hints import what_is_short
from ginet_qgis.layers.styling import class_name
from ginet_qgis.reports import svg
from ginet_qgis.reports.page import document, facts_table, heading


def page(title: str, result: dict[str, Any], facts: dict[str, str]) -> str:
    """The report as HTML.

    Args:
        title: Heading: what was made.
        result: The engine's ``result`` event, with the ``classes`` of the job.
        facts: How it was made, by name.
    """
    body = []
    if result["validation"]:
        body += [
            heading(tr("On ground held out")),
            _chart(result),
            _paragraph(
                tr(
                    "Bars: IoU, the share of right pixels among all that are or are taken for the "
                    "class. Strong: after fine-tuning. Pale: before, as the base model's own map "
                    "has it; 0 for a class that it does not know. "
                    "Measured on {pixels} labelled pixels, each by one of {folds} fits that had "
                    "not learned from it."
                ).format(
                    pixels=f"{result['validation']['pixels']:,}",
                    folds=result["validation"]["folds"],
                )
            ),
            *([] if result["kept"] else [_paragraph(learned_from())]),
            _paragraph(caution(result["validation"])),
        ]
    body += [heading(tr("Labels")), _table(result)]
    made = {tr("Time"): duration(result["seconds_used"]), tr("Device"): str(result["device"])}
    return document(
        title,
        summary(result),
        [*body, heading(tr("How it was made")), facts_table({**facts, **made})],
    )


def summary(result: dict[str, Any]) -> str:
    """What was gained, in a sentence."""
    validation = result["validation"]
    if not validation:
        return tr(
            "Too few places are labelled to hold any out, so it is not known what was gained. "
            "Label at least two separate places of two classes or more."
        )
    if result["kept"]:
        return tr(
            "The adapted model was not better than the base model on labels held out (mIoU "
            "{before}), so the base model is kept as it is. Check the labels, or add more where "
            "the map is wrong."
        ).format(before=f"{validation['before']:.3f}")
    return tr("mIoU on ground held out: {before} before, {after} after fine-tuning.").format(
        before=f"{validation['before']:.3f}", after=f"{validation['after']:.3f}"
    )


def learned_from() -> str:
    """What the delivered model had that those measured had not."""
    return tr("The delivered model learned from all labels.")


def caution(validation: dict[str, Any]) -> str:
    """How far figures and confidence are to be believed."""
    return tr(
        "On these pixels the confidence is off by about {points} in 100 on average. Labels chosen "
        "by hand are easy ones as a rule, so all these figures tend to be too good: to know, "
        "assess the map with points drawn at random."
    ).format(points=max(round(100 * validation["calibration_error"]), 1))


def hints(result: dict[str, Any]) -> dict[str, str]:
    """What to label more of, by class; classes with enough are left out."""
    polygons, told = result["label_polygons"], {}
    fates = result.get("unlabelled", {})
    for name, pixels in result["label_pixels"].items():
        if name in fates:
            told[name] = without_labels(fates[name])
        elif not pixels:
            told[name] = tr("Not learned: no pixel of the image is labelled so.")
        elif short := what_is_short(polygons and polygons[name], pixels):
            told[name] = short
    return told


def without_labels(fate: str) -> str:
    """What becomes of a class without labels.

    Args:
        fate: As the engine tells it: "learned", "absent" or "replaced".
    """
    if fate == "learned":
        return tr("From the base model.")
    if fate == "replaced":
        return tr("Gave way to a labelled class: label some of it to keep it.")
    return tr("Not on the map: the base model shows none of it here.")


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _iou(result: dict[str, Any], when: str, name: str) -> float | None:
    return (result["validation"] or {}).get(f"iou_{when}", {}).get(name)


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _chart(result: dict[str, Any]) -> str:
    groups = []
    for each in result["classes"]:
        bars = []
        for when in ("after", "before"):
            value = _iou(result, when, each["name"])
            pale = when == "before"
            bars.append(svg.Bar(value, None, None, each["colour"], _text(value), pale=pale))
        groups.append((class_name(each["name"]), bars))
    axis = {tick: f"{tick:.1f}" for tick in svg.ticks(1)}
    return svg.bars(groups, 1, {**axis, 1: "1.0"})


def _table(result: dict[str, Any]) -> str:
    polygons, told = result["label_polygons"], hints(result)
    heads = [tr("Class"), tr("Labelled pixels"), tr("Polygons"), tr("IoU before"), tr("IoU after")]
    rows = []
    for each in result["classes"]:
        name = each["name"]
        cells = [
            f"{result['label_pixels'][name]:,}",
            "–" if polygons is None else f"{polygons[name]:,}",
            _text(_iou(result, "before", name)),
            _text(_iou(result, "after", name)),
        ]
        rows.append(
            f'<tr><td><span class="swatch" style="background:{escape(each["colour"])}"></span>'
            f"{escape(class_name(name))}</td>"
            + "".join(f'<td class="number">{cell}</td>' for cell in cells)
            + f"<td>{escape(told.get(name, ''))}</td></tr>"
        )
    first, *others = heads
    top = f"<th>{escape(first)}</th>" + "".join(
        f'<th class="number">{escape(head)}</th>' for head in others
    )
    return f"<table>\n<tr>{top}<th></th></tr>\n" + "\n".join(rows) + "\n</table>"
