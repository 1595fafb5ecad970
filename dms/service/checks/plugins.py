"""Checks of what other packages bring: outputs and sources, whether the configuration asks for them or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dms import plugins
from dms.capture.address import scheme_of
from dms.capture.factory import BY_SCHEME
from dms.capture.factory import PLUGIN_GROUP as SOURCES
from dms.capture.kinds import SourceKind
from dms.config.settings import Settings
from dms.config.yaml_loader import read_yaml
from dms.errors import ConfigurationError, DmsError
from dms.outputs.plugin import PLUGIN_GROUP as OUTPUTS
from dms.outputs.plugin import ConfiguredOutput, Output, read_outputs
from dms.service.checks.finding import Finding, Grade, fail, ok, warn

_KEEPS_TRYING = "the service starts all the same and keeps trying; docs/integrations.md says what it takes"
INSTALL_AGAIN = "install the package again, or uninstall it"


def check_plugins(settings: Settings, path: Path) -> Iterator[Finding]:
    """Check all installed outputs and sources, and all outputs that `settings`, read from `path`, ask for."""
    if settings.outputs:
        for output in read_outputs(settings.outputs, read_yaml(path)):
            if isinstance(output, ConfigurationError):
                yield fail("output", str(output), "correct the configuration, or install the package that is missing or broken")
            else:
                yield _reachable(output)
    for name, plugin in plugins.installed(OUTPUTS).items():
        if name not in settings.outputs:
            yield _output_at_hand(name, plugin)
    used = scheme_of(settings.source or "")
    for name, plugin in plugins.installed(SOURCES).items():
        if name in BY_SCHEME:
            yield warn(f"source {name}", f"{plugin} of {plugin.package} is never used: dms reads {name}:// itself", INSTALL_AGAIN)
        else:
            yield _loadable(f"source {name}", plugin, SourceKind, in_use=name == used)


def _reachable(output: ConfiguredOutput) -> Finding:
    """A warning if nobody is there: the service starts without, and keeps trying."""
    try:
        found = output.reach()
    except DmsError as error:
        return warn(
            f"output {output.name}", str(error), "the service starts all the same and keeps trying; see docs/integrations.md"
        )
    return ok(f"output {output.name}", f"in use; {found}" if found else "in use")


def _output_at_hand(name: str, plugin: plugins.Plugin) -> Finding:
    """What is said of an output that is installed and not configured."""
    finding = _loadable(f"output {name}", plugin, Output)
    if finding.grade is Grade.OK and plugin.load(Output).missing:
        return ok(finding.subject, f"{plugin.package}, needs the extra dms[{name}]")
    return finding


def _loadable(subject: str, plugin: plugins.Plugin, kind: type[object], *, in_use: bool = False) -> Finding:
    """Whether what another package brings can be loaded: a failure if it cannot and is in use."""
    try:
        plugin.load(kind)
    except ConfigurationError as error:
        return (fail if in_use else warn)(subject, str(error), INSTALL_AGAIN)
    return ok(subject, plugin.package + (", in use" if in_use else ""))
