package io.shardwright.remote;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.UnsupportedCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/** Reads an object store that speaks S3: the first name of a path is a bucket. */
record S3Objects(Supplier<S3Client> client, Retries retries) implements Store {
  /** An object as it was when it was opened. */
  private record Reader(S3Client client, RemotePath path, long size, String version)
      implements RangeReader {
    @Override
    public String where() {
      return path.toString();
    }

    @Override
    public void read(long from, ByteBuffer into) throws IOException {
      var request =
          GetObjectRequest.builder()
              .bucket(bucket(path))
              .key(key(path))
              .range("bytes=" + from + "-" + (from + into.remaining() - 1))
              .ifMatch(version)
              .build();
      try {
        S3Failures.once(where(), ErrorCode.READ_FAILED, () -> read(request, from, into));
      } catch (FileAlreadyExistsException | NoSuchFileException changed) {
        throw RangeReader.changed(where());
      }
    }

    private ByteBuffer read(GetObjectRequest request, long from, ByteBuffer into)
        throws IOException {
      try (ResponseInputStream<GetObjectResponse> answer = client.getObject(request)) {
        try (var bytes = Channels.newChannel(answer)) {
          requireAsked(answer.response(), from);
          while (into.hasRemaining() && bytes.read(into) >= 0) {}
        } catch (IOException | CheckpointException broken) {
          answer.abort();
          throw broken;
        }
      }
      Retries.requireFull(into);
      return into;
    }

    /** A store may overlook conditions and ranges. */
    private void requireAsked(GetObjectResponse answer, long from) {
      var range = ContentRange.of(answer.contentRange());
      boolean whole = range.isEmpty() && from == 0 && answer.contentLength() == size;
      if (!whole && range.stream().noneMatch(each -> each.start() == from)) {
        throw RangeReader.noRanges(where());
      }
      boolean same = version == null || answer.eTag() == null || version.equals(answer.eTag());
      if (!same || range.stream().anyMatch(each -> each.total() != size)) {
        throw RangeReader.changed(where());
      }
    }
  }

  static String bucket(RemotePath path) {
    return path.names().get(0);
  }

  static String key(RemotePath path) {
    return path.from(1);
  }

  /** What an object is called that holds what is below a path. */
  static String prefix(RemotePath path) {
    String key = key(path);
    return key.isEmpty() ? "" : key + "/";
  }

  private <T> Optional<T> ask(RemotePath path, S3Failures.Request<T> request) {
    return retries.run(
        path.toString(),
        () -> {
          try {
            return Optional.of(S3Failures.once(path.toString(), ErrorCode.READ_FAILED, request));
          } catch (NoSuchFileException nothing) {
            return nothing(path, nothing);
          }
        });
  }

  /** An object that is missing is no failure; a bucket that is missing is one. */
  private static <T> Optional<T> nothing(RemotePath path, NoSuchFileException answer) {
    if (answer.getReason() != null) {
      throw new CheckpointIoException(
          ErrorCode.SOURCE_MISSING, path.toString(), answer.getReason());
    }
    return Optional.empty();
  }

  private Optional<HeadObjectResponse> head(RemotePath path) {
    return path.names().size() < 2
        ? Optional.empty()
        : ask(path, () -> client.get().headObject(ask -> ask.bucket(bucket(path)).key(key(path))))
            .map(found -> sized(path, found));
  }

  private static HeadObjectResponse sized(RemotePath path, HeadObjectResponse found) {
    if (found.contentLength() == null) {
      throw new UnsupportedCheckpointException(
          ErrorCode.UNSUPPORTED,
          path.toString(),
          "the store does not state the object's size: copy it to a disk first");
    }
    return found;
  }

  @Override
  public Optional<Entry> entry(RemotePath path) {
    Optional<Entry> file = head(path).map(S3Objects::file);
    return file.isPresent() || !holdsAny(path) ? file : Optional.of(Entry.ofFolder());
  }

  private static Entry file(HeadObjectResponse found) {
    var modified = Optional.ofNullable(found.lastModified()).map(FileTime::from);
    return new Entry(
        false,
        found.contentLength(),
        modified.orElse(Entry.UNKNOWN),
        Optional.ofNullable(found.eTag()));
  }

  private boolean holdsAny(RemotePath path) {
    var request =
        ListObjectsV2Request.builder().bucket(bucket(path)).prefix(prefix(path)).maxKeys(1).build();
    return ask(path, () -> client.get().listObjectsV2(request))
        .filter(found -> path.names().size() == 1 || found.keyCount() > 0)
        .isPresent();
  }

  @Override
  public List<String> names(RemotePath folder) {
    String prefix = prefix(folder);
    var request =
        ListObjectsV2Request.builder().bucket(bucket(folder)).prefix(prefix).delimiter("/").build();
    return List.copyOf(
        ask(
                folder,
                () -> {
                  var names = new TreeSet<String>();
                  for (var page : client.get().listObjectsV2Paginator(request)) {
                    page.contents().forEach(each -> names.add(each.key()));
                    page.commonPrefixes()
                        .forEach(each -> names.add(each.prefix().replaceAll("/$", "")));
                  }
                  names.remove(prefix);
                  return names.stream().map(name -> name.substring(prefix.length())).toList();
                })
            .orElse(List.of()));
  }

  @Override
  public RangeReader reader(RemotePath path) {
    HeadObjectResponse found =
        head(path)
            .orElseThrow(
                () ->
                    new CheckpointIoException(
                        ErrorCode.SOURCE_MISSING, path.toString(), "no such object"));
    return new Reader(client.get(), path, found.contentLength(), found.eTag());
  }
}
