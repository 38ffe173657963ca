package io.shardwright.core.internal.validate;

import io.shardwright.core.internal.family.RowText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the stacks of layers in a checkpoint's names: what stands before the layers' numbers. */
final class StackNames {
  private static final Pattern NUMBERED = Pattern.compile("((?:[^.]+\\.)*?)([0-9]{1,6})\\.(.+)");
  private static final Pattern COUNT =
      Pattern.compile("(?i)(.*[._])?(n|num|hidden|num_hidden)?_?(layers?|depth|blocks)");
  private static final String EXPERT = "(experts)\\.[0-9]+\\.";
  private static final String GROUPED = "(experts\\.(?:.*\\.)?(?:weight|bias))[0-9]+$";

  /** By the beginning of the names, what each layer has. */
  private final Map<String, Map<Integer, Set<String>>> found = new TreeMap<>();

  private StackNames(List<String> names) {
    for (String name : names) {
      Matcher numbered = NUMBERED.matcher(name);
      if (numbered.matches()) {
        found
            .computeIfAbsent(numbered.group(1), prefix -> new TreeMap<>())
            .computeIfAbsent(Integer.parseInt(numbered.group(2)), layer -> new HashSet<>())
            .add(expert(numbered.group(3)));
      }
    }
    found.entrySet().removeIf(stack -> !isStack(stack.getKey(), stack.getValue()));
  }

  /** Those of names whose layers are numbered in the whole model. */
  static StackNames of(List<String> names) {
    return new StackNames(names);
  }

  private static String expert(String name) {
    return name.replaceFirst(EXPERT, "$1.*.").replaceFirst(GROUPED, "$1*");
  }

  /** Numbers also count the parts of a module; layers are several that have the same. */
  private static boolean isStack(String prefix, Map<Integer, Set<String>> layers) {
    boolean all = layers.size() > 1 && layers.containsKey(layers.size() - 1);
    boolean alike = layers.values().stream().distinct().count() == 1;
    return prefix.endsWith("layers.") || all && alike && layers.get(0).size() > 1;
  }

  /** A name with a star for its layer and its expert. */
  String pattern(String name) {
    Matcher numbered = NUMBERED.matcher(name);
    return numbered.matches() && found.containsKey(numbered.group(1))
        ? numbered.group(1) + "*." + expert(numbered.group(3))
        : name;
  }

  /**
   * The section of a family file that says them, for one that has more than {@code num_layers}
   * tells; empty where there is nothing to say.
   *
   * @param settings the configuration's values by their keys
   */
  List<String> lines(Map<String, String> settings) {
    boolean usual =
        found.size() == 1
            && Integer.toString(count(found.keySet().iterator().next()))
                .equals(settings.get("num_layers"));
    if (found.isEmpty() || usual) {
      return List.of();
    }
    var lines = new ArrayList<String>(List.of("stacks:"));
    for (String prefix : found.keySet()) {
      String name = name(prefix);
      String layers = key(prefix, name, settings);
      lines.add(
          "  "
              + name
              + ": {layers: "
              + RowText.scalar(layers)
              + ", rows: "
              + RowText.scalar(prefix)
              + "}  # guess: "
              + count(prefix)
              + " layers; on which pipeline stages?");
    }
    return lines;
  }

  /** The one of several stacks that a name outside of layers belongs to; empty where none is. */
  String of(String pattern) {
    var named =
        found.keySet().stream()
            .map(this::name)
            .filter(name -> KnownSizes.isOf(name + ".", pattern))
            .toList();
    return found.size() > 1 && named.size() == 1 ? named.get(0) : "";
  }

  private int count(String prefix) {
    return found.get(prefix).keySet().stream().mapToInt(layer -> layer + 1).max().orElse(0);
  }

  /** The part that the others lack. */
  private String name(String prefix) {
    for (String part : prefix.split("\\.")) {
      long having =
          found.keySet().stream().filter(other -> ("." + other).contains("." + part + ".")).count();
      if (having == 1 && !part.equals("layers")) {
        return part;
      }
    }
    return found.size() == 1 ? "decoder" : prefix.replaceAll("\\.(?=.)", "_").replace(".", "");
  }

  private String key(String prefix, String name, Map<String, String> settings) {
    int count = count(prefix);
    var keys =
        settings.entrySet().stream()
            .filter(setting -> setting.getValue().equals(Integer.toString(count)))
            .map(Map.Entry::getKey)
            .filter(key -> COUNT.matcher(key).matches())
            .collect(Collectors.toList());
    Optional<String> section =
        keys.stream()
            .filter(key -> key.contains("."))
            .filter(key -> KnownSizes.isOf(key.substring(0, key.lastIndexOf('.') + 1), prefix))
            .findFirst();
    Optional<String> own = keys.stream().filter(key -> key.contains(name)).findFirst();
    return section
        .or(() -> own)
        .orElseGet(() -> keys.isEmpty() ? Integer.toString(count) : keys.get(0));
  }
}
