"""Makes the tiny timm ViT of core/src/test/resources/community/timm-vit, in the form of timm's hub folders.

usage: make_timm.py FOLDER   (timm 1.0.9, older than what interop.py installs)
"""
import json
import pathlib
import sys

import timm
import torch
from safetensors.torch import save_file

ARCHITECTURE = "vit_tiny_patch16_224"
ARGUMENTS = dict(img_size=16, patch_size=4, embed_dim=48, depth=3, num_heads=4)


def main(folder):
    torch.manual_seed(9)
    model = timm.create_model(ARCHITECTURE, num_classes=10, **ARGUMENTS)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = dict(architecture=ARCHITECTURE, num_classes=10, num_features=48, global_pool="token", model_args=ARGUMENTS)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(model.state_dict(), folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main(*sys.argv[1:])
