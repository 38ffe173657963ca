package io.shardwright.hostile;

import io.shardwright.Shardwright;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.Verification;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What became of a file that was inspected, verified and converted. */
final class Outcome {
  private static final Shardwright SHARDWRIGHT = Shardwright.create();

  private final List<Throwable> failures = new ArrayList<>();
  private CheckpointException refusal;
  private Map<String, String> sums = Map.of();

  static Outcome of(Path path, Path target) {
    var outcome = new Outcome();
    outcome.attempt(() -> inspect(path));
    outcome.attempt(() -> outcome.sums = sums(verify(path)));
    outcome.refusal = (CheckpointException) outcome.last();
    for (TargetFormat format : List.of(TargetFormat.SAFETENSORS, TargetFormat.NEMO)) {
      outcome.attempt(() -> convert(path, target, format));
    }
    return outcome;
  }

  private static void inspect(Path path) {
    try (var checkpoint = SHARDWRIGHT.open(path)) {
      checkpoint.summary();
      checkpoint.tensors();
      checkpoint.pickleImports();
    }
  }

  private static Verification verify(Path path) {
    return SHARDWRIGHT.verify(
        path,
        Set.of(Verification.Detail.SUMS, Verification.Detail.VALUES),
        ProgressListener.SILENT);
  }

  private static void convert(Path path, Path target, TargetFormat format) {
    var request = ReshardRequest.builder(path, target).format(format).sync(false).build();
    try {
      SHARDWRIGHT.run(request, ProgressListener.SILENT);
    } finally {
      delete(target);
    }
  }

  private static void delete(Path target) {
    if (!Files.exists(target)) {
      return;
    }
    try (var walk = Files.walk(target)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void attempt(Runnable step) {
    try {
      step.run();
      failures.add(null);
    } catch (RuntimeException | Error failure) {
      failures.add(failure);
    }
  }

  private Throwable last() {
    Throwable last = failures.get(failures.size() - 1);
    return last instanceof CheckpointException ? last : null;
  }

  static Map<String, String> sums(Verification found) {
    var sums = new TreeMap<String, String>();
    found
        .tensors()
        .forEach(
            sum -> {
              DType dtype = sum.spec().dtype();
              String what = sum.spec().name() + " " + dtype.safetensorsName();
              sums.put(what + " " + sum.spec().shape(), sum.sha256());
            });
    return sums;
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Fails if anything but an exception of ours came out, whatever was tried. */
  void requireOurs() {
    for (Throwable failure : failures) {
      if (failure != null && !(failure instanceof CheckpointException)) {
        throw new AssertionError("not one of ours", failure);
      }
    }
  }

  /** Whether any of the conversions came to an end. */
  boolean isConverted() {
    return failures.subList(2, failures.size()).contains(null);
  }

  Map<String, String> sums() {
    return sums;
  }

  Optional<CheckpointException> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public String toString() {
    return failures.toString();
  }
}
