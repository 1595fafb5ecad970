"""What commands answer a script with `--json`: one object on standard output, declared here once, for it and for its schema.

Fields may be added; renaming or dropping one is a change of the major version. `python -m dms.console.answers docs/schema` writes
the schemas down.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any, Literal

import msgspec

from dms.console.answers_of_figures import BenchAnswer, GlancesAnswer, ScoreAnswer
from dms.record_schema import schema_of
from dms.trip.summary import TripSummary
from dms.types import Alert, AlertKind

Says = msgspec.Meta

Verdict = Literal["raised", "missed", "too short", "no rule", "rating"]


class TimelineEntry(msgspec.Struct, frozen=True):
    """Something that happened in a drive: what it is about (alert, rule, cue, event, driver, label), and the words for it."""

    t: float
    subject: str
    text: str


class AnsweredLabel(msgspec.Struct, frozen=True):
    """A label, and whether an alert answered it. `latency_s` is the time beyond the rule's own, null if it has no deadline."""

    t: float
    end: float
    kind: str
    note: str
    value: float | None
    verdict: Annotated[
        Verdict,
        Says(
            description="too short: over before the pack's own time; no rule: the pack has none of this kind; "
            "rating: it asks for no alert."
        ),
    ]
    raised_t: float | None
    latency_s: float | None


class ReplayedDrive(msgspec.Struct, frozen=True):
    """One drive through the rules. With `error`, it could not be read, and everything else is empty.

    `unexpected` are alerts that no label asks for, in a drive that has labels; `related` those with the cause of a label of
    another kind. `as_recorded`: whether the alerts are those of the recording, null unless `--rules recorded` asked.
    """

    path: str
    error: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    observations: int = 0
    rejected: int = 0
    alerts: tuple[Alert, ...] = ()
    labels: tuple[AnsweredLabel, ...] = ()
    related: tuple[Alert, ...] = ()
    unexpected: tuple[Alert, ...] = ()
    not_observable: tuple[AlertKind, ...] = ()
    as_recorded: bool | None = None
    warnings: tuple[str, ...] = ()
    trip: TripSummary | None = None
    timeline: Annotated[tuple[TimelineEntry, ...] | None, Says(description="With --explain.")] = None


class ReplayAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms replay --json`. `pack` is null with `--rules recorded`: each drive has its own."""

    pack: str | None
    pack_sha256: str | None
    drives: tuple[ReplayedDrive, ...]


class ListedLabel(msgspec.Struct, frozen=True):
    """A label of a drive; `number` is what `--remove` takes, null for one that the drive itself holds."""

    number: int | None
    t: float
    end: float
    kind: str
    note: str
    value: float | None


class LabelAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms label --json`: the labels of a drive as they are after what was asked for. `file` is that beside it."""

    drive: str
    start_s: float
    end_s: float
    file: str
    labels: tuple[ListedLabel, ...]
    problems: Annotated[tuple[str, ...], Says(description="What is wrong with them, a sentence each.")]


class Problem(msgspec.Struct, frozen=True):
    """Something in a file that cannot be honoured; `line` counts from 1, null if it is in no line."""

    file: str
    line: int | None
    message: str


class CheckedFile(msgspec.Struct, frozen=True):
    """A file and what it is, null if it has problems."""

    file: str
    is_a: str | None
    problems: tuple[Problem, ...]


class CheckAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms check --json`. `ok`: no file has a problem."""

    ok: bool
    files: tuple[CheckedFile, ...]


class Checked(msgspec.Struct, frozen=True):
    """One check of a machine. `advice` is empty if there is nothing to do."""

    grade: Annotated[
        Literal["ok", "warn", "fail"], Says(description="warn: works, but not as it should; fail: the service cannot work.")
    ]
    subject: str
    detail: str
    advice: str


class DoctorAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms doctor --json`. `ok`: nothing failed."""

    ok: bool
    checks: tuple[Checked, ...]


class ListedPack(msgspec.Struct, frozen=True):
    """A rule pack that ships with dms."""

    name: str
    title: str
    rules: int
    sha256: str


class PackList(msgspec.Struct, frozen=True):
    """The answer of `dms rules list --json`."""

    packs: tuple[ListedPack, ...]


class ExplainedRule(msgspec.Struct, frozen=True):
    """A rule, and the sentences that explain it."""

    name: str
    kind: str
    alert: AlertKind
    priority: int
    words: tuple[str, ...]


class PackExplained(msgspec.Struct, frozen=True):
    """The answer of `dms rules explain --json`. `text` is what people get without `--json`."""

    name: str
    title: str
    sha256: str
    rules: tuple[ExplainedRule, ...]
    text: str


class ListedCue(msgspec.Struct, frozen=True):
    """A cue that a rule can name. `lowest` and `highest` bound the thresholds that make sense; null: no bound."""

    name: str
    type: Literal["number", "truth", "text"]
    values: Annotated[tuple[str, ...], Says(description="The words that a text may be; empty if any.")]
    lowest: float | None
    highest: float | None
    unit: str
    meaning: str


class CueList(msgspec.Struct, frozen=True):
    """The answer of `dms rules cues --json`."""

    cues: tuple[ListedCue, ...]


class JournalledAlert(Alert, frozen=True, kw_only=True, tag="alert"):
    """A line of `dms events --json`: an alert as on the bus, with where it stands in the journal.

    `utc` is null if the clock was not set; `session` and `drive_id` for an alert before the first drive.
    """

    id: int
    utc: str | None
    session: str | None
    drive_id: int | None


class JournalledDrive(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `dms events --drives --json`. `end_reason` and `ended_utc` are null while it goes on.

    `unclean`: the service ended without a word, which its next start found.
    """

    id: int
    session: str
    source: str
    pack: str
    pack_sha256: str
    models_sha256: str
    config_sha256: str
    dms_version: str
    end_reason: str | None
    started_utc: str | None
    ended_utc: str | None


class JournalledSummary(msgspec.Struct, frozen=True, kw_only=True, tag_field="topic", tag="summary"):
    """A line of `dms events --summaries --json`: where a summary stands in the journal; its figures as on the bus.

    Those are in dms.v1.summary.schema.json.
    """

    kind: str
    t: float
    end: float
    id: int
    utc: str | None
    session: str
    drive_id: int


class TopicContents(msgspec.Struct, frozen=True):
    """The records of a topic in a drive: how many, and their first and last time. `per_s` is their rate between those."""

    topic: str
    records: int
    first_s: float
    last_s: float
    per_s: float


class DriveGap(msgspec.Struct, frozen=True):
    """A span of more than a second in which no picture was observed."""

    begin_s: float
    end_s: float


class DriveContents(msgspec.Struct, frozen=True):
    """What is in a drive. `vehicle` counts the states that tell each field; a drive without any of one knows nothing of it."""

    path: str
    size_bytes: int
    topics: tuple[TopicContents, ...]
    vehicle: dict[str, int]
    gaps: tuple[DriveGap, ...]
    pictures: int
    metadata: dict[str, str]
    warnings: tuple[str, ...]


class DriveInfoAnswer(msgspec.Struct, frozen=True):
    """The answer of `dms drive info --json`."""

    drives: tuple[DriveContents, ...]


ANSWERS: dict[str, type[msgspec.Struct] | str] = {
    "replay": ReplayAnswer,
    "score": ScoreAnswer,
    "bench": BenchAnswer,
    "glances": GlancesAnswer,
    "label": LabelAnswer,
    "label-agreement": "dms.console.agreement_answer:AgreementAnswer",
    "events": JournalledAlert,
    "events-drives": JournalledDrive,
    "events-summaries": JournalledSummary,
    "check": CheckAnswer,
    "doctor": DoctorAnswer,
    "drive-info": DriveInfoAnswer,
    "rules-list": PackList,
    "rules-explain": PackExplained,
    "rules-cues": CueList,
}
"""What answers which command; by its name where it is made of what most commands need not load."""


def answer_text(answer: msgspec.Struct) -> str:
    """An answer as it is printed: indented, for a script and for whoever writes it."""
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def answer_schema(command: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a command answers. Further fields are allowed."""
    answer = ANSWERS[command]
    schema, definitions = schema_of(resolve_name(answer) if isinstance(answer, str) else answer)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"dms {command.replace('-', ' ')} --json"}
    body = {key: value for key, value in schema.items() if key not in head}
    return head | body | ({"$defs": definitions} if definitions else {})


def schema_files(folder: Path) -> dict[Path, str]:
    """The file of each schema, and what it holds."""
    texts = {command: json.dumps(answer_schema(command), indent=2, ensure_ascii=False) + "\n" for command in ANSWERS}
    return {folder / f"dms-{command}.schema.json": text for command, text in texts.items()}


if __name__ == "__main__":
    for path, text in schema_files(Path(sys.argv[1])).items():
        path.write_text(text, encoding="utf-8")
