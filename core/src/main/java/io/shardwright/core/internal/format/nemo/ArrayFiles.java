package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.torch.ExtraState;
import io.shardwright.core.internal.codec.zarr.ZarrHeader;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetObject;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.util.Map;
import java.util.TreeMap;

/** Makes the files of a distributed checkpoint besides its chunks. */
final class ArrayFiles {
  private ArrayFiles() {}

  /**
   * All of them, by member.
   *
   * @param common the bytes of {@code common.pt}
   */
  static Map<String, byte[]> of(ExecutablePlan plan, String folder, byte[] common) {
    var files = new TreeMap<String, byte[]>();
    files.put(folder + DistributedArrays.METADATA, JsonDocument.write(metadata(), 0));
    files.put(folder + DistributedArrays.COMMON, common);
    for (TargetArray array : plan.arrays()) {
      var header = new ZarrHeader(array.spec().dtype(), array.spec().shape(), array.chunk());
      files.put(folder + array.spec().name() + "/" + ZarrHeader.FILE, header.write());
    }
    for (TargetObject object : plan.objects()) {
      object
          .value()
          .ifPresent(v -> files.put(object.member(), ExtraState.file(stem(object.member()), v)));
    }
    return files;
  }

  /** Megatron-LM core_v0.5.0, {@code megatron/core/dist_checkpointing/core.py}. */
  private static Obj metadata() {
    return Obj.empty()
        .put("sharded_backend", new Str("zarr"))
        .put("sharded_backend_version", Num.of(1))
        .put("common_backend", new Str("torch"))
        .put("common_backend_version", Num.of(1));
  }

  /** torch names a zip's root folder after the file. */
  static String stem(String member) {
    String file = member.substring(member.lastIndexOf('/') + 1);
    return file.substring(0, file.lastIndexOf('.'));
  }
}
