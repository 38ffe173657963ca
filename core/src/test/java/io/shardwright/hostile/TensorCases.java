package io.shardwright.hostile;

import io.shardwright.spi.error.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Tensors that lie about their storages, and storages that lie about themselves. */
final class TensorCases {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final ErrorCode BAD = ErrorCode.TENSOR_MALFORMED;
  private final List<Case> cases = new ArrayList<>();

  private TensorCases() {}

  static List<Case> all() {
    var cases = new TensorCases();
    cases.extents();
    cases.runs();
    cases.storages();
    cases.arguments();
    cases.kinds();
    cases.damage();
    return cases.cases;
  }

  private void refused(String name, Pickle pickle, ErrorCode... codes) {
    cases.add(Case.refused(name, Zip.torch(pickle.op('s').stop(), VALUES).bytes(), codes));
  }

  private void two(String name, String type, long elements) {
    long[] size = {elements};
    byte[] pickle =
        Pickle.stateDict(3, p -> p.text("v").tensor(type, "0", elements, 0, size, new long[] {1}));
    cases.add(Case.refused(name, Zip.torch(pickle, VALUES).bytes(), BAD));
  }

  private static Pickle w() {
    return Pickle.protocol(2).op('}').text("w");
  }

  private static Pickle tensor(long offset, long[] sizes, long... strides) {
    return w().tensor("FloatStorage", "0", 3, offset, sizes, strides);
  }

  private void extents() {
    refused("more elements than stored", tensor(0, new long[] {4}, 1), BAD);
    refused("an offset past the end", tensor(3, new long[] {1}, 1), BAD);
    refused("a stride past the end", tensor(0, new long[] {2}, 3), BAD);
    refused("an offset of 2^62", tensor(1L << 62, new long[] {1}, 1), BAD);
    refused("a product that wraps to 0", tensor(0, new long[] {1L << 32, 1L << 32}, 0, 0), BAD);
    refused("a stride that overflows", tensor(0, new long[] {3, 3}, 1L << 62, 1L << 62), BAD);
    refused("a dimension below 0", tensor(0, new long[] {-1}, 1), BAD);
    refused("a stride below 0", tensor(2, new long[] {3}, -1), BAD);
    refused("an offset below 0", tensor(-1, new long[] {1}, 1), BAD);
    refused("other axes than strides", tensor(0, new long[] {3}, 1, 1), BAD);
    refused("65 axes", tensor(0, new long[65], new long[65]), ErrorCode.LIMIT_EXCEEDED);
    refused("no elements along 2^60", tensor(0, new long[] {0, 1L << 60}, 1, 1), BAD);
    refused(
        "3 GiB out of one value", tensor(0, new long[] {800_000_000}, 0), ErrorCode.LIMIT_EXCEEDED);
    refused(
        "2 TiB out of one value", tensor(0, new long[] {1L << 39}, 0), ErrorCode.LIMIT_EXCEEDED);
    refused(
        "a true as a size",
        w().global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .storage("FloatStorage", "0", 3)
            .number(0)
            .op(0x88)
            .op(0x85)
            .op(0x88)
            .op(0x85)
            .op(0x89)
            .none()
            .tuple()
            .op('R'),
        BAD);
  }

  /** Work for the processor that no stored bytes pay for. */
  private void runs() {
    ErrorCode limit = ErrorCode.LIMIT_EXCEEDED;
    long[] twos = new long[25];
    long[] zeros = new long[25];
    Arrays.fill(twos, 2);
    refused("25 axes of two out of one value", tensor(0, twos, zeros), limit);
    long[] ones = new long[25];
    ones[0] = 1;
    ones[24] = 1;
    refused("25 axes of two, both ends moving", tensor(0, twos, ones), limit);
    refused("columns out of three values", tensor(0, new long[] {3, 6_000_000}, 1, 0), limit);
  }

  private void storages() {
    refused("a storage that is not there", w().tensor("7", 3), BAD);
    refused("a storage shorter than stated", w().tensor("0", 4), BAD);
    refused("a storage longer than stated", w().tensor("0", 1), BAD);
    refused("a storage of 2^62 elements", w().tensor("0", 1L << 62), BAD);
    refused("a storage below 0", w().tensor("0", -3), BAD);
    refused("a key with a slash", w().tensor("../0", 3), BAD);
    refused("a key of dots", w().tensor("..", 3), BAD);
    refused("a key with a NUL", w().tensor("0\0", 3), BAD);
    refused("an empty key", w().tensor("", 3), BAD);
    refused("a key of 65 characters", w().tensor("0".repeat(65), 3), BAD);
    two("one storage of two types", "IntStorage", 3);
    two("one storage of two sizes", "FloatStorage", 2);
    refused(
        "a storage of a foreign class",
        w().global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .mark()
            .text("storage")
            .global("evil", "FloatStorage")
            .text("0")
            .text("cpu")
            .number(3)
            .tuple()
            .op('Q')
            .number(0)
            .numbers(3)
            .numbers(1)
            .op(0x89)
            .none()
            .tuple()
            .op('R'));
    refused("a persistent id that is not a storage", w().text("x").op('Q'), BAD);
    refused(
        "a pickled module",
        w().mark().text("module").none().none().none().tuple().op('Q'),
        ErrorCode.UNSUPPORTED);
  }

  private void arguments() {
    refused(
        "a tensor of too few arguments",
        w().global("torch._utils", "_rebuild_tensor_v2")
            .storage("FloatStorage", "0", 3)
            .op(0x85)
            .op('R'),
        BAD);
    refused(
        "a tensor without a storage",
        w().global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .none()
            .number(0)
            .numbers(3)
            .numbers(1)
            .op(0x89)
            .none()
            .tuple()
            .op('R'),
        BAD);
    refused(
        "a shape from an unknown call",
        w().global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .storage("FloatStorage", "0", 3)
            .number(0)
            .global("x", "shape")
            .op(')')
            .op('R')
            .numbers(1)
            .op(0x89)
            .none()
            .tuple()
            .op('R'),
        ErrorCode.PICKLE_FORBIDDEN);
    refused(
        "a size from an unknown call",
        w().global("torch._utils", "_rebuild_tensor_v2")
            .mark()
            .storage("FloatStorage", "0", 3)
            .number(0)
            .global("x", "n")
            .op(')')
            .op('R')
            .op(0x85)
            .numbers(1)
            .op(0x89)
            .none()
            .tuple()
            .op('R'),
        ErrorCode.PICKLE_FORBIDDEN);
    refused(
        "a parameter of no tensor",
        w().global("torch._utils", "_rebuild_parameter").none().op(0x88).none().op(0x87).op('R'),
        BAD);
    refused(
        "a parameter of a parameter of nothing, 100,000 deep",
        w().none()
            .times(
                100_000,
                p ->
                    p.put(1)
                        .op('0')
                        .global("torch._utils", "_rebuild_parameter")
                        .get(1)
                        .op(0x88)
                        .none()
                        .op(0x87)
                        .op('R')));
  }

  /** Tensors of kinds that are not read block no others. */
  private void kinds() {
    for (String kind :
        new String[] {
          "_rebuild_qtensor",
          "_rebuild_sparse_tensor",
          "_rebuild_nested_tensor",
          "_rebuild_meta_tensor_no_storage",
          "_rebuild_wrapper_subclass",
          "_rebuild_sparse_csr_tensor",
          "_rebuild_device_tensor_from_numpy"
        }) {
      beside("a tensor by " + kind, p -> p.text("x").global("torch._utils", kind).op(')').op('R'));
    }
    beside(
        "a tensor of a foreign class",
        p ->
            p.text("x")
                .global("torch._tensor", "_rebuild_from_type_v2")
                .mark()
                .global("torch._utils", "_rebuild_tensor_v2")
                .global("evil", "Tensor")
                .op(')')
                .none()
                .tuple()
                .op('R'));
  }

  private void beside(String name, Consumer<Pickle> value) {
    byte[] file = Zip.torch(Pickle.stateDict(3, value), VALUES).bytes();
    cases.add(Case.accepted(name, file, Benign.W));
  }

  /** A storage that is kept to be repeated is checked like others. */
  private void damage() {
    byte[] pickle = tensor(0, new long[] {9_000}, 0).op('s').stop();
    cases.add(
        Case.refused(
            "a damaged value that stands for many",
            Zip.torch(pickle, VALUES).with("data/0", e -> e.data[0] ^= 1).bytes(),
            ErrorCode.CHECKSUM_MISMATCH));
  }
}
