package io.shardwright.core.internal.describe;

import io.shardwright.core.internal.describe.Assembly.Piece;
import io.shardwright.core.internal.describe.Replica.Kind;
import io.shardwright.core.internal.describe.RuleMatcher.Match;
import io.shardwright.core.internal.describe.SourceFiles.Again;
import io.shardwright.spi.ParameterRule;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the headers of rank files: all ranks of a stage together. */
final class RankReading {
  private final Describer describer;
  private final StageLayers stages;

  RankReading(Describer describer, StageLayers stages) {
    this.describer = describer;
    this.stages = stages;
  }

  List<ModuleState> read(Assembly assembly) {
    var states = new ArrayList<ModuleState>();
    int tensor = describer.size.tensor();
    for (int stage = 0; stage < describer.size.pipeline(); stage++) {
      var group = describer.files.ranks().subList(stage * tensor, (stage + 1) * tensor);
      group.forEach(file -> requireSameNames(group.get(0), file));
      for (String name : group.get(0).parameters()) {
        assembly.add(piece(name, stage, group), where(group.get(0)));
      }
      int here = stage;
      for (RankFile file : group) {
        file.states()
            .forEach(
                (name, content) ->
                    states.add(new ModuleState(global(name, here), file.rank(), content)));
      }
    }
    describer.files.again().forEach(again -> read(again, assembly));
    return states;
  }

  private void read(Again again, Assembly assembly) {
    for (String name : again.file().parameters()) {
      Piece piece = piece(name, 0, List.of(again.file()));
      boolean tied = piece.kind() == Kind.TIED && !describer.untied();
      assembly.add(tied ? piece : piece.of(again.kind()), where(again.file()));
    }
  }

  private String global(String name, int stage) {
    return describer.files.numbered() ? name : stages.global(name, stage);
  }

  private Piece piece(String name, int stage, List<RankFile> group) {
    var spec = group.get(0).tensors().get(name).spec();
    group.forEach(file -> requireSameSpec(name, spec, group.get(0), file));
    String prefix = describer.prefix(name);
    Optional<ParameterRule> second = describer.second(name);
    Match match =
        second
            .map(rule -> new Match(rule, List.of()))
            .orElseGet(() -> describer.match(global(name, stage), spec.name()));
    int ranks = match.rule().partitionDim() < 0 ? 1 : group.size();
    var form = describer.form(match, spec.name(), spec.shape(), ranks, where(group.get(0)));
    var parts = new ArrayList<SourcePart>();
    var replicas = new ArrayList<SourcePart>();
    for (RankFile file : group) {
      boolean again = form.replicated() && !parts.isEmpty();
      int rank = form.replicated() ? 0 : file.rank().tensor();
      var tensor = file.tensors().get(name);
      form.views(rank, ranks, tensor.start(), tensor.strides()).stream()
          .map(view -> new SourcePart(file.member(), tensor, view))
          .forEach((again ? replicas : parts)::add);
    }
    String whole = prefix + LogicalTensor.name(match.rule().pattern(), match.indexes());
    var logical = new TensorSpec(whole, spec.dtype(), form.shard(1));
    var piece = new Piece(logical, prefix, match, form, parts, replicas, Kind.RANK);
    return second.isPresent() && describer.pairs() ? piece.second() : piece;
  }

  private void requireSameNames(RankFile first, RankFile other) {
    if (first.parameters().equals(other.parameters())) {
      return;
    }
    var only = new ArrayList<>(first.parameters());
    only.removeAll(other.parameters());
    var extra = new ArrayList<>(other.parameters());
    extra.removeAll(first.parameters());
    String how =
        only.isEmpty() ? "also has " + stored(other, extra) : "lacks " + stored(first, only);
    throw disagree(other, how, first);
  }

  /** Names as the file spells them. */
  private static List<String> stored(RankFile file, List<String> names) {
    return names.stream().map(name -> file.tensors().get(name).spec().name()).toList();
  }

  private void requireSameSpec(String name, TensorSpec expected, RankFile first, RankFile file) {
    var found = file.tensors().get(name).spec();
    if (!found.equals(expected)) {
      throw disagree(
          file,
          "'"
              + expected.name()
              + "' is "
              + found.dtype().torchName()
              + " "
              + found.shape()
              + ", expected "
              + expected.dtype().torchName()
              + " "
              + expected.shape()
              + " as in",
          first);
    }
  }

  private MalformedCheckpointException disagree(RankFile file, String how, RankFile first) {
    return new MalformedCheckpointException(
        ErrorCode.RANKS_DISAGREE,
        where(file),
        how + " " + first.member() + ": the files are not of one checkpoint");
  }

  private String where(RankFile file) {
    return describer.source + "!" + file.member() + " (" + file.rank() + ")";
  }
}
