"""The dialog of fine-tuning: labels, classes, the run, what was gained."""
