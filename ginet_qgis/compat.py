"""What newer QGIS renamed: the old name where the new one is not there yet."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsColorRampShader,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsMapLayerProxyModel,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsRaster,
    QgsRasterFileWriter,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

try:  # Qt 6
    from qgis.PyQt.QtGui import QUndoCommand
except ImportError:
    from qgis.PyQt.QtWidgets import QUndoCommand  # noqa: F401

try:  # QGIS 3.34
    from qgis.core import QgsBox3D as Box3D
except ImportError:
    from qgis.core import QgsBox3d as Box3D  # noqa: F401

if hasattr(Qgis, "ProcessingParameterFlag"):  # QGIS 3.36
    ADVANCED = Qgis.ProcessingParameterFlag.Advanced
    OPTIONAL = Qgis.ProcessingParameterFlag.Optional
else:
    ADVANCED = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    OPTIONAL = QgsProcessingParameterDefinition.Flag.FlagOptional

if hasattr(Qgis, "ProcessingFileParameterBehavior"):  # QGIS 3.36
    FOLDER = Qgis.ProcessingFileParameterBehavior.Folder
else:
    FOLDER = QgsProcessingParameterFile.Behavior.Folder

if hasattr(Qgis, "ShaderInterpolationMethod"):  # QGIS 3.38
    LINEAR = Qgis.ShaderInterpolationMethod.Linear
else:
    LINEAR = QgsColorRampShader.Type.Interpolated

if hasattr(Qgis, "RasterFileWriterResult"):  # QGIS 4
    WRITTEN = Qgis.RasterFileWriterResult.Success
else:
    WRITTEN = QgsRasterFileWriter.WriterError.NoError

if hasattr(Qgis, "ProcessingNumberParameterType"):  # QGIS 3.36
    DOUBLE = Qgis.ProcessingNumberParameterType.Double
else:
    DOUBLE = QgsProcessingParameterNumber.Type.Double

if hasattr(Qgis, "LayerFilter"):  # QGIS 3.34
    RASTER_LAYERS, POLYGON_LAYERS = Qgis.LayerFilter.RasterLayer, Qgis.LayerFilter.PolygonLayer
    LABEL_LAYERS = Qgis.LayerFilters(RASTER_LAYERS | POLYGON_LAYERS)
else:
    RASTER_LAYERS = QgsMapLayerProxyModel.Filter.RasterLayer
    POLYGON_LAYERS = QgsMapLayerProxyModel.Filter.PolygonLayer
    LABEL_LAYERS = RASTER_LAYERS | POLYGON_LAYERS

if hasattr(Qgis, "GeometryType"):  # QGIS 3.30
    POLYGON, POINTS = Qgis.GeometryType.Polygon, Qgis.GeometryType.Point
    LINE = Qgis.GeometryType.Line
else:
    POLYGON = QgsWkbTypes.GeometryType.PolygonGeometry
    LINE = QgsWkbTypes.GeometryType.LineGeometry
    POINTS = QgsWkbTypes.GeometryType.PointGeometry

if hasattr(Qgis, "ProcessingSourceType"):  # QGIS 3.36
    LABELLED_LAYERS = [
        Qgis.ProcessingSourceType.Raster,
        Qgis.ProcessingSourceType.VectorPoint,
        Qgis.ProcessingSourceType.VectorPolygon,
    ]
    AREA_LAYERS = [Qgis.ProcessingSourceType.Raster, Qgis.ProcessingSourceType.VectorPolygon]
    POINT_LAYERS = Qgis.ProcessingSourceType.VectorPoint
    POLYGONS = Qgis.ProcessingSourceType.VectorPolygon
else:
    LABELLED_LAYERS = [
        QgsProcessing.SourceType.TypeRaster,
        QgsProcessing.SourceType.TypeVectorPoint,
        QgsProcessing.SourceType.TypeVectorPolygon,
    ]
    AREA_LAYERS = [
        QgsProcessing.SourceType.TypeRaster,
        QgsProcessing.SourceType.TypeVectorPolygon,
    ]
    POINT_LAYERS = QgsProcessing.SourceType.TypeVectorPoint
    POLYGONS = QgsProcessing.SourceType.TypeVectorPolygon

if hasattr(Qgis, "ProcessingNumberParameterType"):  # QGIS 3.36
    INTEGER = Qgis.ProcessingNumberParameterType.Integer
else:
    INTEGER = QgsProcessingParameterNumber.Type.Integer

if hasattr(Qgis, "RasterColorInterpretation"):  # QGIS 3.30
    RED_BAND = Qgis.RasterColorInterpretation.RedBand
else:
    RED_BAND = QgsRaster.ColorInterpretation.RedBand

if Qgis.QGIS_VERSION_INT >= 33800:
    INTEGER_FIELD, TEXT_FIELD = QMetaType.Type.Int, QMetaType.Type.QString
else:
    INTEGER_FIELD, TEXT_FIELD = QVariant.Int, QVariant.String
POINT = Qgis.WkbType.Point if hasattr(Qgis, "WkbType") else QgsWkbTypes.Type.Point  # QGIS 3.30

if hasattr(Qgis, "FeatureRequestFlag"):  # QGIS 3.36
    NO_GEOMETRY = Qgis.FeatureRequestFlag.NoGeometry
else:
    NO_GEOMETRY = QgsFeatureRequest.Flag.NoGeometry

if hasattr(Qgis, "FeatureSinkFlag"):  # QGIS 4
    FAST_INSERT = Qgis.FeatureSinkFlag.FastInsert
else:
    FAST_INSERT = QgsFeatureSink.Flag.FastInsert

if hasattr(QgsProcessingAlgorithm, "parameterAsStrings"):  # after QGIS 3.22
    parameter_as_fields = QgsProcessingAlgorithm.parameterAsStrings
else:
    parameter_as_fields = QgsProcessingAlgorithm.parameterAsFields
