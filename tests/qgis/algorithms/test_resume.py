"""Runs that were cancelled: what QGIS's user sees and what is left."""

from pathlib import Path

import pytest
from qgis.core import QgsProcessing, QgsProcessingException, QgsProcessingUtils

from ginet_qgis.engine import engine


def journals(folder):
    return list(Path(folder).rglob(f"*{engine.JOURNAL}"))


@pytest.fixture
def cancelled(plugin, huge, model, feedback):
    """Run to an output, cancelled once blocks are kept in a folder; what was told."""
    import processing

    kind = type(feedback)

    def run(output, folder):
        feedback = kind()

        def cancel(_per_cent):
            if any(path.stat().st_size > 1000 for path in journals(folder)):
                feedback.cancel()

        feedback.progressChanged.connect(cancel)
        given = {"INPUT": str(huge), "MODEL": model, "DEVICE": "cpu", "OUTPUT": output}
        with pytest.raises(QgsProcessingException, match="The run was cancelled"):
            processing.run("ginet:classify", given, feedback=feedback)
        return feedback.infos

    return run


def test_a_named_output_goes_on(cancelled, tmp_path):
    output = tmp_path / "land 图.tif"
    infos = cancelled(str(output), tmp_path)
    assert not any(info.startswith("Going on") for info in infos)
    assert [path.name for path in tmp_path.iterdir()] == [output.name + engine.JOURNAL]
    infos = cancelled(str(output), tmp_path)
    assert any(info.startswith("Going on: ") for info in infos)


def test_a_temporary_output_leaves_nothing(cancelled):
    folder = QgsProcessingUtils.tempFolder()
    cancelled(QgsProcessing.TEMPORARY_OUTPUT, folder)
    assert journals(folder) == []
