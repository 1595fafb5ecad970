"""Renders synthetic drivers with exact truth, from freely licensed ingredients only: training pictures and scripted drives."""
