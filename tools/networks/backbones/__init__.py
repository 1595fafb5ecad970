"""Feature extractors: a grey picture (n, 1, h, w) to features at 1/4, 1/8, 1/16 and 1/32 of its size, written from the papers."""
