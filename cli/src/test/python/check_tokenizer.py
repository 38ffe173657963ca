"""Trains a SentencePiece model, or compares it with the tokenizer that a folder holds.

usage: check_tokenizer.py make MODEL_PREFIX
       check_tokenizer.py check FOLDER
"""
import random
import sys

import sentencepiece
from transformers import AutoTokenizer

TEXTS = ["the quick brown fox", " the quick  brown fox 17 jumps!\u00e9", "a\n b\tc", "", "  ", "\u4f60 x", "jumps over lazy dogs 1234"] + [
    "".join(random.Random(i).choice("the quickbrown fx\n\u00e9 ") for _ in range(30)) for i in range(200)]


def make(prefix):
    words = "the quick brown fox jumps over lazy dogs and cats while seven wizards brew potions".split()
    choose = random.Random(5)
    lines = [" ".join(choose.choice(words) for _ in range(12)) + f" {i}" for i in range(500)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=prefix, vocab_size=400, model_type="bpe", byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False)


def check(folder):
    pieces = sentencepiece.SentencePieceProcessor(model_file=folder + "/tokenizer.model")
    fast = AutoTokenizer.from_pretrained(folder)
    for text in TEXTS:
        want = [pieces.bos_id(), *pieces.encode(text)]
        assert fast.encode(text) == want, (text, fast.encode(text), want)
    print(f"{len(TEXTS)} texts have the same pieces")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](sys.argv[2])
