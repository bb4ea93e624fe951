"""The loops over packets that all look alike, compiled: numbers in, numbers out.

For groups of fifty packets, twenty times a second, the code of numpy's many functions
has left the processor's caches each time it is needed again; these few stay small.
What they do is what :mod:`probes.packets` does one by one, and tests compare the two.
"""
