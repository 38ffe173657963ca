package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.execute.SentFiles.Part;
import io.shardwright.core.internal.execute.Structure.Hole;
import io.shardwright.core.internal.execute.TargetLayout.CarriedMember;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.plan.TargetTensor;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Runs a plan for a target in an object store: units of parts, each made in memory and sent. A part
 * that holds the checksum of a tensor waits until all of that tensor is made; what waits longer
 * than there is memory, or for other processes, is put aside in the store.
 */
final class StoreRun {
  /** Memory for parts, if a unit does not need more. */
  private static final long MEMORY = 192L << 20;

  private final ExecutablePlan plan;
  private final TargetLayout layout;
  private final SentFiles files;
  private final Executor.Conditions conditions;
  private final FileItems items;
  private final Structure structure;
  private final List<List<Part>> units;
  private final Map<TargetTensor, Integer> numbers = new HashMap<>();
  private final StorageCrcs storages = new StorageCrcs();
  private final Map<TargetTensor, CrcRanges> tensors = new ConcurrentHashMap<>();
  private final Map<CarriedMember, CrcRanges> members = new ConcurrentHashMap<>();
  private final Map<Part, Long> sent = new ConcurrentHashMap<>();
  private final Set<Part> aside = ConcurrentHashMap.newKeySet();
  private final Map<Part, ByteBuffer> waiting = new LinkedHashMap<>();
  private final List<PartFill.Lanes> lanes = Collections.synchronizedList(new ArrayList<>());
  private long bytesRead;
  private CastLosses losses = CastLosses.NONE;

  StoreRun(
      ExecutablePlan plan, TargetLayout layout, SentFiles files, Executor.Conditions conditions) {
    this.plan = plan;
    this.layout = layout;
    this.files = files;
    this.conditions = conditions;
    items = new FileItems(plan, layout);
    structure = new Structure(plan, layout);
    units = PartUnits.of(plan, layout, items, files);
    for (int step = 0; step < plan.steps().size(); step++) {
      int number = step;
      plan.steps().get(step).to().forEach(to -> numbers.put(to.tensor(), number));
    }
  }

  /** All of it, in this process. */
  Written run(Progress progress) {
    work(Share.WHOLE, progress);
    return complete();
  }

  /** A share of the units. */
  Sums share(Progress progress, Share share) {
    work(share, progress);
    return new Sums(
        tensors,
        members,
        storages.incomplete(),
        bytesRead,
        losses,
        new Sums.Sending(Map.copyOf(sent), aside()));
  }

  /** What is put aside, in its order. */
  private List<Part> aside() {
    return units.stream().flatMap(List::stream).filter(aside::contains).toList();
  }

  /** Completes what shares have sent. */
  Written finish(List<Sums> shares) {
    shares.forEach(this::take);
    units.forEach(unit -> unit.forEach(this::requireMade));
    return complete();
  }

  private void take(Sums share) {
    share.written().forEach((tensor, told) -> of(tensors, tensor).addAll(told));
    share.carried().forEach((member, told) -> of(members, member).addAll(told));
    share.read().forEach(storages::add);
    share.sending().sent().forEach(files::sent);
    sent.putAll(share.sending().sent());
    aside.addAll(share.sending().aside());
    bytesRead += share.bytesRead();
    losses = losses.plus(share.losses());
  }

  private static <T> CrcRanges of(Map<T, CrcRanges> all, T item) {
    return all.computeIfAbsent(item, each -> new CrcRanges());
  }

  private void requireMade(Part part) {
    if (!sent.containsKey(part) && !aside.contains(part)) {
      throw new MalformedCheckpointException(
          ErrorCode.PARTS_MISSING,
          layout.files().get(part.file()).path(),
          "nobody tells that bytes " + part.start() + " to " + part.end() + " were sent");
    }
  }

  private void work(Share share, Progress progress) {
    var own = own(share);
    if (own.isEmpty()) {
      return;
    }
    int longest = own.stream().flatMap(List::stream).mapToInt(Part::size).max().orElse(0);
    int most = own.stream().mapToInt(List::size).max().orElse(1);
    long memory = Math.min(MEMORY, Runtime.getRuntime().maxMemory() / 2);
    int buffers = (int) Math.max(most, memory / Math.max(1, longest));
    try (var sender = new Sender(files, longest, buffers, sent::put)) {
      var tasks = new ArrayList<Consumer<PartFill.Lanes>>();
      own.forEach(unit -> tasks.add(lane -> make(unit, lane, sender, progress)));
      conditions.workers().run(tasks, this::lanes);
      sender.drain();
      putAside(sender, Integer.MAX_VALUE);
      lanes.forEach(this::take);
    } finally {
      lanes.forEach(PartFill.Lanes::close);
    }
  }

  private List<List<Part>> own(Share share) {
    var way = share.way(layout.size());
    var own = new ArrayList<List<Part>>();
    for (List<Part> unit : units) {
      long bytes = unit.stream().mapToLong(Part::size).sum();
      if (way.holds(0, bytes)) {
        own.add(unit);
      }
      way.pass(bytes);
    }
    return own;
  }

  private PartFill.Lanes lanes() {
    var made = PartFill.Lanes.of(conditions.backend());
    lanes.add(made);
    return made;
  }

  private void take(PartFill.Lanes done) {
    bytesRead += done.counted().bytesRead() + done.again().bytesRead();
    losses = losses.plus(done.counted().losses());
  }

  private void make(List<Part> unit, PartFill.Lanes lane, Sender sender, Progress progress) {
    Interruption.heed();
    ByteBuffer[] buffers = sender.take(unit.size());
    while (buffers.length < unit.size()) {
      putAside(sender, unit.size());
      buffers = sender.take(unit.size());
    }
    Map<Part, ByteBuffer> parts = new LinkedHashMap<>();
    for (Part part : unit) {
      ByteBuffer bytes = Sender.bytes(part, buffers[parts.size()]);
      zero(bytes);
      structure.fill(part, bytes);
      parts.put(part, bytes);
    }
    var sums = new Told();
    new PartFill(items, plan.steps(), numbers, layout, parts).run(lane, progress, storages, sums);
    made(parts, sender);
  }

  private static void zero(ByteBuffer bytes) {
    ByteBuffer rest = bytes.duplicate();
    while (rest.remaining() >= Long.BYTES) {
      rest.putLong(0);
    }
    while (rest.hasRemaining()) {
      rest.put((byte) 0);
    }
  }

  private final class Told implements PartFill.Sums {
    @Override
    public void made(TargetTensor tensor, long offset, long length, long crc) {
      of(tensors, tensor).add(offset, length, crc);
    }

    @Override
    public void made(CarriedMember member, long offset, long length, long crc) {
      of(members, member).add(offset, length, crc);
    }
  }

  /** What was made can be what others waited for. */
  private void made(Map<Part, ByteBuffer> parts, Sender sender) {
    synchronized (waiting) {
      waiting.putAll(parts);
      parts.forEach((part, bytes) -> sender.keep());
      for (var each = waiting.entrySet().iterator(); each.hasNext(); ) {
        var part = each.next();
        if (complete(part.getKey(), part.getValue())) {
          each.remove();
          sender.send(part.getKey(), part.getValue());
        }
      }
    }
  }

  /** Puts the checksums where they belong, if all are known. */
  private boolean complete(Part part, ByteBuffer bytes) {
    List<Hole> holes = structure.holes(part);
    for (Hole hole : holes) {
      CrcRanges told = tensors.get(hole.tensor());
      long size = hole.tensor().spec().byteSize();
      if (size > 0 && (told == null || told.whole(size).isEmpty())) {
        return false;
      }
    }
    holes.forEach(hole -> Structure.fill(part, bytes, hole, crc(hole.tensor())));
    return true;
  }

  private long crc(TargetTensor tensor) {
    String name = "'" + tensor.spec().name() + "'";
    var told = tensors.getOrDefault(tensor, new CrcRanges());
    return Written.whole(told, tensor.spec().byteSize(), tensor.member(), name);
  }

  /** Puts aside what waits, the oldest first. */
  private void putAside(Sender sender, int count) {
    synchronized (waiting) {
      Iterator<Map.Entry<Part, ByteBuffer>> each = waiting.entrySet().iterator();
      for (int left = count; left > 0 && each.hasNext(); left--) {
        var part = each.next();
        files.putAside(part.getKey(), part.getValue().duplicate());
        aside.add(part.getKey());
        each.remove();
        sender.give(part.getValue());
      }
    }
  }

  private Written complete() {
    var crcs = new LinkedHashMap<TargetTensor, Long>();
    plan.targets().forEach(tensor -> crcs.put(tensor, crc(tensor)));
    var carried = Written.carried(layout, members);
    storages.requireRest(ByteBuffer.allocateDirect(1 << 20));
    var tasks = new ArrayList<Consumer<Void>>();
    aside().forEach(part -> tasks.add(nothing -> sendAside(part)));
    conditions.workers().run(tasks, () -> null);
    files.makeLast(items.without());
    return new Written(crcs, carried, bytesRead, 0, losses, List.of());
  }

  private void sendAside(Part part) {
    var bytes = ByteBuffer.allocate(part.size());
    files.fetch(part, bytes);
    bytes.flip();
    complete(part, bytes);
    files.send(part, bytes, ContentHash.crc(bytes));
  }
}
