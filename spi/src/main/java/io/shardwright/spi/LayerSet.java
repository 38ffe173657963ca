package io.shardwright.spi;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Some of a stack's layers, as data: the layers of which a row is.
 *
 * @param kind how the layers are told
 * @param key configuration key for {@link Kind#WHERE} and {@link Kind#NUMBERS}; a formula by the
 *     grammar of {@link Size} for {@link Kind#FIRST} and {@link Kind#EVERY}; otherwise empty
 * @param values the layers' numbers for {@link Kind#LIST}; for {@link Kind#WHERE} the texts of the
 *     layers that are meant, in lower case; an immutable list
 * @param at which of every n layers, from 0, or from -1 backwards
 * @param inverted whether all other layers are meant
 */
public record LayerSet(Kind kind, String key, List<String> values, int at, boolean inverted) {
  /** Every layer. */
  public static final LayerSet ALL = new LayerSet(Kind.ALL, "", List.of(), 0, false);

  /** No layer. */
  static final LayerSet NONE = ALL.others();

  private static final String LAYERS = "num_layers";
  private static final int MOST = 10_000;

  /** The ways to tell layers. */
  public enum Kind {
    /** All. */
    ALL,
    /** Those of some numbers. */
    LIST,
    /** The first ones. */
    FIRST,
    /** One of every n. */
    EVERY,
    /**
     * Those for which a key's value says so: a list with an item for each layer, a text with a
     * letter for each, or a number n, which means one of every n.
     */
    WHERE,
    /** Those whose numbers a key lists. */
    NUMBERS
  }

  /**
   * Copies the values and checks a formula.
   *
   * @param kind kept as given
   * @param key kept as given
   * @param values copied
   * @param at kept as given
   * @param inverted kept as given
   * @throws IllegalArgumentException if a formula breaks the grammar
   */
  public LayerSet {
    values = List.copyOf(values);
    if (kind == Kind.FIRST || kind == Kind.EVERY) {
      new Size(key);
    }
  }

  /**
   * Names layers.
   *
   * @param numbers of the layers, from 0
   * @return these layers
   */
  public static LayerSet of(int... numbers) {
    var values = IntStream.of(numbers).mapToObj(Integer::toString).toList();
    return new LayerSet(Kind.LIST, "", values, 0, false);
  }

  /**
   * Names the first layers.
   *
   * @param count formula of their number, such as {@code first_k_dense_replace}; none if the
   *     configuration lacks its keys
   * @return these layers
   */
  public static LayerSet first(String count) {
    return new LayerSet(Kind.FIRST, count, List.of(), 0, false);
  }

  /**
   * Names one of every n layers: those of a number <i>i</i> with {@code i % n == at}.
   *
   * @param n formula of the period, such as {@code 4}; all layers if the configuration lacks its
   *     keys
   * @param at from 0 to n - 1; -1 for the last of every n
   * @return these layers
   */
  public static LayerSet every(String n, int at) {
    return new LayerSet(Kind.EVERY, n, List.of(), at, false);
  }

  /**
   * Names the layers for which a key's list or text says so, as {@code layer_types}, {@code
   * moe_layer_freq} (Megatron-Core 0.19, {@code megatron/core/models/gpt/gpt_layer_specs.py}) or
   * {@code hybrid_override_pattern} do. If its value is a number n, they are those of a number
   * <i>i</i> with {@code i % n == at}.
   *
   * @param key dotted path
   * @param at which of every n
   * @param values the texts of the layers that are meant, in lower case; with {@code null} among
   *     them all layers are meant if the key is absent
   * @return these layers
   */
  public static LayerSet where(String key, int at, String... values) {
    return new LayerSet(Kind.WHERE, key, List.of(values), at, false);
  }

  /**
   * Names the layers whose numbers a key lists, as {@code mlp_only_layers} does.
   *
   * @param key dotted path
   * @return these layers; none if the key is absent
   */
  public static LayerSet numbers(String key) {
    return new LayerSet(Kind.NUMBERS, key, List.of(), 0, false);
  }

  /**
   * Names all other layers.
   *
   * @return a changed copy
   */
  public LayerSet others() {
    return new LayerSet(kind, key, values, at, !inverted);
  }

  /**
   * Tells whether a layer is one of them.
   *
   * @param config the configuration
   * @param layer its number in its stack, from 0
   * @return true if it is
   * @throws io.shardwright.spi.error.MalformedCheckpointException if a key's value is of another
   *     kind, or its list has no item for the layer
   */
  public boolean holds(ModelConfig config, int layer) {
    boolean member =
        switch (kind) {
          case ALL -> true;
          case LIST -> values.contains(Integer.toString(layer));
          case FIRST -> layer < new Size(key).in(config).orElse(0);
          case EVERY -> isOneOf(new Size(key).in(config).orElse(1), layer);
          case WHERE -> where(config, layer);
          case NUMBERS -> items(config).anyMatch(Integer.toString(layer)::equals);
        };
    return member != inverted;
  }

  /**
   * Settles what a configuration says, so that layers are told without asking it again.
   *
   * @return {@link #ALL} or {@link #NONE} where the key is absent or says that it is one of every
   *     one; the numbers of the layers where it lists them, and {@link #NONE} where that leaves
   *     none; otherwise this
   */
  LayerSet in(ModelConfig config) {
    ModelConfig.Kind said = kind == Kind.WHERE ? config.kind(key) : ModelConfig.Kind.MAP;
    boolean alike =
        said == ModelConfig.Kind.NONE
            || said == ModelConfig.Kind.WHOLE && config.count(key, 1).orElse(1) == 1;
    if (alike) {
      return holds(config, 0) ? ALL : NONE;
    }
    boolean listed = said == ModelConfig.Kind.LIST || said == ModelConfig.Kind.TEXT;
    return listed ? listed(config, told(config)) : kind == Kind.FIRST ? first(config) : this;
  }

  /**
   * The numbers of layers; this set where a list is too short; the error is reported for the
   * missing layer.
   */
  private LayerSet listed(ModelConfig config, List<String> told) {
    return told.size() > MOST || told.size() < config.count(LAYERS, 1).orElse(0)
        ? this
        : numbered(
            IntStream.range(0, told.size())
                .filter(layer -> values.contains(item(config, told, layer))),
            inverted ? told.size() : 0);
  }

  private LayerSet first(ModelConfig config) {
    long count = new Size(key).in(config).orElse(0);
    return count > MOST ? this : numbered(IntStream.range(0, (int) count), inverted ? -1 : 0);
  }

  /** Layers by their numbers; none where these are as many as leave none. */
  private LayerSet numbered(IntStream layers, int none) {
    var numbers = layers.mapToObj(Integer::toString).toList();
    return numbers.size() == none ? NONE : new LayerSet(Kind.LIST, "", numbers, 0, inverted);
  }

  private boolean isOneOf(long n, int layer) {
    return n > 0 && Math.floorMod(layer - (long) at, n) == 0;
  }

  private boolean where(ModelConfig config, int layer) {
    return switch (config.kind(key)) {
      case NONE -> values.contains("null");
      case WHOLE -> isOneOf(config.count(key, 1).orElse(1), layer);
      case LIST, TEXT -> values.contains(item(config, told(config), layer));
      default -> throw config.unexpected(key, "a list, a text or a number");
    };
  }

  private Stream<String> items(ModelConfig config) {
    String text = config.text(key).orElse("[]");
    if (!text.startsWith("[")) {
      throw config.unexpected(key, "a list");
    }
    return Stream.of(text.substring(1, text.length() - 1).split(","))
        .map(String::strip)
        .filter(item -> !item.isEmpty());
  }

  /** The items of a list, or the letters of a text. */
  private List<String> told(ModelConfig config) {
    return config.kind(key) == ModelConfig.Kind.LIST
        ? items(config).toList()
        : config.text(key).orElse("").chars().mapToObj(Character::toString).toList();
  }

  private String item(ModelConfig config, List<String> items, int layer) {
    if (layer >= items.size()) {
      throw config.unexpected(key, "an item for each layer, also for layer " + layer);
    }
    return items.get(layer).toLowerCase(Locale.ROOT);
  }
}
