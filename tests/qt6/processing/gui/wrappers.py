DIALOG_MODELER = "modeler"


class WidgetWrapper:
    pass
