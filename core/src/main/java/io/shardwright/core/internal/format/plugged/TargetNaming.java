package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.plan.TargetFile;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What tensors are called where all go to one place: what they were called, after the name of their
 * rank's file where ranks hold tensors of one name.
 */
final class TargetNaming {
  private static final String SUFFIX = ".safetensors";

  private final Map<TensorSpec, TargetTensor> tensors = new LinkedHashMap<>();

  private TargetNaming() {}

  static TargetNaming of(List<TargetFile> files) {
    var naming = new TargetNaming();
    var seen = new HashSet<String>();
    boolean alike =
        files.stream().flatMap(file -> file.names().stream()).anyMatch(n -> !seen.add(n));
    for (TargetFile file : files) {
      String member = file.member();
      String stem =
          member.endsWith(SUFFIX) ? member.substring(0, member.length() - SUFFIX.length()) : member;
      for (TargetTensor tensor : file.tensors().values()) {
        TensorSpec own = tensor.spec();
        String name = alike ? stem + "/" + own.name() : own.name();
        naming.tensors.put(new TensorSpec(name, own.dtype(), own.shape()), tensor);
      }
    }
    return naming;
  }

  /** What is written. */
  List<TensorSpec> specs() {
    return List.copyOf(tensors.keySet());
  }

  /** What the plan calls it. */
  TargetTensor tensor(TensorSpec written) {
    return tensors.get(written);
  }

  /** What the plan calls all, by the names that are written. */
  Map<String, TargetTensor> byName() {
    var named = new LinkedHashMap<String, TargetTensor>();
    tensors.forEach((written, tensor) -> named.put(written.name(), tensor));
    return named;
  }
}
