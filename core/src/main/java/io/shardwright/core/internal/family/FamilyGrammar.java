package io.shardwright.core.internal.family;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.yaml.YamlNode;
import io.shardwright.core.internal.codec.yaml.YamlNode.Field;
import io.shardwright.core.internal.codec.yaml.YamlNodes;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.KeyRule;
import io.shardwright.spi.KeyRule.Kind;
import io.shardwright.spi.Naming;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.RestoreClass;
import io.shardwright.spi.SupportedParallelism;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads a family from a file. */
public final class FamilyGrammar {
  private static final List<String> KEYS =
      List.of(
          "family",
          "refines",
          "restores",
          "architectures",
          "parallelism",
          "stacks",
          "describes",
          "namings",
          "layouts",
          "defaults",
          "key_rules",
          "hugging_face");
  private static final Map<String, ParallelDimension> DIMENSIONS =
      Map.of(
          "tensor", ParallelDimension.TENSOR,
          "pipeline", ParallelDimension.PIPELINE,
          "virtual_pipeline", ParallelDimension.VIRTUAL_PIPELINE,
          "expert", ParallelDimension.EXPERT,
          "expert_tensor", ParallelDimension.EXPERT_TENSOR);
  private static final Map<String, WeightLayout> LAYOUTS =
      Map.of("ranks", WeightLayout.RANKS, "distributed", WeightLayout.DISTRIBUTED);

  private final Section section;
  private final Declaration.Lines lines = new Declaration.Lines();

  private FamilyGrammar(Section section) {
    this.section = section;
  }

  /**
   * Reads a family.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException with every problem's place
   */
  public static Declaration read(Path file, Guard guard) {
    try (var source = new FileSource(file, file.toString())) {
      return read(source, false, guard);
    }
  }

  /**
   * Reads a family of which nothing but its name need be there.
   *
   * @throws io.shardwright.spi.error.MalformedCheckpointException with every problem's place
   */
  public static Declaration readDraft(Path file, Guard guard) {
    try (var source = new FileSource(file, file.toString())) {
      return read(source, true, guard);
    }
  }

  static Declaration read(ByteSource source, boolean draft, Guard guard) {
    var problems = new Problems(source.name());
    var root = YamlNodes.read(source, ErrorCode.FAMILY_FILE_MALFORMED, guard);
    var grammar = new FamilyGrammar(Section.of(root, "a family", problems, KEYS));
    var declaration = grammar.declaration(source.name(), draft);
    problems.requireNone();
    return declaration;
  }

  private Declaration declaration(String file, boolean draft) {
    Optional<String> refines = section.text("refines");
    var needed =
        refines.isPresent() ? List.<String>of() : List.of("restores", "parallelism", "namings");
    if (!draft) {
      needed.forEach(section::need);
    }
    var namings = namings(draft);
    var restores = section.texts("restores");
    if (refines.isEmpty()) {
      requireExperts(namings);
    }
    var classes = new ClassGrammar(namings, restores, lines, refines.isPresent()).classes(section);
    var adapter =
        new DeclaredFamilyAdapter(
            id(),
            refines,
            restoreClasses(restores),
            parallelism(),
            LayerGrammar.stacks(section),
            section
                .get("describes")
                .map(
                    node ->
                        ConditionGrammar.alternatives(
                            Optional.of(node), "'describes'", section.problems())),
            namings,
            layouts(),
            NamingGrammar.keys(section, "defaults"),
            KeyRuleGrammar.rules(section),
            classes);
    return new Declaration(file, adapter, lines, !needed.stream().allMatch(section::has));
  }

  /** Experts are shared out by rows that say whose they are. */
  private void requireExperts(List<DeclaredFamilyAdapter.DeclaredNaming> namings) {
    boolean shared = section.words("parallelism", DIMENSIONS).contains(ParallelDimension.EXPERT);
    boolean said =
        namings.stream()
            .flatMap(naming -> naming.rows().rules().stream())
            .anyMatch(row -> row.traits().experts().isPresent());
    if (shared && !said) {
      section
          .problems()
          .add(section.at("parallelism"), "'parallelism' has expert, and no row says per_expert");
    }
  }

  private String id() {
    String id = section.needText("family");
    if (section.has("family") && !id.matches("[a-z0-9-]+")) {
      section.problem(
          "family", "'family' is '" + id + "', expected lower-case letters, digits, hyphens");
    }
    return id;
  }

  private List<RestoreClass> restoreClasses(List<String> restores) {
    for (String name : restores) {
      if (!name.matches("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)+")) {
        section.problem(
            "restores", "'restores' has '" + name + "', expected the dotted class of a 'target:'");
      }
    }
    return Stream.concat(
            restores.stream().map(RestoreClass::nemo),
            section.texts("architectures").stream()
                .map(name -> new RestoreClass(RestoreClass.Kind.HUGGING_FACE, name)))
        .toList();
  }

  private SupportedParallelism parallelism() {
    return new SupportedParallelism(Set.copyOf(section.words("parallelism", DIMENSIONS)));
  }

  private Set<WeightLayout> layouts() {
    return section.has("layouts")
        ? Set.copyOf(section.words("layouts", LAYOUTS))
        : EnumSet.allOf(WeightLayout.class);
  }

  private List<DeclaredFamilyAdapter.DeclaredNaming> namings(boolean draft) {
    var namings = new ArrayList<DeclaredFamilyAdapter.DeclaredNaming>();
    var always = List.of(List.<io.shardwright.spi.Condition>of());
    if (section.has("namings")) {
      var own = Section.open(section.get("namings").orElseThrow(), "'namings'", section.problems());
      for (Field field : own.fields()) {
        naming(field, namings);
      }
    }
    if (namings.isEmpty() && !draft && section.has("namings")) {
      section.problem("namings", "'namings' is empty, expected mcore or legacy");
    }
    if (namings.isEmpty()) {
      namings.add(
          new DeclaredFamilyAdapter.DeclaredNaming(
              Naming.LEGACY, always, always, Map.of(), new ParameterTable(List.of())));
    }
    return namings;
  }

  private void naming(Field field, List<DeclaredFamilyAdapter.DeclaredNaming> namings) {
    String word = field.key().text();
    Naming naming = NamingGrammar.WORDS.get(word);
    if (naming == null) {
      var legal = NamingGrammar.WORDS.keySet().stream().sorted().toList();
      section
          .problems()
          .add(
              field.key().place(),
              "'namings' has no key '" + word + "', " + Words.expected(word, legal));
    } else {
      namings.add(NamingGrammar.of(naming, field.value(), lines, section.problems()));
    }
  }

  /** Reads what configuration keys mean. */
  private static final class KeyRuleGrammar {
    private static final Map<String, Kind> KINDS =
        Map.of("unreadable", Kind.UNREADABLE, "refused", Kind.REFUSED, "becomes", Kind.BECOMES);
    private static final List<String> KEYS =
        Stream.of(KINDS.keySet(), List.of("because", "is", "from", "to"), ConditionGrammar.KEYS)
            .flatMap(keys -> keys.stream())
            .sorted()
            .toList();
    private static final Map<String, Naming> NAMINGS = namings();

    private KeyRuleGrammar() {}

    private static Map<String, Naming> namings() {
      var all = new HashMap<>(NamingGrammar.WORDS);
      all.put("hugging_face", Naming.HUGGING_FACE);
      return Map.copyOf(all);
    }

    static List<KeyRule> rules(Section family) {
      return family.items("key_rules").stream()
          .flatMap(node -> rule(node, family.problems()).stream())
          .toList();
    }

    private static List<KeyRule> rule(YamlNode node, Problems found) {
      var section = Section.of(node, "a key's rule", found, KEYS);
      var kinds = KINDS.keySet().stream().filter(section::has).sorted().toList();
      if (kinds.size() != 1) {
        section.problem(
            "a key's rule has "
                + Words.listed(kinds)
                + ", expected exactly one of becomes, refused, unreadable");
        return List.of();
      }
      Kind kind = KINDS.get(kinds.get(0));
      return List.of(
          new KeyRule(
              kind,
              section.needText(kinds.get(0)),
              namings(section, "from"),
              namings(section, "to"),
              ConditionGrammar.of(section),
              section.needText(kind == Kind.BECOMES ? "is" : "because")));
    }

    private static Set<Naming> namings(Section section, String key) {
      return section.has(key)
          ? Set.copyOf(section.words(key, NAMINGS))
          : EnumSet.allOf(Naming.class);
    }
  }
}
