package io.shardwright.core.internal.save;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.describe.Replica;
import io.shardwright.core.internal.describe.SourcePart;
import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.CrcRanges;
import io.shardwright.core.internal.execute.CrcRanges.Range;
import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.execute.Sums;
import io.shardwright.core.internal.execute.TargetLayout;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.PlanStep.Copy;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a part did, as text: the plan that it followed and the part, bytes read, what casts lost,
 * then a line for every target tensor, carried member and storage that it had to do with, by their
 * numbers in the plan. The last line is the SHA-256 of those before it.
 *
 * <pre>{@code
 * part 2 of 7 of 5f70bf18…
 * read 4096
 * lost 0 0 0
 * tensor 12 0+4096=9ae0daaf
 * member 0 0+512=1f2e3d4c
 * storage 3 2048+2048=76d9a8a4
 * sent 0 17 83886080 89128960 7ab19c04
 * aside 0 18 89128960 94371840
 * 8d5b…
 * }</pre>
 *
 * The last two are of targets in stores: parts of a file by its number, with their own and where
 * they begin and end.
 */
public final class PartRecord {
  private static final Pattern LINE =
      Pattern.compile("(read|lost|tensor|member|storage|sent|aside) ([0-9a-z=,+* -]+)");

  /** In place of ranges of which count was lost: the bytes are to be read. */
  private static final String LOST = "*";

  private final List<TargetTensor> tensors;
  private final List<CarriedMember> members;
  private final List<SourceTensor> storages;
  private final String first;
  private final String where;

  /**
   * The records of a plan's part.
   *
   * @param document the plan's, for so many parts
   */
  public PartRecord(ExecutablePlan plan, TargetLayout layout, PlanDocument document, int part) {
    tensors = plan.targets().toList();
    members = layout.carried();
    storages = storages(plan);
    first = "part " + part + " of " + document.parts() + " of " + document.sum();
    where = document.where();
  }

  /** Those with a checksum, in the order in which the steps read them. */
  private static List<SourceTensor> storages(ExecutablePlan plan) {
    var storages = new LinkedHashMap<ByteSource, SourceTensor>();
    plan.steps().stream()
        .flatMap(step -> step.copied().stream())
        .flatMap(PartRecord::read)
        .filter(tensor -> tensor.storageCrc().isPresent())
        .forEach(tensor -> storages.putIfAbsent(tensor.storage(), tensor));
    return List.copyOf(storages.values());
  }

  private static Stream<SourceTensor> read(Copy copy) {
    return Stream.concat(copy.from().stream(), copy.replicas().stream().map(Replica::part))
        .map(SourcePart::tensor);
  }

  /** The record's bytes. */
  public byte[] of(Sums sums) {
    var text = new StringBuilder(first).append("\nread ").append(sums.bytesRead());
    var losses = sums.losses();
    text.append("\nlost ").append(losses.overflowed()).append(' ').append(losses.underflowed());
    text.append(' ').append(losses.inexact()).append('\n');
    lines(text, "tensor ", tensors, tensor -> sums.written().get(tensor));
    lines(text, "member ", members, member -> sums.carried().get(member));
    Map<ByteSource, CrcRanges> read = new IdentityHashMap<>();
    sums.read().forEach((tensor, ranges) -> read.put(tensor.storage(), ranges));
    lines(text, "storage ", storages, tensor -> read.get(tensor.storage()));
    sums.sending()
        .sent()
        .forEach(
            (part, crc) -> {
              text.append("sent ").append(text(part)).append(' ').append(Long.toHexString(crc));
              text.append('\n');
            });
    sums.sending().aside().forEach(part -> text.append("aside ").append(text(part)).append('\n'));
    text.append(sum(text.toString())).append('\n');
    return text.toString().getBytes(ISO_8859_1);
  }

  private static String text(Part part) {
    return part.file() + " " + part.number() + " " + part.start() + " " + part.end();
  }

  private interface Ranges<T> {
    CrcRanges of(T item);
  }

  private static <T> void lines(StringBuilder text, String word, List<T> items, Ranges<T> told) {
    for (int number = 0; number < items.size(); number++) {
      CrcRanges ranges = told.of(items.get(number));
      if (ranges != null) {
        text.append(word).append(number).append(' ');
        text.append(ranges.ranges().map(Range::text).orElse(LOST)).append('\n');
      }
    }
  }

  private static String sum(String text) {
    return ContentHash.sha256(new MemorySource(text.getBytes(ISO_8859_1), ""));
  }

  /**
   * What a part did.
   *
   * @throws MalformedCheckpointException if the bytes are of no record of this plan's part
   */
  public Sums read(byte[] bytes) {
    String text = new String(bytes, ISO_8859_1);
    int end = text.lastIndexOf('\n', text.length() - 2) + 1;
    require(text.endsWith(sum(text.substring(0, end)) + "\n"));
    var lines = text.substring(0, end).split("\n");
    require(lines[0].equals(first));
    var told = new Told();
    for (int at = 1; at < lines.length; at++) {
      var line = LINE.matcher(lines[at]);
      require(line.matches());
      told.take(line.group(1), line.group(2).split(" "));
    }
    var sending = new Sums.Sending(told.sent, told.aside);
    return new Sums(told.written, told.carried, told.read, told.bytesRead, told.losses, sending);
  }

  private void require(boolean holds) {
    if (!holds) {
      throw new MalformedCheckpointException(
          ErrorCode.PARTS_MISSING,
          where,
          "the record of " + first.split(" of ")[0] + " is damaged: remove it, and run the part");
    }
  }

  /** A record while it is read. */
  private final class Told {
    private final Map<TargetTensor, CrcRanges> written = new LinkedHashMap<>();
    private final Map<CarriedMember, CrcRanges> carried = new LinkedHashMap<>();
    private final Map<SourceTensor, CrcRanges> read = new LinkedHashMap<>();
    private long bytesRead;
    private CastLosses losses = CastLosses.NONE;
    private final Map<Part, Long> sent = new LinkedHashMap<>();
    private final List<Part> aside = new ArrayList<>();

    private void take(String word, String[] values) {
      switch (word) {
        case "read" -> bytesRead = number(values, 0);
        case "lost" ->
            losses = new CastLosses(number(values, 0), number(values, 1), number(values, 2));
        case "tensor" -> written.put(item(values, tensors::get, tensors.size()), ranges(values));
        case "storage" -> read.put(item(values, storages::get, storages.size()), ranges(values));
        case "member" -> carried.put(item(values, members::get, members.size()), ranges(values));
        case "sent" -> sent.put(part(values, 5), crc(values[4]));
        default -> aside.add(part(values, 4));
      }
    }

    private long number(String[] values, int at) {
      require(at < values.length && values[at].matches("[0-9]{1,18}"));
      return Long.parseLong(values[at]);
    }

    private <T> T item(String[] values, IntFunction<T> items, int count) {
      long number = number(values, 0);
      require(values.length == 2 && number < count);
      return items.apply((int) number);
    }

    private Part part(String[] values, int count) {
      require(values.length == count);
      return new Part(
          (int) number(values, 0), (int) number(values, 1), number(values, 2), number(values, 3));
    }

    private long crc(String text) {
      require(text.matches("[0-9a-f]{1,8}"));
      return Long.parseLong(text, 16);
    }

    private CrcRanges ranges(String[] values) {
      var ranges = new CrcRanges();
      if (values[1].equals(LOST)) {
        ranges.lose();
        return ranges;
      }
      Optional<List<Range>> told = Range.parse(values[1]);
      require(told.isPresent());
      told.get().forEach(range -> ranges.add(range.offset(), range.length(), range.crc()));
      return ranges;
    }
  }
}
