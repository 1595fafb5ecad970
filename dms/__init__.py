"""A driver monitor: one camera in, driver-state alerts out."""

import os

__version__ = "0.1.0"

# From 1.29 on, ONNX Runtime numbers the machine it runs on and reports what it runs to its maker, unless this is set before it is
# loaded. Nothing of dms reports anything to anybody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
