"""Makes the tiny HunYuan of src/test/resources/tiny-hunyuan: random weights, a byte-level tokenizer.

usage: make_model.py FOLDER   (torch 2.7.1, transformers 5.24.0, tokenizers 0.23.3)
"""
import sys

import tokenizers
import torch
import transformers


def tokenizer():
    bytes_alone = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    vocabulary = {word: number for number, word in enumerate(["<|endoftext|>", *sorted(bytes_alone)])}
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocabulary, []))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|endoftext|>")


def main(folder):
    torch.manual_seed(0)
    config = transformers.HunYuanDenseV1Config(
        vocab_size=257, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=64, tie_word_embeddings=False, dtype="bfloat16")
    model = transformers.HunYuanDenseV1ForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer().save_pretrained(folder)


if __name__ == "__main__":
    main(sys.argv[1])
