"""`dms rules`: which packs there are, what a pack will do, and its state machines as charts."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from dms.console import completions
from dms.decision.cue_catalog import CUES, catalog_in_words
from dms.decision.diagram import diagrams
from dms.decision.in_words import explain_pack
from dms.decision.pack_loader import load_pack, pack_names
from dms.decision.pack_schema import pack_json_schema

app = typer.Typer(help="Rule packs: list them, explain one, draw its state machines.", no_args_is_help=True)

PackName = Annotated[str, typer.Argument(metavar="PACK", help="A name under rules/ or a path.", autocompletion=completions.packs)]


@app.command("list")
def list_packs() -> None:
    """List the rule packs that ship with dms."""
    packs = [load_pack(name) for name in pack_names()]
    width = max(len(pack.name) for pack in packs)
    for pack in packs:
        typer.echo(f"{pack.name:<{width}}  {len(pack.file.rules):>2} rules  {pack.file.title}")


@app.command()
def explain(pack: PackName) -> None:
    """Say in sentences what a pack does: what raises each alert, what holds it back, what ends it."""
    typer.echo(explain_pack(load_pack(pack)))


@app.command()
def diagram(pack: PackName) -> None:
    """Draw the state machine of every kind of alert, as Mermaid in Markdown."""
    loaded = load_pack(pack)
    typer.echo(f"# {loaded.file.title}\n")
    for kind, chart in diagrams(loaded).items():
        typer.echo(f"## {kind}\n\n```mermaid\n{chart}\n```\n")


@app.command()
def cues() -> None:
    """List the cues that rules can name: what each may be, and what it means."""
    for line in catalog_in_words(CUES):
        typer.echo(line)


@app.command()
def schema() -> None:
    """Print the JSON Schema of rule packs, for editors; the same as rules/schema/pack.schema.json."""
    typer.echo(json.dumps(pack_json_schema(), indent=2))
