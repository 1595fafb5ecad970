"""`dms rules`: which packs there are, what a pack will do, and its state machines as charts."""

from __future__ import annotations

import json
import math
from typing import Annotated

import typer

from dms.config.cabin import cabin_path, load_cabin
from dms.config.yaml_loader import read_yaml
from dms.console import completions
from dms.console.answers import CueList, ExplainedRule, ListedCue, ListedPack, PackExplained, PackList, answer_text
from dms.decision.cue_catalog import CUES, Cue, catalog_in_words
from dms.decision.diagram import diagrams
from dms.decision.in_words import explain_pack, explain_rule
from dms.decision.pack_loader import Pack, load_pack, pack_names
from dms.decision.pack_schema import pack_json_schema
from dms.types import AlertKind

app = typer.Typer(help="Rule packs: list them, explain one, draw its state machines.", no_args_is_help=True)

PackName = Annotated[str, typer.Argument(metavar="PACK", help="A name under rules/ or a path.", autocompletion=completions.packs)]

AsJson = Annotated[
    bool, typer.Option("--json", help="As one JSON object on standard output; docs/schema has its schema.", show_default=False)
]


@app.command("list")
def list_packs(as_json: AsJson = False) -> None:
    """List the rule packs that ship with dms."""
    packs = [load_pack(name) for name in pack_names()]
    if as_json:
        listed = (ListedPack(pack.name, pack.file.title, len(pack.file.rules), pack.sha256) for pack in packs)
        typer.echo(answer_text(PackList(tuple(listed))))
        return
    width = max(len(pack.name) for pack in packs)
    for pack in packs:
        typer.echo(f"{pack.name:<{width}}  {len(pack.file.rules):>2} rules  {pack.file.title}")


@app.command(short_help="A pack in sentences.")
def explain(pack: PackName, as_json: AsJson = False) -> None:
    """Say in sentences what a pack does: what raises each alert, what holds it back, what ends it."""
    loaded = load_pack(pack)
    text = explain_pack(loaded)
    if as_json:
        rules = (_explained(name, loaded) for name in loaded.file.rules)
        text = answer_text(PackExplained(loaded.name, loaded.file.title, loaded.sha256, tuple(rules), text))
    typer.echo(text)


def _explained(name: str, pack: Pack) -> ExplainedRule:
    rule = pack.file.rules[name]
    _, *sentences = explain_rule(name, pack).splitlines()
    words = tuple(sentence.strip() for sentence in sentences)
    return ExplainedRule(name, rule.kind, AlertKind(rule.alert), rule.effective_priority, words)


@app.command(short_help="The state machines of a pack, as Mermaid.")
def diagram(pack: PackName) -> None:
    """Draw the state machine of every kind of alert, as Mermaid in Markdown."""
    loaded = load_pack(pack)
    typer.echo(f"# {loaded.file.title}\n")
    for kind, chart in diagrams(loaded).items():
        typer.echo(f"## {kind}\n\n```mermaid\n{chart}\n```\n")


@app.command(short_help="The lines of a configuration that seal a pack.")
def seal(
    pack: PackName,
    cabin: Annotated[str | None, typer.Option(help="Seal this cabin as well: a name under rules/cabin/ or a path.")] = None,
) -> None:
    """Print the lines of the configuration that refuse any other content of a pack, and of a cabin."""
    loaded = load_pack(pack)
    typer.echo(f"seals:\n  rules: {loaded.sha256}  # {loaded.path}")
    if cabin is not None:
        load_cabin(cabin)
        path = cabin_path(cabin)
        typer.echo(f"  cabin: {read_yaml(path).sha256}  # {path}")


@app.command(short_help="What rules can name, and what it means.")
def cues(as_json: AsJson = False) -> None:
    """List the cues that rules can name: what each may be, and what it means."""
    if as_json:
        typer.echo(answer_text(CueList(tuple(_listed(cue) for cue in CUES.values()))))
        return
    for line in catalog_in_words(CUES):
        typer.echo(line)


def _listed(cue: Cue) -> ListedCue:
    lowest, highest = (bound if math.isfinite(bound) else None for bound in (cue.lowest, cue.highest))
    return ListedCue(cue.name, cue.type, cue.values, lowest, highest, cue.unit, cue.meaning)


@app.command(short_help="The JSON Schema of packs, for editors.")
def schema() -> None:
    """Print the JSON Schema of rule packs, for editors; the same as rules/schema/pack.schema.json."""
    typer.echo(json.dumps(pack_json_schema(), indent=2))
