package io.shardwright.core.report;

import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a page may show.
 *
 * @param report empty where the plan was not run
 * @param course empty where nothing was recorded
 * @param command the words of the command line; empty where there was none
 */
record Contents(
    ReshardPlan plan,
    Optional<Report> report,
    RunCourse course,
    List<String> command,
    String version) {}
