package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hub's API: {@code /api/models/ID/revision/REVISION} says which commit a revision is, {@code
 * /api/models/ID/tree/COMMIT} lists its files page by page, {@code /ID/resolve/COMMIT/PATH} is a
 * file, or leads to whoever has it.
 */
final class Hub {
  private static final String USUAL = "https://huggingface.co";
  private static final int MOST_BYTES = 64 << 20;
  private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;\\s*rel=\"?next\"?");

  private final URI endpoint;
  private final Optional<String> authorization;
  private final Http http;
  private final Retries retries;

  Hub(Settings settings, Http http, Retries retries) {
    this.endpoint = endpoint(settings.text("HF_ENDPOINT").orElse(USUAL));
    this.authorization = token(settings).map(token -> "Bearer " + token);
    this.http = http;
    this.retries = retries;
  }

  private static URI endpoint(String text) {
    String address = text.replaceFirst("/+$", "");
    URI endpoint = URI.create(address);
    if (endpoint.getHost() == null) {
      throw new IllegalArgumentException("HF_ENDPOINT");
    }
    return endpoint;
  }

  private static Optional<String> token(Settings settings) {
    return settings
        .text("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
        .or(
            () ->
                settings
                    .text("HF_TOKEN_PATH")
                    .map(Path::of)
                    .or(() -> HubCache.home(settings).map(home -> home.resolve("token")))
                    .flatMap(Hub::firstLine));
  }

  private static Optional<String> firstLine(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Files.readString(file).lines().map(String::strip).filter(x -> !x.isEmpty()).findFirst()
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static String escaped(String path) {
    return RemotePath.split(path).stream()
        .map(Segments::escaped)
        .reduce((one, other) -> one + "/" + other)
        .orElse("");
  }

  private Http.Call call(String path, String where) {
    URI address = URI.create(endpoint + path);
    return new Http.Call(address, authorization, where);
  }

  /** Lists a repository. */
  HubRepository repository(HubAddress address, HubCache cache, boolean patient) {
    Retries often = patient ? retries : retries.of(1);
    String models = "/api/models/" + escaped(address.id());
    var about = call(models + "/revision/" + Segments.escaped(address.revision()), address.where());
    Object said = often.run(address.where(), () -> page(about, address)).document();
    String commit = said instanceof Map<?, ?> map ? String.valueOf(map.get("sha")) : "";
    if (!commit.matches("[0-9a-f]{7,64}")) {
      throw odd(address, "names no commit");
    }
    var files = new TreeMap<String, HubFile>();
    var next = Optional.of(call(models + "/tree/" + commit + "?recursive=true", address.where()));
    while (next.isPresent()) {
      Http.Call at = next.get();
      Page page = often.run(address.where(), () -> page(at, address));
      add(page.document(), address, new Listed(commit, files, cache));
      next = page.next().map(link -> at.at(at.address().resolve(link)));
    }
    return new HubRepository(commit, files);
  }

  private record Page(Object document, Optional<String> next) {}

  private record Listed(String commit, Map<String, HubFile> files, HubCache cache) {}

  private Page page(Http.Call call, HubAddress address) throws IOException {
    try (Answer answer = http.get(call, Map.of())) {
      refuse(answer, address);
      answer.requireBytes(call.where());
      Matcher link = NEXT.matcher(answer.header("Link").orElse(""));
      Optional<String> next = link.find() ? Optional.of(link.group(1)) : Optional.empty();
      return new Page(Json.parse(answer.document(MOST_BYTES)), next);
    } catch (IllegalArgumentException odd) {
      throw odd(address, "is not JSON");
    }
  }

  private static CheckpointIoException odd(HubAddress address, String problem) {
    return new CheckpointIoException(
        ErrorCode.READ_FAILED, address.where(), "what the hub's API answered " + problem);
  }

  private static void add(Object page, HubAddress address, Listed listed) {
    if (!(page instanceof List<?> entries)) {
      throw odd(address, "is not a list of files");
    }
    for (Object entry : entries) {
      if (entry instanceof Map<?, ?> file && "file".equals(file.get("type"))) {
        add(file, address, listed);
      }
    }
  }

  private static void add(Map<?, ?> file, HubAddress address, Listed listed) {
    if (!(file.get("path") instanceof String path) || !(file.get("size") instanceof Long size)) {
      throw odd(address, "lists a file without path or size");
    }
    boolean inside = RemotePath.split(path).stream().noneMatch(name -> name.matches("\\.\\.?"));
    if (!inside || size < 0) {
      throw odd(address, "lists an impossible file");
    }
    var large = file.get("lfs") instanceof Map<?, ?> lfs ? lfs : Map.of();
    Optional<String> sha256 =
        large.get("oid") instanceof String oid && oid.matches("(sha256:)?[0-9a-f]{64}")
            ? Optional.of(oid.substring(oid.length() - 64))
            : Optional.empty();
    String version = sha256.orElse(String.valueOf(file.get("oid")));
    var local = listed.cache().file(address.id(), listed.commit(), path, size);
    listed.files().put(path, new HubFile(size, version, sha256, local));
  }

  /** A host that the hub leads to says nothing of the hub's accounts. */
  private void refuse(Answer answer, HubAddress address) {
    if (Http.sameHost(answer.from(), endpoint)) {
      HubRefusal.require(answer, address);
    }
  }

  /** A file that is to be fetched. */
  RangeReader reader(HubAddress address, String commit, HubFile file, String where) {
    String path =
        "/" + escaped(address.id()) + "/resolve/" + commit + "/" + escaped(address.file());
    return new HttpObject(
        http,
        call(path, where),
        file.size(),
        file.sha256(),
        file.seen(),
        answer -> refuse(answer, address));
  }
}
