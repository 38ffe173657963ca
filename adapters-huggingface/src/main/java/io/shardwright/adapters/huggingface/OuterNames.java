package io.shardwright.adapters.huggingface;

import io.shardwright.spi.HuggingFaceModel;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.dialect.DialectDocument;
import io.shardwright.spi.format.ContainedTensor;
import io.shardwright.spi.format.TensorSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A set whose program put words of its own before all names that transformers gives, such as {@code
 * state_dict.model.}. What has other words before it is no part of the model.
 *
 * @param from the set
 * @param tensors of the model, by the names that transformers gives them
 * @param notes on what else there is
 */
record OuterNames(TensorSet from, Map<String, ContainedTensor> tensors, List<String> notes)
    implements TensorSet {
  private static final int ENOUGH = 2_000;

  /** Words that FSDP, activation checkpoints and torch.compile put between modules. */
  private static final Pattern WRAPPED =
      Pattern.compile("(?<=^|\\.)(?:_fsdp_wrapped_module|_checkpoint_wrapped_module|_orig_mod)\\.");

  private static final Pattern OPTIMIZER =
      Pattern.compile("(?:.*\\.)?optim(?:izers?|s)?(?:_states?)?(?:_[0-9]+)?\\..*");

  /** Finds the words. */
  static OuterNames of(TensorSet set, DialectDocument document, List<HuggingFaceModel> classes) {
    var plain = new LinkedHashMap<String, ContainedTensor>();
    set.named()
        .forEach(
            (name, tensor) -> {
              if (!OPTIMIZER.matcher(name).matches()) {
                plain.put(unwrapped(name), tensor);
              }
            });
    String words = words(plain.keySet(), patterns(document, classes));
    var own = new LinkedHashMap<String, ContainedTensor>();
    var others = new ArrayList<String>();
    plain.forEach(
        (name, tensor) -> {
          if (name.startsWith(words)) {
            own.put(name.substring(words.length()), tensor);
          } else {
            others.add(name);
          }
        });
    return new OuterNames(set, own, notes(words, others));
  }

  static String unwrapped(String name) {
    return WRAPPED.matcher(name).replaceAll("");
  }

  private static List<String> notes(String words, List<String> others) {
    var notes = new ArrayList<String>();
    if (!words.isEmpty()) {
      notes.add("the model's tensor names follow the prefix '" + words + "'");
    }
    if (!others.isEmpty()) {
      notes.add(
          "tensors that do not belong to the model are left out: "
              + others.stream().limit(4).collect(Collectors.joining(", "))
              + (others.size() > 4 ? " and " + (others.size() - 4) + " more" : ""));
    }
    return notes;
  }

  /** Names of the classes that a document may mean. */
  private static List<Pattern> patterns(DialectDocument document, List<HuggingFaceModel> classes) {
    return classes.stream()
        .filter(
            model ->
                ClassMatch.modelType(document).filter(model.modelType()::equals).isPresent()
                    || ClassMatch.architecture(document)
                        .filter(model.architecture()::equalsIgnoreCase)
                        .isPresent())
        .flatMap(model -> model.names().rules().stream())
        .map(ParameterRule::pattern)
        .distinct()
        .map(name -> "((?:.*\\.)?)" + Pattern.quote(name).replace("*", "\\E[0-9]+\\Q"))
        .map(Pattern::compile)
        .toList();
  }

  /** What stands most often before a name that is known. */
  private static String words(Set<String> names, List<Pattern> known) {
    var found = new TreeMap<String, Integer>();
    names.stream()
        .limit(ENOUGH)
        .forEach(
            name ->
                known.stream()
                    .map(pattern -> pattern.matcher(name))
                    .filter(Matcher::matches)
                    .forEach(match -> found.merge(match.group(1), 1, Integer::sum)));
    return found.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  @Override
  public String name() {
    return from.name();
  }

  @Override
  public Set<String> parts() {
    return from.parts();
  }

  @Override
  public Map<String, ? extends ContainedTensor> named() {
    return tensors;
  }

  @Override
  public Map<String, String> calls() {
    return from.calls();
  }
}
