/**
 * A run as one page of HTML that needs nothing else: no script, no other file, no network.
 *
 * <pre>{@code
 * var recorder = new RunRecorder(ProgressListener.SILENT);
 * Report report = shardwright.run(plan, recorder);
 * HtmlReport.of(plan).ran(report, recorder.course()).write(Path.of("report.html"), false);
 * }</pre>
 */
package io.shardwright.core.report;
