"""Merges an adapter with real peft; compares every weight of a merged folder with that and with the exact sum, and the logits.

usage: check_lora.py BASE ADAPTER FOUND
"""
import pathlib
import re
import shutil
import sys
import tempfile

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

HALF_ULP = 2.0 ** -24
EXPERT = re.compile(r"(.*\.experts\.)\d+(\..*)")


def completed(adapter, experts, folder):
    """The adapter with zeros for the experts that it leaves alone: transformers holds all of a layer in one tensor, and peft wants all."""
    shutil.copy(pathlib.Path(adapter) / "adapter_config.json", folder)
    tensors = load_file(pathlib.Path(adapter) / "adapter_model.safetensors")
    for name, value in list(tensors.items()):
        if match := EXPERT.fullmatch(name):
            for expert in range(experts):
                tensors.setdefault(f"{match[1]}{expert}{match[2]}", torch.zeros_like(value))
    save_file(tensors, pathlib.Path(folder) / "adapter_model.safetensors", metadata={"format": "pt"})
    return folder


def factors(name, module):
    """The name of the weight that a module changes, that weight, and A and B, one of each for every expert if there are some."""
    a, b = module.lora_A["default"].weight.double(), module.lora_B["default"].weight.double()
    if not hasattr(module, "parameter_name"):
        return name + ".weight", module.get_base_layer().weight.double(), a, b
    if module.num_experts > 1:
        a = a.view(module.num_experts, -1, a.shape[-1])
        b = b.view(len(b), -1, module.num_experts).permute(2, 0, 1)
    return name.replace(".base_layer", "") + "." + module.parameter_name, module.get_param().double(), a, b


def bounds(tuned):
    """Exact merged weights by name, and what binary32 may miss them by (Tile.addProduct): nothing where nothing is added."""
    for name, module in tuned.named_modules():
        if hasattr(module, "lora_A") and "default" in module.lora_A:
            weight_name, weight, a, b = factors(name.removeprefix("base_model.model."), module)
            scale = module.scaling["default"]
            product, sizes, terms = b @ a, b.abs() @ a.abs(), (b != 0).double() @ (a != 0).double()
            if module.fan_in_fan_out:
                product, sizes, terms = product.T, sizes.T, terms.T
            bound = (terms + 3) * HALF_ULP * (weight.abs() + abs(scale) * sizes)
            if terms.any():
                yield weight_name, weight + scale * product, torch.where(terms > 0, bound, 0)


def main(base, adapter, found):
    ours = transformers.AutoModelForCausalLM.from_pretrained(found).eval()
    original = transformers.AutoModelForCausalLM.from_pretrained(base)
    before = {name: value.clone() for name, value in original.state_dict().items()}
    with tempfile.TemporaryDirectory() as folder:
        experts = getattr(original.config, "num_local_experts", 0)
        tuned = peft.PeftModel.from_pretrained(original, completed(adapter, experts, folder))
    exact = {name: (sums, bound) for name, sums, bound in bounds(tuned)}
    theirs = tuned.merge_and_unload().eval()
    assert exact and set(exact) <= set(before)
    for name, value in ours.state_dict().items():
        if name in exact:
            sums, bound = exact[name]
            assert ((value.double() - sums).abs() <= bound).all(), name
            assert ((value.double() - theirs.state_dict()[name].double()).abs() <= 2 * bound).all(), name
            assert not torch.equal(value, before[name]), name
        else:
            assert torch.equal(value, before[name]), name
    torch.manual_seed(1)
    tokens = torch.randint(3, ours.config.vocab_size, (2, 40))
    with torch.no_grad():
        difference = (ours(tokens).logits - theirs(tokens).logits).abs().max().item()
    assert difference <= 1e-4, difference
    print(f"{len(exact)} weights merged as peft does, logits differ by {difference}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
