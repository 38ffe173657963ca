package io.shardwright.remote;

import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.store.ObjectStore.Part;
import io.shardwright.spi.store.ObjectStore.Upload;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Writes to an object store that speaks S3.
 *
 * @param checksums whether parts are sent with their CRC-32
 * @param pace how slow the store may be
 */
record S3Uploads(S3Client client, Retries retries, boolean checksums, Pace pace)
    implements Uploads {
  static final int SMALLEST_PART = 5 << 20;
  static final int MOST_PARTS = 10_000;
  private static final String BINARY = "application/octet-stream";
  private static final String NONE = "*";

  /** What is not there or may not be replaced is no better the next time. */
  private <T> T run(RemotePath path, S3Failures.Request<T> request) throws IOException {
    String where = path.toString();
    var answered = new IOException[1];
    Optional<T> done =
        retries.run(
            where,
            () -> {
              try {
                return Optional.ofNullable(S3Failures.once(where, ErrorCode.WRITE_FAILED, request));
              } catch (FileAlreadyExistsException | NoSuchFileException answer) {
                answered[0] = answer;
                return Optional.empty();
              }
            });
    if (answered[0] != null) {
      throw answered[0];
    }
    return done.orElse(null);
  }

  @Override
  public String begin(RemotePath object) throws IOException {
    return run(
        object,
        () ->
            client
                .createMultipartUpload(
                    ask -> {
                      ask.bucket(S3Objects.bucket(object)).key(S3Objects.key(object));
                      if (checksums) {
                        ask.checksumAlgorithm(ChecksumAlgorithm.CRC32);
                      }
                    })
                .uploadId());
  }

  @Override
  public void send(RemotePath object, String upload, int number, ByteBuffer bytes, long crc)
      throws IOException {
    var request =
        UploadPartRequest.builder()
            .bucket(S3Objects.bucket(object))
            .key(S3Objects.key(object))
            .uploadId(upload)
            .partNumber(number)
            .checksumCRC32(checksums ? text(crc) : null)
            .overrideConfiguration(how -> how.apiCallAttemptTimeout(pace.of(bytes.remaining())))
            .build();
    run(object, () -> ofOpen(object, upload, () -> client.uploadPart(request, body(bytes))));
  }

  /** S3 answers 404 where an upload is gone; stores that fail then would be asked in vain. */
  private <T> T ofOpen(RemotePath object, String upload, S3Failures.Request<T> request)
      throws IOException {
    try {
      return request.run();
    } catch (S3Exception failure) {
      boolean gone =
          failure.statusCode() == HttpURLConnection.HTTP_INTERNAL_ERROR
              && open(object).stream().noneMatch(each -> each.upload().equals(upload));
      if (gone) {
        throw new NoSuchFileException(object.toString());
      }
      throw failure;
    }
  }

  private static String text(long crc) {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc).array();
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static OptionalLong number(String crc) {
    return crc == null
        ? OptionalLong.empty()
        : OptionalLong.of(
            Integer.toUnsignedLong(ByteBuffer.wrap(Base64.getDecoder().decode(crc)).getInt()));
  }

  /** The bytes where they are, as often as they are asked for. */
  private static RequestBody body(ByteBuffer bytes) {
    return RequestBody.fromContentProvider(
        () -> new BufferStream(bytes.duplicate()), bytes.remaining(), BINARY);
  }

  @Override
  public List<Part> parts(RemotePath object, String upload) throws IOException {
    var request =
        ListPartsRequest.builder()
            .bucket(S3Objects.bucket(object))
            .key(S3Objects.key(object))
            .uploadId(upload)
            .build();
    return run(
        object,
        () -> {
          var parts = new ArrayList<Part>();
          for (var part : client.listPartsPaginator(request).parts()) {
            parts.add(
                new Part(
                    part.partNumber(), part.eTag(), part.size(), number(part.checksumCRC32())));
          }
          parts.sort(Comparator.comparingInt(Part::number));
          return parts;
        });
  }

  @Override
  public void complete(RemotePath object, String upload, List<Part> parts, boolean replace)
      throws IOException {
    var all =
        parts.stream()
            .map(
                part ->
                    CompletedPart.builder()
                        .partNumber(part.number())
                        .eTag(part.tag())
                        .checksumCRC32(part.crc().isPresent() ? text(part.crc().getAsLong()) : null)
                        .build())
            .toList();
    var request =
        CompleteMultipartUploadRequest.builder()
            .bucket(S3Objects.bucket(object))
            .key(S3Objects.key(object))
            .uploadId(upload)
            .multipartUpload(whole -> whole.parts(all))
            .ifNoneMatch(replace ? null : NONE)
            .build();
    unlessDone(
        object,
        () -> ofOpen(object, upload, () -> client.completeMultipartUpload(request)),
        () -> isThere(object, parts));
  }

  /**
   * Makes a request whose answer may be lost: the next attempt is then refused though all is done.
   */
  private void unlessDone(
      RemotePath object, S3Failures.Request<?> request, S3Failures.Request<Boolean> done)
      throws IOException {
    int[] attempts = {0};
    try {
      run(
          object,
          () -> {
            attempts[0]++;
            return request.run();
          });
    } catch (NoSuchFileException | FileAlreadyExistsException answer) {
      if (attempts[0] == 1 || !done.run()) {
        throw answer;
      }
    }
  }

  private boolean isThere(RemotePath object, List<Part> parts) {
    long bytes = parts.stream().mapToLong(Part::bytes).sum();
    return new S3Objects(() -> client, retries)
        .entry(object)
        .filter(entry -> entry.size() == bytes)
        .isPresent();
  }

  @Override
  public void abort(RemotePath object, String upload) throws IOException {
    try {
      run(
          object,
          () ->
              client.abortMultipartUpload(
                  ask ->
                      ask.bucket(S3Objects.bucket(object))
                          .key(S3Objects.key(object))
                          .uploadId(upload)));
    } catch (NoSuchFileException gone) {
      // As it is to be.
    }
  }

  @Override
  public List<Upload> open(RemotePath path) throws IOException {
    String key = S3Objects.key(path);
    var request =
        ListMultipartUploadsRequest.builder().bucket(S3Objects.bucket(path)).prefix(key).build();
    return run(
        path,
        () -> {
          var found = new ArrayList<Upload>();
          for (var each : client.listMultipartUploadsPaginator(request).uploads()) {
            if (each.key().equals(key) || each.key().startsWith(S3Objects.prefix(path))) {
              found.add(
                  new Upload(below(path, each.key().substring(key.length())), each.uploadId()));
            }
          }
          return found;
        });
  }

  private static RemotePath below(RemotePath path, String rest) {
    RemotePath at = path;
    for (String name : RemotePath.split(rest)) {
      at = (RemotePath) at.resolve(name);
    }
    return at;
  }

  @Override
  public void put(RemotePath object, ByteBuffer bytes, boolean replace) throws IOException {
    var request =
        PutObjectRequest.builder()
            .bucket(S3Objects.bucket(object))
            .key(S3Objects.key(object))
            .ifNoneMatch(replace ? null : NONE)
            .overrideConfiguration(how -> how.apiCallAttemptTimeout(pace.of(bytes.remaining())))
            .build();
    unlessDone(object, () -> client.putObject(request, body(bytes)), () -> holds(object, bytes));
  }

  private boolean holds(RemotePath object, ByteBuffer bytes) throws IOException {
    var there =
        run(
            object,
            () ->
                client.getObjectAsBytes(
                    ask -> ask.bucket(S3Objects.bucket(object)).key(S3Objects.key(object))));
    return there.asByteBuffer().equals(bytes);
  }

  @Override
  public void delete(RemotePath object) throws IOException {
    run(
        object,
        () ->
            client.deleteObject(
                ask -> ask.bucket(S3Objects.bucket(object)).key(S3Objects.key(object))));
  }

  @Override
  public void copy(RemotePath from, RemotePath to) throws IOException {
    run(
        to,
        () ->
            client.copyObject(
                ask ->
                    ask.sourceBucket(S3Objects.bucket(from))
                        .sourceKey(S3Objects.key(from))
                        .destinationBucket(S3Objects.bucket(to))
                        .destinationKey(S3Objects.key(to))));
  }
}
