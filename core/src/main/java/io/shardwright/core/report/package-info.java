/**
 * The HTML report: plans and reports go in, one page comes out that needs no script, no other file
 * and no network.
 *
 * <pre>{@code
 * var recorder = new RunRecorder(ProgressListener.SILENT);
 * Report report = shardwright.run(plan, recorder);
 * var page = HtmlReport.of(plan).ran(report, recorder.course());
 * ReportFile.write(page, Path.of("report.html"), false);
 * }</pre>
 */
package io.shardwright.core.report;
