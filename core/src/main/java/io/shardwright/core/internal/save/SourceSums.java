package io.shardwright.core.internal.save;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ByteSource.Origin;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.spi.config.JsonValue;
import io.shardwright.spi.config.JsonValue.Arr;
import io.shardwright.spi.config.JsonValue.Num;
import io.shardwright.spi.config.JsonValue.Obj;
import io.shardwright.spi.config.JsonValue.Str;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that were read, each with its size, its times of change and a SHA-256 of what its
 * headers say: of the name, type, shape and place of each of its tensors; where it has none, of its
 * first MiB.
 */
final class SourceSums {
  private static final long DOCUMENT = 1 << 20;

  private final Map<ByteSource, MessageDigest> sums = new IdentityHashMap<>();

  private SourceSums() {}

  static Arr of(Collection<FileSource> files, List<SourceTensor> tensors) {
    var sums = new SourceSums();
    tensors.forEach(sums::add);
    var documents = new ArrayList<JsonValue>();
    var seen = new HashSet<String>();
    for (FileSource file : files) {
      Str path = Saved.path(file.path());
      if (seen.add(path.value())) {
        documents.add(sums.document(path, file));
      }
    }
    return new Arr(documents);
  }

  private void add(SourceTensor tensor) {
    tensor.pieces().forEach(this::add);
    Origin origin = tensor.storage().origin();
    String said =
        tensor.spec()
            + " at "
            + origin.offset()
            + " "
            + tensor.storage().size()
            + " "
            + tensor.start()
            + tensor.strides()
            + tensor.storageCrc()
            + "\n";
    sums.computeIfAbsent(origin.whole(), file -> ContentHash.sha256())
        .update(said.getBytes(StandardCharsets.UTF_8));
  }

  private Obj document(Str path, FileSource file) {
    var document = Obj.empty().put("path", path).put("bytes", Num.of(file.size()));
    document.put("modified", new Str(file.modified().toString()));
    file.changed().ifPresent(time -> document.put("changed", new Str(time)));
    MessageDigest sum = sums.get(file);
    return document.put("headers", new Str(sum == null ? start(file) : ContentHash.hex(sum)));
  }

  private static String start(FileSource file) {
    return ContentHash.sha256(file.slice(0, Math.min(DOCUMENT, file.size()), file.name()));
  }
}
