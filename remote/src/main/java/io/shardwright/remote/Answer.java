package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A web server's answer. */
final class Answer implements AutoCloseable {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Request timeout, locked, too early, too many requests, and servers that are out of order. */
  private static final Set<Integer> PASSING = Set.of(408, 423, 425, 429, 500, 502, 503, 504);

  private static final Pattern RANGE = Pattern.compile("bytes (?:(\\d+)-\\d+|\\*)/(\\d+)");
  private static final int PIECE = 64 << 10;

  private final URI from;
  private final HttpURLConnection connection;
  private final int status;
  private boolean whole;

  Answer(URI from, HttpURLConnection connection, int status) {
    this.from = from;
    this.connection = connection;
    this.status = status;
  }

  /** Who answered. */
  URI from() {
    return from;
  }

  int status() {
    return status;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(connection.getHeaderField(name)).filter(text -> !text.isBlank());
  }

  Optional<String> redirect() {
    return REDIRECTS.contains(status) ? header("Location") : Optional.empty();
  }

  /** What differs for other bytes, as far as the server says. */
  Optional<String> version() {
    return header("ETag").or(() -> header("Last-Modified"));
  }

  /** Bytes of the whole object; -1 where nobody says. */
  long total() {
    Matcher range = RANGE.matcher(header("Content-Range").orElse(""));
    if (range.matches()) {
      return Long.parseLong(range.group(2));
    }
    return status == 200 ? connection.getContentLengthLong() : -1;
  }

  /** Where the bytes that it holds begin. */
  long start() {
    Matcher range = RANGE.matcher(header("Content-Range").orElse(""));
    return status == 206 && range.matches() && range.group(1) != null
        ? Long.parseLong(range.group(1))
        : 0;
  }

  /**
   * Refuses what brings no bytes.
   *
   * @throws IOException for what passes
   */
  void requireBytes(String where) throws IOException {
    if (status == 200 || status == 206) {
      return;
    }
    if (PASSING.contains(status)) {
      throw new Busy("the server answered " + status, header("Retry-After").flatMap(Answer::wait));
    }
    throw switch (status) {
      case 401, 403 ->
          new CheckpointIoException(
              ErrorCode.ACCESS_REFUSED, where, "the server answered " + status);
      case 404, 410 -> Store.missing(where);
      case 412, 416 -> RangeReader.changed(where);
      default ->
          new CheckpointIoException(ErrorCode.READ_FAILED, where, "the server answered " + status);
    };
  }

  /** Seconds; a date is as good as none. */
  private static Optional<Duration> wait(String after) {
    return after.matches("[0-9]{1,6}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(after)))
        : Optional.empty();
  }

  /** Reads the body into a buffer, after some bytes that are left out, until either ends. */
  void read(long skipped, ByteBuffer into) throws IOException {
    var piece = new byte[PIECE];
    try (InputStream body = connection.getInputStream()) {
      for (long left = skipped; left > 0; ) {
        int count = body.read(piece, 0, (int) Math.min(left, PIECE));
        if (count < 0) {
          throw new EOFException("the answer ended early");
        }
        left -= count;
      }
      while (into.hasRemaining()) {
        int count = body.read(piece, 0, Math.min(into.remaining(), PIECE));
        if (count < 0) {
          return;
        }
        into.put(piece, 0, count);
      }
      whole = body.read() < 0;
    } finally {
      close();
    }
  }

  /** The body as a document of limited size. */
  byte[] document(int most) throws IOException {
    try (InputStream body = connection.getInputStream()) {
      byte[] bytes = body.readNBytes(most);
      whole = body.read() < 0;
      return bytes;
    } finally {
      close();
    }
  }

  /** A connection whose answer was read to its end is used again. */
  @Override
  public void close() {
    if (!whole) {
      connection.disconnect();
    }
  }
}
