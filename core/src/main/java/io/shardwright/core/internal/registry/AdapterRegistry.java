package io.shardwright.core.internal.registry;

import io.shardwright.spi.Condition;
import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ModelConfig;
import io.shardwright.spi.ModelFamilyAdapter;
import io.shardwright.spi.RefinedAdapter;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The adapters and formats that were found: those that a class loader offers, and those that are
 * handed in.
 *
 * @param failures one sentence per provider that could not be loaded
 * @param chosen the family for every checkpoint, whatever claims it
 */
public record AdapterRegistry(
    List<FoundAdapter> adapters,
    FoundFormats formats,
    List<String> failures,
    Optional<FoundAdapter> chosen) {
  private static final String TARGET = "target";

  public AdapterRegistry {
    adapters = List.copyOf(adapters);
    failures = List.copyOf(failures);
  }

  /**
   * Loads all adapters that a class loader offers.
   *
   * @throws AdapterException if two have the same id
   */
  public static AdapterRegistry load(ClassLoader loader) {
    return load(loader, true, List.of());
  }

  /**
   * Loads all adapters. One that can't be loaded is remembered as a failure and skipped.
   *
   * @param discover whether the class loader is asked for families too, not for formats alone
   * @param given families besides
   * @throws AdapterException if one that is given is broken, or two have the same id
   */
  public static AdapterRegistry load(
      ClassLoader loader, boolean discover, List<FoundAdapter> given) {
    var adapters = new ArrayList<FoundAdapter>();
    var failures = new ArrayList<String>();
    if (discover) {
      Providers.each(
          ModelFamilyAdapter.class,
          loader,
          adapter -> adapters.add(requireSound(FoundAdapter.of(adapter))),
          failures);
    }
    given.forEach(adapter -> adapters.add(requireSound(adapter)));
    var formats = FoundFormats.load(loader, failures);
    Providers.refuseDuplicates(
        "adapter", adapters, found -> found.adapter().id(), found -> found.origin());
    return new AdapterRegistry(Refinements.joined(adapters), formats, failures, Optional.empty());
  }

  /**
   * The same, with one family for every checkpoint, whatever claims it.
   *
   * @throws UnrecognizedCheckpointException if there is none of that id
   */
  public AdapterRegistry choosing(String id) {
    return new AdapterRegistry(adapters, formats, failures, Optional.of(found(id)));
  }

  private static FoundAdapter requireSound(FoundAdapter found) {
    var adapter = found.adapter();
    Providers.requireId(adapter.id(), found.origin());
    if (adapter.restoreClasses().isEmpty() && adapter.refines().isEmpty()) {
      throw Providers.broken(
          found.origin(),
          "adapter '" + adapter.id() + "' restores no class, expected at least one");
    }
    if (adapter.keyRules() == null) {
      throw Providers.broken(
          found.origin(), "adapter '" + adapter.id() + "' gives no list of key rules");
    }
    return found;
  }

  private List<FoundAdapter> eligible() {
    return chosen.map(List::of).orElse(adapters);
  }

  /** The classes that families can be made of. */
  public List<HuggingFaceModel> huggingFaceModels() {
    return eligible().stream()
        .flatMap(found -> found.adapter().huggingFaceModels().stream())
        .toList();
  }

  /**
   * The family that a class belongs to; a refinement's only if its base has no such class.
   *
   * @param where the checkpoint, for messages
   * @throws UnrecognizedCheckpointException if it is several
   */
  public ModelFamilyAdapter familyOf(HuggingFaceModel model, String where) {
    var owners =
        eligible().stream()
            .filter(
                found ->
                    found.adapter().huggingFaceModels().stream()
                        .anyMatch(other -> maybeOfOneDocument(other, model)))
            .filter(
                found ->
                    !(found.adapter() instanceof RefinedAdapter refined
                        && refined.base().huggingFaceModels().contains(model)
                        && chosen.isEmpty()))
            .toList();
    return one(owners, where).orElseThrow();
  }

  /** Whether neither of two classes, or what the other is made of, says that it isn't the other. */
  private static boolean maybeOfOneDocument(HuggingFaceModel one, HuggingFaceModel other) {
    return one.architecture().equals(other.refines().orElse(other.architecture()))
        && one.variant().stream()
            .map(said -> new Condition(said.key(), said.values(), !said.negated()))
            .noneMatch(other.variant()::contains);
  }

  /**
   * A class that stands for what a family makes of a class of Megatron: its base and its target.
   */
  public Optional<HuggingFaceModel> megatron(String className) {
    return eligible().stream()
        .map(FoundAdapter::adapter)
        .filter(family -> family.restoreClasses().contains(RestoreClass.megatron(className)))
        .flatMap(family -> family.huggingFaceModels().stream())
        .findFirst();
  }

  /** The same formats, with one family alone. */
  public AdapterRegistry alone(FoundAdapter family) {
    var whole = Refinements.joined(family, adapters);
    return new AdapterRegistry(List.of(whole), formats, failures, Optional.of(whole));
  }

  /**
   * The adapter with an id.
   *
   * @throws UnrecognizedCheckpointException if there is none
   */
  public ModelFamilyAdapter named(String id) {
    return found(id).adapter();
  }

  private FoundAdapter found(String id) {
    return adapters.stream()
        .filter(found -> found.adapter().id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new UnrecognizedCheckpointException(
                    ErrorCode.FAMILY_UNKNOWN,
                    Setting.FAMILY.inText(id),
                    "no such adapter; found " + ids()));
  }

  /**
   * The one family that claims a checkpoint: the chosen one, else by its {@code target} class if it
   * names one, else by what {@link ModelFamilyAdapter#describes} says; of several the one whose
   * rows fit its tensors.
   *
   * @param names of all tensors, asked for where several claim it; none where they can't be known,
   *     and then none of several claims it
   * @param where the checkpoint, for messages
   * @throws UnrecognizedCheckpointException if several do
   * @throws MalformedCheckpointException if none does for a value that it can't read
   */
  public Optional<ModelFamilyAdapter> claiming(
      ModelConfig config, Supplier<Set<String>> names, String where) {
    if (chosen.isPresent()) {
      return chosen.map(FoundAdapter::adapter);
    }
    if (config.kind(TARGET) == ModelConfig.Kind.LIST
        || config.kind(TARGET) == ModelConfig.Kind.MAP) {
      throw config.unexpected(TARGET, "the name of a class");
    }
    Optional<String> target = config.text(TARGET);
    var claims =
        adapters.stream()
            .filter(found -> target.isEmpty() || restores(found, target.get()))
            .toList();
    if (claims.size() > 1 || target.isEmpty()) {
      claims = Claims.describing(claims, config);
    }
    return one(claims.size() > 1 ? Claims.fitting(claims, config, names.get()) : claims, where);
  }

  private static boolean restores(FoundAdapter found, String target) {
    return found.adapter().restoreClasses().stream()
        .anyMatch(name -> name.kind() == RestoreClass.Kind.NEMO && name.name().equals(target));
  }

  private static Optional<ModelFamilyAdapter> one(List<FoundAdapter> claims, String where) {
    if (claims.size() > 1) {
      String names = claims.stream().map(FoundAdapter::named).collect(Collectors.joining(" and "));
      throw new UnrecognizedCheckpointException(
          ErrorCode.FAMILY_AMBIGUOUS,
          where,
          "claimed by " + names + ": choose one with " + Setting.FAMILY.inText());
    }
    return claims.stream().findFirst().map(FoundAdapter::adapter);
  }

  /**
   * The artifacts of ours that would know a class and are not there.
   *
   * @param className as {@link OwnJar#lacking} takes it
   */
  public Optional<String> lacking(Optional<String> className) {
    var ids = adapters.stream().map(found -> found.adapter().id()).collect(Collectors.toSet());
    return OwnJar.lacking(className, ids);
  }

  /** What to do where no family is found, for messages. */
  public String remedy(Optional<String> className) {
    String path = Setting.ADAPTER_PATH.inText();
    String file = Setting.FAMILY_FILE.inText();
    return lacking(className)
        .map(jars -> "add " + jars + " to the class path")
        .orElse("add its adapter with " + path + " or " + file);
  }

  /** The ids of all adapters, for messages. */
  public String ids() {
    String ids =
        adapters.stream()
            .map(found -> found.adapter().id())
            .sorted()
            .collect(Collectors.joining(", "));
    return ids.isEmpty() ? "none" : ids;
  }
}
