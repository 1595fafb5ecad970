"""Which engines can run here. ONNX Runtime comes with dms, PyTorch only with the extra `torch`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import get_args

from dms.config.defaults import Device, EngineName
from dms.errors import ConfigurationError
from dms.resources import how_to_add

LIBRARIES: dict[EngineName, tuple[str, ...]] = {"onnx": ("onnxruntime",), "torch": ("torch", "safetensors")}
INSTALLS: dict[EngineName, str] = {"onnx": "install dms again", "torch": how_to_add("torch")}


def missing_libraries(engine: EngineName) -> tuple[str, ...]:
    """The libraries that `engine` needs and that are not installed. None of them is loaded to find out."""
    return tuple(library for library in LIBRARIES[engine] if find_spec(library) is None)


def installed_engines() -> tuple[EngineName, ...]:
    """The engines whose libraries are installed, the default one first."""
    return tuple(engine for engine in LIBRARIES if not missing_libraries(engine))


def how_to_install(engine: EngineName) -> str:
    """What is missing for `engine`, and the command that installs it."""
    return f"{' and '.join(missing_libraries(engine))} not installed: {INSTALLS[engine]}"


def require_device(engine: EngineName, device: Device) -> None:
    """Raises ConfigurationError if there is no such device, or saying what is missing for `engine` to run on it here."""
    if device not in get_args(Device):
        raise ConfigurationError(f"device {device!r}: there are {' and '.join(get_args(Device))}")
    if device == "cuda":
        import_module(f"dms.perception.engines.{engine}").require_cuda()


def require_engine(engine: EngineName) -> None:
    """Raises ConfigurationError if there is no such engine, or saying what to install if it cannot run here."""
    if engine not in LIBRARIES:
        raise ConfigurationError(f"engine {engine!r}: there are {' and '.join(LIBRARIES)}")
    if missing_libraries(engine):
        raise ConfigurationError(f"engine {engine}: {how_to_install(engine)}")
