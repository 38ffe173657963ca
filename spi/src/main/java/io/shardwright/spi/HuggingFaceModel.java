package io.shardwright.spi;

import io.shardwright.spi.config.Dialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * A Hugging Face model class and its relation to a family, as data. Conversions in both directions
 * follow it.
 *
 * @param modelType {@code model_type} in the class's {@code config.json}
 * @param architecture the class's name in {@code architectures} of {@code config.json}
 * @param restores dotted Python path of the NeMo class that its models become
 * @param namings the NeMo namings that its models can be written in, the default first
 * @param base NeMo configuration in YAML: every key that NeMo needs, with the values for keys that
 *     {@code config.json} lacks
 * @param dialect table that relates the keys of {@code config.json} to those of NeMo
 * @param names the class's parameters; their canonical names are those of the family
 * @param variant further conditions on {@code config.json}, for classes that share an architecture
 *     name; none for most
 * @param picks conditions on a NeMo configuration under which its model can be converted to this
 *     class
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
   * @param modelType kept as given
   * @param architecture kept as given
   * @param restores kept as given
   * @param namings copied
   * @param base kept as given
   * @param dialect kept as given
   * @param names kept as given
   * @param variant copied
   * @param picks copied
   */
  public HuggingFaceModel {
    namings = List.copyOf(namings);
    variant = List.copyOf(variant);
    picks = List.copyOf(picks);
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
}
