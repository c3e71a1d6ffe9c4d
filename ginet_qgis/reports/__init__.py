"""One HTML page for each kind of run, which needs nothing but itself.

In: the engine's ``result`` event.
Out: HTML as text, in the user's language.
"""
