"""The command line's verbs: each module adds its verbs' arguments and runs them."""
