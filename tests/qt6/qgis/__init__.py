"""A stand-in for QGIS 4 where there is none: Qt 6 as it is, and of QGIS what widgets ask for."""
