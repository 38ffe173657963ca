package io.shardwright.core.internal.registry;

import io.shardwright.spi.format.ModelFormat;
import io.shardwright.spi.format.TensorFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The formats that a class loader offers, by name: the order of a class path decides nothing.
 *
 * @param models of whole models
 * @param tensors of tensors by name
 */
public record FoundFormats(
    List<FoundFormat<ModelFormat>> models, List<FoundFormat<TensorFormat>> tensors) {
  static FoundFormats load(ClassLoader loader, List<String> failures) {
    var found =
        new FoundFormats(
            load(ModelFormat.class, ModelFormat::id, loader, failures),
            load(TensorFormat.class, TensorFormat::id, loader, failures));
    Providers.refuseDuplicates("format", found.all(), FoundFormat::id, FoundFormat::origin);
    return found;
  }

  private static <F> List<FoundFormat<F>> load(
      Class<F> service, Function<F, String> id, ClassLoader loader, List<String> failures) {
    var found = new ArrayList<FoundFormat<F>>();
    Providers.each(
        service,
        loader,
        format -> {
          String origin = FoundAdapter.originOf(format);
          Providers.requireId(id.apply(format), origin);
          found.add(new FoundFormat<>(format, id.apply(format), origin));
        },
        failures);
    found.sort(Comparator.comparing(FoundFormat::id));
    return List.copyOf(found);
  }

  /** Of both kinds. */
  public List<FoundFormat<?>> all() {
    return Stream.<FoundFormat<?>>concat(models.stream(), tensors.stream()).toList();
  }
}
