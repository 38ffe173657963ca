package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The files of a distributed checkpoint's items: one for each rank, or as many as are wanted.
 * Objects come first in a file, as PyTorch writes them.
 */
final class ItemFiles {
  private final Map<Integer, DcpLayout> layouts = new HashMap<>();
  private final List<PlacedArray> arrays = new ArrayList<>();
  private final Map<ItemObject, DcpItem> objects = new LinkedHashMap<>();

  /** By chunk; a plan needs none. */
  private Map<TargetTensor, DcpItem> chunks = Map.of();

  /**
   * Shares items out.
   *
   * @param count of files; each rank has its own where it is empty
   */
  ItemFiles(ExecutablePlan plan, List<ItemObject> objects, OptionalInt count) {
    int[] shares =
        count.isPresent() ? even(sizes(plan, objects), count.getAsInt()) : owners(plan, objects);
    int at = 0;
    for (ItemObject object : objects) {
      this.objects.put(object, layout(shares[at++]).add(object.bytes()));
    }
    for (TargetArray array : plan.arrays()) {
      int end = at + array.chunks();
      arrays.add(new PlacedArray(array, Arrays.copyOfRange(shares, at, end), this::layout));
      at = end;
    }
  }

  private static long[] sizes(ExecutablePlan plan, List<ItemObject> objects) {
    return LongStream.concat(
            objects.stream().mapToLong(object -> object.bytes().length),
            plan.arrays().stream()
                .flatMap(array -> array.parts().stream())
                .flatMapToLong(
                    part -> LongStream.generate(part.spec()::byteSize).limit(part.count())))
        .toArray();
  }

  private static int[] owners(ExecutablePlan plan, List<ItemObject> objects) {
    return IntStream.concat(
            objects.stream().mapToInt(ItemObject::owner),
            plan.arrays().stream()
                .flatMap(array -> array.parts().stream())
                .flatMapToInt(part -> IntStream.range(0, part.count()).map(part::owner)))
        .toArray();
  }

  /** The largest first, each to the file that has least. */
  private static int[] even(long[] sizes, int count) {
    int files = Math.min(count, sizes.length);
    var loads = new long[files];
    var least =
        new PriorityQueue<Integer>(
            Comparator.comparingLong((Integer file) -> loads[file]).thenComparing(file -> file));
    IntStream.range(0, files).forEach(least::add);
    var shares = new int[sizes.length];
    IntStream.range(0, sizes.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer at) -> sizes[at]).reversed())
        .forEach(
            at -> {
              shares[at] = least.remove();
              loads[shares[at]] += sizes[at];
              least.add(shares[at]);
            });
    return shares;
  }

  private DcpLayout layout(int number) {
    return layouts.computeIfAbsent(number, own -> new DcpLayout(PlacedArray.file(own)));
  }

  /** Sizes by name. */
  Map<String, Long> sizes() {
    var sizes = new LinkedHashMap<String, Long>();
    new TreeMap<>(layouts)
        .forEach((number, layout) -> sizes.put(PlacedArray.file(number), layout.size()));
    return sizes;
  }

  /** Where a chunk's item lies. */
  DcpItem item(TargetTensor chunk) {
    return chunks().get(chunk);
  }

  /** Where a chunk's values begin in its file. */
  long dataOffset(TargetTensor chunk) {
    DcpItem item = item(chunk);
    return layouts.get(PlacedArray.number(item.file())).dataOffset(item);
  }

  private synchronized Map<TargetTensor, DcpItem> chunks() {
    if (chunks.isEmpty()) {
      chunks = new HashMap<>();
      arrays.forEach(array -> array.items(chunks));
    }
    return chunks;
  }

  /** The objects' bytes, and where each lies. */
  Map<ItemObject, DcpItem> objects() {
    return objects;
  }

  /**
   * The bytes of {@code .metadata}.
   *
   * @param keys what the checkpoint calls an array
   */
  byte[] metadata(Form form, UnaryOperator<String> keys) {
    return DcpMetadataWriter.write(tensors(keys), places(), form);
  }

  /** How many they are. */
  long metadataSize(Form form, UnaryOperator<String> keys) {
    return DcpMetadataWriter.size(tensors(keys), places(), form);
  }

  private List<Tensor> tensors(UnaryOperator<String> keys) {
    return arrays.stream().map(placed -> tensor(placed, keys)).toList();
  }

  private static Tensor tensor(PlacedArray placed, UnaryOperator<String> keys) {
    var spec = placed.array().spec();
    String key = keys.apply(spec.name());
    return new Tensor(new TensorSpec(key, spec.dtype(), spec.shape()), placed);
  }

  private Map<String, DcpItem> places() {
    var places = new LinkedHashMap<String, DcpItem>();
    objects.forEach((object, item) -> places.put(object.key(), item));
    return places;
  }

  /**
   * Everything but the chunks' values, by file.
   *
   * @param crcs the CRC-32 of every chunk's values
   */
  Map<String, List<Piece>> structure(Map<TargetTensor, Long> crcs) {
    var byItem = new HashMap<DcpItem, Long>();
    chunks().forEach((chunk, item) -> byItem.put(item, crcs.get(chunk)));
    var pieces = new LinkedHashMap<String, List<Piece>>();
    new TreeMap<>(layouts)
        .forEach((number, file) -> pieces.put(PlacedArray.file(number), file.structure(byItem)));
    return pieces;
  }
}
