"""Workstation tools: rendering, training, evaluation, export."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as dms does, should a tool load ONNX Runtime before dms
