package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleNames.Meaning;
import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.PersistentId;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.internal.guard.TensorBounds;
import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.error.UnsafeCheckpointException;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decodes the calls by which PyTorch pickles a tensor, without calling anything. */
final class TensorDecoder {
  /** A larger storage is read piece by piece, as often as its values stand for others. */
  private static final long KEPT = 64L << 20;

  private final String file;
  private final Guard guard;
  private final Storages storages;
  private final TorchContainer container;
  private final Expansion expansion;

  TensorDecoder(ByteSource file, Guard guard, Storages storages, TorchContainer container) {
    this.file = file.name();
    this.guard = guard;
    this.storages = storages;
    this.container = container;
    this.expansion = new Expansion(file.name(), file.size(), guard);
  }

  /**
   * What kind of tensor a call builds that is not read here; empty for a dense one.
   *
   * @throws MalformedCheckpointException if it builds none
   */
  Optional<String> unreadable(String name, PickleValue value) {
    return unreadable(TensorCall.of(value, name, file));
  }

  private static Optional<String> unreadable(TensorCall tensor) {
    return tensor.kind().or(() -> lazy(tensor.call())).or(() -> unknownElements(tensor.call()));
  }

  /** A tensor that is saved as the conjugate or the negative of what is stored. */
  private static Optional<String> lazy(Call call) {
    PickleValue metadata = argument(call, isThird(call) ? 7 : 6);
    boolean plain =
        metadata == Constant.NONE || metadata instanceof Dict d && d.entries().isEmpty();
    return plain ? Optional.empty() : Optional.of("a lazy conjugate or negative");
  }

  private static Optional<String> unknownElements(Call call) {
    return isThird(call)
            && argument(call, 6) instanceof Global type
            && type.module().equals("torch")
            && dtype(type).isEmpty()
        ? Optional.of("a tensor with elements of type " + type)
        : Optional.empty();
  }

  private static boolean isThird(Call call) {
    return ((Global) call.callable()).name().endsWith("_v3");
  }

  private static PickleValue argument(Call call, int at) {
    List<PickleValue> args = ((Tuple) call.args()).items();
    return at < args.size() ? args.get(at) : Constant.NONE;
  }

  /**
   * The tensor that a call stands for.
   *
   * @throws MalformedCheckpointException if it lies outside its storage or its numbers are no
   *     numbers
   * @throws UnsupportedCheckpointException if it is sparse, quantized or otherwise not plain
   */
  TorchTensor decode(String name, PickleValue value) {
    TensorCall tensor = TensorCall.of(value, name, file);
    unreadable(tensor)
        .ifPresent(
            kind -> {
              throw new UnsupportedCheckpointException(
                  ErrorCode.UNSUPPORTED,
                  file,
                  "'" + name + "' is " + kind + ", expected a dense tensor");
            });
    Call call = tensor.call();
    List<PickleValue> args = ((Tuple) call.args()).items();
    return switch (((Global) call.callable()).name()) {
      case "_rebuild_tensor" -> plain(value, call, name, between(name, args, 4, 4));
      case "_rebuild_tensor_v2" -> plain(value, call, name, between(name, args, 6, 7));
      default -> plain(value, call, name, between(name, args, 7, 8));
    };
  }

  private List<PickleValue> between(String name, List<PickleValue> args, int least, int most) {
    if (args.size() < least || args.size() > most) {
      throw malformed(name, "has " + args.size() + " arguments, expected " + least);
    }
    return args;
  }

  private TorchTensor plain(PickleValue value, Call call, String name, List<PickleValue> args) {
    if (!(args.get(0) instanceof PersistentId id)) {
      throw misplaced(name, args.get(0), "has no storage");
    }
    StorageId storage = storages.get(id);
    boolean third = isThird(call);
    DType dtype = third ? dtypeOf(name, args.get(6)) : storage.dtype().orElse(null);
    if (dtype == null || third != storage.dtype().isEmpty()) {
      throw malformed(name, "states its element type twice or not at all");
    }
    TensorSpec spec = TensorBounds.require(name, dtype, numbers(name, args.get(2)), guard, file);
    long start = number(name, args.get(1));
    List<Long> strides = numbers(name, args.get(3));
    var extent = new Extent(spec, start, strides);
    if (!extent.isInside(storage.viewElements() * storage.elementSize() / dtype.byteSize())) {
      throw malformed(
          name, "of " + extent + " ends outside its storage of " + storage.viewElements());
    }
    ByteSource bytes = container.storage(storage.key()).orElseThrow();
    expansion.add(value, spec, strides, bytes.size());
    long first = spec.byteSize() == 0 ? 0 : Math.addExact(start, storage.viewStart());
    if (spec.byteSize() > bytes.size() && bytes.size() <= KEPT) {
      bytes = new ExpandedSource(spec, first, strides, bytes, () -> kept(storage.key()));
      first = 0;
      strides = spec.shape().rowMajorStrides();
    }
    boolean swapped = container.isBigEndian() && !third; // torch swaps no storage of plain bytes
    return new TorchTensor(spec, strides, first, bytes, storage.key(), swapped);
  }

  /** A storage's bytes, which what is made of them has to check itself. */
  private byte[] kept(String key) {
    ByteSource storage = container.storage(key).orElseThrow();
    container.requireIntact(key);
    guard.take(storage.size(), file);
    var bytes = ByteBuffer.allocate((int) storage.size());
    storage.readFully(bytes, 0);
    return bytes.array();
  }

  private DType dtypeOf(String name, PickleValue type) {
    Optional<DType> known = type instanceof Global global ? dtype(global) : Optional.empty();
    return known.orElseThrow(
        () -> misplaced(name, type, "has an untyped storage and no element type"));
  }

  private static Optional<DType> dtype(Global type) {
    return Arrays.stream(DType.values())
        .filter(dtype -> type.equals(new Global("torch", dtype.torchName())))
        .findFirst();
  }

  private List<Long> numbers(String name, PickleValue value) {
    PickleValue plain = value;
    if (value instanceof Call size && size.calls("torch", "Size")) {
      List<PickleValue> args = ((Tuple) size.args()).items();
      plain = args.isEmpty() ? Tuple.of() : args.size() == 1 ? args.get(0) : size;
    }
    if (plain instanceof Sequence list) {
      plain = new Tuple(list.items());
    }
    if (!(plain instanceof Tuple tuple)) {
      throw misplaced(name, plain, "has no shape");
    }
    guard.require(Limit.RANK, tuple.items().size(), () -> file + ": '" + name + "'");
    return tuple.items().stream().map(item -> number(name, item)).toList();
  }

  private long number(String name, PickleValue value) {
    if (value instanceof Call) {
      throw misplaced(name, value, "has a field that should be a number");
    }
    return StorageId.number(value, () -> file + ": '" + name + "'");
  }

  /** Something stands where a tensor needs a meaning. What is opaque has none. */
  private CheckpointException misplaced(String name, PickleValue value, String problem) {
    boolean opaque = value instanceof Call call && PickleNames.meaning(call) != Meaning.DATA;
    return opaque
        ? new UnsafeCheckpointException(
            ErrorCode.PICKLE_FORBIDDEN,
            file,
            "'" + name + "' " + problem + " but a call of " + ((Call) value).callable())
        : malformed(name, problem);
  }

  private MalformedCheckpointException malformed(String name, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, file, "'" + name + "' " + problem + ": the file is damaged");
  }

  /** Where in its storage a tensor's elements are. */
  private record Extent(TensorSpec spec, long start, List<Long> strides) {

    /** Whether all of them are among the first so many elements. */
    boolean isInside(long elements) {
      Shape shape = spec.shape();
      if (strides.size() != shape.rank()) {
        return false;
      }
      if (shape.elements() == 0) {
        return true;
      }
      try {
        long last = start;
        for (int axis = 0; axis < shape.rank(); axis++) {
          last = Math.addExact(last, Math.multiplyExact(shape.dim(axis) - 1, strides.get(axis)));
        }
        return last < elements;
      } catch (ArithmeticException beyond) {
        return false;
      }
    }

    @Override
    public String toString() {
      return "shape " + spec.shape() + ", strides " + strides + ", offset " + start;
    }
  }

  /**
   * Limits how much larger a file's tensors may be than the file. A stored value can stand for
   * many, and many tensors can share a storage; real files share each a few times.
   */
  private static final class Expansion {
    private static final long FREE_SHARES = 8;
    private static final long LARGEST = 1L << 61;

    private final String file;
    private final long stored;
    private final Guard guard;
    private final Set<PickleValue> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private long total;
    private long runs;

    Expansion(String file, long stored, Guard guard) {
      this.file = file;
      this.stored = stored;
      this.guard = guard;
    }

    /**
     * Counts a tensor once.
     *
     * @param value that builds it
     * @param strides elements between neighbours along each axis
     * @param storageBytes where it lies
     * @throws io.shardwright.spi.error.UnsafeCheckpointException if that is too much
     */
    void add(PickleValue value, TensorSpec spec, List<Long> strides, long storageBytes) {
      long bytes = spec.byteSize();
      guard.require(Limit.EXPAND_BYTES, bytes - storageBytes, file + ": '" + spec.name() + "'");
      if (seen.add(value)) {
        guard.require(Limit.TENSORS, seen.size(), file);
        total = total > Long.MAX_VALUE - bytes ? Long.MAX_VALUE : total + bytes;
        guard.require(Limit.EXPAND_BYTES, total - FREE_SHARES * stored, file);
        runs = Math.min(Long.MAX_VALUE - LARGEST, runs) + Math.min(LARGEST, runs(spec, strides));
        guard.require(Limit.STRIDE_RUNS, runs - FREE_SHARES * stored, file);
      }
    }

    /** How many pieces a tensor is gathered from: a row-major one is a single piece. */
    private static long runs(TensorSpec spec, List<Long> strides) {
      List<Long> sizes = spec.shape().dims();
      long run = 1;
      for (int axis = sizes.size() - 1; axis >= 0; axis--) {
        if (sizes.get(axis) != 1 && strides.get(axis) != run) {
          break;
        }
        run *= Math.max(1, sizes.get(axis));
      }
      return spec.shape().elements() / run;
    }
  }
}
