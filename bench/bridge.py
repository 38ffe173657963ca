"""Times a Hugging Face folder becoming a root of Megatron-Bridge and a Hugging Face folder again, beside Bridge itself on a CPU, by turns.

usage: bridge.py WORK [SIZE]     (SIZE of the weights in GB, 0.7 where omitted)

BRIDGE is the environment of megatron-core 0.19.2 and megatron-bridge 0.6.2, STUBS a folder with bridge_env.py, cpu_shims.py and stand-ins
for what needs a GPU, as for load_ranks.py. Imports don't count for Bridge, the JVM's start does for us; nobody verifies. Every run of
Bridge does both ways; the folders that either tool ends with are compared with the first, bit for bit.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import fsdp

TURNS = 3
TOOL = os.environ.get("SHARDWRIGHT", fsdp.ROOT / "shardwright")


def make(work, layers):
    import tokenizers
    import torch
    import transformers
    from safetensors.torch import save_file

    torch.manual_seed(1)
    source = work / "hf"
    source.mkdir(parents=True, exist_ok=True)
    state = {name: torch.randn(shape, dtype=torch.bfloat16) for name, shape in fsdp.shapes(layers)}
    save_file(state, source / "model.safetensors", metadata={"format": "pt"})
    (source / "config.json").write_text(json.dumps({**fsdp.config(layers), "torch_dtype": "bfloat16"}))
    words = tokenizers.models.WordLevel({f"w{at}": at for at in range(fsdp.WORDS)}, unk_token="w0")
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(words)).save_pretrained(source)


def bridge(work):
    """Both ways in a process of its own, which prints the seconds of each."""
    sys.path[:0] = [os.environ["STUBS"]]
    import bridge_env
    import cpu_shims
    from megatron.bridge import AutoBridge

    cpu_shims.init()
    source, root, back = str(work / "hf"), str(work / "torch" / "megatron"), str(work / "torch" / "hf")
    begin = time.time()
    made = AutoBridge.from_hf_pretrained(source)
    model = bridge_env.provider(made, {}, True).provide_distributed_model(wrap_with_ddp=False, use_cpu_initialization=True)
    made.save_megatron_model(model, root, hf_tokenizer_path=None)
    half = time.time()
    made.save_hf_pretrained(model, back, show_progress=False, strict=True)
    end = time.time()
    if bridge_env.differences(bridge_env.tensors(source), bridge_env.tensors(back)):
        sys.exit("Bridge's own way back differs")
    print("took", end - begin, half - begin)


def ours(work):
    way = [work / "hf", work / "root", work / "ours"]
    seconds, most = 0, 0
    for source, target, form in ((way[0], way[1], "bridge"), (way[1], way[2], "huggingface")):
        took, peak = fsdp.run([TOOL, "convert", source, target, "--to", form, "--no-sync", "--no-verify", "-q"], target)
        seconds, most = seconds + took, max(most, peak)
    return seconds, most


def main():
    work = pathlib.Path(sys.argv[1]).resolve()
    if sys.argv[2:3] == ["bridge"]:
        return bridge(work)
    size = float(sys.argv[2]) if len(sys.argv) > 2 else 0.7
    shutil.rmtree(work, ignore_errors=True)
    make(work, max(1, round((size * 1e9 / 2 - 2 * fsdp.WORDS * fsdp.HIDDEN) / 46.4e6)))
    theirs = [sys.executable, __file__, str(work), "bridge"]
    pairs = [(ours(work), fsdp.run(theirs, work / "torch")) for _ in range(TURNS)]
    subprocess.run([TOOL, "diff", work / "hf", work / "ours", "-q"], check=True)
    print("| tool | seconds there and back | times as long | MB |\n|---|---|---|---|")
    for at, name in ((0, "shardwright"), (1, "Megatron-Bridge")):
        took = statistics.median(pair[at][0] for pair in pairs)
        ratio = statistics.median(pair[at][0] / pair[0][0] for pair in pairs)
        print(f"| {name} | {took:.2f} | {ratio:.1f} | {max(pair[at][1] for pair in pairs):.0f} |")
    return None


if __name__ == "__main__":  # Bridge's saver starts processes that import this file
    main()
