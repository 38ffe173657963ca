"""Writes the distributed checkpoints in ../resources/dcp with PyTorch, and what it reads in them.

usage: make_dcp_fixtures.py OUT_FOLDER [safetensors]     (two processes; safetensors needs 2.15)
"""
import hashlib
import os
import sys

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
import torch.multiprocessing
from torch.distributed.checkpoint.filesystem import FileSystemReader, FileSystemWriter
from torch.distributed.tensor import Replicate, Shard, distribute_tensor, init_device_mesh


def nested():
    torch.manual_seed(1)
    base = torch.randn(6, 8)
    return {
        "model": {
            "plain": base,
            "transposed": base.t(),
            "view": torch.randn(100)[20:30],
            "scalar": torch.tensor(3.5, dtype=torch.float64),
            "empty": torch.empty(0, 4),
            "float8": torch.randn(8).to(torch.float8_e4m3fn),
            "mask": torch.tensor([True, False, True]),
            "bf16": torch.randn(5, 3).bfloat16(),
        },
        "list": [torch.ones(2), {"a": torch.arange(3)}],
        "epoch": 3,
        "text": "x",
        "none": None,
    }


def cut(rank, out):
    os.environ.update(MASTER_ADDR="localhost", MASTER_PORT="29517")
    dist.init_process_group("gloo", rank=rank, world_size=2)
    mesh = init_device_mesh("cpu", (2,))
    torch.manual_seed(2)

    def tensor(*shape):
        return torch.randn(*shape)

    dcp.save(
        {
            "rows": distribute_tensor(tensor(8, 4), mesh, [Shard(0)]),
            "columns": distribute_tensor(tensor(4, 6).bfloat16(), mesh, [Shard(1)]),
            "uneven": distribute_tensor(tensor(5, 4), mesh, [Shard(0)]),
            "one_row": distribute_tensor(tensor(1, 4), mesh, [Shard(0)]),
            "copied": distribute_tensor(tensor(3, 3), mesh, [Replicate()]),
        },
        storage_writer=FileSystemWriter(out + "/cut"),
    )
    dist.destroy_process_group()


def shards(rank, out):
    from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageWriter

    os.environ.update(MASTER_ADDR="localhost", MASTER_PORT="29518")
    dist.init_process_group("gloo", rank=rank, world_size=2)
    mesh = init_device_mesh("cpu", (2,))
    torch.manual_seed(3)
    whole = {
        "rows": torch.randn(8, 4),
        "columns": torch.randn(4, 6).bfloat16(),
        "uneven": torch.randn(5, 4),
        "one_row": torch.randn(1, 4),
    }
    state = {
        name: distribute_tensor(value, mesh, [Shard(1 if name == "columns" else 0)])
        for name, value in whole.items()
    }
    places = {"rows": 1, "columns": 2, "uneven": 1, "one_row": 2}
    writer = HuggingFaceStorageWriter(
        out + "/shards", fqn_to_index_mapping=places, save_distributed=True
    )
    dcp.save(state, storage_writer=writer)
    if rank == 0:
        write_sums(out + "/shards", whole)  # as they were before they were cut
    dist.destroy_process_group()


def sums(folder):
    metadata = FileSystemReader(folder).read_metadata()
    state = {
        key: torch.empty(entry.size, dtype=entry.properties.dtype)
        for key, entry in metadata.state_dict_metadata.items()
        if hasattr(entry, "chunks")
    }
    dcp.load(state, storage_reader=FileSystemReader(folder), no_dist=True)
    write_sums(folder, state)


def write_sums(folder, state):
    with open(folder + ".tsv", "w") as out:
        for key, value in sorted(state.items()):
            values = value.contiguous().view(-1).view(torch.uint8).numpy().tobytes()
            kind = str(value.dtype).split(".")[1]
            print(key, kind, list(value.shape), hashlib.sha256(values).hexdigest(), sep="\t", file=out)


def main():
    out = sys.argv[1]
    if sys.argv[2:] == ["safetensors"]:
        from torch.distributed.checkpoint.filesystem import SerializationFormat

        writer = FileSystemWriter(
            out + "/safetensors", serialization_format=SerializationFormat.SAFETENSORS
        )
        state = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4).bfloat16()}
        dcp.save(state, storage_writer=writer, no_dist=True)
        write_sums(out + "/safetensors", state)  # PyTorch itself reads no such folder back
        torch.multiprocessing.spawn(shards, (out,), nprocs=2)
        return
    dcp.save(nested(), storage_writer=FileSystemWriter(out + "/nested"), no_dist=True)
    torch.multiprocessing.spawn(cut, (out,), nprocs=2)
    sums(out + "/nested")
    sums(out + "/cut")


if __name__ == "__main__":
    main()
