"""Makes the tiny files that docs/formats shows, each with the tool that writes the format.

usage: make_format_samples.py OUT   (PyTorch 2.2.2, NeMo 1.23.0, Megatron-Core 0.5.0, PyTorch-Lightning 2.0.9, OmegaConf 2.3.0,
zarr 2.16.1, safetensors, transformers; tiny-dcp with PyTorch 2.7.1)
"""
import collections
import os
import pathlib
import shutil
import sys
import tempfile

import pytorch_lightning
import torch
from omegaconf import OmegaConf
from safetensors.torch import save_file

OUT = pathlib.Path(sys.argv[1])


def weights():
    return collections.OrderedDict(weight=torch.tensor([[1.0, 2.0], [3.0, 4.0]]))


def torch_zip():
    torch.save(weights(), OUT / "tiny.pt")


def safetensors():
    tensors = {"weight": torch.tensor([[1.0, 2.0], [3.0, 4.0]]), "bias": torch.tensor([0.5, -0.5]).bfloat16()}
    save_file(tensors, OUT / "tiny.safetensors", metadata={"format": "pt"})


def yaml():
    config = OmegaConf.create(
        {
            "precision": "bf16-mixed",
            "layernorm_epsilon": 1e-05,
            "megatron_amp_O2": False,
            "num_query_groups": None,
            "tokenizer": {"library": "sentencepiece", "model": "nemo:0f3e_tokenizer.model"},
            "optim": {"betas": [0.9, 0.98], "lr": "${..learning_rate}"},
            "learning_rate": 2e-4,
            "version": "1.10",
            "answer": "yes",
            "tensor_model_parallel_size": 1,
            "target": "example.Model",
        }
    )
    OmegaConf.save(config, OUT / "tiny.yaml")


def nemo():
    from nemo.core.connectors.save_restore_connector import SaveRestoreConnector

    with tempfile.TemporaryDirectory() as folder:
        OmegaConf.save(OmegaConf.create({"target": "example.Model"}), os.path.join(folder, "model_config.yaml"))
        torch.save(weights(), os.path.join(folder, "model_weights.ckpt"))
        SaveRestoreConnector._make_nemo_file_from_folder(str(OUT / "tiny.nemo"), folder)


def zarr():
    from megatron.core import dist_checkpointing, parallel_state
    from megatron.core.dist_checkpointing import ShardedTensor
    from megatron.core.dist_checkpointing.mapping import ShardedObject

    torch.distributed.init_process_group("gloo", init_method="file://" + tempfile.mktemp(), rank=0, world_size=1)
    parallel_state.initialize_model_parallel(1, 1)
    shutil.rmtree(OUT / "tiny-mcore", ignore_errors=True)
    folder = OUT / "tiny-mcore" / "model_weights"
    folder.mkdir(parents=True)
    OmegaConf.save(OmegaConf.create({"target": "example.Model"}), OUT / "tiny-mcore" / "model_config.yaml")
    layers = [torch.arange(4.0).reshape(2, 2) + 4 * layer for layer in range(2)]
    state = {}
    for number, layer in enumerate(layers):
        state[f"layers.{number}"] = ShardedTensor.from_rank_offsets(
            "model.decoder.layers.mlp.linear_fc2.weight", layer, (0, number, 2), prepend_axis_num=1
        )
        state[f"extra.{number}"] = ShardedObject(
            "model.decoder.layers.mlp.linear_fc2._extra_state", None, (2,), (number,)
        )
    state["norm"] = ShardedTensor.from_rank_offsets(
        "model.decoder.final_layernorm.weight", torch.tensor([1.0, 0.5]).bfloat16()
    )
    dist_checkpointing.save(state, str(folder))


def dcp():
    import torch.distributed.checkpoint

    here = os.getcwd()
    os.chdir(OUT)  # the metadata holds the folder's path
    torch.distributed.checkpoint.save(
        {"weight": weights()["weight"]},
        storage_writer=torch.distributed.checkpoint.FileSystemWriter("tiny-dcp"),
        no_dist=True,
    )
    os.chdir(here)


class Tiny(pytorch_lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1, bias=False)
        self.save_hyperparameters({"cfg": {"hidden_size": 2}})

    def training_step(self, batch, index):
        return self.layer(batch).sum()

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters())


def lightning():
    torch.manual_seed(1)
    trainer = pytorch_lightning.Trainer(
        max_steps=1, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    trainer.fit(Tiny(), torch.utils.data.DataLoader(torch.ones(1, 2)))
    trainer.save_checkpoint(OUT / "tiny--step=1.ckpt")


def huggingface():
    import transformers

    torch.manual_seed(2)
    config = transformers.LlamaConfig(
        vocab_size=8,
        hidden_size=4,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=16,
    )
    model = transformers.LlamaForCausalLM(config)
    model.save_pretrained(OUT / "tiny-llama-hf", max_shard_size=512)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for make in (torch_zip, safetensors, yaml, nemo, lightning, huggingface, zarr, dcp):
        make()
