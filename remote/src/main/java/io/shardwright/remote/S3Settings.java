package io.shardwright.remote;

import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * How a store is reached: endpoint, region, profile and credentials as the AWS SDK finds them, by
 * the environment, its files, and the machine's own role.
 *
 * @param environment the value of a variable; null where it is not set
 */
record S3Settings(UnaryOperator<String> environment) {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration STALL = Duration.ofSeconds(60);

  private Optional<String> value(String name) {
    return Optional.ofNullable(environment.apply(name)).filter(text -> !text.isEmpty());
  }

  /** The address of a store that is not Amazon's. */
  Optional<String> endpoint() {
    return value("AWS_ENDPOINT_URL_S3").or(() -> value("AWS_ENDPOINT_URL")).or(this::ofProfile);
  }

  private Optional<String> ofProfile() {
    String profile = ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
    return ProfileFile.defaultProfileFile()
        .profile(profile)
        .flatMap(found -> found.property("endpoint_url"));
  }

  /** Other stores than Amazon's rarely have a name for each bucket. */
  private boolean pathStyle() {
    return value("SHARDWRIGHT_S3_PATH_STYLE")
        .map(Boolean::parseBoolean)
        .orElseGet(() -> endpoint().isPresent());
  }

  /** Whether parts are sent with checksums, which a few stores don't know. */
  boolean checksums() {
    return value("AWS_REQUEST_CHECKSUM_CALCULATION")
        .filter(text -> text.equalsIgnoreCase("when_required"))
        .isEmpty();
  }

  private Region region() {
    try {
      return new DefaultAwsRegionProviderChain().getRegion();
    } catch (SdkClientException none) {
      return Region.US_EAST_1;
    }
  }

  /** A client, which tries nothing again by itself. */
  S3Client client() {
    var http = UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(STALL);
    return S3Client.builder()
        .httpClientBuilder(http)
        .region(region())
        // Java waits a whole timeout for a server that does not answer an expectation.
        // Many stores know no chunks.
        .serviceConfiguration(how -> how.expectContinueEnabled(false).chunkedEncodingEnabled(false))
        .forcePathStyle(pathStyle())
        .crossRegionAccessEnabled(endpoint().isEmpty())
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .overrideConfiguration(how -> how.retryStrategy(DefaultRetryStrategy.doNotRetry()))
        .build();
  }
}
