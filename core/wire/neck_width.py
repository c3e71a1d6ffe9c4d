"""How narrow a neck is at which merged buildings are cut; the engine and the plugin share it."""

NECK_WIDTH = 3.0
"""Metres; footprints are cut where they are narrower, if the job does not say. Chosen in Tanzania
and the Philippines, see docs/RESULTS.md."""
WIDEST_NECK = 10.0
"""Metres; what is wider is a building."""
