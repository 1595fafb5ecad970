"""What MediaPipe's face mesh costs on the same frames. Runs in an environment of its own, because it needs numpy below 2:

    python -m venv PEER && PEER/bin/pip install mediapipe==0.10.21 'numpy<2' opencv-python-headless
    python -m tools.benchmarks.perception --peer-python PEER/bin/python

Tracks one face with iris landmarks, as a driver monitor would. Prints one JSON object on standard output.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time

os.environ.setdefault("GLOG_minloglevel", "2")
import cv2
import mediapipe


def main(video: str, seconds: float, repeats: int) -> None:
    """Milliseconds of processor time, all threads together, per frame in which a face was tracked."""
    mesh = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=True)
    times_ms: list[float] = []
    for repeat in range(repeats):
        frames = cv2.VideoCapture(video)
        for number in range(round(seconds * frames.get(cv2.CAP_PROP_FPS))):
            more, frame = frames.read()
            if not more:
                break
            began = time.process_time()
            found = mesh.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)).multi_face_landmarks
            if found and (repeat or number > 30):  # the first second is loading, not tracking
                times_ms.append((time.process_time() - began) * 1000)
    print(json.dumps({"frames": len(times_ms), "median_ms": statistics.median(times_ms), "version": mediapipe.__version__}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
