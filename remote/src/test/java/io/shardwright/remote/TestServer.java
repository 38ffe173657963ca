package io.shardwright.remote;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A web server on this machine that gives ranges, as slowly and as badly as a test wants. */
public final class TestServer implements AutoCloseable {
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
  private static final int PIECE = 64 << 10;

  /** What is done instead of answering. */
  public interface Fault {
    /** Whether it has taken the request. */
    boolean takes(HttpExchange exchange, TestServer server) throws IOException;
  }

  /** A request as it came. */
  record Seen(String path, String query, Headers headers) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Content> files = new ConcurrentHashMap<>();
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final AtomicLong sent = new AtomicLong();
  private volatile Fault fault = (exchange, own) -> false;
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  /** On a port that is free. */
  public TestServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** {@code http://127.0.0.1:12345}. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Offers bytes at a path, which begins with a slash. */
  public TestServer put(String path, Content content) {
    files.put(path, content);
    return this;
  }

  /** Behaves badly from now on. */
  TestServer fault(Fault bad) {
    fault = bad;
    return this;
  }

  /** Gives no connection more than so many bytes in a second. */
  public TestServer throttled(long bytes) {
    bytesPerSecond = bytes;
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    var address = exchange.getRequestURI();
    seen.add(new Seen(address.getPath(), address.getQuery(), exchange.getRequestHeaders()));
    try (exchange) {
      if (!fault.takes(exchange, this)) {
        Content content = files.get(address.getPath());
        if (content == null) {
          status(exchange, 404);
        } else {
          serve(exchange, content);
        }
      }
    }
  }

  static void status(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
  }

  void serve(HttpExchange exchange, Content content) throws IOException {
    serve(exchange, content, Long.MAX_VALUE);
  }

  /** Ends after some bytes, whatever it has promised. */
  void serve(HttpExchange exchange, Content content, long most) throws IOException {
    long from = 0;
    long to = content.size();
    exchange.getResponseHeaders().set("ETag", "\"" + content.version() + "\"");
    String asked = exchange.getRequestHeaders().getFirst("Range");
    Matcher range = RANGE.matcher(asked == null ? "" : asked);
    boolean part = range.matches();
    if (part) {
      from = Long.parseLong(range.group(1));
      to = range.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(range.group(2)) + 1);
      String held = from >= content.size() ? "*" : from + "-" + (to - 1);
      exchange.getResponseHeaders().set("Content-Range", "bytes " + held + "/" + content.size());
      if (from >= content.size()) {
        status(exchange, 416);
        return;
      }
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", "" + (to - from));
    }
    exchange.sendResponseHeaders(part ? 206 : 200, head || to == from ? -1 : to - from);
    if (!head) {
      write(exchange.getResponseBody(), content, from, from + Math.min(to - from, most));
    }
  }

  private void write(OutputStream out, Content content, long from, long to) throws IOException {
    long begun = System.nanoTime();
    for (long at = from; at < to; at += PIECE) {
      long length = Math.min(PIECE, to - at);
      sent.addAndGet(length);
      content.bytes().write(at, length, out);
      long due = (at + length - from) * 1_000_000_000L / bytesPerSecond;
      sleep((due - (System.nanoTime() - begun)) / 1_000_000);
    }
    out.flush();
  }

  static void sleep(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
