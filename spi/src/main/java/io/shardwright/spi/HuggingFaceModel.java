package io.shardwright.spi;

import io.shardwright.spi.config.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A Hugging Face class and how it relates to a family, as data.
 *
 * @param modelType {@code model_type} of its {@code config.json}
 * @param architecture the class, as {@code architectures} names it
 * @param restores the NeMo class that its models become
 * @param namings NeMo's namings that its models can have, the usual one first
 * @param base a NeMo configuration in YAML: every key that NeMo needs, with the values that hold
 *     where {@code config.json} says nothing
 * @param dialect how {@code config.json} says what a NeMo configuration says
 * @param names its parameters; their canonical names are the family's
 * @param variant what {@code config.json} must say beside its architecture; none for most
 * @param picks what a NeMo configuration must say for its model to be of this class
 */
public record HuggingFaceModel(
    String modelType,
    String architecture,
    String restores,
    List<Naming> namings,
    String base,
    Dialect dialect,
    ParameterTable names,
    List<Condition> variant,
    List<Condition> picks) {
  /**
   * Copies the lists.
   *
   * @param modelType see the record
   * @param architecture see the record
   * @param restores see the record
   * @param namings see the record
   * @param base see the record
   * @param dialect see the record
   * @param names see the record
   * @param variant see the record
   * @param picks see the record
   */
  public HuggingFaceModel {
    namings = List.copyOf(namings);
    variant = List.copyOf(variant);
    picks = List.copyOf(picks);
  }

  /**
   * Whether a NeMo configuration is of this class.
   *
   * @param config the whole configuration
   * @return true where every condition holds
   */
  public boolean fits(ModelConfig config) {
    return picks.stream().allMatch(condition -> condition.holds(config));
  }

  /**
   * A text beside a class, such as a base configuration.
   *
   * @param beside the class
   * @param file the resource's name
   * @return its text, read as UTF-8
   * @throws NullPointerException if there is no such resource
   * @throws UncheckedIOException if it can't be read
   */
  public static String text(Class<?> beside, String file) {
    try (InputStream stream = beside.getResourceAsStream(file)) {
      return new String(
          Objects.requireNonNull(stream, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(file, broken);
    }
  }
}
