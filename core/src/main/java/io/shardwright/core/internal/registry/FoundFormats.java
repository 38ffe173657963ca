package io.shardwright.core.internal.registry;

import io.shardwright.spi.format.DirectoryFormat;
import io.shardwright.spi.format.TensorFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The formats that a class loader offers.
 *
 * @param folders of documents and tensor containers
 * @param tensors of tensors by name
 */
public record FoundFormats(
    List<FoundFormat<DirectoryFormat>> folders, List<FoundFormat<TensorFormat>> tensors) {
  static FoundFormats load(ClassLoader loader, List<String> failures) {
    var found =
        new FoundFormats(
            load(DirectoryFormat.class, DirectoryFormat::id, loader, failures),
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
    return List.copyOf(found);
  }

  /** Of both kinds. */
  public List<FoundFormat<?>> all() {
    return Stream.<FoundFormat<?>>concat(folders.stream(), tensors.stream()).toList();
  }
}
