package io.shardwright.remote;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A hub on this machine: the API for one model, small files from itself, large ones from a second
 * server that it leads to by addresses with a signature.
 */
public final class TestHub implements AutoCloseable {
  /** The one commit. */
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** The one model. */
  public static final String ID = "some-org/some.model";

  /** What its addresses are signed with. */
  public static final String SIGNATURE = "X-Signature=very-secret";

  private final TestServer hub = new TestServer().fault(this::answer);
  private final TestServer store = new TestServer().fault(this::redirected);
  private final Map<String, Content> files = new TreeMap<>();
  private final Map<String, Boolean> large = new TreeMap<>();
  private volatile TestServer.Fault hubFault = (exchange, server) -> false;
  private volatile TestServer.Fault storeFault = (exchange, server) -> false;
  private volatile Optional<String> token = Optional.empty();
  private volatile String refusal = "RepoNotFound";
  private volatile int page = 1000;

  /** Offers a file; a large one is Git LFS's. */
  public TestHub put(String path, Content content, boolean isLarge) {
    files.put(path, content);
    large.put(path, isLarge);
    if (isLarge) {
      store.put("/blobs/" + path, content);
    }
    return this;
  }

  /** Offers a folder's files; those of weights are large. */
  public TestHub put(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        put(name, Content.of(file), name.matches(".*\\.(safetensors|bin|model|nemo|distcp)"));
      }
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  TestHub hubFault(TestServer.Fault bad) {
    hubFault = bad;
    return this;
  }

  TestHub storeFault(TestServer.Fault bad) {
    storeFault = bad;
    return this;
  }

  /** Shows the model to one account alone, and says so to others. */
  public TestHub gated(String wanted, String code) {
    token = Optional.of(wanted);
    refusal = code;
    return this;
  }

  /** Lists so many files at a time. */
  TestHub pages(int entries) {
    page = entries;
    return this;
  }

  /** Where it is. */
  public String address() {
    return hub.address();
  }

  /** Bytes that the second server has sent. */
  public long sent() {
    return store.sent.get();
  }

  TestServer hub() {
    return hub;
  }

  /** The second server. */
  public TestServer store() {
    return store;
  }

  /** Seven attempts without pauses. */
  static final Retries QUICK = Retries.STANDARD.pausing(millis -> {});

  /** A provider that knows this hub and no other. */
  HubProvider provider(Map<String, String> more) {
    return provider(more, QUICK);
  }

  HubProvider provider(Map<String, String> more, Retries retries) {
    var variables = new TreeMap<>(Map.of("HF_ENDPOINT", hub.address(), "HF_HUB_CACHE", "/nowhere"));
    variables.put("HF_HOME", "/nowhere");
    variables.putAll(more);
    return new HubProvider(new Settings(variables), retries);
  }

  /** The model, or a file in it. */
  public Path path(String file) {
    return provider(Map.of()).getPath(URI.create("hf://" + ID + file));
  }

  private boolean answer(HttpExchange exchange, TestServer server) throws IOException {
    if (hubFault.takes(exchange, server)) {
      return true;
    }
    String path = exchange.getRequestURI().getPath();
    exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
    String auth = exchange.getRequestHeaders().getFirst("Authorization");
    if (token.isPresent() && !("Bearer " + token.get()).equals(auth)) {
      return refuse(exchange, refusal.equals("GatedRepo") ? 403 : 401, refusal);
    }
    String api = "/api/models/" + ID;
    String resolve = "/" + ID + "/resolve/";
    if (!path.startsWith(api + "/") && !path.equals(api) && !path.startsWith(resolve)) {
      return refuse(exchange, 401, "RepoNotFound");
    }
    String rest = path.substring(path.startsWith(api) ? api.length() : resolve.length());
    if (path.startsWith(resolve)) {
      return file(exchange, rest.replaceFirst("^[^/]*/", ""));
    }
    return rest.startsWith("/tree/") ? tree(exchange) : revision(exchange, rest);
  }

  private static boolean refuse(HttpExchange exchange, int status, String code) throws IOException {
    exchange.getResponseHeaders().set("X-Error-Code", code);
    TestServer.status(exchange, status);
    return true;
  }

  private static boolean json(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    return true;
  }

  private boolean revision(HttpExchange exchange, String rest) throws IOException {
    String wanted = rest.replaceFirst("^/revision/", "").replaceFirst("^/", "");
    if (!List.of("main", "v1", "refs/pr/1", COMMIT, "").contains(wanted)) {
      return refuse(exchange, 404, "RevisionNotFound");
    }
    String siblings =
        String.join(
            ",", files.keySet().stream().map(f -> "{\"rfilename\":\"" + f + "\"}").toList());
    return json(
        exchange,
        "{\"id\":\"" + ID + "\",\"sha\":\"" + COMMIT + "\",\"siblings\":[" + siblings + "]}");
  }

  private boolean tree(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    int first = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=", "")) : 0;
    var entries = new ArrayList<String>();
    files.forEach((path, content) -> entries.add(entry(path, content)));
    int last = Math.min(entries.size(), first + page);
    if (last < entries.size()) {
      String next = hub.address() + exchange.getRequestURI().getPath();
      exchange
          .getResponseHeaders()
          .set("Link", "<" + next + "?recursive=true&cursor=" + last + ">; rel=\"next\"");
    }
    return json(exchange, "[" + String.join(",", entries.subList(first, last)) + "]");
  }

  private String entry(String path, Content content) {
    String lfs =
        "{\"oid\":\""
            + content.version()
            + "\",\"size\":"
            + content.size()
            + ",\"pointerSize\":134}";
    return "{\"type\":\"file\",\"oid\":\"9e26dfeeb6e641a33dae4961196235bdb965b21b\",\"size\":"
        + content.size()
        + ",\"path\":\""
        + path
        + "\""
        + (large.get(path) ? ",\"lfs\":" + lfs : "")
        + "}";
  }

  private boolean file(HttpExchange exchange, String path) throws IOException {
    Content content = files.get(path);
    if (content == null) {
      return refuse(exchange, 404, "EntryNotFound");
    }
    if (!large.get(path)) {
      hub.serve(exchange, content);
      return true;
    }
    var headers = exchange.getResponseHeaders();
    headers.set("X-Linked-Etag", "\"" + content.version() + "\"");
    headers.set("X-Linked-Size", "" + content.size());
    headers.set("Location", store.address() + "/blobs/" + path + "?" + SIGNATURE);
    TestServer.status(exchange, 302);
    return true;
  }

  private boolean redirected(HttpExchange exchange, TestServer server) throws IOException {
    if (storeFault.takes(exchange, server)) {
      return true;
    }
    boolean signed = SIGNATURE.equals(exchange.getRequestURI().getQuery());
    if (!signed || exchange.getRequestHeaders().containsKey("Authorization")) {
      TestServer.status(exchange, 400);
      return true;
    }
    return false;
  }

  @Override
  public void close() {
    hub.close();
    store.close();
  }
}
