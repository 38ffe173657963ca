package io.shardwright.remote;

import io.shardwright.spi.channel.Addresses;
import io.shardwright.spi.error.CheckpointIoException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
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
  private static final Set<String> SLOWLY = Set.of("SlowDown", "RequestTimeout", "InternalError");

  private S3Failures() {}

  /** A request. */
  interface Request<T> {
    T run() throws IOException;
  }

  /**
   * Makes a request once.
   *
   * @param where the object's address
   * @throws FileAlreadyExistsException if something must not be replaced
   * @throws NoSuchFileException if there is no such object, upload or bucket
   * @throws IOException for what may be better in a while
   * @throws CheckpointIoException for what will not be
   */
  static <T> T once(String where, Request<T> request) throws IOException {
    try {
      return request.run();
    } catch (AwsServiceException answer) {
      throw of(where, answer);
    } catch (SdkClientException failure) {
      throw of(where, failure);
    }
  }

  private static IOException of(String where, AwsServiceException answer) {
    String code = code(answer);
    int status = answer.statusCode();
    if (status == PRECONDITION || status == CONFLICT) {
      return new FileAlreadyExistsException(where);
    } else if (LATER.contains(status) || SLOWLY.contains(code)) {
      return new Busy("the store answers " + status + " " + code, Optional.<Duration>empty());
    } else if (status == MISSING) {
      String reason = code.equals("NoSuchBucket") ? "there is no such bucket" : null;
      return new NoSuchFileException(where, null, reason);
    }
    throw new CheckpointIoException(
        status == REFUSED || status == REFUSED - 2
            ? ErrorCode.ACCESS_REFUSED
            : ErrorCode.READ_FAILED,
        where,
        "the store answers " + status + " " + code + said(answer));
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
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return new IOException(Addresses.shown(String.valueOf(cause.getMessage())));
  }
}
