"""The networks that can be trained, by name."""

from __future__ import annotations

from tools.train.detector import DetectorTask
from tools.train.eye import EyeTask
from tools.train.face import FaceTask
from tools.train.objects import ObjectsTask
from tools.train.task import Task

TASKS: dict[str, Task] = {task.name: task for task in (DetectorTask(), FaceTask(), EyeTask(), ObjectsTask())}
