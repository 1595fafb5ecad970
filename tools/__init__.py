"""Workstation tools: rendering, training, evaluation, export."""
