"""Merges an adapter with real peft; compares every weight of a merged folder with that and with the exact sum, and the logits.

usage: check_lora.py BASE ADAPTER FOUND
"""
import sys

import peft
import torch
import transformers

HALF_ULP = 2.0 ** -24


def bounds(tuned):
    """Exact merged weights by name, and what binary32 may miss them by (Tile.addProduct)."""
    for name, module in tuned.named_modules():
        if hasattr(module, "lora_A") and "default" in module.lora_A:
            a, b = module.lora_A["default"].weight.double(), module.lora_B["default"].weight.double()
            scale, weight = module.scaling["default"], module.get_base_layer().weight.double()
            product, sizes = b @ a, b.abs() @ a.abs()
            if module.fan_in_fan_out:
                product, sizes = product.T, sizes.T
            bound = (a.shape[0] + 3) * HALF_ULP * (weight.abs() + abs(scale) * sizes)
            yield name.removeprefix("base_model.model.") + ".weight", weight + scale * product, bound


def main(base, adapter, found):
    ours = transformers.AutoModelForCausalLM.from_pretrained(found).eval()
    original = transformers.AutoModelForCausalLM.from_pretrained(base)
    before = {name: value.clone() for name, value in original.state_dict().items()}
    tuned = peft.PeftModel.from_pretrained(original, adapter)
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
