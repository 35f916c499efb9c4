"""Train on a prepared folder until a time of day, or for some minutes.

    python -m training.train --data FOLDER --out FOLDER --until 19:20
    python -m training.train --data FOLDER --out FOLDER --minutes 9 --preset large

The learning rate follows the clock, not the step: however fast the machine, it has
come down to nothing when time is up. A checkpoint is on disk all the time; the same
command goes on from it. The end result, `final.pt`, are the averaged or the last weights.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import torch

from training.batches import Ids, Sentences
from training.model import Shape, Translator, size

#: Sizes by name. "compact" is for two cores and two hours; "large" for an accelerator
#: and ten minutes, several hundred million pieces.
PRESETS = {
    "toy": Shape(0, width=32, inner=64, heads=2, encoder=1, decoder=1),
    "compact": Shape(0),
    "large": Shape(0, width=512, inner=2048, heads=8, encoder=6, decoder=3, dropout=0.1),
}
#: What of a preset can be changed from outside.
_SIZES: dict[str, type] = {
    "width": int,
    "inner": int,
    "heads": int,
    "encoder": int,
    "decoder": int,
    "dropout": float,
}
SMOOTHING = 0.1
#: Weights are averaged every so many steps, over about `HORIZON` of those.
AVERAGE_EVERY, HORIZON = 5, 60
#: Dev sentences that the loss is reported on while training.
DEV_SENTENCES = 1_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. Rates are for the steepest moment; `pieces` are a batch's."""

    pieces: int = 3_000
    rate: float = 2e-3
    warmup: int = 300
    longest: int = 96
    optimizer: str = "muon"
    seed: int = 1


def rate_at(step: int, fraction: float, warmup: int) -> float:
    """The learning rate as a share of its peak: up by steps, then down by the clock.

    >>> rate_at(150, 0.0, 300), rate_at(1000, 0.5, 300), rate_at(1000, 1.0, 300)
    (0.5, 0.5, 0.0)
    """
    return min(1.0, step / max(1, warmup)) * max(0.0, 1.0 - fraction)


def deadline(until: str, now: datetime) -> float:
    """Seconds from now to the next time that a clock shows `until` (HH:MM, UTC)."""
    hours, minutes = (int(part) for part in until.split(":"))
    end = now.replace(hour=hours, minute=minutes, second=0, microsecond=0)
    if end <= now:
        end += timedelta(days=1)
    return (end - now).total_seconds()


def optimizers(model: Translator, plan: Plan) -> list[torch.optim.Optimizer]:
    """AdamW for embeddings, biases and norms; Muon, or AdamW too, for the matrices.

    Muon makes each matrix's step orthogonal (K. Jordan et al., 2024), said to need about
    half of Adam's steps; it costs a seventh of the time here. Not compared in this
    project for want of time. Its steps are scaled to the size of Adam's, so one rate serves.
    """
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and "embedding" not in n]
    known = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in known]
    adam: dict[str, Any] = {"lr": plan.rate, "betas": (0.9, 0.98), "eps": 1e-9}
    if plan.optimizer == "adam":
        return [torch.optim.AdamW([*matrices, *rest], weight_decay=0.01, **adam)]
    return [
        torch.optim.Muon(matrices, lr=plan.rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, weight_decay=0.0, **adam),
    ]


class Run:
    """One training run: model, optimizers, average, and where it stands."""

    def __init__(self, data: Path, out: Path, shape: Shape, plan: Plan, device: str) -> None:
        torch.manual_seed(plan.seed)
        self.data, self.out, self.plan, self.device = data, out, plan, device
        self.about = json.loads((data / "about.json").read_text("utf-8"))
        self.shape = replace(shape, vocabulary=int(self.about["vocabulary"]))
        self.model = Translator(self.shape).to(device)
        self.optimizers = optimizers(self.model, plan)
        self.average = [p.detach().clone() for p in self.model.parameters()]
        self.step = self.seen = self.passes = 0
        self.elapsed = 0.0
        # Half precision where it is faster; the weights themselves stay whole.
        self.half = device == "cuda" or _fast_half()

    def save(self) -> None:
        """The checkpoint, whole or not at all."""
        state = {
            "shape": self.shape.as_dict(),
            "model": self.model.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "average": self.average,
            "progress": [self.step, self.seen, self.passes, self.elapsed],
        }
        torch.save(state, self.out / "last.part")
        (self.out / "last.part").replace(self.out / "last.pt")

    def resume(self) -> bool:
        """Go on from a checkpoint, at the beginning of the pass it was in."""
        path = self.out / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.average = [a.to(self.device) for a in state["average"]]
        self.step, self.seen, self.passes, self.elapsed = state["progress"]
        return True

    def batches(self) -> Iterator[tuple[Ids, Ids]]:
        """Pass after pass without end."""
        while True:
            number = self.passes % int(self.about["passes"])
            sentences = Sentences(self.data / f"pass{number}.npz", self.plan.longest)
            yield from sentences.batches(self.plan.pieces, self.plan.seed + self.passes)
            self.passes += 1

    def learn(self, source: Ids, target: Ids, rate: float) -> float:
        """One step; the loss before it."""
        self.model.train()
        with torch.autocast(self.device, torch.bfloat16, enabled=self.half):
            loss, count = self.model.loss(self._there(source), self._there(target), SMOOTHING)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.plan.rate * rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.seen += count
        if self.step % AVERAGE_EVERY == 0:
            share = max(1 / HORIZON, 1 / (self.step / AVERAGE_EVERY))
            with torch.no_grad():
                torch._foreach_lerp_(self.average, list(self.model.parameters()), share)
        return float(loss.detach())

    def _there(self, ids: Ids) -> torch.Tensor:
        return torch.from_numpy(ids).to(self.device, non_blocking=True)

    def dev_loss(self, most: int = DEV_SENTENCES) -> float:
        """Mean loss a piece on held-back sentences, without smoothing."""
        sentences = Sentences(self.data / "dev.npz", self.plan.longest)
        sentences.usable = sentences.usable[:: max(1, len(sentences.usable) // most)]
        self.model.eval()
        total = pieces = 0.0
        with torch.no_grad(), torch.autocast(self.device, torch.bfloat16, enabled=self.half):
            for source, target in sentences.batches(self.plan.pieces, None):
                loss, count = self.model.loss(self._there(source), self._there(target), 0.0)
                total, pieces = total + float(loss) * count, pieces + count
        return total / max(1.0, pieces)

    def finish(self) -> float:
        """Write `final.pt`: the averaged weights or the last ones, whichever dev likes better.

        An average lags behind a short run whose rate has come down to nothing. Returns
        the dev loss of what was written.
        """
        last = [p.detach().clone() for p in self.model.parameters()]
        best, loss = "last", self.dev_loss(10**9)
        self._set(self.average)
        averaged = self.dev_loss(10**9)
        if averaged < loss:
            best, loss = "averaged", averaged
        else:
            self._set(last)
        state = {
            "shape": self.shape.as_dict(),
            "model": {k: v.float().cpu() for k, v in self.model.state_dict().items()},
            "progress": [self.step, self.seen, self.passes, self.elapsed],
            "dev_loss": loss,
            "weights": best,
        }
        torch.save(state, self.out / "final.part")
        (self.out / "final.part").replace(self.out / "final.pt")
        return loss

    def _set(self, weights: Sequence[torch.Tensor]) -> None:
        with torch.no_grad():
            for weight, value in zip(self.model.parameters(), weights, strict=True):
                weight.copy_(value)


def _fast_half() -> bool:
    """Whether this processor multiplies bfloat16 itself; it is two to three times as fast."""
    try:
        flags = Path("/proc/cpuinfo").read_text("ascii", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def train(run: Run, seconds: float, report_every: float) -> float:
    """Train for some seconds of wall clock, with a line of report now and then."""
    start = last = time.monotonic()
    before = run.elapsed
    whole = before + seconds
    mean = 0.0
    seen = run.seen
    for source, target in run.batches():
        now = time.monotonic()
        run.elapsed = before + now - start
        if run.elapsed >= whole:
            break
        rate = rate_at(run.step + 1, run.elapsed / whole, run.plan.warmup)
        loss = run.learn(source, target, rate)
        if not math.isfinite(loss):
            raise SystemExit(f"step {run.step}: the loss is {loss}; start with a lower --rate")
        mean = loss if not mean else 0.98 * mean + 0.02 * loss
        if now - last > report_every:
            print(
                f"{run.elapsed / 60:.1f} min pass {run.passes} step {run.step} "
                f"pieces {run.seen / 1e6:.2f} M ({(run.seen - seen) / (now - last):.0f}/s) "
                f"train {mean:.3f} dev {run.dev_loss():.3f} rate {rate * run.plan.rate:.5f}",
                flush=True,
            )
            seen, last = run.seen, now
            run.save()
    run.save()
    return run.finish()


def arguments() -> argparse.Namespace:
    """The command line."""
    usual = Plan()
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of training.prepare")
    parser.add_argument("--out", type=Path, required=True)
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--minutes", type=float)
    when.add_argument("--until", help="HH:MM, UTC")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="compact")
    for name, kind in _SIZES.items():
        parser.add_argument(f"--{name}", type=kind, help="instead of the preset's")
    parser.add_argument("--pieces", type=int, default=usual.pieces)
    parser.add_argument("--rate", type=float, default=usual.rate)
    parser.add_argument("--warmup", type=int, default=usual.warmup)
    parser.add_argument("--longest", type=int, default=usual.longest)
    parser.add_argument("--optimizer", choices=("muon", "adam"), default=usual.optimizer)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--report-every", type=float, default=120.0, help="seconds")
    parser.add_argument("--whole", action="store_true", help="float32 throughout")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    given = {name: value for name in _SIZES if (value := getattr(options, name)) is not None}
    plan = Plan(
        options.pieces, options.rate, options.warmup, options.longest, options.optimizer,
        options.seed,
    )  # fmt: skip
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    options.out.mkdir(parents=True, exist_ok=True)
    run = Run(options.data, options.out, replace(PRESETS[options.preset], **given), plan, device)
    run.half = run.half and not options.whole
    resumed = run.resume()
    seconds = (
        options.minutes * 60 if options.minutes else deadline(options.until, datetime.now(UTC))
    )
    print(
        f"{'resumed' if resumed else 'new'}: {size(run.model) / 1e6:.1f} M parameters, {device}, "
        f"{'bfloat16' if run.half else 'float32'}, {run.shape}, {plan}, {seconds / 60:.1f} min",
        flush=True,
    )
    loss = train(run, seconds, options.report_every)
    print(f"done: dev {loss:.4f} after {run.step} steps, {run.seen / 1e6:.1f} M pieces")


if __name__ == "__main__":
    main()
