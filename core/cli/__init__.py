"""The command line: each module adds its verbs' arguments and runs them.

In: arguments.
Out: a call of a verb; its events as JSON lines, or as a bar and tables for a person.
"""
