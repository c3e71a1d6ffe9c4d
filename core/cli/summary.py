"""Summaries for a terminal: scores, accuracies, areas, samples, the scenes of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.accuracy.estimates import Z

BY_CLASS = {
    "IoU": "iou",
    "F1": "f1",
    "precision": "precision",
    "recall": "recall",
    "boundary F1": "boundary_f1",
}


UNLABELLED = {
    "learned": "learned from where the base model is surest of it",
    "absent": "the base model shows none of it, so no map will have it",
    "replaced": "it gives way to a labelled class",
}
"""What becomes of a class without labels."""


def score_lines(scenes: Sequence[Mapping[str, Any]], together: Sequence[Mapping[str, Any]]) -> str:
    """Lines for scores as ``Score.to_dict`` makes them: a line a scene, a table for each pool."""
    each = [[entry["data"], _text(entry["value"])] for entry in scenes]
    # Scenes and pools may differ in their classes, but not in their protocol.
    parts = [_columns([["scene", together[0]["metric"]], *each])]
    parts += [_pool(entry) for entry in together]
    return "\n\n".join(parts)


def _pool(score: Mapping[str, Any]) -> str:
    rows = [["class", *BY_CLASS, "pixels"]]
    for entry in score["classes"]:
        values = [_text(entry[key]) for key in BY_CLASS.values()]
        rows.append([entry["name"], *values, str(entry["pixels"])])
    out = " and ".join(score.get("left_out", ()))
    rows.append(_means(f"mean, {out} counted" if out else "mean", score, score["boundary_f1"]))
    if out:
        rows.append(_means(f"mean, {out} ignored", score["left_out_ignored"], None))
    head = f"{score['data']}, {score['scenes']} scenes: {score['metric']} {_text(score['value'])}"
    tail = f"accuracy {_text(score['accuracy'])}, kappa {_text(score['kappa'])}"
    return f"{head}, {tail}\n{_columns(rows)}"


def _means(name: str, score: Mapping[str, Any], boundary: float | None) -> list[str]:
    return [name, _text(score["miou"]), _text(score["f1"]), "", "", _text(boundary), ""]


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Align columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def batch_lines(result: Mapping[str, Any]) -> str:
    """Lines for the result of ``run_batch``: one for each scene, then the totals."""
    scenes = result["scenes"]
    width = max([len(scene["name"]) for scene in scenes] + [5])
    lines = [f"{'scene':<{width}}  {'status':<9}{'megapixels':>11}{'seconds':>9}  message"]
    for scene in scenes:
        figures = f"{scene['pixels'] / 1e6:11.2f}{scene['seconds']:9.1f}"
        status = f"{scene['status']:<9}"
        lines.append(f"{scene['name']:<{width}}  {status}{figures}  {scene['message']}".rstrip())
    counts = ", ".join(
        f"{result[status]} {status}" for status in ("done", "skipped", "failed", "cancelled")
        if result[status]
    )  # fmt: skip
    lines.append(f"{len(scenes)} scenes: {counts}; {result['seconds']:.1f} s")
    return "\n".join(lines)


def area_lines(areas: Sequence[Mapping[str, Any]]) -> str:
    """Lines for the classes of a classification."""
    lines = []
    for row in areas:
        area = "" if row["area_m2"] is None else f"{row['area_m2'] / 1e4:14.4f} ha"
        pixels = f"{row['id']:4d}  {row['name']:<24}{row['pixels']:14d} px"
        lines.append(f"{pixels}{area}{row['percent']:9.2f} %")
    return "\n".join(lines)


def finetune_lines(result: Mapping[str, Any]) -> str:
    """Lines for the result of ``finetune``: what was gained, and the classes without labels."""
    lines = [
        f"no labels of {name}: {UNLABELLED[own]}" for name, own in result["unlabelled"].items()
    ]
    if scores := result["validation"]:
        lines.append(
            f"mIoU on held-out labels: {scores['before']:.3f} before, {scores['after']:.3f} after"
        )
    return "\n".join(lines)


def polygon_lines(result: Mapping[str, Any]) -> str:
    """Lines for what ``polygons`` returns: a line a class, then all together."""
    lines = []
    for row in result["classes"]:
        area = "" if row["area_m2"] is None else f"{row['area_m2'] / 1e4:14.4f} ha"
        lines.append(f"{row['id']:4d}  {row['name']:<24}{row['features']:10d} polygons{area}")
    return "\n".join([*lines, f"{result['features']} polygons in {result['seconds']:.1f} s"])


def accuracy_lines(result: Mapping[str, Any]) -> str:
    """Lines for the result of ``assess``: one for each class, then the overall accuracy."""
    lines = [f"{'':24}{'users':>14}{'producers':>15}{'area':>14}"]
    for each in result["classes"]:
        users, producers, area = (_share(each[name]) for name in ("users", "producers", "area"))
        lines.append(f"{each['name']:<24}{users} {producers} {area}")
    return "\n".join([*lines, f"{'overall':<24}{_share(result['overall'])}"])


def _share(estimate: Mapping[str, Any]) -> str:
    """Per cent, with half of the 95 % confidence interval."""
    if estimate["value"] is None:
        return f"{'–':>14}"
    margin = "" if estimate["error"] is None else f" ± {100 * Z * estimate['error']:4.1f}"
    return f"{100 * estimate['value']:5.1f}{margin:<7} %"


def sample_lines(result: Mapping[str, Any]) -> str:
    """Lines for the result of ``sample``: one for each stratum."""
    rows = [
        f"{each['name']:<24}{each['pixels']:14d} px{100 * each['share']:8.2f} %"
        f"{each['points']:8d} points"
        for each in result["strata"]
    ]
    return "\n".join([*rows, f"{result['points']} points in all"])
