package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.ParameterTable;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Assembles logical tensors from matched stored ones. */
final class Assembly {
  private record Later(MatchedTensor matched, String where) {}

  private static final class Draft {
    private final MatchedTensor first;
    private final List<SourcePart> parts;
    private final List<Replica> replicas = new ArrayList<>();
    private final Map<String, MatchedTensor> rows = new HashMap<>();

    Draft(MatchedTensor first) {
      this.first = first;
      this.rows.put(first.spec().name(), first);
      this.parts = new ArrayList<>(first.parts());
      repeat(first.replicas(), Kind.RANK);
    }

    void repeat(List<SourcePart> again, Kind kind) {
      again.forEach(part -> replicas.add(new Replica(part, kind)));
    }
  }

  private final String source;
  private final String family;
  private final ParameterTable table;
  private final Optional<Tie> apart;
  private final Map<String, Draft> drafts = new LinkedHashMap<>();
  private final Map<Kind, List<Later>> later = new EnumMap<>(Kind.class);

  /** With a pair that is tied in the file and is to be two tensors. */
  Assembly(String source, String family, ParameterTable table, Optional<Tie> apart) {
    this.source = source;
    this.family = family;
    this.table = table;
    this.apart = apart;
  }

  private static String id(MatchedTensor matched) {
    Match match = matched.match();
    return Companions.prefix(matched.prefix())
        + LogicalTensor.name(match.rule().canonical(), match.indexes());
  }

  /** Adds what is, or is a part of, a logical tensor; or a copy of one that is there. */
  void add(MatchedTensor matched, String where) {
    if (matched.kind() == Kind.RANK) {
      addFirst(matched, where);
    } else {
      later.computeIfAbsent(matched.kind(), k -> new ArrayList<>()).add(new Later(matched, where));
    }
  }

  private void addFirst(MatchedTensor matched, String where) {
    Draft draft = drafts.computeIfAbsent(id(matched), id -> new Draft(matched));
    if (draft.first == matched) {
      return;
    }
    requireFits(draft.first, matched, where);
    if (!draft.first.sameRow(matched)) {
      draft.rows.put(matched.spec().name(), matched);
      draft.parts.addAll(matched.parts());
    } else {
      draft.repeat(matched.parts(), Kind.RANK);
    }
    draft.repeat(matched.replicas(), Kind.RANK);
  }

  /** A second of a pair or a copy is the tensor itself where the first is not stored. */
  private void addSeconds() {
    for (Kind kind : List.of(Kind.TIED, Kind.COPY)) {
      later.getOrDefault(kind, List.of()).forEach(this::addSecond);
    }
    apart.ifPresent(this::addBoth);
    addSets(later.getOrDefault(Kind.SET, List.of()));
  }

  private void addSecond(Later second) {
    Draft draft = drafts.computeIfAbsent(id(second.matched()), id -> new Draft(second.matched()));
    if (draft.first != second.matched()) {
      repeat(draft, second);
    }
  }

  /** Whatever one set of weights holds, the others hold too. */
  private void addSets(List<Later> sets) {
    Map<String, Map<Draft, Long>> held = new LinkedHashMap<>();
    for (Later again : sets) {
      Draft draft = drafts.get(id(again.matched()));
      if (draft == null) {
        throw disagree(
            again.where(),
            "holds '"
                + again.matched().stored()
                + "', which the set of weights that is used lacks");
      }
      repeat(draft, again);
      held.computeIfAbsent(again.where(), where -> new IdentityHashMap<>())
          .merge(draft, SourcePart.elements(again.matched().parts()), Math::addExact);
    }
    held.forEach((where, found) -> drafts.values().forEach(d -> requireHeld(d, where, found)));
  }

  private void requireHeld(Draft draft, String where, Map<Draft, Long> found) {
    long expected = SourcePart.elements(draft.parts);
    boolean second = apart.filter(tie -> tie.isOf(draft.first.match().rule())).isPresent();
    if (!second && found.getOrDefault(draft, 0L) < expected) {
      throw disagree(
          where,
          "lacks all or a part of '"
              + draft.first.stored()
              + "', which another set of weights has");
    }
  }

  /** What is stored once gives both of a pair that is no longer tied their bytes. */
  private void addBoth(Tie tie) {
    for (String id : List.copyOf(drafts.keySet())) {
      String companion = Companions.prefix(id);
      String own = id.substring(companion.length());
      if (own.equals(tie.embedding().canonical())) {
        put(companion + tie.head().canonical(), tie.head(), drafts.get(id));
      } else if (own.equals(tie.head().canonical())) {
        put(companion + tie.embedding().canonical(), tie.embedding(), drafts.get(id));
      }
    }
  }

  private void put(String id, ParameterRule row, Draft same) {
    drafts.computeIfAbsent(
        id,
        other -> {
          var draft = new Draft(same.first.as(row));
          draft.parts.clear();
          draft.parts.addAll(same.parts);
          draft.replicas.addAll(same.replicas);
          return draft;
        });
  }

  private void repeat(Draft draft, Later again) {
    MatchedTensor matched = again.matched();
    MatchedTensor same = draft.rows.getOrDefault(matched.spec().name(), draft.first);
    if (!alike(same, matched)) {
      String other = matched.kind() == Kind.SET ? "the same" : "'" + same.stored() + "'";
      throw disagree(
          again.where(),
          matched.named()
              + " and "
              + other
              + " "
              + same.typed()
              + (matched.kind() == Kind.SET ? " in the set of weights that is used" : "")
              + matched.kind().reason());
    }
    draft.repeat(matched.parts(), matched.kind());
    draft.repeat(matched.replicas(), matched.kind());
  }

  private static MalformedCheckpointException disagree(String where, String how) {
    return new MalformedCheckpointException(ErrorCode.SOURCES_DISAGREE, where, how);
  }

  private static boolean alike(MatchedTensor first, MatchedTensor again) {
    return first.form().canonical().equals(again.form().canonical())
        && first.spec().dtype() == again.spec().dtype();
  }

  private void requireFits(MatchedTensor first, MatchedTensor again, String where) {
    ParameterRule rule = first.match().rule();
    boolean allowed =
        rule.stage() == ParameterRule.Stage.EVERY
            || !rule.traits().tiedCopies().isEmpty()
            || rule.arrangement().range().isPresent();
    boolean castable = LogicalTensor.castable(rule, first.spec().dtype(), again.spec().dtype());
    boolean shaped = allowed && first.form().canonical().equals(again.form().canonical());
    if (shaped && !castable && !first.sameRow(again)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          where,
          again.named() + " and " + first.named() + ": they make up one tensor, and can't be cast");
    }
    if (!shaped || !castable) {
      throw new MalformedCheckpointException(
          ErrorCode.RANKS_DISAGREE,
          where,
          again.named()
              + ", although "
              + first.typed()
              + " stands in "
              + first.parts().stream().map(SourcePart::member).findFirst().orElse(source)
              + ": the files belong to different checkpoints");
    }
  }

  List<LogicalTensor> tensors() {
    addSeconds();
    requireWholes();
    return drafts.entrySet().stream().map(e -> tensor(e.getKey(), e.getValue())).toList();
  }

  private static LogicalTensor tensor(String id, Draft draft) {
    MatchedTensor first = draft.first;
    var types = LogicalTensor.types(draft.parts, draft.replicas);
    var spec = first.spec();
    return new LogicalTensor(
        id,
        types.size() < 2
            ? spec
            : new TensorSpec(spec.name(), LogicalTensor.holding(types), spec.shape()),
        first.prefix(),
        first.match().rule(),
        first.match().indexes(),
        first.form().canonical(),
        List.copyOf(draft.parts),
        List.copyOf(draft.replicas));
  }

  private void requireWholes() {
    drafts.forEach(
        (id, draft) -> {
          if (!whole(draft)) {
            throw incomplete(draft);
          }
          if (draft.rows.size() > 1) {
            requireApart(id, draft.parts);
          }
        });
  }

  private static boolean whole(Draft draft) {
    return SourcePart.elements(draft.parts) == draft.first.form().canonical().elements();
  }

  /** A file is incomplete that has all parts in another layer; else it is of another kind. */
  private CheckpointException incomplete(Draft draft) {
    String canonical = draft.first.match().rule().canonical();
    boolean elsewhere =
        drafts.values().stream()
            .filter(other -> other.first.match().rule().canonical().equals(canonical))
            .anyMatch(Assembly::whole);
    String lacks = "lacks " + others(draft);
    return elsewhere
        ? new MalformedCheckpointException(
            ErrorCode.TENSOR_MISSING, source, lacks + ": the file is incomplete")
        : new UnsupportedCheckpointException(
            ErrorCode.FAMILY_MISFIT,
            source,
            lacks + ", in every layer: family '" + family + "' has all of them");
  }

  /** What the other rows of a tensor are called that is not whole. */
  private String others(Draft draft) {
    Match match = draft.first.match();
    return table.rules().stream()
        .filter(rule -> rule.canonical().equals(match.rule().canonical()))
        .filter(rule -> !rule.traits().has(Flag.READ_ALONE))
        .map(rule -> draft.first.prefix() + LogicalTensor.name(rule.pattern(), match.indexes()))
        .filter(name -> !draft.rows.containsKey(name))
        .collect(
            Collectors.joining(
                "', '", "'", "' of the tensor that '" + draft.first.stored() + "' is a part of"));
  }

  private void requireApart(String id, List<SourcePart> parts) {
    for (int i = 0; i < parts.size(); i++) {
      for (SourcePart other : parts.subList(0, i)) {
        if (parts.get(i).view().logical().overlaps(other.view().logical())) {
          throw new AdapterException(
              ErrorCode.RULE_AMBIGUOUS,
              "adapter '" + family + "'",
              "two rows are of the same part of '" + id + "': give each a part of its own");
        }
      }
    }
  }
}
