package io.shardwright.remote;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A real S3 server in a process of its own, with a bucket {@code models} that anybody may use. */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "s3://models/";

  /** What the program gets; the key is to be seen nowhere. */
  public static final String SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0";

  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");

  private final Process process;
  private final String address;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Starts it, in an environment that is made the first time. */
  public S3Server() throws IOException {
    process =
        new ProcessBuilder("python3", "../cli/src/test/python/interop.py", "store/serve.py")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = process.inputReader();
    address = said.readLine();
    if (address == null) {
      throw new IllegalStateException("the S3 server did not start");
    }
  }

  /** What a program needs to find it. */
  public Map<String, String> environment() {
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
  public List<String> keys() throws Exception {
    return keys("?list-type=2");
  }

  /** Keys of uploads that are not completed. */
  public List<String> uploads() throws Exception {
    return keys("?uploads");
  }

  /** Puts a file there. */
  public void put(String key, Path file) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(address + "/models/" + key))
            .PUT(BodyPublishers.ofFile(file))
            .build();
    int status = client.send(request, BodyHandlers.discarding()).statusCode();
    if (status != 200) {
      throw new IllegalStateException(key + ": " + status);
    }
  }

  /** The objects of a target, or of a folder that it is, by their names in it. */
  public TreeMap<String, byte[]> objects(String target) throws Exception {
    var objects = new TreeMap<String, byte[]>();
    for (String key : keys()) {
      if (key.equals(target) || key.startsWith(target + "/")) {
        var request = HttpRequest.newBuilder(URI.create(address + "/models/" + key)).build();
        byte[] bytes = client.send(request, BodyHandlers.ofByteArray()).body();
        objects.put(Path.of(target).relativize(Path.of(key)).toString(), bytes);
      }
    }
    return objects;
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.destroy();
  }
}
