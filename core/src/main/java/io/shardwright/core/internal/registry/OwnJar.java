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
      "MegatronGPT(SFT)?Model|(Llama|Mistral|Mixtral|Qwen2|Gemma)ForCausalLM"
          + "|llama|mistral|mixtral|qwen2|gemma|(?:GPT|MLA)ModelProvider|Namespace"
          + "|(GPT|Llama|Mistral|Mixtral|Nemotron|Qwen2|Starcoder2)Model"),
  /** Other GPT models, adapters of any, BERT and T5. */
  NVGPT(
      "nvgpt",
      "other GPT models, adapters without their model, BERT and T5",
      Set.of("nvgpt", "gpt-peft", "gpt-peft-tied", "bert", "t5"),
      "MegatronGPT.*|MegatronNVGPT.*|(Nemotron|Starcoder2|Falcon)ForCausalLM|GPT2LMHeadModel"
          + "|Megatron(Bert|T5|T0|BART).*|Bert.*|bert|megatron-bert"
          + "|nemotron|starcoder2|falcon|gpt2|(?:GPT|MLA)ModelProvider|Namespace"
          + "|(GPT|Llama|Mistral|Mixtral|Nemotron|Qwen2|Starcoder2)Model");

  /** The jar that reads and writes folders of Hugging Face. */
  public static final String HUGGING_FACE = "io.shardwright:shardwright-adapters-huggingface";

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
