"""Makes the adapters of core/src/test/resources/peft and what real peft merges them into.

usage: make_lora.py COMMUNITY FOLDER   (peft 0.13.2, transformers 4.44.2, older than what interop.py installs; COMMUNITY holds the models)
Every adapter changes some layers alone, so that the expected weights, which are those that changed, stay small.
"""
import pathlib
import sys

import peft
import safetensors.torch
import torch
import transformers

ADAPTERS = {
    "llama": dict(r=4, lora_alpha=8, layers_to_transform=[1, 3],
                  target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
                  rank_pattern={"q_proj": 2, "mlp.up_proj": 6}, alpha_pattern={"q_proj": 3, "mlp.up_proj": 24}),
    "gpt2": dict(r=3, lora_alpha=5, use_rslora=True, fan_in_fan_out=True, layers_to_transform=[0],
                 target_modules=["c_attn", "c_proj", "c_fc"]),
    "mixtral": dict(r=2, lora_alpha=2, layers_to_transform=[2], target_modules=["q_proj", "w1", "w2", "w3", "gate"]),
}


def main(community, folder):
    for number, (name, options) in enumerate(ADAPTERS.items()):
        model = transformers.AutoModelForCausalLM.from_pretrained(pathlib.Path(community) / name)
        before = {key: value.clone() for key, value in model.state_dict().items()}
        config = peft.LoraConfig(task_type="CAUSAL_LM", bias="none", **options)
        tuned = peft.get_peft_model(model, config)
        torch.manual_seed(100 + number)
        with torch.no_grad():
            for key, value in tuned.named_parameters():
                if "lora_" in key:
                    value.copy_(torch.randn_like(value) * 0.3)
        target = pathlib.Path(folder) / name
        config.base_model_name_or_path = name
        tuned.save_pretrained(target, save_embedding_layers=False)
        (target / "README.md").unlink()
        merged = tuned.merge_and_unload().state_dict()
        changed = {key: value for key, value in merged.items() if not torch.equal(value, before[key])}
        safetensors.torch.save_file(changed, target / "merged.safetensors", metadata={"format": "pt"})
        print(name, len(changed), sum(value.numel() for value in changed.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
