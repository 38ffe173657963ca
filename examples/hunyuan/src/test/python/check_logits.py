"""Loads two folders with transformers and compares every parameter and the logits, bit for bit.

usage: check_logits.py ORIGINAL FOUND   (torch 2.7.1, transformers 5.24.0)
"""
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def load(folder):
    model, report = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    assert not any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")), report
    return model.eval()


def main(original, found):
    one, other = load(original), load(found)
    assert one.config.to_dict() | {"_name_or_path": ""} == other.config.to_dict() | {"_name_or_path": ""}
    expected, got = one.state_dict(), other.state_dict()
    assert expected.keys() == got.keys()
    for name, value in expected.items():
        assert value.dtype == got[name].dtype and torch.equal(value, got[name]), name
    words = AutoTokenizer.from_pretrained(found)("from nothing to logits", return_tensors="pt")
    with torch.no_grad():
        logits = one(**words).logits
        assert torch.equal(logits, other(**words).logits)
    print(f"{len(got)} parameters and logits {tuple(logits.shape)} equal")


if __name__ == "__main__":
    main(*sys.argv[1:])
