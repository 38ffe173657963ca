"""Loads two folders with transformers and compares every weight and the logits.

usage: check_community.py ORIGINAL FOUND [TOLERANCE]
"""
import json
import pathlib
import sys

import torch
import transformers


def load(folder):
    architecture = json.loads((pathlib.Path(folder) / "config.json").read_text())["architectures"][0]
    model, report = getattr(transformers, architecture).from_pretrained(folder, output_loading_info=True)
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        assert not report[kind], (folder, kind, report[kind])
    return model.float().eval()


def logits(model):
    torch.manual_seed(1)
    if model.config.model_type == "vit":
        size = model.config.image_size
        return model(torch.randn(2, model.config.num_channels, size, size)).logits
    return model(torch.randint(3, model.config.vocab_size, (2, 40))).logits


def main(original, found, tolerance="0"):
    one, other = load(original), load(found)
    tolerance = float(tolerance)
    ours = dict(other.state_dict())
    assert set(ours) == set(one.state_dict())
    for name, value in one.state_dict().items():
        assert ours[name].shape == value.shape, name
        assert (ours[name] - value).abs().max() <= tolerance, name
    with torch.no_grad():
        difference = (logits(one) - logits(other)).abs().max().item()
    assert difference <= tolerance * 100, difference
    print(f"{len(ours)} tensors equal, logits differ by {difference}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
