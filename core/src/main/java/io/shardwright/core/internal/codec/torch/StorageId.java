package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The persistent id by which a pickle names a storage: {@code ("storage", type, key, location,
 * elements)}; in the older format a view of it follows. The location is the device on which it was;
 * it is ignored.
 *
 * @param dtype of its elements; empty where it is bytes
 * @param elements in the whole storage
 * @param viewKey the view's own name; empty where there is none
 * @param viewStart first element of the view
 * @param viewElements elements of the view; all where there is none
 */
record StorageId(
    Global type,
    String key,
    Optional<DType> dtype,
    long elements,
    Optional<String> viewKey,
    long viewStart,
    long viewElements) {
  private static final int PARTS = 5;
  private static final Pattern KEY = Pattern.compile("[0-9A-Za-z_.-]{1,64}");

  /**
   * Understands a persistent id.
   *
   * @param views whether the format has them
   * @throws MalformedCheckpointException if it names no storage
   */
  static StorageId of(PersistentId id, boolean views, String file) {
    List<PickleValue> parts = id.id() instanceof Tuple tuple ? tuple.items() : List.of();
    if (!parts.isEmpty() && parts.get(0) instanceof Text kind && kind.value().equals("module")) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          file,
          "holds a whole pickled module: save its state_dict() instead");
    }
    boolean storage =
        (parts.size() == PARTS || views && parts.size() == PARTS + 1)
            && parts.get(0) instanceof Text kind
            && kind.value().equals("storage")
            && parts.get(1) instanceof Global;
    if (!storage) {
      throw malformed(file, "refers to an outside object that is not a storage");
    }
    Global type = (Global) parts.get(1);
    Optional<DType> dtype = StorageTypes.dtype(type);
    if (dtype.isEmpty() && !StorageTypes.isUntyped(type) && !StorageTypes.isQuantized(type)) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED, file, "has a storage of type " + type);
    }
    long elements = number(parts.get(4), () -> file);
    String key = key(parts.get(2), views, file);
    var whole = new StorageId(type, key, dtype, elements, Optional.empty(), 0, elements);
    return parts.size() == PARTS ? whole : whole.view(parts.get(PARTS), file);
  }

  private StorageId view(PickleValue view, String file) {
    if (view == Constant.NONE) {
      return this;
    }
    List<PickleValue> parts = view instanceof Tuple tuple ? tuple.items() : List.of();
    if (parts.size() != 3) {
      throw malformed(file, "has a view of storage '" + key + "' that is not a storage");
    }
    long start = number(parts.get(1), () -> file);
    long length = number(parts.get(2), () -> file);
    if (start > elements || length > elements - start) {
      throw malformed(file, "has a view of storage '" + key + "' that ends outside it");
    }
    Optional<String> named = Optional.of(key(parts.get(0), true, file));
    return new StorageId(type, key, dtype, elements, named, start, length);
  }

  /** A storage's name: a text, in a zip also the number that is an entry's name. */
  private static String key(PickleValue value, boolean text, String file) {
    String key =
        value instanceof Text given
            ? given.value()
            : value instanceof Int number && !text ? number.value().toString() : "";
    if (!KEY.matcher(key).matches() || key.contains("..")) {
      throw malformed(file, "has a storage key that is not a plain name");
    }
    return key;
  }

  /** A number from 0 to 2^63-1. */
  static long number(PickleValue value, Supplier<String> file) {
    if (value instanceof Int number
        && number.value().signum() >= 0
        && number.value().bitLength() < Long.SIZE) {
      return number.value().longValue();
    }
    throw malformed(file.get(), "has a size, stride or offset outside 0 to 2^63-1");
  }

  private static MalformedCheckpointException malformed(String file, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, file, problem + ": the file is damaged");
  }

  /** Whether another id names the same view. */
  boolean isView(StorageId other) {
    return key.equals(other.key)
        && viewStart == other.viewStart
        && viewElements == other.viewElements;
  }

  /** Whether another id of the same key claims the same. */
  boolean agreesWith(StorageId other) {
    return type.equals(other.type) && elements == other.elements;
  }

  int elementSize() {
    return StorageTypes.elementSize(type);
  }

  /** Whether it lies in so many bytes; torch may write some spare ones, less than an element. */
  boolean fits(long bytes) {
    int size = elementSize();
    return elements <= bytes / size && bytes - elements * size < size;
  }
}
