package io.shardwright.core.internal.registry;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's own families by artifact, to name the one that a class path lacks. */
public enum OwnJar {
  /** Models that see pictures. */
  VIT("vit", "ViT and CLIP", Set.of("vit", "clip"), "(?i).*(vit|clip).*|VisionTransformer"),
  /** Decoders of LLaMA's shape. */
  LLAMA(
      "llama",
      "LLaMA and models of its shape",
      Set.of("llama"),
      "MegatronGPT(SFT)?Model|(Llama4?|Mistral|Ministral3?|Mixtral|Qwen2(Moe)?|Qwen3(Moe|Next)?"
          + "|Gemma[23]?|Phi3|Olmo2|Olmoe|Glm4(Moe)?|DeepseekV[23]|KimiK2)ForCausalLM"
          + "|llama|llama4_text|mistral|ministral3?|mixtral|qwen2(_moe)?|qwen3(_moe|_next)?"
          + "|gemma2?|gemma3_text|phi3|olmo2|olmoe|glm4(_moe)?|deepseek_v[23]|kimi_k2"
          + "|(?:GPT|MLA|Mistral|Gemma[23]?)ModelProvider|Namespace"
          + "|(GPT|Llama|Mistral|Mixtral|Nemotron|Qwen2|Starcoder2)Model"),
  /** Other GPT models, adapters of any, BERT and T5. */
  NVGPT(
      "nvgpt",
      "other GPT models, adapters without their model, BERT and T5",
      Set.of("nvgpt", "gpt-peft", "gpt-peft-tied", "bert", "t5"),
      "MegatronGPT.*|MegatronNVGPT.*|(Llama|Nemotron|Starcoder2|Falcon|GptOss|GPTNeoX)ForCausalLM"
          + "|GPT2LMHeadModel|gpt_oss|gpt_neox"
          + "|Megatron(Bert|T5|T0|BART).*|Bert.*|bert|megatron-bert"
          + "|nemotron|starcoder2|falcon|gpt2|(?:GPT|MLA|Mistral|Gemma[23]?)ModelProvider|Namespace"
          + "|(GPT|Llama|Mistral|Mixtral|Nemotron|Qwen2|Starcoder2)Model");

  /** The jar that reads and writes folders of Hugging Face. */
  public static final String HUGGING_FACE = "io.shardwright:shardwright-adapters-huggingface";

  /** The jar that reaches the Hugging Face hub, web servers and object stores. */
  public static final String REMOTE = "io.shardwright:shardwright-remote";

  private final String name;
  private final String models;
  private final Set<String> families;
  private final Pattern classes;

  OwnJar(String name, String models, Set<String> families, String classes) {
    this.name = name;
    this.models = models;
    this.families = families;
    this.classes = Pattern.compile(classes);
  }

  private boolean missing(Set<String> ids) {
    return families.stream().noneMatch(ids::contains);
  }

  private boolean knows(String className) {
    return classes.matcher(className.substring(className.lastIndexOf('.') + 1)).matches();
  }

  private String artifact() {
    return "io.shardwright:shardwright-adapters-" + name + " (" + models + ")";
  }

  /**
   * What to add to the class path.
   *
   * @param className what the checkpoint says it is: a class of NeMo or Megatron, or an
   *     architecture or kind of Hugging Face's; empty where it says nothing
   * @param ids the families that are there
   * @return the artifacts that know it and are not there; empty for none
   */
  static Optional<String> lacking(Optional<String> className, Set<String> ids) {
    return Stream.of(values())
        .filter(jar -> jar.missing(ids))
        .filter(jar -> className.map(jar::knows).orElse(true))
        .map(OwnJar::artifact)
        .reduce((one, other) -> one + " or " + other);
  }
}
