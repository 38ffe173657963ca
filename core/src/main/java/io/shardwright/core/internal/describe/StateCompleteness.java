package io.shardwright.core.internal.describe;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that an optimizer has the same states of every parameter, and none of anything else.
 *
 * @param source the checkpoint, for messages
 */
record StateCompleteness(String source) {
  private static final int NAMED = 5;

  /**
   * Refuses states that are absent, of other shapes, or of no parameter.
   *
   * @throws MalformedCheckpointException naming them
   */
  void require(List<LogicalTensor> tensors) {
    if (tensors.stream().noneMatch(tensor -> Companions.isCompanion(tensor.id()))) {
      return;
    }
    Map<String, LogicalTensor> parameters = new LinkedHashMap<>();
    Map<String, Map<String, LogicalTensor>> states = new LinkedHashMap<>();
    for (LogicalTensor tensor : tensors) {
      String kind = Companions.kind(tensor.id());
      if (kind.isEmpty()) {
        parameters.put(tensor.id(), tensor);
      } else {
        String own = tensor.id().substring(Companions.prefix(tensor.id()).length());
        states.computeIfAbsent(kind, k -> new HashMap<>()).put(own, tensor);
      }
    }
    states.forEach((kind, own) -> require(kind, own, parameters));
  }

  private void require(
      String kind, Map<String, LogicalTensor> own, Map<String, LogicalTensor> parameters) {
    var missing = new ArrayList<String>();
    var left = new ArrayList<>(own.keySet());
    parameters.forEach(
        (id, parameter) -> {
          LogicalTensor state = own.get(id);
          left.remove(id);
          if (state == null && isKept(kind, parameter)) {
            missing.add(parameter.spec().name());
          } else if (state != null && !state.canonical().equals(parameter.canonical())) {
            throw refused("'" + state.spec().name() + "' of another shape than the parameter's");
          }
        });
    if (!missing.isEmpty()) {
      throw refused("no '" + kind + "' of " + named(missing));
    }
    if (!left.isEmpty()) {
      throw refused(
          "'" + kind + "' of something that is not a parameter of the model: " + named(left));
    }
  }

  /** A parameter in 32 bits may be its own master. */
  private static boolean isKept(String kind, LogicalTensor parameter) {
    boolean own = kind.equals(Companions.MASTER) && parameter.spec().dtype() == DType.FLOAT32;
    return Companions.knows(parameter.rule()) && !own;
  }

  private MalformedCheckpointException refused(String has) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MISSING,
        source,
        "its optimizer has "
            + has
            + ": the state belongs to another model or is incomplete; save it again, or leave it"
            + " out with "
            + Setting.NO_OPTIMIZER.inText());
  }

  private static String named(List<String> names) {
    int more = names.size() - NAMED;
    return "'"
        + String.join("', '", names.subList(0, Math.min(NAMED, names.size())))
        + (more > 0 ? "' and " + more + " more" : "'");
  }
}
