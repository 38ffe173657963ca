package io.shardwright.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * An object of a web server. Where the server leads elsewhere, later ranges are read there as long
 * as that works, since such addresses hold for an hour or so.
 *
 * @param seen the version that the first answer named
 * @param refusals throws what a server says of its own refusals
 * @param moved where the last answer came from
 */
record HttpObject(
    Http http,
    Http.Call call,
    long size,
    Optional<String> sha256,
    AtomicReference<String> seen,
    Consumer<Answer> refusals,
    AtomicReference<URI> moved)
    implements RangeReader {
  /** A server that knows no ranges sends everything; so much of it may be thrown away. */
  private static final long MOST_SKIPPED = 16 << 20;

  private static final Set<Integer> EXPIRED = Set.of(400, 401, 403, 404, 410);

  HttpObject(
      Http http,
      Http.Call call,
      long size,
      Optional<String> sha256,
      AtomicReference<String> seen,
      Consumer<Answer> refusals) {
    this(http, call, size, sha256, seen, refusals, new AtomicReference<>());
  }

  @Override
  public String where() {
    return call.where();
  }

  @Override
  public void read(long from, ByteBuffer into) throws IOException {
    try (Answer answer = answer(headers(from, into.remaining()))) {
      refusals.accept(answer);
      answer.requireBytes(where());
      if (answer.total() >= 0 && answer.total() != size) {
        throw RangeReader.changed(where());
      }
      requireSame(answer.version());
      long skipped = answer.start() < 0 ? -1 : from - answer.start();
      if (skipped < 0 || skipped > MOST_SKIPPED) {
        throw RangeReader.noRanges(where());
      }
      answer.read(skipped, into);
    }
  }

  private Map<String, String> headers(long from, int length) {
    boolean whole = from == 0 && length == size;
    return whole ? Map.of() : Map.of("Range", "bytes=" + from + "-" + (from + length - 1));
  }

  private Answer answer(Map<String, String> headers) throws IOException {
    URI known = moved.get();
    if (known != null) {
      Answer there = http.get(call.at(known), headers);
      if (!EXPIRED.contains(there.status())) {
        return there;
      }
      there.close();
    }
    Answer answer = http.get(call, headers);
    moved.set(answer.from().equals(call.address()) ? null : answer.from());
    return answer;
  }

  private void requireSame(Optional<String> version) {
    if (version.isPresent()
        && !seen.compareAndSet(null, version.get())
        && !seen.get().equals(version.get())) {
      throw RangeReader.changed(where());
    }
  }
}
