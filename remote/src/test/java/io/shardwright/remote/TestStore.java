package io.shardwright.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/**
 * A store on this machine that speaks enough of S3 to be written to. Of what is uploaded by parts
 * it keeps lengths and checksums alone, so that it takes a model of any size.
 */
public final class TestStore implements AutoCloseable {
  private static final String TIME = "Mon, 30 Nov 2026 00:00:00 GMT";

  private record Part(long bytes, String crc) {}

  private record Answer(int status, String text, Map<String, String> headers) {
    static Answer of(String xml) {
      return new Answer(200, xml, Map.of());
    }

    static Answer refused(int status, String code) {
      return new Answer(status, "<Error><Code>" + code + "</Code></Error>", Map.of());
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ConcurrentSkipListMap<String, Long> sizes = new ConcurrentSkipListMap<>();
  private final Map<String, byte[]> small = new ConcurrentSkipListMap<>();
  private final Map<String, TreeMap<Integer, Part>> uploads = new ConcurrentSkipListMap<>();
  private final Map<String, String> keys = new ConcurrentSkipListMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicLong received = new AtomicLong();
  private volatile TestServer.Fault fault = (exchange, server) -> false;

  /** On a port that is free. */
  public TestStore() {
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

  /** Bytes of all parts that came. */
  public long received() {
    return received.get();
  }

  /** Uploads that are not completed. */
  public int open() {
    return uploads.size();
  }

  /** Objects and their sizes. */
  public Map<String, Long> objects() {
    return sizes;
  }

  /** Behaves badly from now on. */
  void fault(TestServer.Fault bad) {
    fault = bad;
  }

  /** Does what is asked, and ends the connection without an answer. */
  boolean forgets(HttpExchange exchange) throws IOException {
    answer(exchange);
    exchange.close();
    return true;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (fault.takes(exchange, null)) {
        return;
      }
      Answer answer = answer(exchange);
      byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
      answer.headers().forEach(exchange.getResponseHeaders()::set);
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (!head && answer.headers().containsKey("X-Small")) {
        body = small.get(answer.headers().get("X-Small"));
      }
      exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
      if (!head && body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new LinkedHashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    for (String each : raw == null ? new String[0] : raw.split("&")) {
      String[] pair = each.split("=", 2);
      query.put(pair[0], pair.length < 2 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    var query = query(exchange);
    String key = exchange.getRequestURI().getPath().replaceFirst("^/[^/]*/?", "");
    return switch (exchange.getRequestMethod()) {
      case "POST" -> post(exchange, key, query);
      case "PUT" -> put(exchange, key, query);
      case "DELETE" -> delete(key, query);
      case "HEAD" -> object(key);
      default ->
          query.containsKey("uploadId") ? parts(query) : key.isEmpty() ? list(query) : object(key);
    };
  }

  private Answer post(HttpExchange exchange, String key, Map<String, String> query)
      throws IOException {
    if (query.containsKey("uploads")) {
      String id = "upload" + next.incrementAndGet();
      uploads.put(id, new TreeMap<>());
      keys.put(id, key);
      return Answer.of(
          "<InitiateMultipartUploadResult><UploadId>"
              + id
              + "</UploadId></InitiateMultipartUploadResult>");
    }
    exchange.getRequestBody().readAllBytes();
    var parts = uploads.get(query.get("uploadId"));
    if (parts == null) {
      return Answer.refused(404, "NoSuchUpload");
    }
    if (exchange.getRequestHeaders().containsKey("If-None-Match") && sizes.containsKey(key)) {
      return Answer.refused(412, "PreconditionFailed");
    }
    sizes.put(key, parts.values().stream().mapToLong(Part::bytes).sum());
    uploads.remove(query.get("uploadId"));
    return Answer.of(
        "<CompleteMultipartUploadResult><Key>" + key + "</Key></CompleteMultipartUploadResult>");
  }

  private Answer put(HttpExchange exchange, String key, Map<String, String> query)
      throws IOException {
    if (query.containsKey("uploadId")) {
      var sum = new CRC32();
      long bytes = skip(exchange.getRequestBody(), sum);
      received.addAndGet(bytes);
      var parts = uploads.get(query.get("uploadId"));
      if (parts == null) {
        return Answer.refused(404, "NoSuchUpload");
      }
      String crc = exchange.getRequestHeaders().getFirst("x-amz-checksum-crc32");
      if (crc != null && !crc.equals(text(sum))) {
        return Answer.refused(400, "BadDigest");
      }
      synchronized (parts) {
        parts.put(Integer.valueOf(query.get("partNumber")), new Part(bytes, crc));
      }
      return new Answer(200, "", Map.of("ETag", "\"part\""));
    }
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    if (exchange.getRequestHeaders().containsKey("If-None-Match") && sizes.containsKey(key)) {
      return Answer.refused(412, "PreconditionFailed");
    }
    small.put(key, bytes);
    sizes.put(key, (long) bytes.length);
    return new Answer(200, "", Map.of("ETag", "\"whole\""));
  }

  private static String text(CRC32 sum) {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static long skip(InputStream body, CRC32 sum) throws IOException {
    byte[] block = new byte[1 << 16];
    long bytes = 0;
    for (int count = body.read(block); count >= 0; count = body.read(block)) {
      bytes += count;
      sum.update(block, 0, count);
    }
    return bytes;
  }

  private Answer delete(String key, Map<String, String> query) {
    if (query.containsKey("uploadId")) {
      uploads.remove(query.get("uploadId"));
    } else {
      sizes.remove(key);
      small.remove(key);
    }
    return new Answer(204, "", Map.of());
  }

  private Answer object(String key) {
    Long size = sizes.get(key);
    if (size == null) {
      return Answer.refused(404, "NoSuchKey");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("ETag", "\"" + Arrays.hashCode(small.get(key)) + "\"");
    headers.put("Last-Modified", TIME);
    headers.put("Content-Length", "" + size);
    if (small.containsKey(key)) {
      headers.put("X-Small", key);
    }
    return new Answer(200, "", headers);
  }

  private Answer parts(Map<String, String> query) {
    var parts = uploads.get(query.get("uploadId"));
    if (parts == null) {
      return Answer.refused(404, "NoSuchUpload");
    }
    var text = new StringBuilder("<ListPartsResult><IsTruncated>false</IsTruncated>");
    parts.forEach(
        (number, part) ->
            text.append("<Part><PartNumber>")
                .append(number)
                .append("</PartNumber><ETag>\"part\"</ETag><Size>")
                .append(part.bytes())
                .append("</Size><ChecksumCRC32>")
                .append(part.crc())
                .append("</ChecksumCRC32></Part>"));
    return Answer.of(text.append("</ListPartsResult>").toString());
  }

  private Answer list(Map<String, String> query) {
    String prefix = query.getOrDefault("prefix", "");
    if (query.containsKey("uploads")) {
      var text = new StringBuilder("<ListMultipartUploadsResult>");
      uploads
          .keySet()
          .forEach(
              id -> {
                if (keys.get(id).startsWith(prefix)) {
                  text.append("<Upload><Key>").append(keys.get(id)).append("</Key><UploadId>");
                  text.append(id).append("</UploadId></Upload>");
                }
              });
      return Answer.of(text.append("</ListMultipartUploadsResult>").toString());
    }
    var names = new TreeMap<String, Boolean>();
    sizes.tailMap(prefix).keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .forEach(
            key -> {
              int slash = key.indexOf('/', prefix.length());
              boolean folder = slash >= 0 && query.containsKey("delimiter");
              names.put(folder ? key.substring(0, slash + 1) : key, folder);
            });
    var text = new StringBuilder("<ListBucketResult><KeyCount>" + names.size() + "</KeyCount>");
    names.forEach(
        (name, folder) ->
            text.append(
                folder
                    ? "<CommonPrefixes><Prefix>" + name + "</Prefix></CommonPrefixes>"
                    : "<Contents><Key>" + name + "</Key></Contents>"));
    return Answer.of(text.append("</ListBucketResult>").toString());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
