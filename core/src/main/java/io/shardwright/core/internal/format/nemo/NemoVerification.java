package io.shardwright.core.internal.format.nemo;

import io.shardwright.core.internal.execute.Progress;
import io.shardwright.core.internal.execute.Workers;
import io.shardwright.core.internal.execute.Written;
import io.shardwright.core.internal.plan.ExecutablePlan;
import io.shardwright.core.internal.verify.TargetVerifier;
import java.nio.file.Path;
import java.util.zip.CRC32;

/** Verifies a NeMo target that was just written, by opening it afresh. */
final class NemoVerification {
  private NemoVerification() {}

  /**
   * Compares a staged target with the plan and with what was read from the source.
   *
   * @throws io.shardwright.spi.error.CheckpointException if it differs or can't be read
   */
  static void require(
      Path staged,
      ExecutablePlan plan,
      NemoTarget layout,
      Written written,
      Progress progress,
      Workers workers) {
    var verifier = new TargetVerifier(staged.getFileName().toString(), progress, workers);
    try (var target = NemoCheckpoint.open(staged, staged.getParent(), layout.guard().anew())) {
      verifier.requireEqual(target.sourceFiles(), plan, written);
      layout
          .made()
          .forEach(
              (member, bytes) -> {
                var crc = new CRC32();
                crc.update(bytes);
                verifier.requireMember(
                    member, target.open(member).orElseThrow(), bytes.length, crc.getValue());
              });
      written
          .carried()
          .forEach(
              (member, crc) ->
                  verifier.requireMember(
                      member.member(),
                      target.open(member.member()).orElseThrow(),
                      member.bytes().size(),
                      crc));
      verifier.readAll();
    }
  }
}
