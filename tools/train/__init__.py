"""Training of the networks on rendered drivers: `python -m tools.train --help`."""
