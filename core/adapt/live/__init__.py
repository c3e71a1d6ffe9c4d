"""The live session: labels come and go, and the part of the image that is in view follows.

In: requests, one after the other. Out: an answer to each, and the rasters and models that it asked
for. All of it rests on ``core.adapt.fit``, as fine-tuning does.
"""
