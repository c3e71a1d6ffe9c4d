"""Which builds of PyTorch there are, and which of them suit this machine.

A build is offered where the lock files pin it hash by hash; one that is not says why.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ginet_qgis.installer.programs import output_of
from ginet_qgis.words import tr

NAMES = ("cpu", "cuda", "rocm", "mps")
GIGABYTE = 10**9
INSTALLED = 1.2 * GIGABYTE
INSTALLED_CUDA = 5.2 * GIGABYTE
"""As ``scripts/try-zip.sh`` measures, on Linux with Python 3.11 and 3.13."""
SPACE_NEEDED = 3 * GIGABYTE
SPACE_NEEDED_CUDA = 10 * GIGABYTE
"""With downloads, which are there twice for a while: as pip fetches them, and kept for going on."""
OLDEST_CARD = (7, 5)
"""Compute capability that CUDA 13 still computes on: Turing and newer."""


@dataclass(frozen=True)
class Machine:
    """What decides which build suits.

    Attributes:
        system: "Linux", "Windows" or "Darwin".
        processor: "x86_64", "aarch64", "arm64" or "AMD64".
        card: The NVIDIA card's name; empty where there is none.
        driver_cuda: Newest CUDA that its driver can serve.
        capability: The card's compute capability.
        has_rocm: Whether AMD's tools are installed.
    """

    system: str
    processor: str
    card: str = ""
    driver_cuda: tuple[int, int] | None = None
    capability: tuple[int, int] | None = None
    has_rocm: bool = False

    @classmethod
    def this(cls) -> Machine:
        """This machine; asks the driver, which may take a second."""
        seen = output_of(["nvidia-smi"], timeout=15) or b""
        names = output_of(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], timeout=15)
        capability = output_of(
            ["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"], timeout=15
        )
        return cls(
            platform.system(),
            platform.machine(),
            (names or b"").decode("utf-8", "replace").strip().split("\n")[0],
            _version(re.search(rb"CUDA Version: *(\d+)\.(\d+)", seen)),
            _version(re.match(rb"(\d+)\.(\d+)", capability or b"")),
            shutil.which("rocm-smi") is not None or shutil.which("amd-smi") is not None,
        )

    @property
    def platform(self) -> str:
        """The key in ``sizes.json``."""
        system = {"Darwin": "macos"}.get(self.system, self.system.lower())
        arm = self.processor.lower() in ("aarch64", "arm64")
        return f"{system}_{'arm64' if arm else 'x86_64'}"


@dataclass(frozen=True)
class Build:
    """One build of PyTorch on one machine.

    Attributes:
        name: One of ``NAMES``.
        refusal: Why it is not offered here; empty where it is.
        download: Bytes, of all that the engine needs.
        most: Bytes to download where the package index lacks the small CPU build.
        disk: Bytes that stay on the disk, about.
        space: Bytes to be free before the installation.
    """

    name: str
    refusal: str
    download: int
    most: int
    disk: int
    space: int


def builds(machine: Machine, locks: Path) -> list[Build]:
    """All builds, the best one for the machine first; the last resort, CPU, is always offered."""
    sizes = _sizes(locks).get(machine.platform, {})
    rest = sizes.get("engine", 0)
    light = sizes.get("torch-cpu") or sizes.get("torch", 0)
    heavy = sizes.get("torch", 0) + sizes.get("cuda", 0)
    small = (int(INSTALLED), SPACE_NEEDED)
    large = (int(INSTALLED_CUDA), SPACE_NEEDED_CUDA)
    found = [
        Build("cuda", _cuda_refusal(machine, locks), heavy + rest, heavy + rest, *large),
        Build("rocm", _rocm_refusal(), 0, 0, *large),
        Build("mps", _mps_refusal(machine), heavy + rest, heavy + rest, *small),
        Build("cpu", "", light + rest, heavy + rest, *small),
    ]
    return sorted(found, key=lambda build: build.refusal != "")


def cuda_version(locks: Path) -> tuple[int, int] | None:
    """The CUDA that the pinned build needs; None where none is pinned."""
    try:
        text = (locks / "cuda.txt").read_text("utf-8")
    except OSError:
        return None
    return _version(re.search(r"^cuda-toolkit==(\d+)\.(\d+)", text, re.MULTILINE))


def gigabytes(size: float) -> str:
    """Bytes as "1.1 GB"."""
    return f"{size / GIGABYTE:.1f} GB"


def _cuda_refusal(machine: Machine, locks: Path) -> str:
    needed = cuda_version(locks)
    if machine.system == "Darwin":
        return tr("There are no NVIDIA drivers for macOS.")
    if machine.system != "Linux" or needed is None:
        return tr(
            "No CUDA build for this system is pinned by its hash. To use the card, choose a Python "
            "that has a CUDA build of PyTorch."
        )
    if not machine.card:
        return tr("No NVIDIA graphics card answers; the driver's program nvidia-smi is not there.")
    if machine.driver_cuda is None or machine.driver_cuda < needed:
        return tr(
            "The graphics driver serves CUDA {theirs}; the build needs {needed}. Update the driver."
        ).format(theirs=_dotted(machine.driver_cuda), needed=_dotted(needed))
    if machine.capability is not None and machine.capability < OLDEST_CARD:
        return tr(
            "{card} has compute capability {theirs}; the build needs {needed}."
        ).format(
            card=machine.card, theirs=_dotted(machine.capability), needed=_dotted(OLDEST_CARD)
        )  # fmt: skip
    return ""


def _rocm_refusal() -> str:
    return tr(
        "No ROCm build is pinned by its hash. To use an AMD card, choose a Python that has a ROCm "
        "build of PyTorch."
    )


def _mps_refusal(machine: Machine) -> str:
    if machine.platform == "macos_arm64":
        return ""
    return tr("This is no Mac with Apple silicon.")


def _sizes(locks: Path) -> dict[str, dict[str, int]]:
    """Bytes to download, by platform and lock file; ``scripts/lock.py`` writes them."""
    try:
        found = json.loads((locks / "sizes.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _version(match: re.Match[bytes] | re.Match[str] | None) -> tuple[int, int] | None:
    return (int(match[1]), int(match[2])) if match else None


def _dotted(version: tuple[int, int] | None) -> str:
    return ".".join(map(str, version)) if version else "–"
