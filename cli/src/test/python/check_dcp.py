"""Reads distributed checkpoints with PyTorch and compares tensors' sums, and objects.

usage: check_dcp.py FOLDER   (it holds folders N and files N.tsv: key, element type, shape, SHA-256 of the bytes; an object holds its key, or one thing in a list as Megatron's)
"""
import hashlib
import pathlib
import sys
import tempfile
import unittest.mock

import torch
import torch.distributed.checkpoint as dcp


def line(key, value):
    values = value.contiguous().view(-1).view(torch.uint8) if value.numel() else torch.empty(0, dtype=torch.uint8)
    kind = str(value.dtype).split(".")[1]
    return f"{key}\t{kind}\t{list(value.shape)}\t{hashlib.sha256(values.numpy().tobytes()).hexdigest()}"


def check(folder, expected):
    reader = dcp.FileSystemReader(folder)
    metadata = reader.read_metadata()
    state = {
        key: torch.empty(entry.size, dtype=entry.properties.dtype) if hasattr(entry, "chunks") else None
        for key, entry in metadata.state_dict_metadata.items()
    }
    assert state.keys() == {index.fqn for index in metadata.storage_data}, folder
    dcp.load(state, storage_reader=reader)
    tensors = {key: value for key, value in state.items() if isinstance(value, torch.Tensor)}
    assert sorted(line(key, value) for key, value in tensors.items()) == expected, folder
    for key in state.keys() - tensors.keys():
        assert state[key] == key or isinstance(state[key], list) and len(state[key]) == 1, (folder, key, state[key])


def main():
    sums = sorted(pathlib.Path(sys.argv[1]).glob("*.tsv"))
    assert sums
    for module in ("megatron", "megatron.core.transformer.enums"):  # of classes in the arguments of a training
        sys.modules[module] = unittest.mock.MagicMock()
    torch.distributed.init_process_group("gloo", init_method="file://" + tempfile.mktemp(), rank=0, world_size=1)
    for file in sums:
        check(file.with_suffix(""), sorted(file.read_text().splitlines()))


if __name__ == "__main__":
    main()
