"""``ginet:setup``: the engine installed, tried or removed, without a terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from ginet_qgis.algorithms.base import GinetAlgorithm
from ginet_qgis.compat import FOLDER
from ginet_qgis.engine.spare import spare
from ginet_qgis.i18n import tr
from ginet_qgis.installer.builds import NAMES
from ginet_qgis.installer.environment import EngineEnvironment
from ginet_qgis.installer.errors import EngineEnvironmentError
from ginet_qgis.installer.home import default_home
from ginet_qgis.installer.install import Wanted
from ginet_qgis.installer.proxy import proxy_address

INSTALL, CHECK, REMOVE = ACTIONS = ("install", "check", "remove")
BUILDS = ("auto", *NAMES)


class SetupAlgorithm(GinetAlgorithm):
    """Install, try or remove the engine's Python environment."""

    def name(self) -> str:
        """The stable name, never translated."""
        return "setup"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Set up the engine")

    def tags(self) -> list[str]:
        """What people search for."""
        return tr("install,PyTorch,dependencies,environment,Python,GPU,CUDA,engine").split(",")

    def about(self) -> str:
        """What the algorithm does, in a few sentences."""
        return tr(
            "Installs what GINet computes with, PyTorch above all, into a Python environment of "
            "its own; QGIS's Python is left as it is. Every package is pinned and checked by its "
            "hash. At the end GINet's network computes once as a proof; where a graphics card "
            "cannot, the processor is used. An installation that was cancelled or broke off goes "
            "on where it stopped. Or it takes a Python that has the packages, of conda or pixi."
        )

    def canExecute(self) -> tuple[bool, str]:
        """It can, for it is what other algorithms lack."""
        return True, ""

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Define parameters and outputs."""
        self.document(
            QgsProcessingParameterEnum(
                "ACTION", tr("Action"), list(ACTIONS), defaultValue=INSTALL, usesStaticStrings=True
            ),
            tr(
                "install makes the environment, or takes the chosen Python; check lets the network "
                "compute once more; remove deletes the environment."
            ),
        )
        self.document(
            QgsProcessingParameterEnum(
                "BUILD", tr("Build of PyTorch"), list(BUILDS), defaultValue=BUILDS[0],
                usesStaticStrings=True,
            ),
            tr(
                "For the processor (cpu), an NVIDIA card (cuda), an AMD card (rocm) or an Apple "
                "chip (mps); auto takes what suits this computer. One that is not offered here "
                "says why."
            ),
        )  # fmt: skip
        self._add_places()
        self.addOutput(QgsProcessingOutputString("PYTHON", tr("Python of the engine")))
        self.addOutput(QgsProcessingOutputString("DEVICE", tr("Device that computes")))
        self.addOutput(QgsProcessingOutputString("LOG", tr("Log file")))

    def _add_places(self) -> None:
        self.document(
            _program("PYTHON", tr("Python to use instead")),
            tr(
                "A Python that has PyTorch, rasterio, pyproj, NumPy, safetensors and tqdm, as of "
                "conda or pixi. It is tried and never changed; nothing is installed."
            ),
        )
        self.document(
            QgsProcessingParameterFile("FOLDER", tr("Folder"), behavior=FOLDER, optional=True),
            tr("Where the environment goes; it is remembered. Left empty, {folder}.").format(
                folder=default_home()
            ),
        )
        self.document(
            QgsProcessingParameterFile(
                "WHEELS", tr("Folder of wheels"), behavior=FOLDER, optional=True
            ),
            tr("Take all packages from there and none from the internet."),
            advanced=True,
        )
        self.document(
            QgsProcessingParameterString("TORCH_INDEX", tr("Index of PyTorch"), optional=True),
            tr(
                "Address of the package index that PyTorch is taken from; left empty, pip's own. "
                "What it offers must be one of the pinned files."
            ),
            advanced=True,
        )
        self.document(
            _program("BASE", tr("Python to install with")),
            tr("Python 3.10 to 3.14 that makes the environment; left empty, one is searched for."),
            advanced=True,
        )

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Ask QGIS for its proxy, unless the usual variables name one."""
        named = {"HTTPS_PROXY", "ALL_PROXY"} & {name.upper() for name in os.environ}
        self._proxy = "" if named else proxy_address()
        return super().prepareAlgorithm(parameters, context, feedback)

    def execute(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Do it; all work is done by other processes."""

        def text(name: str) -> str:
            return self.parameterAsString(parameters, name, context).strip()

        def progress(share: float, what: str) -> None:
            feedback.setProgress(100 * share)
            feedback.setProgressText(what)

        folder, wheels = text("FOLDER"), text("WHEELS")
        environment = EngineEnvironment(Path(folder).absolute() if folder else default_home())
        action = self.parameterAsEnumString(parameters, "ACTION", context)
        build = self.parameterAsEnumString(parameters, "BUILD", context)
        work = progress, feedback.isCanceled
        with spare.suspended():
            try:
                if action == REMOVE:
                    for path in environment.remove(progress):
                        feedback.pushInfo(tr("Removed {path}").format(path=path))
                    return {}
                if action == CHECK:
                    python = environment.check_again(*work)
                elif text("PYTHON"):
                    python = environment.use(text("PYTHON"), *work)
                else:
                    place = Path(wheels).absolute() if wheels else None
                    wanted = Wanted(build, place, text("TORCH_INDEX"), text("BASE"), self._proxy)
                    python = environment.build(*work, wanted)
            except EngineEnvironmentError as error:
                raise QgsProcessingException(str(error)) from None
        tried = environment.tried
        if tried.get("fallback"):
            feedback.pushWarning(
                tr(
                    "The graphics card cannot compute ({reason}), so the processor will. Update "
                    "the driver, and check again."
                ).format(reason=tried["fallback"])
            )
        if tried.get("slower"):
            feedback.pushWarning(
                tr(
                    "{device} fails in its fastest precision ({reason}), so it computes in "
                    "{precision}, which takes longer."
                ).format(
                    device=tried.get("device"),
                    reason=tried["slower"],
                    precision=tried.get("precision"),
                )
            )
        feedback.pushInfo(
            tr("PyTorch {torch} computes on {device} ({name})").format(
                torch=tried.get("torch"), device=tried.get("device"), name=tried.get("device_name")
            )
        )
        return {
            "PYTHON": str(python),
            "DEVICE": tried.get("device", ""),
            "LOG": str(environment.log),
        }


def _program(name: str, label: str) -> QgsProcessingParameterFile:
    """A file that may have no extension, which the default filter would refuse."""
    return QgsProcessingParameterFile(name, label, optional=True, fileFilter=tr("All files (*)"))
