package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.Traits.Flag;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.List;

/**
 * A stored tensor with its rule, the place of its elements in the canonical tensor, and those of
 * them that another shard holds too.
 *
 * @param kind why it is there, where the same logical tensor is stored elsewhere
 */
record MatchedTensor(
    TensorSpec spec,
    String prefix,
    Match match,
    StoredForm form,
    List<SourcePart> parts,
    List<SourcePart> replicas,
    Kind kind) {

  /** The same, which is no tensor by itself where its row or its name is another's copy. */
  MatchedTensor orCopy(boolean second) {
    return match.rule().traits().has(Flag.COPY) ? of(Kind.COPY) : second ? second() : this;
  }

  /** The same as the second of a tied pair. */
  MatchedTensor second() {
    return of(Kind.TIED);
  }

  /** The same for another reason. */
  MatchedTensor of(Kind other) {
    return new MatchedTensor(spec, prefix, match, form, parts, replicas, other);
  }

  /** The same elements as a tensor of another row. */
  MatchedTensor as(ParameterRule row) {
    var named = new TensorSpec(prefix + row.pattern(), spec.dtype(), spec.shape());
    return new MatchedTensor(named, prefix, new Match(row, List.of()), form, parts, replicas, kind);
  }

  /** What the file calls it. */
  String stored() {
    return parts.isEmpty() ? spec.name() : parts.get(0).tensor().spec().name();
  }

  /** Its type and shape. */
  String typed() {
    return spec.dtype().torchName() + " " + spec.shape();
  }

  /** Both in words. */
  String named() {
    return "'" + stored() + "' is " + typed();
  }

  /** Whether both are the same part of a tensor. */
  boolean sameRow(MatchedTensor other) {
    return match.rule().pattern().equals(other.match().rule().pattern());
  }
}
