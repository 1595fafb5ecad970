"""Alerts against labels."""
