"""Loads two checkpoints with real PyTorch and compares them rank by rank, name by name.

usage: check_same.py EXPECTED.nemo FOUND.nemo
"""
import sys
import tempfile

import torch

from check_vit import ranks


def main(expected, found):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        pairs = list(zip(ranks(expected, one), ranks(found, other), strict=True))
    checked = 0
    for want, have in pairs:
        assert set(want) == set(have), set(want) ^ set(have)
        assert set(want._metadata) <= set(have._metadata), set(want._metadata) - set(have._metadata)
        for name, value in want.items():
            if isinstance(value, torch.Tensor):
                assert value.dtype == have[name].dtype and torch.equal(value, have[name]), name
                checked += 1
            else:
                assert value == have[name], name
    print(f"{checked} tensors equal")
    return 0 if checked else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
