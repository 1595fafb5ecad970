"""Networks that read a head in other ways than the shipped ones: to train, to compare, to teach the shipped ones.

Each takes grey pictures (n, 1, h, w) and returns named tensors, as those in `dms.perception.networks` do.
"""
