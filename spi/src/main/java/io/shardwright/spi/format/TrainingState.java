package io.shardwright.spi.format;

import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a training needs to go on, besides the tensors that its optimizer keeps for each parameter:
 * those are among the model's tensors, called {@code optimizer.state.KIND.PARAMETER}, where the
 * kind is {@code exp_avg}, {@code exp_avg_sq}, {@code fp32_param} (the master weights) or what else
 * the optimizer has. Values are stated as {@link StoredFiles#pickle} gives them, in the words of
 * Megatron-LM's common state (core_v0.19.0, {@code megatron/training/checkpointing.py}). Immutable;
 * made by {@link #of} and the builder's methods.
 */
public final class TrainingState {
  /** The scheduler of learning rate and weight decay. */
  public static final String SCHEDULER = "opt_param_scheduler";

  /** What scales the loss of a training in fp16. */
  public static final String SCALER = "grad_scaler";

  /** How many floating-point operations were done. */
  public static final String OPERATIONS = "num_floating_point_operations_so_far";

  /** The setting that says how many samples a step has, by which schedules count. */
  public static final String BATCH = "global_batch_size";

  /** The setting that says after how many steps the scale of a loss grows. */
  public static final String WINDOW = "loss_scale_window";

  private final Builder said;

  private TrainingState(Builder said) {
    this.said = said;
  }

  /**
   * Begins with the form in which the optimizer was stored.
   *
   * @param kind such as {@code fully_reshardable}, for people
   * @return to be told the rest
   */
  public static Builder of(String kind) {
    return new Builder(kind);
  }

  /**
   * The form in which the optimizer was stored.
   *
   * @return a word for people
   */
  public String kind() {
    return said.kind;
  }

  /**
   * The training's step.
   *
   * @return how many iterations were done; empty if unknown
   */
  public OptionalLong iteration() {
    return said.iteration;
  }

  /**
   * The samples that were trained on.
   *
   * @return how many; empty if unknown
   */
  public OptionalLong consumedSamples() {
    return said.consumedSamples;
  }

  /**
   * The optimizer's parameter groups, without their parameters.
   *
   * @return in the optimizer's order: {@code lr}, {@code betas}, {@code eps}, {@code weight_decay},
   *     {@code wd_mult}, {@code lr_mult}, {@code step}, …
   */
  public List<Obj> groups() {
    return List.copyOf(said.groups);
  }

  /**
   * Settings of the training, in Megatron-LM's words: those that decide where parameters lie in
   * flat buffers ({@code transformer_impl}, {@code moe_grouped_gemm}, {@code overlap_grad_reduce},
   * {@code ddp_bucket_size}, …), and {@link #BATCH}.
   *
   * @return what the training says of them
   */
  public Map<String, String> settings() {
    return Map.copyOf(said.settings);
  }

  /**
   * Where the optimizer's tensors lie, if in flat buffers: they are not among the model's then.
   *
   * @return empty where each parameter has tensors of its own
   */
  public Optional<FlatState> flat() {
    return Optional.ofNullable(said.flat);
  }

  /**
   * Why the optimizer's tensors are not among the model's.
   *
   * @return a sentence's end such as "it has 'momentum_buffer'"; empty where they are
   */
  public Optional<String> unread() {
    return Optional.ofNullable(said.unread);
  }

  /**
   * Further parts of the state.
   *
   * @return by key, such as {@link #SCHEDULER}
   */
  public Obj parts() {
    return said.parts.copy();
  }

  /**
   * How many steps the optimizer did, which corrects its averages.
   *
   * @return what its groups say, else {@link #iteration}
   */
  public OptionalLong step() {
    var steps = said.groups.stream().flatMap(group -> group.get("step").stream());
    var counted = steps.map(TrainingState::whole).filter(OptionalLong::isPresent).findFirst();
    return counted.orElse(said.iteration);
  }

  /** PyTorch counts in floating-point numbers. */
  private static OptionalLong whole(JsonValue value) {
    return value instanceof Num number
        ? new Num(number.text().replaceFirst("\\.0*$", "")).asLong()
        : OptionalLong.empty();
  }

  /** Tells what a training needs, part by part. */
  public static final class Builder {
    private final String kind;
    private final List<Obj> groups = new ArrayList<>();
    private final Obj parts = Obj.empty();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private FlatState flat;
    private String unread;
    private OptionalLong iteration = OptionalLong.empty();
    private OptionalLong consumedSamples = OptionalLong.empty();

    private Builder(String stored) {
      kind = stored;
    }

    /**
     * Says how far the training is.
     *
     * @param done iterations; empty if unknown
     * @param samples that were trained on; empty if unknown
     * @return this
     */
    public Builder progress(OptionalLong done, OptionalLong samples) {
      iteration = done;
      consumedSamples = samples;
      return this;
    }

    /**
     * Adds a parameter group.
     *
     * @param group without its parameters
     * @return this
     */
    public Builder group(Obj group) {
      groups.add(group.copy());
      return this;
    }

    /**
     * Says a setting.
     *
     * @param key Megatron-LM's word
     * @param value its text
     * @return this
     */
    public Builder setting(String key, String value) {
      settings.put(key, value);
      return this;
    }

    /**
     * Says that the optimizer's tensors lie in flat buffers.
     *
     * @param buffers where which lies
     * @return this
     */
    public Builder flat(FlatState buffers) {
      flat = buffers;
      return this;
    }

    /**
     * Says that the optimizer's tensors can't be read: a target without them is all there is.
     *
     * @param why a sentence's end
     * @return this
     */
    public Builder unread(String why) {
      unread = why;
      return this;
    }

    /**
     * Adds a part of the state.
     *
     * @param key such as {@link #SCHEDULER}
     * @param value as the state has it
     * @return this
     */
    public Builder part(String key, JsonValue value) {
      parts.put(key, value);
      return this;
    }

    /**
     * Ends the building. The builder is not to be used after it.
     *
     * @return what was told
     */
    public TrainingState build() {
      return new TrainingState(this);
    }
  }
}
