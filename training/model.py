"""The Transformer: pre-norm, one embedding for source, target and output, deep and shallow.

Six encoder layers and two decoder layers: the encoder is cheap, since it runs once a
sentence, and does most for quality. Shapes and names are those that CTranslate2's
Transformer specification wants, so that exporting is copying.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody writes it
from torch import Tensor, nn

#: Positions that the table of sines holds.
POSITIONS = 512


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a model. `dropout` is used in training only."""

    vocabulary: int
    width: int = 256
    inner: int = 1024
    heads: int = 4
    encoder: int = 6
    decoder: int = 2
    dropout: float = 0.0
    pad: int = 3

    def as_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return asdict(self)


class Attention(nn.Module):
    """Multi-head attention: to itself, or to a memory where `crossed`."""

    def __init__(self, shape: Shape, crossed: bool) -> None:
        super().__init__()
        self.heads, self.crossed = shape.heads, crossed
        width = shape.width
        self.ask = nn.Linear(width, width if crossed else 3 * width)
        self.memory = nn.Linear(width, 2 * width) if crossed else None
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor | None, mask: Tensor | None) -> Tensor:
        if self.memory is not None and memory is not None:
            query = self.ask(x)
            keys, values = self.memory(memory).chunk(2, -1)
        else:
            query, keys, values = self.ask(x).chunk(3, -1)
        mix = _mixed_fused if x.is_cuda else _mixed
        mixed = mix(self._split(query), self._split(keys), self._split(values), mask)
        return self.out(mixed.transpose(1, 2).reshape(x.shape))  # type: ignore[no-any-return]

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)


def _mixed_fused(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    return F.scaled_dot_product_attention(
        query, keys, values, attn_mask=mask, is_causal=mask is None
    )


def _mixed(query: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
    """Attention written out; causal without a mask.

    On processors PyTorch's fused one takes twelve times as long for short sentences in
    bfloat16, most of it in the way back (measured with 140 sentences of 25 pieces).
    """
    scores = (query * query.shape[-1] ** -0.5) @ keys.transpose(-1, -2)
    if mask is None:
        length = scores.shape[-1]
        mask = torch.ones(length, length, dtype=torch.bool, device=scores.device).tril()
    weights: Tensor = scores.masked_fill(~mask, -1e4).softmax(-1).to(values.dtype)
    return weights @ values


class Layer(nn.Module):
    """A layer of the encoder, or of the decoder where `crossed`."""

    def __init__(self, shape: Shape, crossed: bool) -> None:
        super().__init__()
        self.self_norm = nn.LayerNorm(shape.width)
        self.self_attention = Attention(shape, False)
        self.cross_norm = nn.LayerNorm(shape.width) if crossed else None
        self.cross_attention = Attention(shape, True) if crossed else None
        self.inner_norm = nn.LayerNorm(shape.width)
        self.wide = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(
        self, x: Tensor, mask: Tensor | None, memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        x = x + self.dropout(self.self_attention(self.self_norm(x), None, mask))
        if self.cross_norm is not None and self.cross_attention is not None:
            seen = self.cross_attention(self.cross_norm(x), memory, memory_mask)
            x = x + self.dropout(seen)
        inner = self.narrow(F.relu(self.wide(self.inner_norm(x))))
        return x + self.dropout(inner)  # type: ignore[no-any-return]


def sines(length: int, width: int) -> Tensor:
    """The position table, first all sines and then all cosines, as CTranslate2 has it."""
    steps = torch.exp(torch.arange(width // 2) * -(math.log(10_000) / (width // 2 - 1)))
    angles = torch.arange(length)[:, None] * steps[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class Translator(nn.Module):
    """Source pieces and target pieces so far in, a vector for each next piece out."""

    positions: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.register_buffer("positions", sines(POSITIONS, shape.width), persistent=False)
        self.encoder = nn.ModuleList(Layer(shape, False) for _ in range(shape.encoder))
        self.encoder_norm = nn.LayerNorm(shape.width)
        self.decoder = nn.ModuleList(Layer(shape, True) for _ in range(shape.decoder))
        self.decoder_norm = nn.LayerNorm(shape.width)
        self.bias = nn.Parameter(torch.zeros(shape.vocabulary))
        self.dropout = nn.Dropout(shape.dropout)
        self._start()

    def _start(self) -> None:
        depth = 2 * self.shape.encoder + 3 * self.shape.decoder
        for name, weight in self.named_parameters():
            if name == "embedding.weight":
                nn.init.normal_(weight, std=self.shape.width**-0.5)
            elif weight.dim() > 1:
                nn.init.xavier_uniform_(weight)
                if name.endswith(("out.weight", "narrow.weight")):
                    # What a deep stack adds up starts small.
                    with torch.no_grad():
                        weight.mul_(depth**-0.5)
            elif name.endswith("bias"):
                nn.init.zeros_(weight)
        # Else the last piece's own embedding would be by far the likeliest next piece.
        nn.init.constant_(self.decoder_norm.weight, 0.25)

    def embed(self, ids: Tensor) -> Tensor:
        """Pieces with their places. Also the scale that CTranslate2 applies."""
        x = self.embedding(ids) * self.shape.width**0.5 + self.positions[: ids.shape[1]]
        return self.dropout(x)  # type: ignore[no-any-return]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Vectors for the pieces that follow each of `target`; both are padded rows."""
        mask = (source != self.shape.pad)[:, None, None, :]
        memory = self.embed(source)
        for layer in self.encoder:
            memory = layer(memory, mask)
        memory = self.encoder_norm(memory)
        x = self.embed(target)
        for layer in self.decoder:
            # No mask: causal. Padding stands at the end, where nothing looks back to it.
            x = layer(x, None, memory, mask)
        return self.decoder_norm(x)  # type: ignore[no-any-return]

    def loss(self, source: Tensor, target: Tensor, smoothing: float) -> tuple[Tensor, int]:
        """Mean cross entropy of the next pieces, and how many there were."""
        states = self(source, target[:, :-1])
        wanted = target[:, 1:]
        real = wanted != self.shape.pad
        loss = _OutputLoss.apply(  # type: ignore[no-untyped-call]
            states[real], self.embedding.weight, self.bias, wanted[real], smoothing
        )
        return loss, int(real.sum())


class _OutputLoss(torch.autograd.Function):
    """Scores for all pieces and their smoothed cross entropy, some rows at a time.

    The slopes are worked out on the way forward, so that the table of all scores (120 MB
    for 3,600 pieces) never exists: a slice of it stays in the processor's cache.
    """

    ROWS = 384

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, table: Tensor, bias: Tensor, wanted: Tensor, smoothing: float
    ) -> Tensor:
        count, pieces = states.shape[0], table.shape[0]
        kind = torch.bfloat16 if torch.is_autocast_enabled(states.device.type) else torch.float32
        rows = _OutputLoss.ROWS if not states.is_cuda else 16 * _OutputLoss.ROWS
        with torch.autocast(states.device.type, enabled=False):
            narrow, small = states.to(kind), table.to(kind)
            total = states.new_zeros((), dtype=torch.float32)
            to_states = torch.empty_like(narrow)
            to_table = torch.zeros_like(table, dtype=torch.float32)
            to_bias = torch.zeros_like(bias, dtype=torch.float32)
            for begin in range(0, count, rows):
                part, goal = narrow[begin : begin + rows], wanted[begin : begin + rows, None]
                scores = (part @ small.T).float().add_(bias)
                right = scores.gather(1, goal)
                whole = scores.logsumexp(1, keepdim=True)
                total += (whole - (1 - smoothing) * right).sum()
                if smoothing:
                    total -= smoothing * scores.mean(1).sum()
                slope = scores.sub_(whole).exp_().sub_(smoothing / pieces)
                slope.scatter_add_(1, goal, torch.full_like(right, smoothing - 1))
                slope.div_(count)
                to_bias += slope.sum(0)
                narrow_slope = slope.to(kind)
                to_states[begin : begin + rows] = narrow_slope @ small
                to_table += narrow_slope.T @ part
        ctx.save_for_backward(to_states.to(states.dtype), to_table, to_bias)
        return total / max(1, count)

    @staticmethod
    def backward(ctx: Any, scale: Tensor) -> tuple[Tensor | None, ...]:
        to_states, to_table, to_bias = ctx.saved_tensors
        return to_states * scale, to_table * scale, to_bias * scale, None, None


def size(model: nn.Module) -> int:
    """How many numbers a model learns."""
    return sum(p.numel() for p in model.parameters())
