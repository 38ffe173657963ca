package io.shardwright.core.internal.execute;

import java.util.List;
import java.util.Optional;

/** Records which steps are done, so that an interrupted run can be resumed. */
public interface Journal {
  /** Remembers nothing. */
  Journal NONE =
      new Journal() {
        @Override
        public Optional<Entry> entry(int step) {
          return Optional.empty();
        }

        @Override
        public void add(int step, Entry entry) {}
      };

  /**
   * What an earlier run says that it did. Whether it is there still must be seen from the bytes.
   */
  Optional<Entry> entry(int step);

  /** A step is done: its bytes are written. Called by any thread. */
  void add(int step, Entry entry);

  /**
   * What a step did.
   *
   * @param ranges of each of its targets' bytes, in the order of the targets
   * @param sourceIntact whether all that it read from has the checksums that its files state
   * @param losses of its casts
   */
  record Entry(List<List<CrcRanges.Range>> ranges, boolean sourceIntact, CastLosses losses) {}
}
