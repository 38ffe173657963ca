"""Times FSDP's shards becoming a Hugging Face folder, beside PyTorch's own tools, on the same files by turns.

usage: fsdp.py WORK [SIZE]     (PyTorch 2.9 or later and safetensors; SIZE of the weights in GB, 2 where omitted)

Two processes save a LLaMA in bf16, rows of every tensor on each: with torch.distributed.checkpoint.save, and with
HuggingFaceStorageWriter. PyTorch makes one file of the first with dcp_to_torch_save and of the second with
consolidate_safetensors_files; ./shardwright makes a Hugging Face folder of either. Imports don't count for PyTorch,
the JVM's start does for us.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TURNS = 3
WORDS, HIDDEN, WIDTH, HEADS, GROUPS = 32000, 2048, 5504, 16, 8
HEAD = HIDDEN // HEADS


def shapes(layers):
    yield "model.embed_tokens.weight", (WORDS, HIDDEN)
    for layer in range(layers):
        stem = f"model.layers.{layer}."
        yield stem + "self_attn.q_proj.weight", (HIDDEN, HIDDEN)
        yield stem + "self_attn.k_proj.weight", (GROUPS * HEAD, HIDDEN)
        yield stem + "self_attn.v_proj.weight", (GROUPS * HEAD, HIDDEN)
        yield stem + "self_attn.o_proj.weight", (HIDDEN, HIDDEN)
        yield stem + "mlp.gate_proj.weight", (WIDTH, HIDDEN)
        yield stem + "mlp.up_proj.weight", (WIDTH, HIDDEN)
        yield stem + "mlp.down_proj.weight", (HIDDEN, WIDTH)
        yield stem + "input_layernorm.weight", (HIDDEN,)
        yield stem + "post_attention_layernorm.weight", (HIDDEN,)
    yield "model.norm.weight", (HIDDEN,)
    yield "lm_head.weight", (WORDS, HIDDEN)


def config(layers):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": WORDS,
        "hidden_size": HIDDEN,
        "intermediate_size": WIDTH,
        "num_hidden_layers": layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": GROUPS,
        "rms_norm_eps": 1e-05,
        "max_position_embeddings": 4096,
        "tie_word_embeddings": False,
        "hidden_act": "silu",
        "rope_theta": 10000.0,
    }


def save(work, layers):
    """One of the two processes that torchrun starts."""
    import torch
    import torch.distributed.checkpoint as dcp
    from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageWriter
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.tensor import Shard, distribute_tensor

    torch.distributed.init_process_group("gloo")
    mesh = init_device_mesh("cpu", (2,))
    torch.manual_seed(1)
    state = {
        name: distribute_tensor(torch.randn(shape, dtype=torch.bfloat16), mesh, [Shard(0)])
        for name, shape in shapes(layers)
    }
    dcp.save({"model": state}, checkpoint_id=f"{work}/fsdp")
    writer = HuggingFaceStorageWriter(f"{work}/shards", save_distributed=True)
    dcp.save(state, storage_writer=writer)
    torch.distributed.destroy_process_group()


def whole(source, target):
    from torch.distributed.checkpoint.format_utils import dcp_to_torch_save

    begin = time.time()
    dcp_to_torch_save(source, target)
    return time.time() - begin


def consolidated(source, target, layers):
    from torch.distributed.checkpoint._consolidate_hf_safetensors import consolidate_safetensors_files

    begin = time.time()
    files = {name: 1 for name, _ in shapes(layers)}
    consolidate_safetensors_files(source, target, fqn_to_index_mapping=files)
    return time.time() - begin


def run(command, target):
    """Seconds and MB of a run whose last line may say the seconds that count."""
    shutil.rmtree(target, ignore_errors=True)
    os.sync()
    begin = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.time() - begin
    if status:
        sys.exit(f"{command}:\n{out}")
    last = out.strip().splitlines()[-1].split() if out.strip() else []
    own = float(last[1]) if last[:1] == ["took"] else seconds
    return own, used.ru_maxrss / 1024


def main():
    work = pathlib.Path(sys.argv[1]).resolve()
    if sys.argv[2:3] == ["save"]:
        return save(work, int(sys.argv[3]))
    if sys.argv[2:3] in (["whole"], ["consolidated"]):
        target = f"{work}/torch"
        os.makedirs(target)
        both = (f"{work}/fsdp", f"{target}/one.pt"), (f"{work}/shards", target, int(sys.argv[3]))
        print("took", whole(*both[0]) if sys.argv[2] == "whole" else consolidated(*both[1]))
        return None
    size = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    layers = max(1, round((size * 1e9 / 2 - 2 * WORDS * HIDDEN) / 46.4e6))
    work.mkdir(parents=True, exist_ok=True)
    me = [sys.executable, __file__, str(work)]
    start = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    subprocess.run([*start, *me[1:], "save", str(layers)], check=True)
    (work / "config.json").write_text(json.dumps(config(layers)))
    print("| from | tool | seconds | times as long | MB |\n|---|---|---|---|---|")
    for source, theirs, name in (
        ("fsdp", "whole", "dcp_to_torch_save"),
        ("shards", "consolidated", "consolidate_safetensors_files"),
    ):
        ours = [os.environ.get("SHARDWRIGHT", ROOT / "shardwright"), "convert", work / source, work / "ours", "--to", "huggingface"]
        ours += ["--config", work / "config.json", "--no-sync", "--no-verify", "-q"]
        pairs = [
            (run(ours, work / "ours"), run([*me, theirs, str(layers)], work / "torch"))
            for _ in range(TURNS)
        ]
        own = statistics.median(pair[0][0] for pair in pairs)
        other = statistics.median(pair[1][0] for pair in pairs)
        ratio = statistics.median(pair[1][0] / pair[0][0] for pair in pairs)
        print(f"| {source} | shardwright | {own:.1f} | 1 | {max(p[0][1] for p in pairs):.0f} |")
        print(f"| {source} | {name} | {other:.1f} | {ratio:.1f} | {max(p[1][1] for p in pairs):.0f} |")
    return None


if __name__ == "__main__":
    main()
