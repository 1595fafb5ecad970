"""What the description promises is what is answered, whatever is asked."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from dms.perception.settings import PerceptionSettings
from dms.serving.application import Answers, application
from dms.serving.prediction import Limits, Predictor

LIMITS = Limits(body_bytes=1 << 20, silence_s=5.0)
schema = schemathesis.openapi.from_asgi(
    "/openapi.json", application(Answers(Predictor(PerceptionSettings(threads=1), LIMITS), LIMITS))
)


@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_is_described(case: schemathesis.Case) -> None:
    response = case.call()
    case.validate_response(response, checks=[status_code_conformance, content_type_conformance, response_schema_conformance])
    assert response.status_code < 500 or response.status_code == 503
