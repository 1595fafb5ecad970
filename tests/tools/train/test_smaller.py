"""Smaller and faster: a teacher, pruning, INT8; each export is held against the original, and refused if it loses too much."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from dms.errors import ConfigurationError, UsageError
from dms.perception.engines import load_network
from dms.perception.manifest import load_manifest
from dms.perception.networks import Network, build_network
from dms.perception.networks.fitting import fitted
from tests.tools.train.fake_shards import write_shards
from tests.tools.train.tiny_network import TinyConvolutions
from tests.tools.train.written import write_recipe
from tools.evaluation.bootstrap import Interval
from tools.networks.unet import UNet
from tools.train.by_recipe.beginning import begun_network, weights_at
from tools.train.by_recipe.channels import reads_of
from tools.train.by_recipe.pruning import least, pruned
from tools.train.by_recipe.reading import read_recipe
from tools.train.by_recipe.recipe import PruneOptions
from tools.train.by_recipe.samples import made_up
from tools.train.by_recipe.teaching import Teacher, teacher_at
from tools.train.by_recipe.trained import read_run
from tools.train.by_recipe.training import Order, train_recipe
from tools.train.compared.exporting import INT8, ONNX, export_run
from tools.train.compared.forms import FORMS
from tools.train.compared.gate import LosesTooMuchError, hold_to_gate, most_lost
from tools.train.compared.names import FormName
from tools.train.compared.onnx_file import engine_of
from tools.train.compared.shipping import ship
from tools.train.running.rounding import RoundedConv2d, rounded, without_ranges
from tools.train.running.team import ALONE

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning"),
]
CONVOLUTIONS = (("tiny_network:Tiny", "tiny_network:TinyConvolutions"), ("cells: 4", "width: 16"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """32 pictures, and a network of convolutions that has learned a little from them: `runs/first`."""
    folder = tmp_path_factory.mktemp("desk")
    write_shards(folder / "data", "face", count=32)
    trained(folder, "first", samples=240)
    return folder


def trained(desk: Path, name: str, *more: tuple[str, str], samples: int = 8) -> Path:
    """The folder of a training of the network of convolutions by a recipe with some of its text replaced."""
    recipe = write_recipe(desk, *CONVOLUTIONS, *more, name=name)
    return train_recipe(Order(recipe, desk / "data", desk / "runs", samples=samples, workers=0, threads=1), ALONE)


def keys(desk: Path, *lines: str) -> tuple[str, str]:
    """A replacement that adds keys to the recipe; FIRST stands for the folder of the first training."""
    return "losses:", "\n".join(lines).replace("FIRST", str(desk / "runs" / "first")) + "\nlosses:"


def test_a_rounded_convolution_has_the_values_of_bytes_and_still_learns() -> None:
    torch.manual_seed(0)
    plain = nn.Conv2d(2, 3, 3)
    ours = RoundedConv2d.of(plain)
    picture = torch.randn(4, 2, 8, 8)
    said = ours(picture)
    assert torch.allclose(said, plain(picture), atol=0.1)
    assert not torch.equal(said, plain(picture))
    said.sum().backward()
    assert plain.weight.grad is not None, "the parameters are the same"
    assert plain.weight.grad.abs().sum() > 0
    assert (ours.least.item(), ours.most.item()) == pytest.approx((picture.min().item(), picture.max().item()))
    assert len(torch.unique(ours._round_weights()[0])) <= 255
    before = ours.most.clone()
    ours.eval()(10 * picture)
    assert torch.equal(ours.most, before), "what it looks at is measured in training alone"


def test_normalisation_need_not_be_merged_before_rounding() -> None:
    """Scaling an output channel scales its step alike: the same bytes."""
    torch.manual_seed(0)
    conv = RoundedConv2d.of(nn.Conv2d(2, 3, 3, bias=False))
    scale = torch.tensor([0.5, 3.0, 20.0])[:, None, None, None]
    expected = conv._round_weights() * scale
    with torch.no_grad():
        conv.weight.mul_(scale)
    assert torch.allclose(conv._round_weights(), expected, atol=1e-6)


def test_what_was_trained_rounded_goes_back_into_a_plain_network() -> None:
    network = rounded(TinyConvolutions())
    assert sum(isinstance(module, RoundedConv2d) for module in network.modules()) == 2
    plain = TinyConvolutions()
    plain.load_state_dict(without_ranges(network.state_dict()))
    assert torch.equal(plain.read.weight, network.read.weight)


@pytest.mark.parametrize("how", ["static", "aware"])
def test_an_int8_twin_is_written_and_judged_on_the_same_pictures(how: str, desk: Path) -> None:
    gate = "gate: {mae_deg: 15, geodesic_deg: 30}"
    run = trained(desk, f"int8-{how}", keys(desk, "begin: FIRST", f"quantize: {how}", gate))
    done = export_run(run, desk / "data", judged_on=32)
    assert done.int8 == run / INT8
    assert set(done.off) == {ONNX, INT8}
    assert 0.0 < done.off[INT8] < 0.5, "it rounds, and it is the same network"
    (line,) = done.lost
    assert line.startswith("network.int8.onnx: mae ")
    assert line.endswith(" of its own float32")
    assert "DequantizeLinear" in str(run.joinpath(INT8).read_bytes())


def test_what_loses_more_than_the_recipe_allows_is_refused_and_not_left_there(desk: Path) -> None:
    """One step at a hundred times the rate: nothing is left of what the first had learned."""
    gate = "gate: {original: FIRST, mae_deg: 1}"
    run = trained(desk, "spoilt", keys(desk, "begin: FIRST", gate), ("rate: 0.01", "rate: 1.0"), samples=4)
    with pytest.raises(
        LosesTooMuchError, match=r"spoilt/network\.onnx: loses more than its recipe allows \(mae 1°\) against .*first"
    ):
        export_run(run, desk / "data", judged_on=32)
    assert not (run / ONNX).exists()
    assert not list(run.glob("network*"))
    assert export_run(run, desk / "data").onnx.exists(), "to be looked at in the table, it is exported all the same"


def test_a_gate_that_cannot_be_measured_is_no_gate(desk: Path) -> None:
    run = trained(desk, "pointless", keys(desk, "begin: FIRST", "gate: {original: FIRST, nme: 0.01}"))
    with pytest.raises(UsageError, match=r"gate: nme cannot be measured: no output or no label for it"):
        hold_to_gate(read_run(run), [export_run(run, desk / "data").onnx], desk / "data", 32)


def test_pruning_leaves_a_narrower_network_of_the_channels_that_mattered(desk: Path) -> None:
    run = trained(desk, "pruned", keys(desk, "begin: FIRST", "prune: {share: 0.5, round_to: 4}"))
    network = read_run(run).network
    assert isinstance(network, TinyConvolutions)
    assert network.stem[0].weight.shape == (8, 1, 3, 3)
    assert network.branch[0].weight.shape == (8, 8, 3, 3), "both sides of the shortcut"
    assert network.read.weight.shape == (6, 8 * 16)
    done = export_run(run, desk / "data")
    assert engine_of(done.onnx).run({"image": np.zeros((3, 1, 32, 32), np.float32)})["rotation"].shape == (3, 6)
    assert done.onnx.stat().st_size < export_run(desk / "runs" / "first", desk / "data").onnx.stat().st_size


def test_what_pruning_keeps_is_what_the_first_had_learned(desk: Path) -> None:
    recipe = read_recipe(write_recipe(desk, *CONVOLUTIONS, keys(desk, "begin: FIRST", "prune: {share: 0.5, round_to: 4}")))
    kept, before = begun_network(recipe).get_submodule("stem.0").weight, weights_at(desk / "runs" / "first")["stem.0.weight"]
    assert isinstance(kept, torch.Tensor)
    assert all(any(torch.equal(one, other) for other in before) for one in kept)


@pytest.mark.parametrize(
    ("network", "side"),
    [
        (lambda: TinyConvolutions(24), 32),
        (lambda: UNet(points=5, widths=(8, 16), kind="se"), 32),
        (lambda: Depthwise(), 16),
    ],
    ids=["shortcuts and flattening", "attention over channels", "depthwise and transposed"],
)
def test_what_is_left_gives_the_same_outputs_of_fewer_channels(network: Callable[[], Network], side: int) -> None:
    """A channel whose weights are nothing is what goes, and then nothing changes: whatever hangs on it went along."""
    torch.manual_seed(0)
    whole = network().eval()
    options = PruneOptions(share=0.25, round_to=1)
    silence(whole, side, options)
    picture = torch.randn(2, 1, side, side)
    before, size = whole(picture), size_of(whole)
    left = pruned(copy.deepcopy(whole), side, options)
    assert size_of(left) < 0.8 * size
    after = left(picture)
    for name, value in before.items():
        assert torch.allclose(after[name], value, atol=1e-4), name


def test_channels_that_cannot_be_told_apart_are_said_not_to_be_prunable() -> None:
    class Halves(Network):
        """Outputs `points`: the greater of two halves of the channels."""

        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv2d(1, 8, 3), nn.Conv2d(4, 1, 1)

        def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"points": self.last(self.first(image).unflatten(1, (2, 4)).amax(dim=1))}

    with pytest.raises(UsageError, match="prune: some channels of first meet in one place of what last is given"):
        pruned(Halves(), 16, PruneOptions(share=0.5))


def test_a_mean_over_channels_ties_none_of_them_together() -> None:
    network = UNet(points=5, widths=(8, 16), kind="cbam")
    left = pruned(copy.deepcopy(network), 32, PruneOptions(share=0.5, round_to=1))
    assert size_of(left) < 0.5 * size_of(network)
    assert left(torch.zeros(1, 1, 32, 32))["heatmaps"].shape == network(torch.zeros(1, 1, 32, 32))["heatmaps"].shape


def silence(network: Network, side: int, options: PruneOptions) -> None:
    """Make nothing of the channels that would go: what they make is 0 everywhere."""
    going = least(network, reads_of(network, side), options)
    with torch.no_grad():
        for layer, channel in going:
            module: Any = network.get_submodule(layer)
            (module.weight[:, channel] if isinstance(module, nn.ConvTranspose2d) else module.weight[channel]).zero_()
            if module.bias is not None:
                module.bias[channel] = 0.0
        for each in network.modules():
            if isinstance(each, nn.BatchNorm2d):
                each.bias.zero_()
                each.get_buffer("running_mean").zero_()


def size_of(network: Network) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


class Depthwise(Network):
    """Outputs `points`: up, depthwise, down, a transposed convolution, two halves side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.up = nn.Sequential(nn.Conv2d(1, 16, 3, 2, 1), nn.BatchNorm2d(16), nn.ReLU())
        self.deep = nn.Sequential(nn.Conv2d(16, 16, 3, 1, 1, groups=16, bias=False), nn.BatchNorm2d(16), nn.Hardswish())
        self.down = nn.Conv2d(16, 8, 1)
        self.wide = nn.ConvTranspose2d(24, 12, 4, 2, 1)
        self.last = nn.Conv2d(12, 3, 1)

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        up = self.up(image)
        both = torch.cat([self.down(self.deep(up)), up], dim=1)
        return {"points": self.last(self.wide(both).relu())}


def test_weights_of_another_network_are_not_begun_with(desk: Path) -> None:
    with pytest.raises(RuntimeError, match=r"Missing key|Unexpected key"):
        fitted(TinyConvolutions(), build_network("eye").state_dict())
    shipped = Path(__file__).parents[3] / "models" / "eye.safetensors"
    recipe = read_recipe(write_recipe(desk, *CONVOLUTIONS, keys(desk, f"begin: {shipped}")))
    with pytest.raises(UsageError, match=r"eye\.safetensors: not the weights of TinyConvolutions"):
        begun_network(recipe)


def test_who_says_what_the_teacher_says_has_nothing_to_learn(desk: Path) -> None:
    lesson = Teacher(kind="teacher", teacher=str(desk / "runs" / "first"))
    (batch,) = made_up([32])
    said = {name: value.detach() for name, value in read_run(desk / "runs" / "first").network(batch["image"]).items()}
    assert lesson.value(said, batch).item() < 1e-2
    other = {"rotation": torch.tensor([[0.0, 1.0, 0.0, -1.0, 0.0, 0.0]] * len(batch["image"]), requires_grad=True)}
    apart = lesson.value(other, batch)
    apart.backward()
    assert apart.item() > 0.3
    assert other["rotation"].grad is not None


def test_a_teacher_shows_all_that_the_face_network_reads() -> None:
    """Every kind of output has its own distance; a copy of the teacher has none to go but what classes leave open."""
    lesson = Teacher(kind="teacher", teacher="shipped")
    (batch,) = made_up([112])
    student = build_network("face").eval()
    far = lesson.value(student(batch["image"]), batch)
    far.backward()
    untaught = [name for name, value in student.named_parameters() if value.grad is None or not torch.isfinite(value.grad).all()]
    assert untaught == []


def test_a_pupil_comes_nearer_to_its_teacher(desk: Path) -> None:
    lesson = ("  - {kind: geodesic, weight: 1.0}", f"  - {{kind: teacher, teacher: {desk}/runs/first}}")
    (batch,) = made_up([32])
    judge = Teacher(kind="teacher", teacher=str(desk / "runs" / "first"))
    apart = [
        judge.value(read_run(trained(desk, f"pupil-{samples}", lesson, samples=samples)).network(batch["image"]), batch).item()
        for samples in (4, 160)
    ]
    assert apart[1] < 0.7 * apart[0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("prune: {share: 0.5}", "prune: what matters least is known of trained weights alone: say where to begin"),
        ("begin: FIRST\nprune: {share: 1.0}", "prune.share: 1.0"),
        ("quantize: int4", "quantize: 'int4'"),
        ("gate: {mae_deg: 1}", "gate: original: say which network this one is held against"),
        ("quantize: static\ngate: {}", "gate: say how much may be lost of yaw_deg, pitch_deg, roll_deg, mae_deg"),
        ("quantize: static\ngate: {mae: 1}", "gate.mae: unknown key"),
    ],
)
def test_a_mistake_in_these_keys_is_told_with_its_line(lines: str, said: str, desk: Path) -> None:
    path = write_recipe(desk, *CONVOLUTIONS, keys(desk, lines), name="wrong")
    with pytest.raises(ConfigurationError) as refused:
        read_recipe(path)
    assert f"{path}:" in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("teacher", "said"),
    [
        ("nobody", "losses.0: teacher: nobody: no checkpoint.pt in it; `python -m tools.train recipe` makes one"),
        ("FIRST", None),
    ],
)
def test_a_teacher_that_is_not_there_is_told_with_its_line(teacher: str, said: str | None, desk: Path) -> None:
    named = teacher.replace("FIRST", str(desk / "runs" / "first"))
    path = write_recipe(desk, *CONVOLUTIONS, ("kind: geodesic", f"kind: teacher, teacher: {named}"), name="taught")
    if said is None:
        read_recipe(path)
        return
    with pytest.raises(ConfigurationError) as refused:
        read_recipe(path)
    assert f"{path}:6: {said}" in str(refused.value)


def test_what_was_trained_is_exported_when_its_teacher_is_gone(desk: Path, tmp_path: Path) -> None:
    teacher = shutil.copytree(desk / "runs" / "first", tmp_path / "teacher")
    run = trained(desk, "orphan", ("kind: geodesic", f"kind: teacher, teacher: {teacher}"), samples=4)
    shutil.rmtree(teacher)
    teacher_at.cache_clear()
    assert export_run(run, desk / "data").onnx.exists()


@pytest.mark.parametrize("form", FormName)
def test_each_form_answers_as_torch_does(form: FormName, desk: Path) -> None:
    done = export_run(desk / "runs" / "first", desk / "data", [form])
    assert done.off[FORMS[form].file] < 1e-5
    assert (desk / "runs" / "first" / FORMS[form].file).exists()


def test_a_pupil_of_another_class_goes_into_a_folder_that_dms_reads(desk: Path, tmp_path: Path) -> None:
    """The MobileNet gives all that is read of the face network: ONNX Runtime runs it, PyTorch does not know it."""
    network = ("tests.tools.train.tiny_network:Tiny", "tools.networks.mobile_face:MobileFace")
    recipe = write_recipe(
        desk, network, ("options: {cells: 4}\n", ""), ("side: 32", "side: 112"), ("judged_share: 0.3", "judged_share: 0"),
        ("kind: geodesic", "kind: shipped-face"), name="mobile",
    )  # fmt: skip
    run = train_recipe(Order(recipe, desk / "data", desk / "runs", samples=4, workers=0, threads=1), ALONE)
    done = export_run(run, desk / "data")
    models = tmp_path / "models"
    ship(done, models)
    picture = np.random.default_rng(0).standard_normal((1, 1, 112, 112)).astype(np.float32)
    ours = load_network("face", directory=models).run({"image": picture})["landmarks"]
    assert np.allclose(ours, engine_of(done.onnx).run({"image": picture})["landmarks"])
    assert load_manifest(models).networks["face"].safetensors is None
    with pytest.raises(
        ConfigurationError, match=r"face\.onnx: the manifest lists no safetensors for it, so only engine onnx runs it"
    ):
        load_network("face", "torch", models)


def test_better_is_nothing_lost() -> None:
    low, high = Interval(0.4, 0.3, 0.5), Interval(0.6, 0.5, 0.7)
    assert most_lost("mae", high, low) == pytest.approx(0.2)
    assert most_lost("area", high, low) == pytest.approx(-0.2)
