package io.shardwright.engine;

import io.shardwright.core.internal.codec.pickle.PickleValue;
import io.shardwright.core.internal.codec.pickle.PickleValue.Constant;
import io.shardwright.core.internal.codec.pickle.PickleValue.Dict;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.core.internal.codec.pickle.PickleValue.Int;
import io.shardwright.core.internal.codec.pickle.PickleValue.Sequence;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.engine.RankCut.Part;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Shape;
import io.shardwright.spi.tensor.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The flat buffers of Megatron-Core's distributed optimizer, laid out by its rules (core_v0.19.0,
 * {@code megatron/core/optimizer/distrib_optimizer.py}, {@code _compute_per_buffer_param_layout}),
 * stated here a second time.
 */
final class FlatTraining {
  /** To whose multiples parameters are aligned; before Megatron-Core 0.8 they were not. */
  static final int ALIGNED = 64;

  private FlatTraining() {}

  /** Elements, and bytes of each state. */
  record Bucket(int elements, Map<String, byte[]> states) {}

  /** A chunk's parameters of one type. */
  record Buffer(DType dtype, List<Bucket> buckets) {
    String types() {
      return "(torch." + dtype.torchName() + ", torch.float32)";
    }

    /** The types as a key of Python's. */
    PickleValue key() {
      return Tuple.of(new Global("torch", dtype.torchName()), new Global("torch", "float32"));
    }
  }

  /** The buffers of a chunk; a bucket ends with so many elements, if that is set. */
  static List<Buffer> of(List<Part> chunk, OptionalInt size, int alignment) {
    var byType = new LinkedHashMap<DType, List<Part>>();
    chunk.forEach(part -> byType.computeIfAbsent(part.dtype(), t -> new ArrayList<>()).add(part));
    var buffers = new ArrayList<Buffer>();
    byType.forEach((type, parts) -> buffers.add(new Buffer(type, buckets(parts, size, alignment))));
    return buffers;
  }

  private static List<Bucket> buckets(List<Part> parts, OptionalInt size, int alignment) {
    var last = new ArrayList<>(parts);
    Collections.reverse(last);
    var buckets = new ArrayList<Bucket>();
    var open = new TreeMap<Integer, Part>();
    int end = 0;
    for (Part part : last) {
      int start = (end + alignment - 1) / alignment * alignment;
      if (part.shared() && !open.isEmpty()) {
        buckets.add(bucket(open, start));
        start = 0;
      }
      open.put(start, part);
      end = start + part.elements();
      if (part.shared() || size.isPresent() && end >= size.getAsInt()) {
        buckets.add(bucket(open, end));
        end = 0;
      }
    }
    if (!open.isEmpty()) {
      buckets.add(bucket(open, end));
    }
    return buckets;
  }

  private static Bucket bucket(Map<Integer, Part> open, int elements) {
    var states = new TreeMap<String, byte[]>();
    for (String kind : WholeTraining.STATES) {
      byte[] flat = new byte[elements * Float.BYTES];
      open.forEach(
          (start, part) -> {
            byte[] own = part.values().get(kind);
            System.arraycopy(own, 0, flat, start * Float.BYTES, own.length);
          });
      states.put(kind, flat);
    }
    open.clear();
    return new Bucket(elements, states);
  }

  /** The torch file of optimizers whose buckets are in one tensor; an empty one is another's. */
  static byte[] coalesced(List<List<Buffer>> optimizers, boolean list) {
    var pickle = new StateDictPickle();
    var storages = new LinkedHashMap<String, byte[]>();
    var all = new Sequence();
    for (List<Buffer> own : optimizers) {
      all.items().add(own.isEmpty() ? Constant.NONE : optimizer(own, pickle, storages));
    }
    PickleValue root = list ? all : all.items().get(0);
    var layout = TorchLayout.of("archive", PickleWriter.write(root), pickle.storages());
    return TorchBytes.of(layout, storages);
  }

  private static PickleValue optimizer(
      List<Buffer> buffers, StateDictPickle pickle, Map<String, byte[]> storages) {
    var optimizer = new Dict().put(new Text("buckets_coalesced"), Constant.TRUE);
    for (int number = 0; number < buffers.size(); number++) {
      Buffer buffer = buffers.get(number);
      var states = new Dict();
      long elements = buffer.buckets().stream().mapToLong(Bucket::elements).sum();
      for (String kind : WholeTraining.STATES) {
        var spec = new TensorSpec(kind, DType.FLOAT32, Shape.of(elements));
        var stored = pickle.tensor(spec);
        storages.put(stored.key(), joined(buffer, kind));
        states.put(new Text(kind), stored.value());
      }
      states.put(new Text("numel_unpadded"), Int.of(elements));
      optimizer.put(Int.of(number), new Dict().put(buffer.key(), states));
    }
    return optimizer;
  }

  /** The buckets of a buffer, one behind another. */
  static byte[] joined(Buffer buffer, String kind) {
    var bytes = new ByteArrayOutputStream();
    buffer.buckets().forEach(bucket -> bytes.writeBytes(bucket.states().get(kind)));
    return bytes.toByteArray();
  }

  /** The elements of each bucket of each buffer, as the object beside them has them. */
  static PickleValue sizes(List<Buffer> buffers, int multiple) {
    var all = new Sequence();
    for (Buffer buffer : buffers) {
      var sizes = new Sequence();
      for (Bucket bucket : buffer.buckets()) {
        sizes.items().add(Int.of((bucket.elements() + multiple - 1L) / multiple * multiple));
      }
      all.items().add(new Dict().put(buffer.key(), sizes));
    }
    var list = new Sequence();
    list.items().add(all);
    return list;
  }
}
