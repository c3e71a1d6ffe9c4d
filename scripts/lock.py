"""Resolve pyproject.toml into the lock files: every package pinned, every file by its hash.

    make lock                      keeps what is pinned already
    make lock UPGRADE=--upgrade    takes the newest versions that fit

The engine's lock is universal (all platforms, Python 3.10 to 3.14) and comes in parts, because the
installer takes steps: torch alone, then what torch's CUDA builds load, then all else.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "resources" / "engine"
DEVELOPMENT = ROOT / "requirements"

# PyTorch publishes its CPU builds outside the index that uv resolves from; they are known by hash.
# pip finds them where it is pointed to them (find-links, or a mirror that has them).
CPU_BUILDS = {
    "torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl": (
        # pragma: allowlist nextline secret
        "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"
    ),
}
CPU_BUILD_BYTES = 191_794_682
# What `uv lock` says of each file, for the platforms that the set-up dialog tells sizes for.
PLATFORMS = {
    "linux_x86_64": ("manylinux", "x86_64"),
    "linux_arm64": ("manylinux", "aarch64"),
    "windows_x86_64": ("win_amd64", "win_amd64"),
    "macos_arm64": ("macosx", "arm64"),
}
TYPICAL_PYTHON = re.compile(r"-(cp311-cp311|cp3\d+-abi3|py3-none|py2\.py3-none)-")
CUDA = re.compile(r"^(nvidia-|cuda-|triton)")
GROUPS = {
    "dev": "Linters, tests and figures, on top of the engine's environment.",
    "train": "What training needs on top of the engine's environment.",
    "docs": "The documentation's site, in an environment of its own.",
    "qgis-test": "Tests inside QGIS's own Python.",
}

Packages = dict[str, list[str]]
"""Lock entries by package; one has several where platforms differ."""


def resolve(*what: str, earlier: list[Path]) -> Packages:
    """A universal lock, with the versions of the earlier lock files where they still fit."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "lock.txt")
        lock.write_text("\n".join(path.read_text() for path in earlier if path.is_file()))
        command = [sys.executable, "-m", "uv", "pip", "compile", *what, *sys.argv[1:]]
        command += ["--universal", "--python-version", "3.10", "--generate-hashes", "--no-config"]
        command += ["--no-header", "--no-annotate", "--quiet", "--output-file", str(lock)]
        subprocess.run(command, check=True, cwd=ROOT)
        packages: Packages = {}
        for entry in re.split(r"\n(?=\S)", lock.read_text().strip()):
            packages.setdefault(entry.split("==")[0], []).append(entry)
        return packages


def write(path: Path, about: str, packages: Packages) -> None:
    """Write one lock file."""
    lines = [entry for name in sorted(packages) for entry in packages[name]]
    path.write_text("\n".join([f"# {about} Made by `make lock`.", *lines, ""]))


def cpu_builds(requirement: str) -> Packages:
    """The entry of the CPU builds of ``torch==VERSION``; none where no hash is known."""
    version = requirement.split("==")[1]
    hashes = [
        digest for name, digest in CPU_BUILDS.items() if name.startswith(f"torch-{version}+cpu-")
    ]
    lines = [f"{requirement}+cpu", *(f"    --hash=sha256:{digest}" for digest in hashes)]
    return {"torch": [" \\\n".join(lines)]} if hashes else {}


def sizes(parts: dict[Path, Packages]) -> dict[str, dict[str, int]]:
    """Bytes to download, by platform and lock file, with Python 3.11."""
    with tempfile.TemporaryDirectory() as folder:
        pins = [
            entry.split(" \\\n")[0]
            for part in parts.values()
            for each in part.values()
            for entry in each
        ]
        project = {"name": "sizes", "version": "0", "requires-python": ">=3.10"}
        lines = [f"{key} = {json.dumps(value)}" for key, value in project.items()]
        Path(folder, "pyproject.toml").write_text(
            "\n".join(["[project]", *lines, f"dependencies = {json.dumps(pins)}"])
        )
        command = [sys.executable, "-m", "uv", "lock", "--no-config", "--quiet"]
        subprocess.run(command, check=True, cwd=folder)
        text = Path(folder, "uv.lock").read_text()
    files: dict[str, list[tuple[str, int]]] = {}
    for entry in text.split("[[package]]")[1:]:
        found = re.findall(r'/([^/"]+\.whl)".*?size = (\d+)', entry)
        name = re.search(r'name = "(.+)"', entry)[1]
        files.setdefault(name, []).extend((wheel, int(size)) for wheel, size in found)
    totals: dict[str, dict[str, int]] = {}
    for platform, (system, processor) in PLATFORMS.items():
        totals[platform] = {}
        for path, packages in parts.items():
            if path.stem == "cuda" and not platform.startswith("linux"):
                continue
            fitting = [
                [
                    size
                    for wheel, size in files.get(name, [])
                    if TYPICAL_PYTHON.search(wheel)
                    and (wheel.endswith("-any.whl") or (system in wheel and processor in wheel))
                ]
                for name in packages
            ]
            totals[platform][path.stem] = sum(max(each) for each in fitting if each)
    totals["linux_x86_64"]["torch-cpu"] = CPU_BUILD_BYTES
    return totals


def main() -> None:
    """Write all lock files."""
    ENGINE.mkdir(parents=True, exist_ok=True)
    DEVELOPMENT.mkdir(exist_ok=True)
    torch, cpu, cuda, rest = (
        ENGINE / f"{part}.txt" for part in ("torch", "torch-cpu", "cuda", "engine")
    )
    all_of_it = resolve("pyproject.toml", earlier=[torch, cuda, rest])
    parts: dict[Path, Packages] = {torch: {}, cuda: {}, rest: {}}
    for name, entries in all_of_it.items():
        part = torch if name == "torch" else cuda if CUDA.match(name) else rest
        parts[part][name] = entries
    write(torch, "PyTorch, installed first and alone.", parts[torch])
    write(
        cpu,
        "PyTorch's CPU builds, tried first where there is no NVIDIA card.",
        cpu_builds(all_of_it["torch"][0].split()[0]),
    )
    write(cuda, "What a CUDA build of PyTorch loads (Linux).", parts[cuda])
    write(rest, "All else that the engine imports.", parts[rest])
    (ENGINE / "sizes.json").write_text(json.dumps(sizes(parts), indent=2) + "\n")

    for group, about in GROUPS.items():
        path = DEVELOPMENT / f"{group}.txt"
        if group in ("docs", "qgis-test"):  # these never meet the engine's packages
            found = resolve("--group", group, earlier=[path])
        else:
            limits = ["--constraint", str(torch), "--constraint", str(rest)]
            found = resolve("--group", group, *limits, earlier=[path])
            found = {name: e for name, e in found.items() if name not in all_of_it}
        write(path, about, found)


if __name__ == "__main__":
    main()
