"""What the metrics page says of the requests, under names and in units as Prometheus advises."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

_ANSWER_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Counts:
    """Counts answers since the start. Safe from any thread."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began is of no use to anybody here
        self._registry = CollectorRegistry()
        self._answers = Counter("dms_predictions", "Requests for a prediction, by status", ("status",), registry=self._registry)
        self._frames = Counter("dms_predicted_frames", "Pictures and frames of clips that were read", registry=self._registry)
        self._seconds = Histogram(
            "dms_prediction_seconds", "How long reading took", ("kind",), buckets=_ANSWER_S, registry=self._registry
        )
        self.waiting = Gauge("dms_predictions_waiting", "Requests that wait or are being read", registry=self._registry)

    def answered(self, status: int) -> None:
        """Count an answer."""
        self._answers.labels(str(status)).inc()

    def read(self, kind: str, frames: int, seconds: float) -> None:
        """Count what was read."""
        self._frames.inc(frames)
        self._seconds.labels(kind).observe(seconds)

    def page(self) -> bytes:
        """The metrics as text."""
        return generate_latest(self._registry)
