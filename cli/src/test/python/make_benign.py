"""Makes the look-alikes of core/src/test/resources/benign: honest files that strict readers refuse.

Usage: python make_benign.py FOLDER. Needs PyTorch 2.8, NumPy, safetensors and OmegaConf. Each file's tensors stand in
expected.tsv as file, SHA-256 of the row-major little-endian bytes, element type, shape and name, taken with PyTorch and NumPy.
"""
import argparse
import collections
import enum
import functools
import gzip
import hashlib
import io
import os
import pathlib
import sys
import tarfile
import types
import zipfile

import numpy as np
import torch
from omegaconf import OmegaConf
from safetensors.torch import save_file

WORDS = {
    torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL", torch.uint16: "U16",
    torch.uint32: "U32", torch.uint64: "U64", torch.complex64: "C64", torch.complex128: "C128", torch.complex32: "C32",
    torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2", torch.float8_e4m3fnuz: "F8_E4M3FNUZ",
    torch.float8_e5m2fnuz: "F8_E5M2FNUZ", torch.float8_e8m0fnu: "F8_E8M0",
}
OUT = sys.argv[1]
EXPECTED = []


class Kind(enum.Enum):
    A = 1


class Unknown:
    pass


def octets(tensor):
    dense = tensor.detach().contiguous().clone().reshape(-1)
    return dense.view(torch.uint8).numpy().tobytes() if dense.numel() else b""


def flat(value, prefix=""):
    if isinstance(value, torch.Tensor):
        return {prefix or "tensor": value}
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    found = {}
    for key, item in pairs:
        found.update(flat(item, f"{prefix}.{key}" if prefix else str(key)))
    return found


def expect(file, tensors):
    for name, tensor in tensors.items():
        digest = hashlib.sha256(octets(tensor)).hexdigest()
        EXPECTED.append("\t".join([file, digest, WORDS[tensor.dtype], str(list(tensor.shape)), name]))


def case(file, value, save=torch.save, **options):
    save(value, os.path.join(OUT, file), **options)
    expect(file, flat(value))


def packed_again(change):
    def save(value, path):
        first = io.BytesIO()
        torch.save(value, first)
        source = zipfile.ZipFile(first)
        with zipfile.ZipFile(path, "w") as target:
            for entry in source.infolist():
                change(target, entry.filename, source.read(entry))
    return save


def torch_files():
    base = torch.arange(24.0)
    state = collections.OrderedDict(w=torch.arange(12.0).reshape(3, 4), b=torch.ones(3, dtype=torch.float16))
    case("ordered.pt", state)
    for protocol in (2, 3, 4, 5):
        case(f"protocol{protocol}.pt", dict(state), pickle_protocol=protocol)
        case(f"older-protocol{protocol}.pt", dict(state), pickle_protocol=protocol, _use_new_zipfile_serialization=False)
    views = {"a": base[2:10], "b": base.view(4, 6).t(), "c": base[::3], "d": base}
    case("views.pt", views)
    case("older-views.pt", views, _use_new_zipfile_serialization=False)
    case("zero-axes.pt", {"a": torch.tensor(3.5), "b": torch.tensor(True), "c": torch.tensor(7)})
    case("empty.pt", {"a": torch.zeros(0), "b": torch.zeros(3, 0, 4), "c": torch.zeros(1)})
    case("expanded.pt", {"a": torch.tensor([2.0]).expand(50, 30), "b": torch.arange(3.0).expand(4, 3)})
    case("shared.pt", {"a": base, "b": base, "c": {"d": base}})
    case("types.pt", {str(d)[6:]: torch.tensor([1, 0, 1, 0] if d == torch.bool else [1, 2, 4, 8]).to(d) for d in WORDS})
    case("parameters.pt", {"p": torch.nn.Parameter(base), "q": torch.nn.Parameter(torch.ones(2), requires_grad=False)})
    noted = torch.nn.Parameter(torch.arange(6.0))
    noted.note = "hi"
    case("parameter-with-state.pt", {"p": noted})
    tagged = torch.arange(5.0)
    tagged.extra = {"a": 1}
    case("tensor-with-attributes.pt", {"t": tagged})
    case("nested.pt", {"model": {"layer": {"0": {"w": base}}}, "list": [torch.ones(2), (torch.zeros(1), 3)],
                       "opt": {"state": {0: {"exp_avg": base.clone()}}, "groups": [{"lr": 0.1, "params": [0]}]}})
    case("unicode.pt", {"gewicht_ü": base, "重み": base + 1, "😀": base + 2})
    case("tensor.pt", base)
    case("list.pt", [base, base + 1])
    layer = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    case("state-dict.pt", layer.state_dict())
    case("training.pt", {"epoch": 1, "model": layer.state_dict(), "optimizer": optimizer.state_dict()})


def objects():
    w = torch.arange(4.0)
    case("numpy.pt", {"w": w, "a": np.float64(0.5), "b": np.arange(5), "c": np.int64(3), "d": np.array(["a", "bc"])})
    case("namespace.pt", {"w": w, "args": argparse.Namespace(lr=0.1, x=None), "n": types.SimpleNamespace(a=1)})
    case("paths.pt", {"w": w, "path": pathlib.PurePosixPath("/a/b")})
    case("enum.pt", {"w": w, "kind": Kind.A})
    case("unknown.pt", {"w": w, "x": Unknown()})
    case("partial.pt", {"w": w, "f": functools.partial(torch.nn.init.normal_, std=0.02)})
    case("omegaconf.pt", {"w": w, "cfg": OmegaConf.create({"a": [1, "${b}"], "b": 3, "c": "${oc.env:HOME}"})})
    case("bytes.pt", {"w": w, "a": b"xyz", "b": bytearray(b"ab"), "c": io.BytesIO(b"abc"), "d": b""})
    case("containers.pt", {"w": w, "a": {1, 2}, "b": frozenset([3]), "c": collections.defaultdict(list, {"a": [1]}),
                           "d": collections.Counter("aab"), "e": collections.deque([1, 2]), "f": torch.Size([1, 2])})
    case("numbers.pt", {"w": w, "a": 2**200, "b": -5, "c": 1e300, "d": 1j, "e": float("nan"), "f": slice(1, 2), "g": range(3)})
    case("names.pt", {"w": w, "a": torch.float32, "b": torch.device("cpu"), "c": type(None), "d": Ellipsis, "e": int})
    case("keys.pt", {"w": w, "a": {1: 2, 1.5: 3, None: 4, (1, "x"): 5, b"k": 6}})
    case("text-of-names.pt", {"w": w, "a": "os.system('id')", "b": ["builtins", "eval"]})
    myself = [1]
    myself.append(myself)
    case("cycle.pt", {"w": w, "cycle": 0}, lambda value, path: torch.save({"w": w, "cycle": myself}, path))


def containers():
    value = {"w": torch.arange(5.0)}
    torch.serialization.set_crc32_options(False)
    case("checksums-off.pt", value)
    torch.serialization.set_crc32_options(True)
    case("odd name (1).pt", value)
    case("in-memory.pt", value, lambda v, path: torch.save(v, open(path, "wb")))
    deflated = zipfile.ZIP_DEFLATED
    case("deflated-pickle.pt", value, packed_again(
        lambda z, name, data: z.writestr(name, data, deflated if name.endswith("data.pkl") else zipfile.ZIP_STORED)))
    case("deflated.pt", value, packed_again(lambda z, name, data: z.writestr(name, data, deflated)))
    case("no-byteorder.pt", value, packed_again(
        lambda z, name, data: None if name.endswith("byteorder") else z.writestr(name, data)))
    case("spare-bytes.pt", value, packed_again(
        lambda z, name, data: z.writestr(name, data + (b"\0\0\0" if "/data/" in name else b""))))

    def big(archive, name, data):
        data = b"big" if name.endswith("byteorder") else data
        archive.writestr(name, np.frombuffer(data, "<f4").astype(">f4").tobytes() if "/data/" in name else data)
    case("big-endian.pt", value, packed_again(big))
    tensors = {"w": torch.arange(4.0), "h": torch.ones(2).half(), "z": torch.zeros(0, 3), "s": torch.tensor(1.0)}
    case("plain.safetensors", tensors, lambda v, path: save_file(v, path, metadata={"format": "pt", "x": "ü"}))
    small = {"a": torch.arange(8.0).to(torch.float8_e4m3fn), "u": torch.arange(8).to(torch.uint16)}
    case("types.safetensors", small, save_file)


def archives():
    weights = io.BytesIO()
    torch.save({"w": torch.arange(3.0)}, weights)
    members = {"model_config.yaml": b"target: nemo.collections.asr.models.EncDecCTCModel\nlabels: [a, b]\n",
               "model_weights.ckpt": weights.getvalue()}
    long = "artifact_" + "x" * 150 + ".txt"
    forms = {"ustar": (tarfile.USTAR_FORMAT, {}), "gnu": (tarfile.GNU_FORMAT, {long: b"a"}),
             "pax": (tarfile.PAX_FORMAT, {long: b"a", "wörter.txt": b"b"})}
    for form, (number, more) in forms.items():
        for dot in ("", "./"):
            file = f"archive-{form}{'-dot' if dot else ''}.nemo"
            with tarfile.open(os.path.join(OUT, file), "w", format=number) as archive:
                if dot:
                    add(archive, ".", None)
                for name, data in {**members, **more}.items():
                    add(archive, dot + name, data)
            expect(file, {"w": torch.arange(3.0)})
    plain = open(os.path.join(OUT, "archive-ustar.nemo"), "rb").read()
    with open(os.path.join(OUT, "archive-gzip.nemo"), "wb") as out:
        with gzip.GzipFile("model.tar", "wb", fileobj=out, mtime=1) as packed:
            packed.write(plain)
    expect("archive-gzip.nemo", {"w": torch.arange(3.0)})


def add(archive, name, data):
    entry = tarfile.TarInfo(name)
    entry.mtime = 1700000000.25 if archive.format == tarfile.PAX_FORMAT else 1700000000
    entry.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
    entry.uname = "üser" if archive.format == tarfile.PAX_FORMAT else "user"
    entry.size = len(data or b"")
    archive.addfile(entry, None if data is None else io.BytesIO(data))


os.makedirs(OUT, exist_ok=True)
torch_files()
objects()
containers()
archives()
with open(os.path.join(OUT, "expected.tsv"), "w", encoding="utf-8") as table:
    table.write("\n".join(EXPECTED) + "\n")
