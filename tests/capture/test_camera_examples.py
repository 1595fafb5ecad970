"""The examples of docs/cameras.md are ones that dms takes, and their pipelines ones that GStreamer builds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from dms.capture.address import GST
from dms.capture.factory import check_scheme
from dms.config.settings import Settings, load_settings
from tests.capture.gstreamer import need_gstreamer

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cameras.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
PIPELINES = [source for text in EXAMPLES if (source := str(yaml.safe_load(text)["source"])).startswith(GST)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_copied_into_a_configuration(example: str, tmp_path: Path) -> None:
    (tmp_path / "dms.yaml").write_text(example)
    settings = load_settings(tmp_path / "dms.yaml")
    assert isinstance(settings, Settings)
    assert settings.source
    assert len(settings.camera.fourcc) == 4


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_pipeline_of_an_example_can_be_built(pipeline: str) -> None:
    elements = [part.split()[0] for part in pipeline.removeprefix(GST).split("!") if "/" not in part.split()[0]]
    need_gstreamer(elements)
    check_scheme(pipeline)


def test_the_page_has_an_example_of_each_kind() -> None:
    assert len(EXAMPLES) >= 7
    assert len(PIPELINES) >= 3
