package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.execute.TargetLayout.Place;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tensors and carried members of a target, file by file in their order. */
final class FileItems {
  /**
   * Bytes of a file that are not of its structure: of a tensor or of a member.
   *
   * @param offset in the file
   */
  record Item(
      long offset, long size, Optional<TargetTensor> tensor, Optional<CarriedMember> member) {
    long end() {
      return offset + size;
    }
  }

  private final List<List<Item>> files = new ArrayList<>();

  FileItems(ExecutablePlan plan, TargetLayout layout) {
    layout.files().forEach(file -> files.add(new ArrayList<>()));
    plan.targets()
        .forEach(
            tensor ->
                put(
                    layout.place(tensor),
                    tensor.spec().byteSize(),
                    Optional.of(tensor),
                    Optional.empty()));
    layout
        .carried()
        .forEach(
            member ->
                put(member.place(), member.bytes().size(), Optional.empty(), Optional.of(member)));
    files.forEach(items -> items.sort(Comparator.comparingLong(Item::offset)));
  }

  private void put(
      Place place, long size, Optional<TargetTensor> tensor, Optional<CarriedMember> member) {
    if (size > 0) {
      files.get(place.file()).add(new Item(place.offset(), size, tensor, member));
    }
  }

  /** The files that hold no tensor. */
  Set<Integer> without() {
    return IntStream.range(0, files.size())
        .filter(file -> files.get(file).stream().allMatch(item -> item.tensor().isEmpty()))
        .boxed()
        .collect(Collectors.toSet());
  }

  /** Those of a file. */
  List<Item> of(int file) {
    return files.get(file);
  }

  /** Those of a file that have bytes in a range. */
  List<Item> of(int file, long from, long to) {
    List<Item> all = files.get(file);
    int low = 0;
    int high = all.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all.get(middle).end() <= from) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int end = low;
    while (end < all.size() && all.get(end).offset() < to) {
      end++;
    }
    return all.subList(low, end);
  }
}
