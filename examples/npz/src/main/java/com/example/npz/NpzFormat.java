package com.example.npz;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.format.Contents;
import io.shardwright.spi.format.StoredBytes;
import io.shardwright.spi.format.StoredFiles;
import io.shardwright.spi.format.StoredTensor;
import io.shardwright.spi.format.StoredTensor.Order;
import io.shardwright.spi.format.TensorFormat;
import io.shardwright.spi.format.TensorLayout;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * NumPy's {@code .npz}: a zip with an entry {@code NAME.npy} for each array. An entry is magic,
 * version, length, a Python dict as text, which is matched and never evaluated, and the values.
 * Source: NumPy 2.4, {@code numpy/lib/_format_impl.py}.
 */
public final class NpzFormat implements TensorFormat {
  private static final String SUFFIX = ".npy";
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final String ITEM = "'(\\w+)': *('[^']*'|True|False|\\([0-9, ]*\\)) *";
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final Pattern ITEMS = Pattern.compile(ITEM);
  private static final Pattern DICT =
      Pattern.compile("\\{ *" + ITEM + ", *" + ITEM + ", *" + ITEM + ",? *} *\\n?");

  @Override
  public String id() {
    return "npz";
  }

  @Override
  public boolean recognizes(StoredFiles files) {
    return !files.isFolder()
        && files.zip(files.name()).keySet().stream().allMatch(name -> name.endsWith(SUFFIX));
  }

  @Override
  public Contents read(StoredFiles files) {
    var entries = files.zip(files.name()).entrySet().stream();
    return new Contents(
        entries.map(entry -> array(entry.getKey(), entry.getValue())).toList(), List.of());
  }

  @Override
  public boolean holds(DType dtype) {
    return descr(dtype).isPresent();
  }

  @Override
  public Optional<TensorLayout> layout() {
    return Optional.of(
        tensors -> {
          var parts =
              tensors.stream()
                  .map(t -> new TensorLayout.Part(t.name() + SUFFIX, head(t), Optional.of(t)))
                  .toList();
          return List.of(new TensorLayout.OutputFile("", TensorLayout.Container.ZIP, parts));
        });
  }

  /** PyTorch's names of types begin with NumPy's letters. */
  private static Optional<String> descr(DType type) {
    boolean none = type == DType.BFLOAT16 || type == DType.COMPLEX32 || type.isFloat8();
    String order = type.byteSize() > 1 ? "<" : "|";
    String descr = order + type.torchName().charAt(0) + type.byteSize();
    return none ? Optional.empty() : Optional.of(descr);
  }

  /** What stands before the values: a multiple of 64 bytes, as NumPy writes it. */
  private static byte[] head(TensorSpec spec) {
    String type = descr(spec.dtype()).orElseThrow();
    String dims = spec.shape().toString().replace("[", "(").replace("]", ")");
    String shape = spec.shape().rank() == 1 ? dims.replace(")", ",)") : dims;
    String dict = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    int size = (MAGIC.length + Short.BYTES + dict.length() + 64) / 64 * 64;
    int length = size - MAGIC.length - Short.BYTES;
    String text = dict + " ".repeat(length - dict.length() - 1) + "\n";
    var head = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
    return head.putShort((short) length).put(text.getBytes(StandardCharsets.US_ASCII)).array();
  }

  private static StoredTensor array(String entry, StoredBytes bytes) {
    byte[] start = bytes.read(0, MAGIC.length);
    boolean magic = Arrays.equals(start, 0, 6, MAGIC, 0, 6) && start[7] == 0;
    if (!magic || start[6] < 1 || start[6] > 3) {
      throw malformed(bytes, "does not begin as an array of NumPy, version 1 to 3");
    }
    int wide = start[6] == 1 ? Short.BYTES : Integer.BYTES;
    var field = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long length = field.put(bytes.read(MAGIC.length, wide)).getLong(0);
    if (length > 10_000) {
      throw malformed(bytes, "has a header of over 10000 bytes, the most that NumPy reads");
    }
    long begin = MAGIC.length + wide;
    var fields = fields(bytes, new String(bytes.read(begin, length), StandardCharsets.UTF_8));
    return new StoredTensor(
        entry.substring(0, entry.length() - SUFFIX.length()),
        type(bytes, fields.get("descr")),
        NUMBER.matcher(fields.get("shape")).results().map(d -> Long.valueOf(d.group())).toList(),
        bytes,
        begin + length,
        fields.get("fortran_order").equals("True") ? Order.COLUMN_MAJOR : Order.ROW_MAJOR,
        fields.get("descr").startsWith("'>") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }

  private static Map<String, String> fields(StoredBytes bytes, String dict) {
    var fields = new HashMap<String, String>();
    if (DICT.matcher(dict).matches()) {
      ITEMS.matcher(dict).results().forEach(item -> fields.put(item.group(1), item.group(2)));
    }
    String shape = fields.getOrDefault("shape", "");
    if (!fields.getOrDefault("descr", "").startsWith("'")
        || !fields.getOrDefault("fortran_order", "").matches("True|False")
        || !shape.matches("\\( *\\)|\\((\\d{1,18}, *)++(\\d{1,18})?\\)")) {
      throw malformed(bytes, "has a header that gives no plain type, order and shape");
    }
    return fields;
  }

  private static DType type(StoredBytes bytes, String descr) {
    var little = Optional.of(descr.replace("'", "").replace('>', '<'));
    return Stream.of(DType.values())
        .filter(type -> descr(type).equals(little))
        .findFirst()
        .orElseThrow(
            () ->
                new UnsupportedCheckpointException(
                    ErrorCode.UNSUPPORTED,
                    bytes.name(),
                    "has the type " + descr + ", which is not a number: save it as another"));
  }

  private static MalformedCheckpointException malformed(StoredBytes where, String problem) {
    return new MalformedCheckpointException(ErrorCode.TENSOR_MALFORMED, where.name(), problem);
  }
}
