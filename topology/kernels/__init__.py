"""The compiled form of the analyses: loops over arrays, nothing else.

A kernel takes and returns arrays and numbers, knows no ids, and calls only kernels of
this folder (see `topology.kernels.jit` for why). What each computes is defined by the
networkx model and the tests compare the two.
"""
