"""Frames of QGIS's window, with the mouse's pointer, as one animated GIF."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH = 880
"""Of the animation, in pixels."""
COLOURS, MIXED = 224, 12
"""Colours of the palette, and how many frames it is made for."""
POINTER = ((0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12))
"""Corners of an arrow."""


def animate(folder: Path, target: Path) -> None:
    """Make an animation.

    Args:
        folder: Holds what ``scripts.teaching.Film`` took.
        target: The GIF to write.
    """
    taken = json.loads((folder / "film.json").read_text())
    frames = [_frame(folder / name, x, y) for name, x, y, _ in taken]
    palette = _palette(frames[:: max(len(frames) // MIXED, 1)])
    first, *others = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in frames]
    first.save(
        target,
        save_all=True,
        append_images=others,
        duration=[each[3] for each in taken],
        loop=0,
        optimize=True,
    )


def _palette(frames: list[Image.Image]) -> Image.Image:
    """One palette for all frames, or colours would flicker."""
    height = sum(each.height for each in frames)
    mixed = Image.new("RGB", (frames[0].width, height))
    for at, each in enumerate(frames):
        mixed.paste(each, (0, at * each.height))
    return mixed.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _frame(path: Path, x: int, y: int) -> Image.Image:
    with Image.open(path) as image:
        frame = image.convert("RGB")
    corners = [(x + right, y + down) for right, down in POINTER]
    ImageDraw.Draw(frame).polygon(corners, fill="white", outline="black")
    height = round(frame.height * WIDTH / frame.width)
    return frame.resize((WIDTH, height), Image.Resampling.LANCZOS)
