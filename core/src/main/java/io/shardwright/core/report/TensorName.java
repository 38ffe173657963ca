package io.shardwright.core.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a tensor's name tells in any naming: the layer, and the kind of tensor within it.
 *
 * @param group the stack and layer, such as {@code layer 3} or {@code decoder, layer 3}; empty text
 *     for a tensor of no layer
 * @param kind the rest of the name, with {@code *} for further numbers
 * @param role the part of a model that it is
 */
record TensorName(String group, String kind, Role role) {
  /** Parts of models. */
  enum Role {
    EMBEDDING("Embeddings", "embed|wte|wpe|lm_head|output_layer|position|patch|cls"),
    NORM("Norms", "norm|(^|[._])ln_"),
    EXPERT("Experts", "expert|router|moe|mlp\\.gate\\."),
    ATTENTION("Attention", "attn|attention|qkv|[qkv]_proj|query|key|value|mixer|linear_proj"),
    MLP("MLP", "mlp|fc1|fc2|ffn|feed_forward|dense|intermediate|c_fc|gate_proj|up_proj|down_proj"),
    OPTIMIZER("Optimizer", "(^|\\.)optim|exp_avg|fp32_param"),
    OTHER("Other", "");

    private final String label;
    private final Pattern words;

    Role(String label, String words) {
      this.label = label;
      this.words = Pattern.compile(words);
    }

    String label() {
      return label;
    }

    String colour() {
      return Palette.rank(ordinal());
    }

    /** The optimizer's names hold their parameter's; else the first that fits. */
    private static Role of(String name) {
      String words = name.toLowerCase(Locale.ROOT);
      return OPTIMIZER.words.matcher(words).find()
          ? OPTIMIZER
          : Arrays.stream(values()).filter(r -> r.words.matcher(words).find()).findFirst().get();
    }
  }

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");
  private static final Pattern STATE = Pattern.compile("^(chained_[0-9]+\\.)?optimizer\\.state\\.");

  /** Words of paths that tell no stacks apart. */
  private static final Set<String> COMMON =
      Set.of(
          "model",
          "module",
          "layers",
          "layer",
          "h",
          "block",
          "blocks",
          "transformer",
          "state_dict");

  static TensorName of(String name) {
    String[] words = STATE.matcher(name).replaceFirst("").split("\\.");
    int at = layer(words);
    String rest =
        Stream.of(words)
            .skip(at < 0 ? 0 : at + 1)
            .map(TensorName::word)
            .collect(Collectors.joining("."));
    Role role = Role.of(at < 0 ? name : name.startsWith("optim") ? name : rest);
    return new TensorName(at < 0 ? "" : group(words, at), rest, role);
  }

  private static String word(String word) {
    return NUMBER.matcher(word).matches() ? "*" : word;
  }

  /** The first number that counts no experts; -1 for none. */
  private static int layer(String[] words) {
    for (int i = 1; i < words.length - 1; i++) {
      if (NUMBER.matcher(words[i]).matches()) {
        return words[i - 1].endsWith("experts") ? -1 : i;
      }
    }
    return -1;
  }

  private static String group(String[] words, int at) {
    String stack = "";
    for (int i = 0; i < at; i++) {
      stack = COMMON.contains(words[i]) ? stack : words[i];
    }
    return (stack.isEmpty() ? "" : stack + ", ") + "layer " + words[at];
  }
}
