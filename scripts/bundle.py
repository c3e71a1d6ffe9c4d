"""Put a trained model among those that travel with the plugin, its weights compact.

    python -m scripts.bundle MODEL.safetensors NAME

Writes resources/models/NAME.safetensors. Score it afterwards: rounding may change the figures.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from core.model.modelfile import BUNDLED, SUFFIX, load_model, save_model

if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    model = load_model(sys.argv[1])
    card = replace(model.card, name=sys.argv[2], scores=())
    save_model(BUNDLED / f"{sys.argv[2]}{SUFFIX}", model.network, card, compactly=True)
