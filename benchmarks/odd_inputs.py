"""Odd inputs: a table of each one's outcome, a result or the error message verbatim.

python benchmarks/odd_inputs.py [FOLDER of rasters as users have them]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "fixtures")]

from odd_inputs import CASES, Classifier, part_of_file, users_files  # noqa: E402
from tiny_model import write as write_model  # noqa: E402

from core.wire.errors import GinetError  # noqa: E402


def tell(classifier: Classifier, source: str, folder: Path, **options: object) -> str:
    """The message that the user reads."""
    try:
        classes, warnings = classifier(source, folder / "out.tif", overwrite=True, **options)
    except GinetError as error:
        said, kind = str(error), f"refused ({error.code})"
    else:
        share = f"{100 * (classes != 255).mean():.0f} %"
        kind = f"classified, {classes.shape[1]} × {classes.shape[0]}, {share} with data"
        said = " ".join(warnings)
    said = said.replace(f"{Path(source).parent}/", "").replace(str(Path(source).parent), "FOLDER")
    return f"{kind} | {said.replace('|', '/')}"


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        classifier = Classifier(write_model(folder / "tiny.safetensors"))
        print("| input | outcome | what the user reads |\n|---|---|---|")
        for number, case in enumerate(CASES):
            own = folder / str(number)
            own.mkdir()
            print(f"| {case.name} | {tell(classifier, case.make(own), own, **case.options)} |")
        for path in users_files(Path(sys.argv[1])) if len(sys.argv) > 1 else ():
            extent = part_of_file(str(path))
            print(f"| {path.name} | {tell(classifier, str(path), folder, extent=extent)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
