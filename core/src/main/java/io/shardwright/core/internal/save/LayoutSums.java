package io.shardwright.core.internal.save;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of a target, each with a SHA-256 of its layout: where every tensor's bytes begin, of
 * what type and shape it is, and all bytes between tensors but the checksums of tensors.
 */
final class LayoutSums {
  private final TargetLayout layout;
  private final List<MessageDigest> sums = new ArrayList<>();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  private LayoutSums(TargetLayout layout) {
    this.layout = layout;
    layout.files().forEach(file -> sums.add(ContentHash.sha256()));
  }

  static Arr of(ExecutablePlan plan, TargetLayout layout) {
    var sums = new LayoutSums(layout);
    Map<TargetTensor, Long> unknown = new HashMap<>();
    plan.targets().forEach(tensor -> unknown.put(tensor, 0L));
    plan.targets().forEach(sums::add);
    layout.carried().forEach(member -> sums.add(member.place(), member.bytes().size()));
    layout.structure(unknown).forEach(piece -> sums.add(piece.place(), piece.bytes()));
    return sums.files();
  }

  private void add(TargetTensor tensor) {
    Place place = layout.place(tensor);
    add(place, tensor.spec().byteSize());
    add(place, tensor.spec().toString().getBytes(StandardCharsets.UTF_8));
  }

  private void add(Place place, byte[] bytes) {
    add(place, bytes.length);
    sums.get(place.file()).update(bytes);
  }

  private void add(Place place, long bytes) {
    MessageDigest sum = sums.get(place.file());
    sum.update(number.clear().putLong(place.offset()).flip());
    sum.update(number.clear().putLong(bytes).flip());
  }

  private Arr files() {
    var files = new ArrayList<JsonValue>();
    for (OutputFile file : layout.files()) {
      files.add(
          Obj.empty()
              .put("path", new Str(file.path()))
              .put("bytes", Num.of(file.size()))
              .put("layout", new Str(ContentHash.hex(sums.get(files.size())))));
    }
    return new Arr(files);
  }
}
