package io.shardwright.spi;

import io.shardwright.spi.config.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A Hugging Face model class and its relation to a family, as data. Conversions in both directions
 * follow it. Immutable.
 */
public final class HuggingFaceModel {
  private final String modelType;
  private final String architecture;
  private final String restores;
  private final List<Naming> namings;
  private final String base;
  private final Dialect dialect;
  private final ParameterTable names;
  private final List<Condition> variant;
  private final List<Condition> picks;
  private final Optional<String> refines;

  private HuggingFaceModel(Builder said) {
    this.modelType = Objects.requireNonNull(said.modelType, "modelType");
    this.architecture = Objects.requireNonNull(said.architecture, "architecture");
    this.restores = Objects.requireNonNull(said.restores, "restores");
    this.namings = Objects.requireNonNull(said.namings, "namings");
    this.base = Objects.requireNonNull(said.base, "base");
    this.dialect = Objects.requireNonNull(said.dialect, "dialect");
    this.names = Objects.requireNonNull(said.names, "names");
    this.variant = Objects.requireNonNull(said.variant, "variant");
    this.picks = Objects.requireNonNull(said.picks, "picks");
    this.refines = said.refines;
  }

  /**
   * Begins the description of a class.
   *
   * @param modelType {@code model_type} in its {@code config.json}
   * @param architecture its name in {@code architectures} of {@code config.json}
   * @return a builder that needs all but {@code variant} and {@code picks}, unless it {@link
   *     Builder#refines} another
   */
  public static Builder of(String modelType, String architecture) {
    return new Builder(modelType, architecture);
  }

  /**
   * Tells whether the model of a NeMo configuration can be converted to this class.
   *
   * @param config the whole configuration
   * @return true if it fulfils all conditions of {@code picks}
   */
  public boolean fits(ModelConfig config) {
    return picks.stream().allMatch(condition -> condition.holds(config));
  }

  /** {@return {@code model_type} in the class's {@code config.json}} */
  public String modelType() {
    return modelType;
  }

  /**
   * Returns the class that this one refines.
   *
   * @return its {@link #architecture}; empty if this one says all
   */
  public Optional<String> refines() {
    return refines;
  }

  /** {@return the class's name in {@code architectures} of {@code config.json}} */
  public String architecture() {
    return architecture;
  }

  /** {@return the dotted Python path of the NeMo class that its models become} */
  public String restores() {
    return restores;
  }

  /** {@return the NeMo namings its models can be written in, the default first; perhaps none} */
  public List<Naming> namings() {
    return namings;
  }

  /**
   * {@return the NeMo configuration in YAML: every key that NeMo needs, with the values for keys
   * that {@code config.json} lacks}
   */
  public String base() {
    return base;
  }

  /** {@return the table that relates the keys of {@code config.json} to those of NeMo} */
  public Dialect dialect() {
    return dialect;
  }

  /** {@return the class's parameters; their canonical names are those of the family} */
  public ParameterTable names() {
    return names;
  }

  /**
   * {@return further conditions on {@code config.json}, for classes that share an architecture
   * name}
   */
  public List<Condition> variant() {
    return variant;
  }

  /**
   * {@return conditions on a NeMo configuration under which its model can be converted to this
   * class}
   */
  public List<Condition> picks() {
    return picks;
  }

  /**
   * Reads a text resource from the package of a class, such as a base configuration.
   *
   * @param beside a class of the package
   * @param file the resource's name, relative to the package
   * @return its text, decoded as UTF-8
   * @throws NullPointerException if there is no such resource
   * @throws UncheckedIOException if reading fails
   */
  public static String text(Class<?> beside, String file) {
    try (InputStream stream = beside.getResourceAsStream(file)) {
      return new String(
          Objects.requireNonNull(stream, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(file, broken);
    }
  }

  private List<Object> all() {
    return List.of(
        modelType, architecture, restores, namings, base, dialect, names, variant, picks, refines);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HuggingFaceModel model && all().equals(model.all());
  }

  @Override
  public int hashCode() {
    return all().hashCode();
  }

  @Override
  public String toString() {
    return architecture + " (" + modelType + ")";
  }

  /** Collects what a class is. */
  public static final class Builder {
    private final String modelType;
    private final String architecture;
    private String restores;
    private List<Naming> namings;
    private String base;
    private Dialect dialect;
    private ParameterTable names;
    private List<Condition> variant = List.of();
    private List<Condition> picks = List.of();
    private Optional<String> refines = Optional.empty();

    private Builder(String modelType, String architecture) {
      this.modelType = modelType;
      this.architecture = architecture;
    }

    /**
     * Leaves what is not said to a class of the family that this one's family refines. Keys and
     * rows are added to those of that class, or replace them; conditions of {@code picks} are
     * added.
     *
     * @param other that class's {@link HuggingFaceModel#architecture}
     * @return this builder
     */
    public Builder refines(String other) {
      refines = Optional.of(other);
      restores = "";
      namings = List.of();
      base = "";
      dialect = Dialect.of("config.json");
      names = ParameterTable.of();
      return this;
    }

    /**
     * Names the NeMo class that its models become.
     *
     * @param path dotted Python path
     * @return this builder
     */
    public Builder restores(String path) {
      restores = path;
      return this;
    }

    /**
     * Names the NeMo namings that its models can be written in.
     *
     * @param inOrder the default first; none for a class that no network of NeMo's or Megatron's
     *     computes, which a {@link KeyRule} refuses to write
     * @return this builder
     */
    public Builder namings(Naming... inOrder) {
      namings = List.of(inOrder);
      return this;
    }

    /**
     * Sets the NeMo configuration that conversions begin with.
     *
     * @param yaml every key that NeMo needs, with the values for keys that {@code config.json}
     *     lacks
     * @return this builder
     */
    public Builder base(String yaml) {
      base = yaml;
      return this;
    }

    /**
     * Sets the table that relates the keys of {@code config.json} to those of NeMo.
     *
     * @param table the table
     * @return this builder
     */
    public Builder dialect(Dialect table) {
      dialect = table;
      return this;
    }

    /**
     * Sets the parameters of the class.
     *
     * @param table rows whose canonical names are those of the family
     * @return this builder
     */
    public Builder names(ParameterTable table) {
      names = table;
      return this;
    }

    /**
     * Restricts the class to some of the models that have its architecture name; by default to
     * none.
     *
     * @param conditions conditions on {@code config.json}, all of which must hold
     * @return this builder
     */
    public Builder variant(List<Condition> conditions) {
      variant = List.copyOf(conditions);
      return this;
    }

    /**
     * Restricts the NeMo models that can be converted to this class; by default to none.
     *
     * @param conditions conditions on a NeMo configuration, all of which must hold
     * @return this builder
     */
    public Builder picks(List<Condition> conditions) {
      picks = List.copyOf(conditions);
      return this;
    }

    /**
     * Makes the description.
     *
     * @return an immutable value
     * @throws NullPointerException if something is missing
     */
    public HuggingFaceModel build() {
      return new HuggingFaceModel(this);
    }
  }
}
