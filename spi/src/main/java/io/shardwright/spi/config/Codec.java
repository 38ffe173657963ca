package io.shardwright.spi.config;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the values of a row relate, in both directions. The set is closed: a dialect is data, and the
 * engine knows every relation.
 */
public sealed interface Codec {

  /** One value here is one value there; texts as YAML writes plain scalars. */
  sealed interface Scalar extends Codec {
    /**
     * The canonical value.
     *
     * @param own the dialect's
     * @return empty where there is none
     */
    Optional<String> canonical(String own);

    /**
     * The dialect's values that mean a canonical one.
     *
     * @param canonical the canonical one
     * @return empty where there is none
     */
    List<String> own(String canonical);
  }

  /** Values are equal. */
  enum Same implements Scalar {
    /** The one. */
    SAME;

    @Override
    public Optional<String> canonical(String own) {
      return Optional.of(own);
    }

    @Override
    public List<String> own(String canonical) {
      return List.of(canonical);
    }
  }

  /** A flag that is off where the canonical configuration doesn't say it. */
  enum Flag implements Scalar {
    /** The same on both sides; the canonical one is there only where it is on. */
    FLAG,
    /** On where it is off on the other side. */
    INVERTED;

    @Override
    public Optional<String> canonical(String own) {
      boolean on = own.equals("true") == (this == FLAG);
      return Optional.of(on ? "true" : this == FLAG ? "null" : "false");
    }

    @Override
    public List<String> own(String canonical) {
      return List.of(Boolean.toString(canonical.equals("true") == (this == FLAG)));
    }
  }

  /**
   * Each value has another word.
   *
   * @param words the canonical word for each of the dialect's
   */
  record Words(Map<String, String> words) implements Scalar {
    /**
     * Copies the words, in order: of several that mean the same the first is written.
     *
     * @param words copied
     */
    public Words {
      words = Collections.unmodifiableMap(new LinkedHashMap<>(words));
    }

    @Override
    public Optional<String> canonical(String own) {
      return Optional.ofNullable(words.get(own));
    }

    @Override
    public List<String> own(String canonical) {
      return words.keySet().stream().filter(own -> words.get(own).equals(canonical)).toList();
    }
  }

  /**
   * Whole numbers that differ by a constant.
   *
   * @param more by which the dialect's is greater
   */
  record Offset(long more) implements Scalar {
    @Override
    public Optional<String> canonical(String own) {
      return plus(own, -more);
    }

    @Override
    public List<String> own(String canonical) {
      return plus(canonical, more).stream().toList();
    }

    private static Optional<String> plus(String number, long more) {
      return Optional.of(number)
          .filter(text -> text.matches("[-+]?[0-9]{1,18}"))
          .map(text -> new BigInteger(text).add(BigInteger.valueOf(more)).toString());
    }
  }

  /**
   * Values are equal; where the canonical configuration has none, the dialect has one.
   *
   * @param unset it
   */
  record Otherwise(String unset) implements Scalar {
    @Override
    public Optional<String> canonical(String own) {
      return Optional.of(own);
    }

    @Override
    public List<String> own(String canonical) {
      return List.of(canonical);
    }
  }

  /**
   * Values are equal; of all others of the dialect's the canonical configuration says nothing.
   *
   * @param values that it knows
   */
  record Known(List<String> values) implements Scalar {
    /**
     * Copies the values.
     *
     * @param values copied
     */
    public Known {
      values = List.copyOf(values);
    }

    @Override
    public Optional<String> canonical(String own) {
      return Optional.of(values.contains(own) ? own : "null");
    }

    @Override
    public List<String> own(String canonical) {
      return values.contains(canonical) ? List.of(canonical) : List.of();
    }
  }

  /**
   * The dialect's is a number of what another canonical key measures: shared experts of an expert's
   * width.
   *
   * @param unit the other key, of a row before
   */
  record Multiple(String unit) implements Codec {}

  /**
   * A size that one side leaves out where it is the usual one.
   *
   * @param formula of canonical keys, as {@link io.shardwright.spi.Size} reads it
   * @param by the side that leaves it out
   */
  record Usual(String formula, Side by) implements Codec {}

  /** Whose configuration it is. */
  enum Side {
    /** NeMo's. */
    CANONICAL,
    /** The other. */
    DIALECT,
    /** Either: both state it where it is known. */
    EITHER
  }

  /**
   * One word here is what several keys say together there, as activation functions and their gates
   * are.
   *
   * @param cases for each canonical word, what the dialect's keys say; a key that a case leaves out
   *     is absent, null or false in it
   * @param others canonical words that mean the same as one of the cases'; they are never read
   */
  record Cases(Map<String, Map<String, String>> cases, Map<String, String> others)
      implements Codec {
    /** What a key says in a case where another row tells it. */
    public static final String ANY = "*";

    /**
     * Copies the maps.
     *
     * @param cases copied
     * @param others copied
     */
    public Cases {
      cases = Map.copyOf(cases);
      others = Map.copyOf(others);
    }

    /**
     * Cases of one word each.
     *
     * @param cases copied
     */
    public Cases(Map<String, Map<String, String>> cases) {
      this(cases, Map.of());
    }

    /**
     * What a canonical word is in the dialect.
     *
     * @param word one of the cases', or of the others
     * @return what the keys say; empty where the dialect has no words for it
     */
    public Optional<Map<String, String>> says(String word) {
      return Optional.ofNullable(cases.get(others.getOrDefault(word, word)));
    }
  }

  /**
   * Which of two kinds each layer is of. The dialect's first key lists a word for each layer, a
   * second one may say a period instead; the canonical value is a number n where every n-th layer,
   * and no other, is of the first kind, else a list of 0 and 1 (Megatron-Core 0.19, {@code
   * window_attn_skip_freq} and {@code linear_attention_freq}).
   *
   * @param first the dialect's word for a layer of the first kind
   * @param second its word for one of the second
   * @param inverted whether a list has 1 for the first kind and 0 for the second, as {@code
   *     no_rope_freq} has
   */
  record LayerKinds(String first, String second, boolean inverted) implements Codec {
    /**
     * Kinds of which a list has 0 for the first and 1 for the second.
     *
     * @param first the dialect's word for a layer of the first kind
     * @param second its word for one of the second
     */
    public LayerKinds(String first, String second) {
      this(first, second, false);
    }
  }

  /** Relations that need more than scalars. */
  enum Special implements Codec {
    /** A list of scalars, or one scalar. */
    LIST,
    /** A number of classes is that of the names in a map. */
    LABELS,
    /** Sides of a square image, told by the number of positions. */
    POSITIONS,
    /** Height and width of an image: a number, or a list of both. */
    SIDES,
    /** The side of a square: a number, or a list of two that are equal. */
    SQUARE,
    /**
     * A window of w tokens is NeMo's {@code [w-1, 0]}: Transformer Engine counts the tokens before
     * the current one, transformers counts it too.
     */
    WINDOW,
    /** Layers with experts as a list of 0 and 1, told by the number of first layers without. */
    DENSE_FIRST,
    /**
     * The same, told by a step and the numbers of layers without (transformers 5.24.0, {@code
     * modeling_qwen3_moe.py}).
     */
    SPARSE_STEP,
    /**
     * The same, told by the numbers of layers with, or by a step (transformers 5.24.0, {@code
     * configuration_llama4.py}).
     */
    EXPERT_LAYERS,
    /**
     * How many layers predict further tokens, told by the tensors beside a document: transformers
     * writes the number where it left the layers out. The dialect's second key counts the tensors.
     */
    PREDICTION,
    /**
     * YaRN's scaling of rotary positions in latent attention, which Megatron-Core computes with a
     * factor of 1 where there is none (0.19, {@code multi_latent_attention.py}).
     */
    LATENT_SCALING,
    /**
     * The scaling of rotary positions, in any of its spellings (transformers 4.44.2, {@code
     * modeling_rope_utils.py}).
     */
    ROTARY_SCALING
  }
}
