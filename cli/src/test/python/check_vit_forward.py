"""Runs NeMo's ViT, written anew from its definition, on a .nemo and compares its logits with transformers' on the digits.

usage: check_vit_forward.py FOLDER MODEL.nemo   (TP 1)
Definition: NeMo v1.23.0, nemo/collections/vision/modules/vit/vit_backbone.py.
"""
import sys
import tarfile
import tempfile

import torch
import torch.nn.functional as F
from omegaconf import OmegaConf

from check_community import load
from make_digits import digits


def forward(state, config, images):
    def get(name):
        return state["model." + name]

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], get(name + ".weight"), get(name + ".bias"), config.layernorm_epsilon)

    def linear(x, name):
        return F.linear(x, get(name + ".weight"), get(name + ".bias"))

    batch, channels, height, width = images.shape
    p, heads = config.patch_dim, config.num_attention_heads
    x = images.view(batch, channels, height // p, p, width // p, p).permute(0, 2, 4, 3, 5, 1)
    x = linear(x.reshape(batch, -1, p * p * channels), "backbone.linear_encoder")
    x = torch.cat([get("backbone.cls_token").expand(batch, -1, -1), x], 1) + get("backbone.position_embeddings.weight")
    for layer in range(config.num_layers):
        at = f"backbone.transformer.layers.{layer}."
        qkv = linear(norm(x, at + "input_layernorm"), at + "self_attention.query_key_value")
        q, k, v = qkv.view(batch, x.shape[1], heads, 3, -1).permute(3, 0, 2, 1, 4)
        mixed = torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1) @ v
        x = x + linear(mixed.transpose(1, 2).reshape(x.shape), at + "self_attention.dense")
        up = F.gelu(linear(norm(x, at + "post_attention_layernorm"), at + "mlp.dense_h_to_4h"))
        x = x + linear(up, at + "mlp.dense_4h_to_h")
    return linear(norm(x, "backbone.transformer.final_layernorm")[:, 0], "head")


def main(folder, nemo):
    images, labels = digits()
    with tempfile.TemporaryDirectory() as unpacked:
        states = list(ranks_without_metadata(nemo, unpacked))
        config = OmegaConf.load(unpacked + "/model_config.yaml")
    assert config.class_token_length == 1 and config.finetune and not config.openai_gelu
    with torch.no_grad():
        ours, theirs = forward(states[0], config, images), load(folder)(images).logits
    difference = (ours - theirs).abs().max().item()
    assert difference < 1e-4, difference
    assert torch.equal(ours.argmax(1), theirs.argmax(1))
    right = (ours.argmax(1) == labels).float().mean().item()
    print(f"logits differ by {difference:.1e} at most; {right:.3f} of the digits are right")
    return 0


def ranks_without_metadata(nemo, folder):
    with tarfile.open(nemo, "r:") as tar:
        tar.extractall(folder, filter="data")
    yield torch.load(folder + "/model_weights.ckpt", map_location="cpu", weights_only=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
