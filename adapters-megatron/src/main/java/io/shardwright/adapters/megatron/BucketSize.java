package io.shardwright.adapters.megatron;

import io.shardwright.adapters.megatron.BufferLayout.Laid;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The bucket sizes that cut buffers as they were cut.
 *
 * @param above the size is larger than this
 * @param most the size is at most this
 */
record BucketSize(long above, long most) {
  /** Any. */
  static final BucketSize ANY = new BucketSize(0, Long.MAX_VALUE);

  /** Without overlap of the gradients' reduction nothing is cut. */
  static final String OVERLAP = "overlap_grad_reduce";

  static final String SIZE = "ddp_bucket_size";
  static final String COUNT = "ddp_num_buckets";

  /** What Megatron-LM takes where no size is given, and for each rank of data parallelism. */
  private static final long LEAST = 40_000_000;

  private static final long EACH = 1_000_000;

  /**
   * Those that cut a further buffer too: each bucket but the last is ended by its last parameter.
   */
  BucketSize and(BufferLayout layout, Laid laid) {
    long above = this.above;
    long most = this.most;
    for (int number = 0; number < laid.places().size(); number++) {
      var place = laid.places().get(number);
      boolean ends = number > 0 && laid.places().get(number - 1).bucket() > place.bucket();
      if (ends
          && !layout.parameters().get(number).shared()
          && !layout.parameters().get(number - 1).shared()) {
        above = Math.max(above, place.start());
        most = Math.min(most, laid.buckets().get(place.bucket()));
      }
    }
    return new BucketSize(above, most);
  }

  /** One that somebody may have written: the roundest; empty where nothing was cut. */
  OptionalLong likeliest() {
    if (most == Long.MAX_VALUE) {
      return OptionalLong.empty();
    }
    for (long unit = 1_000_000_000_000L; unit > 0; unit /= 10) {
      for (long part : List.of(unit, unit / 2)) {
        if (part > 0 && most / part * part > above) {
          return OptionalLong.of(most / part * part);
        }
      }
    }
    return OptionalLong.of(most);
  }

  /**
   * What ends a bucket of a training.
   *
   * @param settings in Megatron-LM's words
   * @param ranks of data parallelism
   */
  static OptionalLong of(Map<String, String> settings, long ranks) {
    boolean overlap = "true".equalsIgnoreCase(settings.get(OVERLAP));
    if (!overlap || settings.containsKey(COUNT)) {
      return OptionalLong.empty();
    }
    String said = settings.getOrDefault(SIZE, "");
    return OptionalLong.of(
        said.matches("[1-9][0-9]{0,17}")
            ? Long.parseLong(said)
            : Math.max(LEAST, Math.multiplyExact(EACH, ranks)));
  }
}
