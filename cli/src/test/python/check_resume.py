"""Goes on training from every layout of one checkpoint and compares the parameters after a step.

usage: check_resume.py same ONE OTHER         everything in both is equal
       check_resume.py step TP1 OTHER…        an AdamW step gives the same values on every layout

Gradients are a function of each value, so they do not depend on the layout. Slices are taken by this script's own table.
"""
import pathlib
import re
import sys

import torch

COLUMN = ("query_key_value.weight", "query_key_value.bias", "dense_h_to_4h.weight", "dense_h_to_4h.bias")
ROW = ("self_attention.dense.weight", "dense_4h_to_h.weight")
VOCABULARY = ("word_embeddings.weight",)


def files(path):
    path = pathlib.Path(path)
    return sorted(path.rglob("*.ckpt")) if path.is_dir() else [path]


def load(file):
    return torch.load(file, map_location="cpu", weights_only=False)


def compare(one, other, where):
    assert type(one) is type(other), (where, type(one), type(other))
    if isinstance(one, torch.Tensor):
        assert one.dtype == other.dtype and torch.equal(one, other), where
        return 1
    if isinstance(one, dict):
        assert list(one) == list(other), (where, list(one), list(other))
        return sum(compare(one[key], other[key], f"{where}.{key}") for key in one)
    if isinstance(one, (list, tuple)):
        assert len(one) == len(other), where
        return sum(compare(a, b, f"{where}[{i}]") for i, (a, b) in enumerate(zip(one, other)))
    assert one == other, (where, one, other)
    return 0


def same(one, other):
    pairs = list(zip(files(one), files(other), strict=True))
    assert [a.name for a, _ in pairs] == [b.name for _, b in pairs]
    return sum(compare(load(a), load(b), a.name) for a, b in pairs)


def stepped(checkpoint):
    state = checkpoint["state_dict"]
    names = [n for n, v in state.items() if isinstance(v, torch.Tensor) and not n.endswith("inv_freq")]
    optimizer_state = checkpoint["optimizer_states"][0]
    plain = [n for n in names if not n.endswith("bias") and "layernorm" not in n]
    groups = [plain, [n for n in names if n not in plain]]
    parameters = {n: torch.nn.Parameter(state[n].clone()) for n in names}
    optimizer = torch.optim.AdamW([{"params": [parameters[n] for n in g]} for g in groups], lr=1e-3)
    optimizer.load_state_dict(optimizer_state)
    for parameter in parameters.values():
        parameter.grad = torch.sin(parameter.detach() * 37)
    optimizer.step()
    return {n: p.detach() for n, p in parameters.items()}


def expected(whole, name, rank, size, rows):
    name = name.replace("model.word_embeddings", "model.language_model.embedding.word_embeddings")
    value = whole[name]
    if name.endswith(VOCABULARY):
        padded = torch.zeros(rows * size, value.shape[1])
        padded[: min(rows * size, len(value))] = value[: rows * size]
        return padded.chunk(size, 0)[rank]
    if name.endswith(COLUMN):
        return value.chunk(size, 0)[rank]
    return value.chunk(size, 1)[rank] if name.endswith(ROW) else value


def step(one, others):
    (single,) = files(one)
    whole, checked = stepped(load(single)), 0
    for other in others:
        ranks = {}
        for file in files(other):
            tensor, _, stage = re.match(r"[mt]p_rank_(\d+)(_pp_rank_(\d+))?$", file.parent.name).groups()
            ranks[int(tensor), int(stage or 0)] = stepped(load(file))
        size, stages = max(t for t, _ in ranks) + 1, max(p for _, p in ranks) + 1
        layers = 1 + max(int(m.group(1)) for n in whole if (m := re.search(r"layers\.(\d+)\.", n)))
        for (tensor, stage), values in ranks.items():
            for name, value in values.items():
                first = stage * layers // stages
                wide = re.sub(r"(?<=layers\.)\d+", lambda m: str(first + int(m.group())), name)
                want = expected(whole, wide, tensor, size, value.shape[0])
                low, high = (torch.nextafter(want, want + d) for d in (-1.0, 1.0))
                assert value.shape == want.shape and bool(((value >= low) & (value <= high)).all()), (other, name)
                checked += 1
    return checked


if __name__ == "__main__":
    count = same(*sys.argv[2:]) if sys.argv[1] == "same" else step(sys.argv[2], sys.argv[3:])
    print(f"{count} tensors equal")
    sys.exit(0 if count else 1)
