"""Setting up the engine: which build, where to, and the trial."""
