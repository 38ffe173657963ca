"""Makes the tiny models of core/src/test/resources/community: random weights, one folder per Hugging Face class.

usage: make_community.py FOLDER [NAME…]   (transformers 4.44.2, older than what interop.py installs)
"""
import pathlib
import sys

import torch
import transformers as t

COMMON = dict(vocab_size=100, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
              num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
GPT2 = dict(vocab_size=100, n_embd=32, n_layer=4, n_head=4, n_positions=64, n_inner=None, bos_token_id=1, eos_token_id=2)
FALCON = dict(vocab_size=100, hidden_size=32, num_hidden_layers=4, num_attention_heads=4, max_position_embeddings=64, alibi=False,
              bos_token_id=1, eos_token_id=2)
VIT = dict(hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=64, image_size=16, patch_size=4,
           num_channels=3, num_labels=10)
MODELS = {
    "llama": (t.LlamaForCausalLM, t.LlamaConfig(**COMMON, tie_word_embeddings=False)),
    "llama-linear-rope": (t.LlamaForCausalLM, t.LlamaConfig(**COMMON, rope_scaling={"type": "linear", "factor": 2.0}, head_dim=8)),
    "llama3-rope-tied": (t.LlamaForCausalLM, t.LlamaConfig(
        **COMMON, tie_word_embeddings=True, rope_theta=500000.0,
        rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                      "original_max_position_embeddings": 32})),
    "mistral": (t.MistralForCausalLM, t.MistralConfig(**COMMON, sliding_window=16)),
    "mixtral": (t.MixtralForCausalLM, t.MixtralConfig(**COMMON, num_local_experts=4, num_experts_per_tok=2)),
    "qwen2": (t.Qwen2ForCausalLM, t.Qwen2Config(**COMMON, tie_word_embeddings=True)),
    "gemma": (t.GemmaForCausalLM, t.GemmaConfig(**COMMON, head_dim=16)),
    "nemotron": (t.NemotronForCausalLM, t.NemotronConfig(**COMMON)),
    "starcoder2": (t.Starcoder2ForCausalLM, t.Starcoder2Config(**COMMON, residual_dropout=0.0, embedding_dropout=0.0, sliding_window=16)),
    "gpt2": (t.GPT2LMHeadModel, t.GPT2Config(**GPT2)),
    "falcon-7b-like": (t.FalconForCausalLM, t.FalconConfig(**FALCON, multi_query=True, parallel_attn=True, bias=False)),
    "falcon-40b-like": (t.FalconForCausalLM, t.FalconConfig(**FALCON, new_decoder_architecture=True, num_kv_heads=2, bias=False)),
    "falcon-rw-like": (t.FalconForCausalLM, t.FalconConfig(**FALCON, multi_query=False, parallel_attn=False, bias=True)),
    "vit": (t.ViTForImageClassification, t.ViTConfig(**VIT)),
}


def main(folder, *only):
    for number, (name, (cls, config)) in enumerate(MODELS.items()):
        if only and name not in only:
            continue
        torch.manual_seed(number)
        model = cls(config).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.05)
        model.save_pretrained(pathlib.Path(folder) / name)
        print(name, sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main(*sys.argv[1:])
