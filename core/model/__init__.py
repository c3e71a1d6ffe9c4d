"""The network, its card, its file, and the device that computes it.

In: a ``.safetensors`` file, or an encoder's name and sizes.
Out: a GINet with its card; a network's logits for a batch of patches.
"""
