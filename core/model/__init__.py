"""The GINet network: encoder, pyramid, global-guided normalisation, and the two branches."""
