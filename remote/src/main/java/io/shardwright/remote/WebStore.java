package io.shardwright.remote;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Files of web servers, which list no folders. */
final class WebStore implements Store {
  /** How long what a server said of a file is taken for true; opening a file asks again. */
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final Http http;
  private final Retries retries;
  private final Map<RemotePath, Known> known = new ConcurrentHashMap<>();

  WebStore(Http http, Retries retries) {
    this.http = http;
    this.retries = retries;
  }

  private record Known(Optional<Entry> entry, long nanos) {
    boolean fresh() {
      return System.nanoTime() - nanos < KEPT.toNanos();
    }
  }

  @Override
  public Optional<Entry> entry(RemotePath path) {
    if (path.names().size() < 2 || isBeside(path)) {
      return Optional.empty();
    }
    Known before = known.get(path);
    return before != null && before.fresh() ? before.entry() : ask(path);
  }

  /** What a file lies in is no file, and a signature of one file allows no look at others. */
  private boolean isBeside(RemotePath path) {
    return known.keySet().stream()
        .anyMatch(
            file ->
                file.getNameCount() > path.getNameCount() && file.startsWith(path)
                    || file.query().isPresent()
                        && path.query().isEmpty()
                        && file.getParent().equals(path.getParent()));
  }

  private Optional<Entry> ask(RemotePath path) {
    var entry = retries.run(path.toString(), () -> probe(path));
    known.put(path, new Known(entry, System.nanoTime()));
    return entry;
  }

  /** Asks for the first byte: signed addresses allow nothing but to get. */
  private Optional<Entry> probe(RemotePath path) throws IOException {
    try (Answer answer = http.get(call(path), Map.of("Range", "bytes=0-0"))) {
      if (answer.status() == 404 || answer.status() == 410) {
        return Optional.empty();
      }
      boolean empty = answer.status() == 416 && answer.total() == 0;
      if (!empty) {
        answer.requireBytes(path.toString());
      }
      long size = answer.total();
      if (size < 0) {
        throw new UnsupportedCheckpointException(
            ErrorCode.UNSUPPORTED,
            path.toString(),
            "the server does not say how large it is: copy it to a disk first");
      }
      if (answer.status() == 206) {
        answer.read(0, ByteBuffer.allocate(1));
      }
      String version = answer.version().orElse("");
      return Optional.of(Entry.ofFile(size, modified(answer), version));
    }
  }

  private static FileTime modified(Answer answer) {
    try {
      return answer
          .header("Last-Modified")
          .map(text -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from))
          .map(FileTime::from)
          .orElse(Entry.UNKNOWN);
    } catch (DateTimeException odd) {
      return Entry.UNKNOWN;
    }
  }

  private static Http.Call call(RemotePath path) {
    String query = path.query().map(text -> "?" + text).orElse("");
    return new Http.Call(URI.create(path.toUri() + query), Optional.empty(), path.toString());
  }

  @Override
  public List<String> names(RemotePath folder) {
    return List.of();
  }

  @Override
  public RangeReader reader(RemotePath path) {
    Entry entry = ask(path).orElseThrow(() -> Store.missing(path.toString()));
    String version = entry.version().filter(text -> !text.isEmpty()).orElse(null);
    return new HttpObject(
        http,
        call(path),
        entry.size(),
        Optional.empty(),
        new AtomicReference<>(version),
        answer -> {});
  }
}
