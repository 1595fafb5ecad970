"""`python -m tools.train`: trains the networks that ship, and any other by a recipe; compares them; exports them.

python -m tools.train all --assets ../shared/assets --work DIR         what ships, from assets to weights, one command
python -m tools.train face --data DIR --hdri DIR --runs DIR            one of them on shards that are there
python -m tools.train recipe tools/train/recipes/*.yaml --data DIR     others, by recipes
python -m tools.train look tools/train/recipes/two-stages.yaml --data DIR -o sheet.png
python -m tools.train compare --runs DIR --heldout DIR

Kill it when you like: the same command goes on from the last checkpoint, and shards already rendered stay.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dms.errors import EXIT_FAILED, DmsError, UsageError, reason
from tools.train.compared.names import FormName
from tools.train.running.machine import DeviceName
from tools.train.shipped import command_for
from tools.train.tasks import TASKS

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
for _name in TASKS:
    app.command(_name, help=f"Train and export the {_name} network that ships.")(command_for(_name))
app.command("all", help="Train and export all networks that ship.")(command_for(*TASKS))

RecipeFile = Annotated[Path, typer.Argument(metavar="RECIPE", help="A YAML file, such as those in tools/train/recipes.")]
Data = Annotated[Path, typer.Option(help="Folder of shards to train on.")]
Runs = Annotated[Path, typer.Option(help="Folder with a folder for each training.")]


@app.command("recipe")
def by_recipe(
    recipes: Annotated[list[Path], typer.Argument(metavar="RECIPE...", help="One after the other, each for its budget.")],
    data: Data = Path("runs/data/train"),
    runs: Runs = Path("runs/recipes"),
    minutes: Annotated[float | None, typer.Option(help="Instead of the recipe's budget.", min=0.0)] = None,
    samples: Annotated[int | None, typer.Option(help="Instead of the recipe's budget.", min=1)] = None,
    device: Annotated[DeviceName | None, typer.Option(help="Instead of the recipe's.")] = None,
    workers: Annotated[int, typer.Option(help="Processes that make samples.", min=0)] = 2,
    threads: Annotated[int, typer.Option(help="Threads that train.", min=1)] = 2,
    checkpoint_s: Annotated[float, typer.Option(help="Seconds between checkpoints.", min=0.0)] = 60.0,
) -> None:
    """Train networks by their recipes, or go on with them; under torchrun, several processes share the work."""
    from tools.train.by_recipe.training import Order, train_recipe
    from tools.train.running.team import gathered

    with gathered() as team:
        for recipe in recipes:
            train_recipe(Order(recipe, data, runs, minutes, samples, device, workers, threads, checkpoint_s), team)


@app.command()
def look(
    recipe: RecipeFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="A .png or .jpg file.")],
    data: Data = Path("runs/data/train"),
    people: Annotated[int, typer.Option(help="Rows: pictures.", min=1, max=50)] = 4,
    times: Annotated[int, typer.Option(help="Columns: how often each is drawn.", min=1, max=20)] = 6,
) -> None:
    """Draw what a recipe makes of its pictures, with points, axes and angles over them."""
    from tools.datasets.files import write_picture
    from tools.train.by_recipe.look import sheet_of
    from tools.train.by_recipe.reading import read_recipe

    if out.suffix not in (".png", ".jpg"):
        raise UsageError(f"{out}: a picture's name ends in .png or .jpg")
    write_picture(out, sheet_of(read_recipe(recipe), data, people, times))


@app.command()
def compare(
    heldout: Annotated[Path, typer.Option(help="Folder of shards with people that nobody was trained on.")],
    runs: Runs = Path("runs/recipes"),
    pictures: Annotated[int, typer.Option(help="Pictures to measure on, at most.", min=2)] = 2000,
    write: Annotated[Path | None, typer.Option(help="A Markdown file with a place for it: docs/networks.md.")] = None,
) -> None:
    """One table of all networks trained by recipes: size, cost and accuracy. Each is exported on the way."""
    from tools.train.compared.table import table_of, write_table

    table = table_of(runs, heldout, pictures)
    typer.echo(table)
    if write is not None:
        write_table(write, table)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a training, such as runs/recipes/pose-resnet18.")],
    data: Annotated[Path, typer.Option(help="Shards with pictures to hold the export against torch on.")],
    models: Annotated[
        Path | None, typer.Option(help="A folder for weights that dms runs with, where it reads this architecture.")
    ] = None,
    also: Annotated[
        list[FormName] | None,
        typer.Option(help="A further form; may be given again. torchscript is on its way out of PyTorch.", show_default=False),
    ] = None,
    pictures: Annotated[int, typer.Option(help="Pictures that the recipe's gate judges on, at most.", min=10)] = 500,
) -> None:
    """Write a trained network as ONNX and safetensors, held against torch on real samples and against its recipe's gate."""
    from tools.train.compared.exporting import export_run
    from tools.train.compared.shipping import ship

    done = export_run(run, data, also or (), judged_on=pictures)
    for file, off in done.off.items():
        typer.echo(f"{run / file}: at most {off:.2g} from torch on {done.pictures} pictures")
    for line in done.lost:
        typer.echo(f"gate: {line}")
    if models is not None:
        typer.echo(f"{ship(done, models)}: written")


def main() -> None:
    """Run the command line; what the user can put right is one message and an exit code."""
    try:
        app(prog_name="python -m tools.train")
    except DmsError as error:
        sys.stderr.write(f"train: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stderr.write(f"train: {reason(error)}\n")
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
