package io.shardwright.core.internal.validate;

import io.shardwright.core.FamilyReport;
import io.shardwright.core.FamilyReport.Finding;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TensorDifference;
import io.shardwright.core.internal.compare.CheckpointComparison;
import io.shardwright.core.internal.device.Resources;
import io.shardwright.core.internal.open.OpenCheckpoint;
import io.shardwright.core.internal.open.Sources;
import io.shardwright.core.internal.validate.FamilyValidation.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Compares one model on two grids, merged by a family's rows: a wrong cut merges them into
 * different tensors.
 *
 * @param sources that know the family
 */
record GridComparison(Path first, Path second, Sources sources) {
  /** What the first report says, the second's problems, and the tensors that differ. */
  FamilyReport add(FamilyReport report, FamilyReport twin) {
    var findings = new ArrayList<Finding>();
    findings.addAll(report.findings().stream().filter(Finding::problem).toList());
    twin.findings().stream()
        .filter(found -> found.problem() && !findings.contains(found))
        .forEach(findings::add);
    if (findings.isEmpty()) {
      findings.addAll(differences());
    }
    boolean fits = findings.isEmpty();
    report.findings().stream().filter(found -> !found.problem()).forEach(findings::add);
    return new FamilyReport(report.family(), fits, List.copyOf(findings), report.draft());
  }

  private List<Finding> differences() {
    try (var one = OpenCheckpoint.open(first, sources);
        var other = OpenCheckpoint.open(second, sources)) {
      var workers = Resources.workers(RunOptions.DEFAULT);
      var compared = new CheckpointComparison(one, other).run(workers, ProgressListener.SILENT);
      Stream<TensorDifference> differing = compared.differences().stream();
      return differing.map(this::finding).toList();
    }
  }

  private Finding finding(TensorDifference difference) {
    String text =
        "differs between "
            + first.getFileName()
            + " and "
            + second.getFileName()
            + " when its ranks are merged: its row cuts it differently than the model, or these are"
            + " different models";
    return Kind.GRIDS.finding(difference.name(), 0, 0, text);
  }
}
