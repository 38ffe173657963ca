package io.shardwright.core.report;

import io.shardwright.core.Report;
import io.shardwright.core.ReshardPlan;
import io.shardwright.spi.error.Remedy;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything that a page may show.
 *
 * @param report empty where the plan was not run
 * @param course empty where nothing was recorded
 * @param command the words of the command line; empty where there was none
 * @param words what a setting is called in notes
 */
record Contents(
    ReshardPlan plan,
    Optional<Report> report,
    RunCourse course,
    List<String> command,
    String version,
    Function<Remedy, String> words) {}
