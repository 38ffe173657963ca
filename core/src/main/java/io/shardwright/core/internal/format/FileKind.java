package io.shardwright.core.internal.format;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.tar.Gzip;
import io.shardwright.core.internal.codec.tar.TarIndex;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnrecognizedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** The kinds of files, recognized by the first bytes and never by the name. */
public enum FileKind {
  /** A torch file, a zip or of the format before it. */
  TORCH,
  /** A safetensors file. */
  SAFETENSORS,
  /** A tar archive, compressed or not. */
  ARCHIVE,
  /** None of these. */
  OTHER;

  private static final int START = 8;
  private static final Map<String, String> FOREIGN =
      Map.of(
          "7z\u00bc\u00af", "is a 7z archive",
          "GGUF", "is a GGUF file",
          "\u0089HDF", "is an HDF5 file",
          "Rar!", "is a RAR archive",
          "\u0028\u00b5\u002f\u00fd", "is compressed with zstd",
          "\u00fd7zXZ", "is compressed with xz",
          "BZh", "is compressed with bzip2",
          "\u0093NUMPY", "is a NumPy array",
          "\u0080", "is a bare pickle, not a torch file");

  /** What a file is. */
  public static FileKind of(Path path) {
    try (var file = new FileSource(path, String.valueOf(path.getFileName()))) {
      return of(file);
    }
  }

  public static FileKind of(ByteSource file) {
    if (TorchFile.recognizes(file)) {
      return TORCH;
    }
    if (Gzip.isGzip(file) || TarIndex.recognizes(file)) {
      return ARCHIVE;
    }
    return SafetensorsFile.recognizes(file) ? SAFETENSORS : OTHER;
  }

  /** The refusal of a file that is of no kind. */
  public static UnrecognizedCheckpointException unknown(Path path) {
    try (var file = new FileSource(path, String.valueOf(path.getFileName()))) {
      var start = ByteBuffer.allocate((int) Math.min(START, file.size()));
      file.readFully(start, 0);
      String text = new String(start.array(), StandardCharsets.ISO_8859_1);
      String what =
          FOREIGN.entrySet().stream()
              .filter(entry -> text.startsWith(entry.getKey()))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(text.isEmpty() ? "is empty" : "is in an unknown format");
      return new UnrecognizedCheckpointException(
          ErrorCode.FORMAT_UNKNOWN,
          file.name(),
          what + ": expected a .nemo archive, a torch file or a safetensors file");
    }
  }
}
