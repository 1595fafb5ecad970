"""Faults injected into the running service: the k-th call on files, databases, sockets and clocks fails, for every k."""
