"""Trains the tiny ViT of core/src/test/resources/community/vit-digits on scikit-learn's bundled digits.

usage: make_digits.py FOLDER   (transformers 4.44.2, PyTorch 2.2.2, older than what interop.py installs)
"""
import sys

import torch
from sklearn.datasets import load_digits
from transformers import ViTConfig, ViTForImageClassification


def digits():
    images, labels = load_digits(return_X_y=True)
    return torch.tensor(images, dtype=torch.float32).view(-1, 1, 8, 8) / 8 - 1, torch.tensor(labels)


def main(folder):
    torch.manual_seed(3)
    images, labels = digits()
    config = ViTConfig(hidden_size=48, num_hidden_layers=3, num_attention_heads=4, intermediate_size=96, image_size=8, patch_size=2,
                       num_channels=1, num_labels=10, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = ViTForImageClassification(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    train = torch.arange(len(images)) % 5 != 0
    for epoch in range(30):
        for batch in torch.randperm(int(train.sum())).split(64):
            loss = model(images[train][batch], labels=labels[train][batch]).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        right = (model(images[~train]).logits.argmax(1) == labels[~train]).float().mean().item()
    print(f"{right:.3f} of the digits it has not seen are right")
    model.save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
