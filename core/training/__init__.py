"""What the verb ``train`` is made of, and the recipes that it takes.

In: a recipe (TOML) and the folder of its data.
Out: a network, its validation scores, and a state from which the training goes on.
"""
