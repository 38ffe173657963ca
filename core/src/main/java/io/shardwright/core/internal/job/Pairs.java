package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.NamePrefix;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.Tie;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Refuses or reports changes of a tied pair, embedding and output layer. */
final class Pairs {
  private Pairs() {}

  /**
   * Refuses to untie what can't be two tensors, or what an optimizer has one state of.
   *
   * @throws UnsupportedCheckpointException saying which
   */
  static void refuse(ReshardRequest request, ModelDescription model) {
    boolean copied =
        model.table().rules().stream().anyMatch(row -> !row.traits().tiedCopies().isEmpty());
    if (request.untie() && model.tie().isEmpty() && copied) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          model.source(),
          "can't be untied: family '"
              + model.family().id()
              + "' has no output layer apart from the embedding");
    }
    boolean state = model.tensors().stream().anyMatch(t -> Companions.isCompanion(t.id()));
    if (model.untied().isPresent() && state) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          model.source(),
          "its optimizer has one state for embedding and output layer, which "
              + Setting.UNTIE.inText()
              + " makes two"
              + " tensors: leave it out with "
              + Setting.NO_OPTIMIZER.inText());
    }
  }

  /** What a user should know. */
  static List<String> notes(ReshardRequest request, ExecutablePlan plan) {
    ModelDescription model = plan.source();
    if (request.untie() && model.untied().isEmpty()) {
      return List.of("its embedding is not tied to an output layer: nothing to untie");
    }
    Optional<Tie> tie = model.tie();
    Stream<LogicalTensor> tensors = model.tensors().stream();
    if (model.untied().isPresent()) {
      String head = tie.orElseThrow().head().canonical();
      return tensors.filter(t -> t.id().equals(head)).map(Pairs::apart).toList();
    }
    boolean expected = model.grid().pipeline() > 1;
    return tie.filter(pair -> !expected).stream()
        .flatMap(
            pair ->
                tensors
                    .filter(t -> t.id().equals(pair.embedding().canonical()))
                    .flatMap(t -> tied(t, pair)))
        .toList();
  }

  private static String apart(LogicalTensor head) {
    String name = head.spec().name();
    String bytes = stored(head).equals(name) ? "" : ", with the bytes of '" + stored(head) + "'";
    return "'" + name + "' is written untied" + bytes;
  }

  private static Stream<String> tied(LogicalTensor embedding, Tie pair) {
    String name = embedding.spec().name();
    String stored = stored(embedding);
    if (pair.isSecond(stored.substring(NamePrefix.of(stored).length()))) {
      return Stream.of("'" + stored + "' is used for '" + name + "', which is tied to it");
    }
    return embedding.replicas().stream()
        .filter(replica -> replica.kind() == Replica.Kind.TIED)
        .map(replica -> replica.part().tensor().spec().name())
        .distinct()
        .map(
            second ->
                "'"
                    + second
                    + "' is tied to '"
                    + name
                    + "': they were compared and are written once");
  }

  private static String stored(LogicalTensor tensor) {
    return tensor.parts().stream()
        .map(part -> part.tensor().spec().name())
        .findFirst()
        .orElse(tensor.id());
  }
}
