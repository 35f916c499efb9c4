"""A toy run: it learns, stops in time, goes on, and its package translates."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .conftest import ROOT

torch = pytest.importorskip(
    "torch", reason="PyTorch trains and is no dependency of the toolkit (training/requirements.txt)"
)

from training.model import Shape, Translator, size  # noqa: E402

from training import score, train  # noqa: E402 - after the check for PyTorch


def test_the_rate_follows_steps_up_and_the_clock_down() -> None:
    rates = [train.rate_at(step, 0.1, 100) for step in (1, 50, 100, 1000)]
    assert rates == pytest.approx([0.009, 0.45, 0.9, 0.9])
    assert train.rate_at(1000, 1.2, 100) == 0


def test_the_end_is_today_or_tomorrow() -> None:
    now = datetime(2026, 1, 31, 18, 50, 30, tzinfo=UTC)
    assert train.deadline("19:20", now) == 29 * 60 + 30
    assert train.deadline("18:50", now) == 24 * 3600 - 30


def test_the_loss_is_cross_entropy_and_its_slopes_are_right() -> None:
    torch.manual_seed(0)
    model = Translator(Shape(50, width=16, inner=32, heads=2, encoder=1, decoder=1))
    source, target = torch.randint(4, 50, (3, 7)), torch.randint(4, 50, (3, 6))
    target[0, 4:] = model.shape.pad
    loss, count = model.loss(source, target, 0.1)
    loss.backward()
    ours = {n: p.grad.clone() for n, p in model.named_parameters()}
    model.zero_grad()
    states, wanted = model(source, target[:, :-1]), target[:, 1:]
    plain = torch.nn.functional.cross_entropy(
        (states @ model.embedding.weight.T + model.bias).flatten(0, 1), wanted.flatten(),
        ignore_index=model.shape.pad, label_smoothing=0.1,
    )  # fmt: skip
    plain.backward()
    assert count == int((wanted != model.shape.pad).sum()) == 13
    assert loss.item() == pytest.approx(plain.item(), rel=1e-5)
    for name, parameter in model.named_parameters():
        assert torch.allclose(ours[name], parameter.grad, atol=1e-5), name


def test_what_comes_later_and_padding_change_nothing() -> None:
    torch.manual_seed(0)
    model = Translator(Shape(50, width=16, inner=32, heads=2, encoder=2, decoder=2)).eval()
    source, target = torch.randint(4, 50, (2, 7)), torch.randint(4, 50, (2, 6))
    before = model(source, target)
    later = target.clone()
    later[:, 4:] = 9
    assert torch.allclose(model(source, later)[:, :4], before[:, :4], atol=1e-5)
    padded = torch.cat([source, torch.full((2, 3), model.shape.pad)], 1)
    assert torch.allclose(model(padded, target), before, atol=1e-5)


def test_presets_have_the_sizes_they_promise() -> None:
    from dataclasses import replace

    assert 8e6 < size(Translator(replace(train.PRESETS["compact"], vocabulary=8_000))) < 12e6
    assert size(Translator(replace(train.PRESETS["large"], vocabulary=24_000))) < 60e6


SHAPE = Shape(0, width=48, inner=96, heads=2, encoder=2, decoder=1)
STEPS = 500


def toy(prepared: Path, out: Path) -> train.Run:
    run = train.Run(prepared, out, SHAPE, train.Plan(pieces=800, rate=4e-3, warmup=20), "cpu")
    # Alike on all processors.
    run.half = False
    return run


@pytest.fixture(scope="module")
def trained(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many steps, not so many seconds: a busy machine must not fail the tests."""
    out = tmp_path_factory.mktemp("run")
    run = toy(prepared, out)
    first = run.dev_loss()
    for step, (source, target) in zip(range(STEPS), run.batches(), strict=False):
        run.learn(source, target, train.rate_at(step, step / STEPS, 20))
    run.save()
    assert run.finish() < first / 4
    return out


def test_it_stops_when_time_is_up_and_leaves_checkpoints(prepared: Path, tmp_path: Path) -> None:
    run = toy(prepared, tmp_path)
    train.train(run, seconds=1.0, report_every=0.2)
    state = torch.load(tmp_path / "final.pt", weights_only=True)
    step, seen, _, elapsed = state["progress"]
    assert 0 < step < seen
    assert elapsed >= 1
    assert {p.name for p in tmp_path.iterdir()} == {"final.pt", "last.pt"}


def test_it_goes_on_from_a_checkpoint(trained: Path, prepared: Path, tmp_path: Path) -> None:
    (tmp_path / "last.pt").write_bytes((trained / "last.pt").read_bytes())
    run = toy(prepared, tmp_path)
    fresh = run.dev_loss()
    assert run.resume()
    assert run.step == STEPS
    assert run.dev_loss() < fresh / 4
    assert not toy(prepared, tmp_path / "nowhere").resume()


def test_the_package_translates_the_toy_language(
    trained: Path, prepared: Path, corpus: Path, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "training.export", "--data", prepared, "--run", trained,
         "--out", tmp_path, "--sources", corpus / "SOURCES.md"], cwd=ROOT, check=True,
    )  # fmt: skip
    path = tmp_path / "translate-en_es-starter.argosmodel"
    first = path.read_bytes()
    about = json.loads(
        (tmp_path / "models" / "translate-en_es-starter" / "metadata.json").read_text("utf-8")
    )
    assert about["from_code"] == "en"
    model = score.Model(path, tmp_path / "unpacked")
    answers = model.translate(["My sister buys a car today.", "The teacher loves the garden."])
    assert answers == ["Mi hermana compra un coche hoy.", "El maestro ama el jardín."]
    subprocess.run(
        [sys.executable, "-m", "training.export", "--data", prepared, "--run", trained,
         "--out", tmp_path, "--sources", corpus / "SOURCES.md"], cwd=ROOT, check=True,
    )  # fmt: skip
    assert path.read_bytes() == first
