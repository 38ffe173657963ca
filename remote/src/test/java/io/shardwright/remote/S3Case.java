package io.shardwright.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** A server of ranges and a store that speak S3, and clients of both that know a secret. */
abstract class S3Case {
  static final String SECRET = "very-secret";
  static final byte[] BYTES = new byte[3 << 20];
  static final Content CONTENT;

  static {
    new Random(26).nextBytes(BYTES);
    CONTENT = Content.of(BYTES);
  }

  static final Settings SETTINGS =
      new Settings(
          Map.of(
              "AWS_ENDPOINT_URL_S3", "set",
              "AWS_REGION", "us-east-1",
              "SHARDWRIGHT_REMOTE_TIMEOUT", "1"));

  final TestServer server = new TestServer().put("/models/x.bin", CONTENT);
  final TestStore store = new TestStore();
  final List<Long> pauses = new CopyOnWriteArrayList<>();
  final Retries retries = Retries.STANDARD.pausing(pauses::add);

  @AfterEach
  void close() {
    server.close();
    store.close();
  }

  S3Client client(String address) {
    var account = AwsBasicCredentials.create("test", SECRET);
    return new S3Settings(SETTINGS)
        .builder()
        .endpointOverride(URI.create(address))
        .credentialsProvider(StaticCredentialsProvider.create(account))
        .build();
  }

  S3Provider provider(String address) {
    return new S3Provider(SETTINGS, retries, client(address));
  }

  static CheckpointException refused(ErrorCode code, Attempt attempt) {
    var refusal = assertThrows(CheckpointException.class, attempt::run);
    assertEquals(code, refusal.code(), refusal.toString());
    for (Throwable each = refusal; each != null; each = each.getCause()) {
      assertFalse(each.toString().contains(SECRET), each.toString());
      assertFalse(each.toString().contains("X-Signature"), each.toString());
    }
    return refusal;
  }

  interface Attempt {
    void run() throws IOException;
  }
}
