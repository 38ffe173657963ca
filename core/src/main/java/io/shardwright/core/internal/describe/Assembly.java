package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.AdapterException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts stored tensors together to logical ones. */
final class Assembly {
  /** A stored tensor, matched: where its elements stand, and which of them are there already. */
  record Piece(
      TensorSpec spec,
      String prefix,
      Match match,
      StoredForm form,
      List<SourcePart> parts,
      List<SourcePart> replicas) {}

  private static final class Draft {
    private final Piece first;
    private final List<SourcePart> parts;
    private final List<SourcePart> replicas;
    private boolean ofSeveralRows;

    Draft(Piece first) {
      this.first = first;
      this.parts = new ArrayList<>(first.parts());
      this.replicas = new ArrayList<>(first.replicas());
    }
  }

  private final String source;
  private final String family;
  private final Map<String, Draft> drafts = new LinkedHashMap<>();

  Assembly(String source, String family) {
    this.source = source;
    this.family = family;
  }

  private static String id(Piece piece) {
    Match match = piece.match();
    return Companions.prefix(piece.prefix())
        + LogicalTensor.name(match.rule().canonical(), match.indexes());
  }

  /** Adds what is, or is a part of, a logical tensor; or a copy of one that is there. */
  void add(Piece piece, String where) {
    Draft draft = drafts.get(id(piece));
    if (draft == null) {
      drafts.put(id(piece), new Draft(piece));
      return;
    }
    requireFits(draft.first, piece, where);
    boolean partOf = !draft.first.match().rule().pattern().equals(piece.match().rule().pattern());
    if (partOf) {
      draft.ofSeveralRows = true;
      draft.parts.addAll(piece.parts());
    } else {
      draft.replicas.addAll(piece.parts());
    }
    draft.replicas.addAll(piece.replicas());
  }

  private void requireFits(Piece first, Piece again, String where) {
    ParameterRule rule = first.match().rule();
    boolean allowed =
        rule.stage() == ParameterRule.Stage.EVERY
            || rule.traits().tiedCopy().isPresent()
            || rule.arrangement().range().isPresent();
    Shape expected = first.form().canonical();
    boolean alike =
        expected.equals(again.form().canonical()) && first.spec().dtype() == again.spec().dtype();
    if (!allowed || !alike) {
      throw new MalformedCheckpointException(
          ErrorCode.RANKS_DISAGREE,
          where,
          "has '"
              + again.spec().name()
              + "' of shape "
              + again.spec().shape()
              + " although "
              + first.spec().shape()
              + " stands in "
              + first.parts().get(0).member()
              + ": the files are not of one checkpoint");
    }
  }

  List<LogicalTensor> tensors() {
    requireWholes();
    return drafts.entrySet().stream().map(e -> tensor(e.getKey(), e.getValue())).toList();
  }

  private static LogicalTensor tensor(String id, Draft draft) {
    Piece first = draft.first;
    return new LogicalTensor(
        id,
        first.spec(),
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
          long held =
              draft.parts.stream()
                  .mapToLong(part -> part.view().logical().shape().elements())
                  .sum();
          if (held != draft.first.form().canonical().elements()) {
            throw new MalformedCheckpointException(
                ErrorCode.TENSOR_MISSING,
                source,
                "holds a part of '"
                    + id
                    + "' alone, in '"
                    + draft.first.spec().name()
                    + "', expected all of it: the file is incomplete");
          }
          if (draft.ofSeveralRows) {
            requireApart(id, draft.parts);
          }
        });
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
