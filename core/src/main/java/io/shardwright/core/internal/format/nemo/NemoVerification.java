package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.verify.TargetVerifier;
import java.nio.file.Path;
import java.util.zip.CRC32;

/** Verifies a NeMo target that was just written, by opening it afresh. */
public final class NemoVerification {
  private NemoVerification() {}

  /**
   * Compares a staged target with the plan and with what was read from the source.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it differs or can't be read
   */
  public static void require(
      Path staged, ExecutablePlan plan, NemoTarget layout, Written written, Progress progress) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress);
    try (var target = NemoCheckpoint.open(staged, staged.getParent())) {
      verifier.requireEqual(target.rankFiles(), plan.files(), written);
      var config = new CRC32();
      config.update(layout.config());
      verifier.requireMember(
          NemoMembers.CONFIG,
          target.members().open(NemoMembers.CONFIG).orElseThrow(),
          layout.config().length,
          config.getValue());
      written
          .passages()
          .forEach(
              (passage, crc) ->
                  verifier.requireMember(
                      passage.member(),
                      target.members().open(passage.member()).orElseThrow(),
                      passage.bytes().size(),
                      crc));
    }
  }
}
