package io.shardwright.remote;

import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what went wrong at an object store in words that hold no secret. */
final class S3Failures {
  private static final int REFUSED = 403;
  private static final int MISSING = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION = 412;
  private static final Set<Integer> LATER = Set.of(408, 429, 500, 502, 503, 504);

  /** What passes, whatever the status: S3 answers some of it with 400 or 409. */
  private static final Set<String> SLOWLY =
      Set.of(
          "SlowDown",
          "RequestTimeout",
          "InternalError",
          "BadDigest",
          "IncompleteBody",
          "ConditionalRequestConflict",
          "OperationAborted");

  private static final Set<String> UNWELCOME = Set.of("ExpiredToken", "InvalidToken");
  private static final String REGION = "x-amz-bucket-region";

  private S3Failures() {}

  /** A request. */
  interface Request<T> {
    T run() throws IOException;
  }

  /**
   * Makes a request once.
   *
   * @param where the object's address
   * @param otherwise the code of a failure that has no code of its own
   * @throws FileAlreadyExistsException if something must not be replaced
   * @throws NoSuchFileException if there is no such object, upload or bucket
   * @throws IOException for what may be better in a while
   * @throws CheckpointIoException for what will not be
   */
  static <T> T once(String where, ErrorCode otherwise, Request<T> request) throws IOException {
    try {
      return request.run();
    } catch (AwsServiceException answer) {
      throw of(where, otherwise, answer);
    } catch (SdkClientException failure) {
      throw of(where, failure);
    }
  }

  private static IOException of(String where, ErrorCode otherwise, AwsServiceException answer) {
    String code = code(answer);
    int status = answer.statusCode();
    if (LATER.contains(status) || SLOWLY.contains(code)) {
      return new Busy(
          "the store answered " + status + " " + code,
          header(answer, "Retry-After").flatMap(Answer::wait));
    } else if (status == PRECONDITION || status == CONFLICT) {
      return new FileAlreadyExistsException(where);
    } else if (status == MISSING) {
      String reason = code.equals("NoSuchBucket") ? "there is no such bucket" : null;
      return new NoSuchFileException(where, null, reason);
    }
    boolean refused = status == REFUSED || status == REFUSED - 2 || UNWELCOME.contains(code);
    throw new CheckpointIoException(
        refused ? ErrorCode.ACCESS_REFUSED : otherwise,
        where,
        ("the store answered " + status + " " + code).strip() + said(answer) + region(answer));
  }

  private static Optional<String> header(AwsServiceException answer, String name) {
    return Optional.ofNullable(answer.awsErrorDetails())
        .map(details -> details.sdkHttpResponse())
        .flatMap(response -> response.firstMatchingHeader(name));
  }

  private static String region(AwsServiceException answer) {
    return header(answer, REGION)
        .map(name -> "; the bucket is in the region '" + name + "': set AWS_REGION to it")
        .orElse("");
  }

  static String code(AwsServiceException answer) {
    return Optional.ofNullable(answer.awsErrorDetails())
        .map(details -> details.errorCode())
        .orElse("");
  }

  private static String said(AwsServiceException answer) {
    return Optional.ofNullable(answer.awsErrorDetails())
        .map(details -> details.errorMessage())
        .filter(text -> !text.isEmpty())
        .map(text -> ": " + Addresses.shown(text))
        .orElse("");
  }

  /** The SDK has no type for what its own chains lack. */
  private static IOException of(String where, SdkException failure) {
    String text = String.valueOf(failure.getMessage());
    if (text.contains("credentials")) {
      throw new CheckpointIoException(
          ErrorCode.ACCESS_REFUSED,
          where,
          "no credentials were found where the AWS SDK looks for them: set AWS_PROFILE, or"
              + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    if (failure.getCause() instanceof IOException network) {
      return network;
    }
    return new IOException(text);
  }
}
