package io.shardwright.core.internal.job;

import io.shardwright.core.ReshardRequest;
import io.shardwright.core.internal.describe.Companions;
import io.shardwright.core.internal.describe.LogicalTensor;
import io.shardwright.core.internal.describe.ModelDescription;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.PlanRejectedException;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/**
 * The master weights of a training in 32 bits: a parameter is its own. A distributed optimizer
 * stores it once more (Megatron-LM core_v0.19.0, {@code
 * megatron/core/optimizer/distrib_optimizer.py}).
 */
final class OwnMasters {
  private OwnMasters() {}

  /**
   * A model with master weights where the form that is asked for has them of every parameter, and
   * where Megatron-Core's parameters lose bits that they had; without where the form has none.
   */
  static ModelDescription wanted(Resolved resolved, ModelDescription model) {
    ReshardRequest request = resolved.request();
    if (model.tensors().stream().noneMatch(t -> Companions.isCompanion(t.id()))) {
      return model;
    }
    boolean halved =
        resolved.kind().prefix().isPresent()
            && request.dtype().filter(type -> type != DType.FLOAT32).isPresent();
    return switch (resolved.kind().ownMasters(request, resolved.source())) {
      case STORED -> of(model);
      case LEFT_OUT -> halved ? of(model) : without(model);
      case AS_FOUND -> halved ? of(model) : model;
    };
  }

  /** They are compared with the parameters that they are of. */
  private static ModelDescription without(ModelDescription model) {
    var masters = new HashMap<String, LogicalTensor>();
    for (LogicalTensor tensor : model.tensors()) {
      if (Companions.kind(tensor.id()).equals(Companions.MASTER)) {
        masters.put(tensor.id().substring(Companions.prefix(tensor.id()).length()), tensor);
      }
    }
    var left = new HashSet<String>();
    var all = new ArrayList<LogicalTensor>();
    for (LogicalTensor tensor : model.tensors()) {
      LogicalTensor master = masters.get(tensor.id());
      boolean own = master != null && tensor.spec().dtype() == DType.FLOAT32;
      var again = new ArrayList<>(tensor.replicas());
      if (own) {
        master.parts().forEach(part -> again.add(new Replica(part, Replica.Kind.MASTER)));
        left.add(master.id());
      }
      all.add(own ? tensor.in(tensor.parts(), again) : tensor);
    }
    all.removeIf(tensor -> left.contains(tensor.id()));
    return model.with(all);
  }

  /** What a user should know of a cast that masters don't take part in. */
  static List<String> notes(ReshardRequest request, ModelDescription model) {
    return differ(request, model)
        ? List.of(
            "the optimizer's averages and master weights stay float32: rounded, a master is"
                + " not always the weight that was cast, which the first step sets from it")
        : List.of();
  }

  /**
   * Refuses buffers that are read only where every master, rounded, is the weight.
   *
   * @throws PlanRejectedException if a cast makes them differ
   */
  static void refuse(Resolved resolved, ModelDescription model) {
    ReshardRequest request = resolved.request();
    if (differ(request, model) && resolved.kind().flat(request, model.settings()).isPresent()) {
      throw new PlanRejectedException(
          ErrorCode.PLAN_IMPOSSIBLE,
          model.source(),
          List.of(
              "its master weights, rounded, would not be the weights that "
                  + Setting.DTYPE.inText()
                  + " casts, which identify flat buffers. Choose another "
                  + Setting.OPTIMIZER_KIND.inText()
                  + ", or leave "
                  + Setting.DTYPE.inText()
                  + " out."));
    }
  }

  /** Whether a weight of 16 bits that has a master is cast. */
  private static boolean differ(ReshardRequest request, ModelDescription model) {
    var masters = new HashSet<String>();
    model.tensors().stream()
        .map(LogicalTensor::id)
        .filter(id -> Companions.kind(id).equals(Companions.MASTER))
        .forEach(id -> masters.add(id.substring(Companions.prefix(id).length())));
    return request.dtype().isPresent()
        && model.tensors().stream()
            .filter(tensor -> masters.contains(tensor.id()))
            .map(tensor -> tensor.spec().dtype())
            .anyMatch(type -> type != DType.FLOAT32 && type != request.dtype().get());
  }

  private static ModelDescription of(ModelDescription model) {
    var all = new ArrayList<>(model.tensors());
    var known = new HashSet<String>();
    all.forEach(tensor -> known.add(tensor.id()));
    String before = Companions.name(Companions.MASTER, "");
    for (LogicalTensor tensor : model.tensors()) {
      boolean own =
          !Companions.isCompanion(tensor.id())
              && Companions.knows(tensor.rule())
              && tensor.spec().dtype() == DType.FLOAT32;
      if (own && !known.contains(before + tensor.id())) {
        all.add(tensor.companion(before).in(tensor.parts(), tensor.replicas()));
      }
    }
    return model.with(all);
  }
}
