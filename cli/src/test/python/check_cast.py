"""Compares a cast checkpoint with PyTorch's own cast of the original, bit for bit.

usage: check_cast.py ORIGINAL.nemo CAST.nemo DTYPE
"""
import sys
import tempfile

import torch

from check_vit import ranks


def main(original, cast, dtype):
    wanted = getattr(torch, dtype)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        pairs = list(zip(ranks(original, one), ranks(cast, other), strict=True))
    checked = 0
    for before, after in pairs:
        for name, value in before.items():
            if isinstance(value, torch.Tensor):
                want = value.to(wanted)
                assert after[name].dtype == wanted, name
                assert torch.equal(want.view(torch.int16), after[name].view(torch.int16)), name
                checked += 1
    print(f"{checked} tensors equal")
    return 0 if checked else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
