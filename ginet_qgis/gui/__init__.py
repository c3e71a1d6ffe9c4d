"""What users see in QGIS's main window."""
