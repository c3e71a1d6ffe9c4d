"""What ``core.train`` is made of: recipe, samples on their way, learner, validation, state."""
