"""Average the weights of models of one architecture.

    python -m scripts.average OUTPUT MODEL=SHARE [MODEL=SHARE ...]

The shares are scaled to a sum of one; the card is the first model's. Averages of a model before and
after it learned from more places keep what both know (M. Wortsman et al., "Robust fine-tuning of
zero-shot models", CVPR 2022).
"""

from __future__ import annotations

import sys
from pathlib import Path

from core.model.modelfile import load_model, save_model


def average(shares: dict[str, float], output: Path) -> None:
    """Write the average of models, which are files or names of bundled ones, by their shares."""
    models = {name: load_model(name) for name in shares}
    states = {name: model.network.state_dict() for name, model in models.items()}
    total = sum(shares.values())
    first = next(iter(models.values()))
    mean = {
        key: sum(states[name][key].float() * (share / total) for name, share in shares.items())
        for key in first.network.state_dict()
    }
    first.network.load_state_dict(mean)
    save_model(output, first.network, first.card)


if __name__ == "__main__":
    if len(sys.argv) < 3 or not all("=" in text for text in sys.argv[2:]):
        raise SystemExit(__doc__)
    parts = (text.rpartition("=") for text in sys.argv[2:])
    average({name: float(share) for name, _, share in parts}, Path(sys.argv[1]))
