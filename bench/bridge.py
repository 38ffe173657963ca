"""Times a Hugging Face folder becoming a root of Megatron-Bridge and a Hugging Face folder again, beside Bridge itself on a CPU, by turns.

usage: bridge.py WORK [SIZE]     (SIZE of the weights in GB, 0.7 where omitted)

BRIDGE is the environment of megatron-core 0.19.2 and megatron-bridge 0.6.2, STUBS a folder with bridge_env.py, cpu_shims.py and stand-ins
for what needs a GPU, as for load_ranks.py. Whole processes count: two of ours, one of Bridge, which does both ways and says how much of
its time is neither import nor start. Nobody verifies; the folders that either tool ends with are compared with the first, bit for bit.
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
    (work / "own").write_text(f"{end - begin:.2f} s of Bridge's last run are no imports, {half - begin:.2f} s of them the way there")


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
    if sys.argv[2:3] == ["make"]:
        return make(work, int(sys.argv[3]))
    size = float(sys.argv[2]) if len(sys.argv) > 2 else 0.7
    shutil.rmtree(work, ignore_errors=True)
    me = [sys.executable, __file__, str(work)]
    layers = max(1, round((size * 1e9 / 2 - 2 * fsdp.WORDS * fsdp.HIDDEN) / 46.4e6))
    subprocess.run([*me, "make", str(layers)], check=True)
    theirs = [*me, "bridge"]
    pairs = [(ours(work), fsdp.run(theirs, work / "torch")) for _ in range(TURNS)]
    subprocess.run([TOOL, "diff", work / "hf", work / "ours", "-q"], check=True)
    print("| tool | seconds there and back | times as long | MB |\n|---|---|---|---|")
    for at, name in ((0, "shardwright"), (1, "Megatron-Bridge")):
        took = statistics.median(pair[at][0] for pair in pairs)
        ratio = statistics.median(pair[at][0] / pair[0][0] for pair in pairs)
        print(f"| {name} | {took:.2f} | {ratio:.1f} | {max(pair[at][1] for pair in pairs):.0f} |")
    print((work / "own").read_text())
    return None


if __name__ == "__main__":  # Bridge's saver starts processes that import this file
    main()
