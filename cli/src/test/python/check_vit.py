"""Loads resharded ViT checkpoints with real PyTorch and compares every value with slices of the original.

usage: check_vit.py ORIGINAL_TP1.nemo RESHARDED.nemo…
The slices are taken by this script's own table, independently of the program under test.
"""
import pathlib
import sys
import tarfile
import tempfile

import torch

COLUMN = ("query_key_value.weight", "query_key_value.bias", "dense_h_to_4h.weight", "dense_h_to_4h.bias")
ROW = ("self_attention.dense.weight", "dense_4h_to_h.weight")


def ranks(archive, folder):
    with tarfile.open(archive, "r:") as tar:
        tar.extractall(folder, filter="data")
    files = sorted(pathlib.Path(folder).rglob("model_weights.ckpt"))
    for file in files:
        plain = torch.load(file, map_location="cpu", weights_only=True)
        mapped = torch.load(str(file), map_location="cpu", weights_only=True, mmap=True)
        assert list(plain) == list(mapped), file
        for name, value in plain.items():
            if isinstance(value, torch.Tensor):
                assert value.is_contiguous() and torch.equal(value, mapped[name]), (file, name)
        assert plain._metadata, file
        yield plain


def expected(name, value, rank, size):
    if name.endswith(COLUMN):
        return value.chunk(size, 0)[rank]
    if name.endswith(ROW):
        return value.chunk(size, 1)[rank]
    return value


def main(original, *resharded):
    with tempfile.TemporaryDirectory() as folder:
        (whole,) = ranks(original, folder)
    checked = 0
    for archive in resharded:
        with tempfile.TemporaryDirectory() as folder:
            states = list(ranks(archive, folder))
            for rank, state in enumerate(states):
                assert list(state) == list(whole), (archive, rank)
                for name, value in state.items():
                    if isinstance(value, torch.Tensor):
                        want = expected(name, whole[name], rank, len(states))
                        assert value.dtype == want.dtype and torch.equal(value, want), (archive, rank, name)
                        checked += 1
    print(f"{checked} tensors equal")
    return 0 if checked else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
