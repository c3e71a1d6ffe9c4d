"""One contract for every algorithm of the provider."""

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingParameterDefinition,
)

DEMANDED = {
    "ginet:assess": ["CLASSIFIED", "REFERENCE"],
    "ginet:classify": ["INPUT", "OUTPUT"],
    "ginet:finetune": ["INPUT", "LABELS"],
    "ginet:polygons": ["INPUT", "OUTPUT"],
    "ginet:sample": ["INPUT", "OUTPUT"],
    "ginet:setup": [],
}
"""Each algorithm's parameters that have no default."""


@pytest.fixture(params=DEMANDED)
def algorithm(plugin, request):
    return QgsApplication.processingRegistry().createAlgorithmById(request.param)


def test_all_algorithms_are_under_contract(plugin):
    assert sorted(each.id() for each in plugin.provider.algorithms()) == list(DEMANDED)


def test_is_named_and_grouped(algorithm):
    assert algorithm.displayName() not in ("", algorithm.name())
    assert algorithm.group()
    assert algorithm.groupId().isidentifier()
    assert not algorithm.icon().isNull()
    assert algorithm.helpUrl().startswith("file://")
    assert algorithm.tags()


def test_every_parameter_is_documented(algorithm):
    for parameter in algorithm.parameterDefinitions():
        assert parameter.name().isupper()
        assert parameter.description()
        assert parameter.help().endswith("."), parameter.name()
        assert parameter.help().split("(")[0][:40] in algorithm.shortHelpString()


def test_little_is_demanded(algorithm):
    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    demanded = [
        each.name()
        for each in algorithm.parameterDefinitions()
        if not each.flags() & optional and each.defaultValue() is None
    ]
    assert demanded == DEMANDED[algorithm.id()]


def test_runs_in_toolbox_modeler_batch_and_background(algorithm):
    flags, kind = algorithm.flags(), QgsProcessingAlgorithm
    assert flags & kind.Flag.FlagSupportsBatch
    assert flags & kind.Flag.FlagCanCancel
    for unwanted in (
        kind.Flag.FlagHideFromModeler,
        kind.Flag.FlagHideFromToolbox,
        kind.Flag.FlagNoThreading,
        kind.Flag.FlagRequiresProject,
    ):
        assert not flags & unwanted


def test_says_what_is_missing_without_an_engine(algorithm, monkeypatch, tmp_path):
    assert algorithm.canExecute() == (True, "")
    monkeypatch.delenv("GINET_ENGINE_PYTHON")
    monkeypatch.setenv("GINET_HOME", str(tmp_path))
    possible, reason = algorithm.canExecute()
    if algorithm.id() == "ginet:setup":  # it is what the others lack
        assert possible
        return
    assert not possible
    assert "not installed" in reason
    assert "Set up the engine" in reason
    assert "ginet:setup" in reason
