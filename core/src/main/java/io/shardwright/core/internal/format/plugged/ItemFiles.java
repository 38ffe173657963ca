package io.shardwright.core.internal.format.plugged;

import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpLayout;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Chunk;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Form;
import io.shardwright.core.internal.codec.dcp.DcpMetadataWriter.Tensor;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetArray;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
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

/**
 * The files of a distributed checkpoint's items: one for each rank, or as many as are wanted.
 * Objects come first in a file, as PyTorch writes them.
 */
final class ItemFiles {
  /** What is to be an item of a file; a chunk has no bytes yet. */
  private record Draft(int owner, long size, TargetTensor chunk, ItemObject object) {}

  private final Map<Integer, String> names = new TreeMap<>();
  private final Map<String, DcpLayout> byName = new HashMap<>();
  private final Map<TargetTensor, DcpItem> chunks = new HashMap<>();
  private final Map<ItemObject, DcpItem> objects = new LinkedHashMap<>();
  private final ExecutablePlan plan;

  /**
   * Shares items out.
   *
   * @param count of files; each rank has its own where it is empty
   */
  ItemFiles(ExecutablePlan plan, List<ItemObject> objects, OptionalInt count) {
    this.plan = plan;
    var drafts = new ArrayList<Draft>();
    objects.forEach(o -> drafts.add(new Draft(o.owner(), o.bytes().length, null, o)));
    for (TargetArray array : plan.arrays()) {
      array
          .chunks()
          .forEach(
              (index, chunk) ->
                  drafts.add(
                      new Draft(array.owners().get(index), chunk.spec().byteSize(), chunk, null)));
    }
    List<Integer> shares =
        count.isPresent()
            ? even(drafts, count.getAsInt())
            : drafts.stream().map(Draft::owner).toList();
    for (int at = 0; at < drafts.size(); at++) {
      add(drafts.get(at), shares.get(at));
    }
  }

  /** The largest first, each to the file that has least. */
  private static List<Integer> even(List<Draft> drafts, int count) {
    int files = Math.min(count, drafts.size());
    var loads = new long[files];
    var least =
        new PriorityQueue<Integer>(
            Comparator.comparingLong((Integer file) -> loads[file]).thenComparing(file -> file));
    IntStream.range(0, files).forEach(least::add);
    var shares = new Integer[drafts.size()];
    IntStream.range(0, drafts.size())
        .boxed()
        .sorted(Comparator.comparingLong((Integer at) -> drafts.get(at).size()).reversed())
        .forEach(
            at -> {
              shares[at] = least.remove();
              loads[shares[at]] += drafts.get(at).size();
              least.add(shares[at]);
            });
    return List.of(shares);
  }

  private void add(Draft draft, int number) {
    String name = names.computeIfAbsent(number, n -> "__" + n + "_0.distcp");
    var file = byName.computeIfAbsent(name, DcpLayout::new);
    if (draft.object() != null) {
      objects.put(draft.object(), file.add(draft.object().bytes()));
    } else {
      chunks.put(draft.chunk(), file.add(draft.chunk().spec()));
    }
  }

  /** Sizes by name. */
  Map<String, Long> sizes() {
    var sizes = new LinkedHashMap<String, Long>();
    names.values().forEach(name -> sizes.put(name, byName.get(name).size()));
    return sizes;
  }

  /** Where a chunk's item lies. */
  DcpItem item(TargetTensor chunk) {
    return chunks.get(chunk);
  }

  /** Where a chunk's values begin in its file. */
  long dataOffset(TargetTensor chunk) {
    DcpItem item = chunks.get(chunk);
    return file(item).dataOffset(item);
  }

  private DcpLayout file(DcpItem item) {
    return byName.get(item.file());
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
    var places = new LinkedHashMap<String, DcpItem>();
    objects.forEach((object, item) -> places.put(object.key(), item));
    return DcpMetadataWriter.write(
        plan.arrays().stream().map(array -> tensor(array, keys)).toList(), places, form);
  }

  private Tensor tensor(TargetArray array, UnaryOperator<String> keys) {
    var held = new ArrayList<Chunk>();
    array.chunks().forEach((index, chunk) -> held.add(chunk(array, index, chunk)));
    var spec = array.spec();
    String key = keys.apply(spec.name());
    return new Tensor(new TensorSpec(key, spec.dtype(), spec.shape()), held);
  }

  private Chunk chunk(TargetArray array, List<Long> index, TargetTensor chunk) {
    return new Chunk(new Region(array.offset(index), chunk.spec().shape()), item(chunk));
  }

  /**
   * Everything but the chunks' values, by file.
   *
   * @param crcs the CRC-32 of every chunk's values
   */
  Map<String, List<Piece>> structure(Map<TargetTensor, Long> crcs) {
    var byItem = new HashMap<DcpItem, Long>();
    chunks.forEach((chunk, item) -> byItem.put(item, crcs.get(chunk)));
    var pieces = new LinkedHashMap<String, List<Piece>>();
    byName.forEach((name, file) -> pieces.put(name, file.structure(byItem)));
    return pieces;
  }
}
