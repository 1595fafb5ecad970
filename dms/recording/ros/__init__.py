"""Bags of ROS 2, without ROS: read and written by the library rosbags. An optional extra, `ros`."""
