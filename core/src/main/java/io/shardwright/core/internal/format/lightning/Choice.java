package io.shardwright.core.internal.format.lightning;

import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.format.loose.ForeignFolder;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.RankCoordinate;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Chooses a step: the one that is named, or the newest whole one. */
final class Choice {
  private final String source;
  private final Guard guard;
  private final List<Step> steps;
  private final List<String> notes = new ArrayList<>();

  Choice(Path path, List<Step> steps, Guard guard) {
    this.guard = guard;
    this.source = String.valueOf(path.getFileName());
    this.steps = steps;
  }

  List<String> notes() {
    return notes;
  }

  /**
   * The step to read.
   *
   * @throws MalformedCheckpointException if the one that is named is not whole, or none is
   */
  Step step(LightningOptions options) {
    Step step = choose(options);
    if (steps.stream().filter(other -> other.name().equals(step.name())).count() > 1) {
      throw new MalformedCheckpointException(
          ErrorCode.SOURCES_DISAGREE,
          source,
          "holds step '"
              + step.name()
              + "' twice, in different rank folders or inside and outside of one: give the path of"
              + " the right file");
    }
    return step;
  }

  private Step choose(LightningOptions options) {
    if (options.name().isPresent() || options.step().isPresent()) {
      Step step = named(options);
      problem(step).ifPresent(problem -> refuse(step, problem));
      return step;
    }
    var problems = new ArrayList<String>();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      Optional<String> problem = problem(step);
      if (problem.isEmpty()) {
        if (steps.size() > 1) {
          notes.add("of " + steps.size() + " steps, '" + step.name() + "' is read");
        }
        return step;
      }
      problems.add("step '" + step.name() + "' " + problem.get());
      notes.add(problems.get(problems.size() - 1));
    }
    throw new MalformedCheckpointException(
        ErrorCode.RANK_MISSING, source, String.join("; ", problems));
  }

  private Step named(LightningOptions options) {
    var matching =
        steps.stream()
            .filter(step -> options.name().map(name -> isNamed(step, name)).orElse(true))
            .filter(step -> options.step().isEmpty() || step.number() == options.step().getAsLong())
            .toList();
    if (matching.isEmpty()) {
      throw new UnrecognizedCheckpointException(
          ErrorCode.SOURCE_MISSING,
          source,
          "has no such step; found "
              + String.join(", ", steps.stream().map(step -> "'" + step.name() + "'").toList()));
    }
    return matching.get(matching.size() - 1);
  }

  private static boolean isNamed(Step step, String name) {
    return step.name().equals(name) || step.name().equals(name + ".ckpt");
  }

  private void refuse(Step step, String problem) {
    throw new MalformedCheckpointException(
        ErrorCode.RANK_MISSING, source, "step '" + step.name() + "' " + problem);
  }

  /** Why a step can't be read, told by its files alone: the rest of a sentence about it. */
  private Optional<String> problem(Step step) {
    return step.foreign()
        .map(ForeignFolder::what)
        .or(() -> missingPart(step).map(part -> "is incomplete: " + part));
  }

  private Optional<String> missingPart(Step step) {
    Optional<String> marker = step.marker().found();
    if (marker.isPresent()) {
      return Optional.of(
          "'"
              + marker.get()
              + "' is beside it, which NeMo creates while it saves a step: remove that file if you"
              + " know that the step is complete");
    }
    if (step.distributed()) {
      return Optional.empty();
    }
    Optional<RankCoordinate> missing = missing(step);
    if (missing.isPresent()) {
      return Optional.of("rank " + missing.get() + " has no file");
    }
    for (var rank : step.ranks().entrySet()) {
      try (var file = new FileSource(rank.getValue(), step.name())) {
        TorchFile.requireWhole(file, guard.anew());
      } catch (CheckpointException broken) {
        return Optional.of("rank " + rank.getKey() + ": " + broken.message(Remedy::inText));
      }
    }
    return Optional.empty();
  }

  /** A rank that a step lacks, of all those up to the last that any step has. */
  private Optional<RankCoordinate> missing(Step of) {
    var known = new LinkedHashSet<RankCoordinate>();
    for (Step step : steps) {
      if (alike(step, of)) {
        known.addAll(step.ranks().keySet());
      }
    }
    int tensor = known.stream().mapToInt(RankCoordinate::tensor).max().orElse(0);
    int pipeline = known.stream().mapToInt(RankCoordinate::pipeline).max().orElse(0);
    for (int stage = 0; stage <= pipeline; stage++) {
      for (int rank = 0; rank <= tensor; rank++) {
        var coordinate = new RankCoordinate(rank, stage);
        if (!of.ranks().containsKey(coordinate)) {
          return Optional.of(coordinate);
        }
      }
    }
    return Optional.empty();
  }

  /** Files beside each other are of one kind if their folders' names are. */
  private static boolean alike(Step one, Step other) {
    return !one.distributed() && kind(one).equals(kind(other));
  }

  private static String kind(Step step) {
    return Steps.kind(step.ranks().values().iterator().next().getParent());
  }
}
