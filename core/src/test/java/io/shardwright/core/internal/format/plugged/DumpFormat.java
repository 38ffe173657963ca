package io.shardwright.core.internal.format.plugged;

import io.shardwright.spi.format.Contents;
import io.shardwright.spi.format.StoredBytes;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredTensor;
import io.shardwright.spi.format.StoredTensor.Order;
import io.shardwright.spi.format.TensorFormat;
import io.shardwright.spi.format.TensorLayout;
import io.shardwright.spi.format.TensorLayout.Container;
import io.shardwright.spi.format.TensorLayout.OutputFile;
import io.shardwright.spi.format.TensorLayout.Part;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder with a plain file for each tensor: a line of 256 bytes, then the values. */
public class DumpFormat implements TensorFormat {
  private static final int HEAD = 256;

  @Override
  public String id() {
    return "dump";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return files.isFolder() && files.files().contains("index.dump");
  }

  @Override
  public Contents read(StoredFiles files) {
    int count = Integer.parseInt(line(files.bytes("index.dump")).strip());
    var tensors = new ArrayList<StoredTensor>();
    for (int i = 0; i < count; i++) {
      tensors.add(tensor(files.bytes(i + ".dump")));
    }
    return new Contents(tensors, List.of("read as a dump"));
  }

  private static String line(StoredBytes bytes) {
    return new String(bytes.read(0, HEAD), StandardCharsets.UTF_8);
  }

  /** A word each: name, type, order, byte order, extents. */
  StoredTensor tensor(StoredBytes bytes) {
    String[] words = line(bytes).strip().split(" ");
    return new StoredTensor(
        words[0],
        DType.valueOf(words[1]),
        Stream.of(words).skip(4).map(Long::valueOf).toList(),
        bytes,
        HEAD,
        Order.valueOf(words[2]),
        words[3].equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public Optional<TensorLayout> layout() {
    return Optional.of(this::layOut);
  }

  List<OutputFile> layOut(List<TensorSpec> tensors) {
    var files = new ArrayList<OutputFile>();
    for (TensorSpec spec : tensors) {
      String dims = spec.shape().dims().stream().map(dim -> " " + dim).reduce("", String::concat);
      String line = spec.name() + " " + spec.dtype() + " ROW_MAJOR little" + dims;
      files.add(file(files.size() + ".dump", line, Optional.of(spec)));
    }
    files.add(file("index.dump", "" + tensors.size(), Optional.empty()));
    return files;
  }

  static OutputFile file(String name, String line, Optional<TensorSpec> tensor) {
    return new OutputFile(name, Container.PLAIN, List.of(new Part("", head(line), tensor)));
  }

  static byte[] head(String line) {
    return (line + " ".repeat(HEAD - line.length())).getBytes(StandardCharsets.UTF_8);
  }
}
