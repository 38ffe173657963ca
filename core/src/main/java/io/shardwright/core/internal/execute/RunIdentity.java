package io.shardwright.core.internal.execute;

import io.shardwright.core.internal.execute.TargetLayout.OutputFile;
import io.shardwright.core.internal.plan.PlanStep;
import io.shardwright.core.internal.plan.PlanStep.LowRankMerge;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What a run reads, does and where it writes, as a SHA-256. A run may go on with another's work
 * where both have the same.
 */
public final class RunIdentity {
  private static final String VERSION =
      String.valueOf(RunIdentity.class.getPackage().getImplementationVersion());

  private final MessageDigest digest;

  private RunIdentity(MessageDigest digest) {
    this.digest = digest;
  }

  /**
   * The identity of a run of these steps.
   *
   * @param device what computes; counts where it shows in the bytes, that is in sums
   */
  public static String of(List<PlanStep> steps, TargetLayout layout, String device) {
    try {
      var identity = new RunIdentity(MessageDigest.getInstance("SHA-256"));
      identity.add(VERSION);
      for (OutputFile file : layout.files()) {
        identity.add(file.toString());
      }
      for (PlanStep step : steps) {
        identity.add(step.toString());
        identity.add(step instanceof LowRankMerge ? device : "");
        step.to().forEach(to -> identity.add(layout.place(to.tensor()).toString()));
      }
      return HexFormat.of().formatHex(identity.digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
