"""Ground truth of recorded drives: reading, writing, ELAN."""
