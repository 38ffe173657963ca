package io.shardwright.remote;

import java.time.Duration;
import java.util.Optional;
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
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * How a store is reached: endpoint, region, profile and credentials as the AWS SDK finds them, by
 * the environment, its files, and the machine's own role.
 *
 * @param settings all that is configured
 */
record S3Settings(Settings settings) {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** A store may say nothing for a while when it joins the parts of a large object. */
  private static final int SILENCE = 60;

  /** The address of a store that is not Amazon's. */
  Optional<String> endpoint() {
    return settings.text("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL").or(this::ofProfile);
  }

  /** How long a store may take. */
  Pace pace() {
    return Pace.of(settings.timeout(SILENCE));
  }

  private Optional<String> ofProfile() {
    String profile = ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow();
    return ProfileFile.defaultProfileFile()
        .profile(profile)
        .flatMap(found -> found.property("endpoint_url"));
  }

  /** Other stores than Amazon's rarely have a name for each bucket. */
  private boolean pathStyle() {
    return settings
        .text("SHARDWRIGHT_S3_PATH_STYLE")
        .map(Boolean::parseBoolean)
        .orElseGet(() -> endpoint().isPresent());
  }

  /** Whether parts are sent with checksums, which a few stores don't know. */
  boolean checksums() {
    return settings
        .text("AWS_REQUEST_CHECKSUM_CALCULATION")
        .filter(text -> text.equalsIgnoreCase("when_required"))
        .isEmpty();
  }

  /** The chain asks the machine's own service last, which takes a second where there is none. */
  private Region region() {
    Optional<String> said = settings.text("AWS_REGION");
    if (said.isPresent()) {
      return Region.of(said.get());
    }
    try {
      return new DefaultAwsRegionProviderChain().getRegion();
    } catch (SdkClientException none) {
      return Region.US_EAST_1;
    }
  }

  /** A client, which tries nothing again by itself. */
  S3Client client() {
    return builder().build();
  }

  S3ClientBuilder builder() {
    var http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECT)
            .socketTimeout(pace().silence());
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
        .overrideConfiguration(how -> how.retryStrategy(DefaultRetryStrategy.doNotRetry()));
  }
}
