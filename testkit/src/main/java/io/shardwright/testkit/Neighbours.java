package io.shardwright.testkit;

import io.shardwright.Shardwright;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RefinedAdapter;
import java.util.List;

/** The families that are found beside the one that is tested, the shipped ones among them. */
final class Neighbours {
  private Neighbours() {}

  /** Returns all others. */
  static List<ModelFamilyAdapter> of(ModelFamilyAdapter adapter) {
    return Shardwright.create().families().stream()
        .filter(other -> !other.id().equals(adapter.id()))
        .toList();
  }

  /** Returns an adapter joined with the one that it refines, if it does. */
  static ModelFamilyAdapter whole(ModelFamilyAdapter adapter) {
    return adapter
        .refines()
        .<ModelFamilyAdapter>map(base -> new RefinedAdapter(adapter, base(adapter, base)))
        .orElse(adapter);
  }

  private static ModelFamilyAdapter base(ModelFamilyAdapter adapter, String id) {
    return of(adapter).stream()
        .filter(other -> other.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "adapter '" + adapter.id() + "' refines '" + id + "', which is not found"));
  }

  /** Returns the classes that an adapter adds to those of the family that it refines, or all. */
  static List<HuggingFaceModel> ownClasses(ModelFamilyAdapter whole) {
    var classes =
        whole.huggingFaceModels().stream().filter(model -> !model.namings().isEmpty()).toList();
    return whole instanceof RefinedAdapter refined
        ? classes.stream()
            .filter(model -> !refined.base().huggingFaceModels().contains(model))
            .toList()
        : classes;
  }
}
