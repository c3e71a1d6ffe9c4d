"""Whether the map shows what is unsure, and how much of the view is unlike all labels."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QCheckBox

from ginet_qgis.i18n import tr


class Unsure(QCheckBox):
    """On: what is unsure is shown."""

    def __init__(self) -> None:
        """Off, and nothing is known of the view."""
        super().__init__()
        self.setToolTip(
            tr(
                "The stronger the colour, the less sure (key U). What looks unlike all labels is "
                "less sure than the rest: label some of it, or let it be."
            )
        )
        self.show_unlike(None)

    def show_unlike(self, percent: float | None) -> None:
        """Tell how much of the view is unlike all labels.

        Args:
            percent: Of its pixels; None where it is unknown.
        """
        text = tr("Show what is unsure")
        if percent is not None and round(percent):
            text = tr("Show what is unsure\n({percent} % unlike all labels)").format(
                percent=round(percent)
            )
        self.setText(text)
