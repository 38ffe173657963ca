package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.plan.TargetTensor;
import java.util.Map;

/** Remembers which steps are done, so that a killed run can go on. */
public interface Journal {
  /** Remembers nothing. */
  Journal NONE =
      new Journal() {
        @Override
        public Map<TargetTensor, CrcPieces> done(int step) {
          return Map.of();
        }

        @Override
        public void add(int step, Map<TargetTensor, CrcPieces> written) {}
      };

  /** What an earlier run wrote for a step and is there still; empty if it must be done. */
  Map<TargetTensor, CrcPieces> done(int step);

  /** A step is done: its source is checked, its bytes are written. Called by any thread. */
  void add(int step, Map<TargetTensor, CrcPieces> written);
}
