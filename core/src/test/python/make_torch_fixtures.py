"""Writes the torch files in ../resources/torch with PyTorch 2.2.2, and what NumPy reads in them.

usage: make_torch_fixtures.py OUT_FOLDER
"""
import collections
import hashlib
import io
import pathlib
import sys
import zipfile

import numpy
import torch

OUT = pathlib.Path(sys.argv[1])


def tensors():
    torch.manual_seed(1)
    base = torch.randn(6, 8)
    state = collections.OrderedDict()
    state["plain"] = base.clone()
    state["view.rows"] = base[2:5]
    state["view.columns"] = base[:, 3:6]
    state["view.transposed"] = base.t()
    state["view.reversed_axes"] = torch.randn(2, 3, 4).permute(2, 0, 1)
    state["view.every_second"] = base[::2, 1::3]
    state["expanded"] = torch.randn(1, 5).expand(3, 5)
    state["scalar"] = torch.tensor(3.5, dtype=torch.float64)
    state["empty"] = torch.empty(0, 4)
    state["half"] = torch.randn(5).half()
    state["bf16"] = torch.randn(3, 3).bfloat16()
    state["long"] = torch.arange(7)
    state["bool"] = torch.tensor([True, False, True])
    state["complex"] = torch.randn(4, dtype=torch.complex64)
    state["parameter"] = torch.nn.Parameter(torch.randn(2, 2))
    state["none._extra_state"] = None
    state["bytes._extra_state"] = io.BytesIO(b"\x00\xff state")
    return state


def sums(state):
    for name, value in state.items():
        if isinstance(value, torch.Tensor):
            value = value.detach()
            raw = value.view(torch.int16) if value.dtype == torch.bfloat16 else value
            data = numpy.ascontiguousarray(raw.numpy()).tobytes()
            dtype = str(value.dtype).removeprefix("torch.")
            yield f"{name}\t{dtype}\t{list(value.shape)}\t{hashlib.sha256(data).hexdigest()}"


def rewrite(source, target, change, compression=zipfile.ZIP_STORED, root=None):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for entry in old.infolist():
            name = entry.filename if root is None else root + entry.filename[entry.filename.index("/"):]
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = compression
            new.writestr(info, change(entry.filename, old.read(entry)))


def big_endian(state):
    widths = {}
    buffer = io.BytesIO()
    simple = {n: v.detach().clone() for n, v in state.items() if isinstance(v, torch.Tensor) and n not in ("complex",)}
    torch.save(collections.OrderedDict(simple), buffer)
    for key, value in enumerate(simple.values()):
        widths[str(key)] = value.element_size()

    def swap(name, data):
        if name.endswith("/byteorder"):
            return b"big"
        part = name.split("/data/")
        if len(part) == 2 and part[1] in widths:
            return numpy.frombuffer(data, dtype=f"V{widths[part[1]]}").view("u1").reshape(-1, widths[part[1]])[:, ::-1].tobytes()
        return data

    return buffer, swap, simple


if __name__ == "__main__":
    state = tensors()
    torch.save(state, OUT / "odd.pt")
    rewrite(OUT / "odd.pt", OUT / "deflated.pt", lambda name, data: data, zipfile.ZIP_DEFLATED)
    rewrite(OUT / "odd.pt", OUT / "renamed.pt", lambda name, data: data, root="another root")
    (OUT / "odd.tsv").write_text("\n".join(sums(state)) + "\n")
    buffer, swap, simple = big_endian(state)
    rewrite(buffer, OUT / "big.pt", swap)
    (OUT / "big.tsv").write_text("\n".join(sums(simple)) + "\n")
