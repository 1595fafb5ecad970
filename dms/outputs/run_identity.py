"""What every drive of one run of the service shares."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from dms.decision.pack_loader import Pack


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """One run of the service: `session` names it in every message, the hashes make an alert traceable to what decided it.

    `source` is what is watched, `second_source` the second camera if there is one, `rules` the pack as it was named in the
    configuration.
    """

    session: str
    source: str
    rules: str
    models_sha256: str
    config_sha256: str
    second_source: str | None = None

    def metadata(self, pack: Pack) -> dict[str, str]:
        """The metadata of a drive that is recorded under `pack`."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return {**known, "pack": pack.name, "pack_sha256": pack.sha256}
