"""Networks that are trained by a recipe: a YAML file that names a network, its data, its losses and its schedule.

docs/training.md leads from data to a shipped network.
"""
