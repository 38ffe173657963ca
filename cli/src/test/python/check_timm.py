"""Loads two timm folders and a .nemo made of one, and compares logits; the .nemo by NeMo's forward pass written anew.

usage: check_timm.py ORIGINAL BACK MODEL.nemo   (TP 1)
"""
import json
import pathlib
import sys
import tempfile

import timm
import torch
from omegaconf import OmegaConf
from safetensors.torch import load_file

from check_vit_forward import forward, ranks_without_metadata


def load(folder):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    model = timm.create_model(config["architecture"], num_classes=config["num_classes"], **config["model_args"])
    model.load_state_dict(load_file(folder / "model.safetensors"), strict=True)
    return model.eval()


def main(original, back, nemo):
    torch.manual_seed(2)
    images = torch.randn(4, 3, 16, 16)
    with tempfile.TemporaryDirectory() as unpacked:
        (state,) = ranks_without_metadata(nemo, unpacked)
        config = OmegaConf.load(unpacked + "/model_config.yaml")
    with torch.no_grad():
        want = load(original)(images)
        assert torch.equal(load(back)(images), want)
        difference = (forward(state, config, images) - want).abs().max().item()
    assert difference < 1e-4, difference
    print(f"equal after the way back; NeMo's forward pass differs by {difference:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
