package io.shardwright.core.internal.open;

import io.shardwright.core.internal.format.ModelSource;
import io.shardwright.core.internal.format.ModelSource.Attachment;
import io.shardwright.core.outline.ConfigEdit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds artifacts that a configuration names and that the checkpoint lacks: {@code nemo:} and a
 * member's name (NeMo v1.23.0, {@code nemo/core/connectors/save_restore_connector.py}). NeMo looks
 * for them when it restores a model, so that the model can't be used, whatever its weights.
 */
public final class MissingArtifacts {
  private static final String INSIDE = "nemo:";
  private static final int NAMED = 5;

  private MissingArtifacts() {}

  /** What to say of a source. */
  public static List<String> notes(ModelSource source) {
    return notes(source, List.of(), List.of());
  }

  /**
   * What to say of a target.
   *
   * @param changes to the source's configuration
   * @param added artifacts that the source has not
   */
  public static List<String> notes(
      ModelSource source, List<ConfigEdit> changes, List<Attachment> added) {
    var there =
        Stream.concat(source.attachments().stream(), added.stream())
            .map(Attachment::name)
            .collect(Collectors.toSet());
    Map<String, String> config = new LinkedHashMap<>(source.config().leaves());
    changes.forEach(change -> config.put(change.key(), change.to()));
    var missing = new ArrayList<String>();
    config.forEach(
        (key, value) -> {
          if (value.matches(INSIDE + "\\S+") && !there.contains(name(value))) {
            missing.add(key + " is '" + value + "'");
          }
        });
    return missing.isEmpty() ? List.of() : List.of(note(missing, source));
  }

  private static String name(String value) {
    return value.substring(INSIDE.length()).replaceFirst("^(\\./)+", "");
  }

  private static String note(List<String> missing, ModelSource source) {
    boolean few = missing.size() <= NAMED;
    return String.join(", ", few ? missing : missing.subList(0, NAMED))
        + (few ? "" : " and " + (missing.size() - NAMED) + " more")
        + (missing.size() == 1 ? ", which is" : ", which are")
        + " not in "
        + source.name()
        + ": NeMo can't restore the model without";
  }
}
