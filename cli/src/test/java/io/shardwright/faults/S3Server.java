package io.shardwright.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A real S3 server in a process of its own, with a bucket {@code models} that anybody may use. */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "s3://models/";

  /** What the program gets; the key is to be seen nowhere. */
  static final String SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0";

  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");

  private final Process process;
  private final String address;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Starts it, in an environment that is made the first time. */
  S3Server() throws IOException {
    process =
        new ProcessBuilder("python3", "src/test/python/interop.py", "store/serve.py")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = process.inputReader();
    address = said.readLine();
    if (address == null) {
      throw new IllegalStateException("the S3 server did not start");
    }
  }

  /** What a program needs to find it. */
  Map<String, String> environment() {
    return Map.of(
        "AWS_ENDPOINT_URL_S3",
        address,
        "AWS_REGION",
        "us-east-1",
        "AWS_ACCESS_KEY_ID",
        "test",
        "AWS_SECRET_ACCESS_KEY",
        SECRET);
  }

  private String get(String rest) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(address + "/models" + rest)).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private List<String> keys(String list) throws Exception {
    var found = new ArrayList<String>();
    KEY.matcher(get(list)).results().forEach(key -> found.add(key.group(1)));
    return found;
  }

  /** Keys of what is there. */
  List<String> keys() throws Exception {
    return keys("?list-type=2");
  }

  /** Keys of uploads that are not completed. */
  List<String> uploads() throws Exception {
    return keys("?uploads");
  }

  /** The objects of a target with their bytes, as {@link Model#contents} gives those of files. */
  TreeMap<String, String> contents(String target) throws Exception {
    var contents = new TreeMap<String, String>();
    for (String key : keys()) {
      if (key.equals(target) || key.startsWith(target + "/")) {
        var request = HttpRequest.newBuilder(URI.create(address + "/models/" + key)).build();
        byte[] bytes = client.send(request, BodyHandlers.ofByteArray()).body();
        Path name = Path.of(target).relativize(Path.of(key));
        contents.put(name.toString(), Arrays.hashCode(bytes) + " " + bytes.length);
      }
    }
    return contents;
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.destroy();
  }
}
