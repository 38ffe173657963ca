"""Reads distributed checkpoints with PyTorch and compares tensors' sums, and objects.

usage: check_dcp.py FOLDER   (it holds folders N and files N.tsv: key, element type, shape, SHA-256 of the bytes; an object holds its key, or one thing in a list as Megatron's)
"""
import hashlib
import io
import pathlib
import sys
import tempfile

import torch
import torch.distributed.checkpoint as dcp


def line(key, value):
    values = value.contiguous().view(-1).view(torch.uint8) if value.numel() else torch.empty(0, dtype=torch.uint8)
    kind = str(value.dtype).split(".")[1]
    return f"{key}\t{kind}\t{list(value.shape)}\t{hashlib.sha256(values.numpy().tobytes()).hexdigest()}"


def stored(folder, place):
    """An object, which `load` of PyTorch 2.2 does not give back."""
    with open(folder / place.relative_path, "rb") as file:
        file.seek(place.offset)
        return torch.load(io.BytesIO(file.read(place.length)))


def check(folder, expected):
    reader = dcp.FileSystemReader(folder)
    metadata = reader.read_metadata()
    state = {
        key: torch.empty(entry.size, dtype=entry.properties.dtype)
        for key, entry in metadata.state_dict_metadata.items()
        if hasattr(entry, "chunks")
    }
    dcp.load(state, storage_reader=reader)
    assert sorted(line(key, value) for key, value in state.items()) == expected, folder
    for index, place in metadata.storage_data.items():
        if index.fqn not in state:
            value = stored(folder, place)
            assert value == index.fqn or isinstance(value, list) and len(value) == 1, index


def main():
    sums = sorted(pathlib.Path(sys.argv[1]).glob("*.tsv"))
    assert sums
    torch.distributed.init_process_group("gloo", init_method="file://" + tempfile.mktemp(), rank=0, world_size=1)
    for file in sums:
        check(file.with_suffix(""), sorted(file.read_text().splitlines()))


if __name__ == "__main__":
    main()
