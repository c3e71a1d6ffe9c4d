"""Colours of new classes."""

from ginet_qgis.labels.colours import PALETTE, unlike

LANDCOVER = ["#d7301f", "#696969", "#e3be8b", "#a6d96a", "#1a7837", "#2b83ba"]
"""Red, grey, sand, light green, dark green, blue."""


def test_a_new_class_looks_like_none_of_the_base_models():
    assert unlike(LANDCOVER) in {"#f28e2b", "#ff9da7", "#edc948"}  # orange, pink, yellow


def test_colours_are_used_once_each_before_one_comes_again():
    taken = [""]  # a class without a colour
    for _ in range(2 * len(PALETTE)):
        taken.append(unlike([each.upper() for each in taken]))
    assert sorted(taken[1:]) == sorted(2 * PALETTE)
