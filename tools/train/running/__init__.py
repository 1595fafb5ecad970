"""One way to train, shared by the networks that ship and by every recipe: batches, rate, steps, checkpoints, curves."""
