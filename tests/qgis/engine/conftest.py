"""Engines that are started from nothing need a model with an encoder that these know."""

import pytest


@pytest.fixture(scope="session")
def model(small_model):
    return small_model
