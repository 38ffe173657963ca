package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A web server's answer. */
final class Answer implements AutoCloseable {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Request timeout, locked, too early, too many requests, and servers that are out of order. */
  private static final Set<Integer> PASSING = Set.of(408, 423, 425, 429, 500, 502, 503, 504);

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
    return range()
        .map(ContentRange::total)
        .orElseGet(() -> status == 200 ? connection.getContentLengthLong() : -1);
  }

  private Optional<ContentRange> range() {
    return header("Content-Range").flatMap(ContentRange::of);
  }

  /** Where the bytes that it holds begin; -1 for a part of which nobody says where it is. */
  long start() {
    return status == 206 ? range().map(ContentRange::start).orElse(-1L) : 0;
  }

  /**
   * Refuses what brings no bytes.
   *
   * @throws IOException for what passes
   */
  void requireBytes(String where) throws IOException {
    if (status == 200 || status == 206) {
      requirePlain(where);
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

  /** Ranges of what is compressed are of no use. */
  private void requirePlain(String where) {
    String coding = header("Content-Encoding").orElse("identity");
    if (!coding.equalsIgnoreCase("identity")) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          where,
          "the server compresses the file ('" + coding + "'): copy it to a disk first");
    }
  }

  /** Seconds; a date is as good as none. */
  static Optional<Duration> wait(String after) {
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

  /** The body as a document of limited size; what is longer than that is cut. */
  byte[] document(int most) throws IOException {
    try (InputStream body = connection.getInputStream()) {
      byte[] bytes = body.readNBytes(most);
      whole = body.read() < 0;
      if (whole && bytes.length < connection.getContentLengthLong()) {
        throw new EOFException("the answer ended early");
      }
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
