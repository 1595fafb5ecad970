"""Drives as bags of ROS 2."""
