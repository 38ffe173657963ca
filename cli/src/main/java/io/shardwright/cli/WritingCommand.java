package io.shardwright.cli;

import io.shardwright.ReportFile;
import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.report.HtmlReport;
import io.shardwright.core.report.RefusalPage;
import io.shardwright.core.report.RunRecorder;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.PlanRejectedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands that write have: the run itself, and the page that shows it. */
abstract class WritingCommand extends ScreenCommand {
  @Spec private CommandSpec spec;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Write an HTML page of the plan, run and checks.")
  private Path report;

  @Mixin private TargetOptions writing = new TargetOptions();

  /** Plans, and runs unless that is all that is wanted; shows and reports. */
  final int write(ReshardRequestBuilder asked) {
    return write(asked, run(), writing.dry());
  }

  /** Runs a part, or what was planned before. */
  final int write(Supplier<ReshardRequestBuilder> asked, PartOptions parts) {
    var saved = parts.saved();
    if (saved.isEmpty()) {
      return write(asked.get(), parts.in(run()), writing.dry());
    }
    var request = writing.own(saved.get().request());
    RunOptions said = request.build().run();
    var run = parts.in(run()).withDevice(said.device()).withSaved(said.saved().orElseThrow());
    return write(shardwright(saved.get()), request.run(run).build(), writing.dry());
  }

  /** Plans; shows and reports. */
  final int plan(ReshardRequestBuilder asked, Optional<Path> save) {
    var request = request(asked);
    requireElsewhere(request);
    var made = shardwright();
    return show(
        request,
        () -> save.isPresent() ? SavedPlan.write(made, request, save.get()) : made.plan(request));
  }

  /** With what all writing has. */
  final ReshardRequest request(ReshardRequestBuilder asked) {
    return writing.in(asked).run(run()).build();
  }

  private RunOptions run() {
    return options(writing.run());
  }

  private int write(ReshardRequestBuilder asked, RunOptions run, boolean dry) {
    return write(shardwright(), writing.in(asked).run(run).build(), dry);
  }

  private int write(Shardwright made, ReshardRequest request, boolean dry) {
    requireElsewhere(request);
    if (dry) {
      return show(request, () -> made.plan(request));
    }
    run(made, request);
    return ExitCode.DONE;
  }

  /** A plan that can't fit is no success. */
  private int show(ReshardRequest request, Supplier<ReshardPlan> planning) {
    ReshardPlan plan = planned(request, planning);
    new RunView(this).show(plan);
    page(HtmlReport.of(plan), plan.request());
    return plan.needs().fits() ? ExitCode.DONE : ExitCode.RESOURCES;
  }

  /** A plan that is refused has a page too. */
  private ReshardPlan planned(ReshardRequest request, Supplier<ReshardPlan> planning) {
    try {
      return planning.get();
    } catch (PlanRejectedException refusal) {
      if (report != null) {
        var page =
            RefusalPage.of(request, refusal)
                .madeBy(PageOptions.words(spec), ShardwrightCommand.Version.text())
                .saying(flags());
        ReportFile.write(page, request.inputs(), report, request.overwrite());
      }
      throw refusal;
    }
  }

  private void requireElsewhere(ReshardRequest request) {
    if (report != null) {
      PageOptions.requireElsewhere(spec, report, request.source());
      PageOptions.requireElsewhere(spec, report, request.target());
      ReportFile.requireWritable(report, request, request.overwrite());
    }
  }

  private void run(Shardwright made, ReshardRequest request) {
    var view = new RunView(this);
    if (report == null && !common().verbose()) {
      view.show(made.run(request, progress()), request.run().part());
      return;
    }
    var plans = new ArrayList<ReshardPlan>();
    var recorder = new RunRecorder(progress());
    var done = made.run(request, plan -> plans.add(remarked(plan)), recorder);
    try {
      page(HtmlReport.of(plans.get(0)).ran(done, recorder.course()), request);
      view.show(done, request.run().part());
    } catch (CheckpointException failure) {
      if (!common().json()) {
        view.show(done, request.run().part());
      }
      notes(List.of(done.target() + " is complete; only its report could not be written"));
      throw failure;
    }
  }

  private ReshardPlan remarked(ReshardPlan plan) {
    if (common().verbose()) {
      plan.toString().lines().forEach(screen()::remark);
    }
    return plan;
  }

  private void page(HtmlReport page, ReshardRequest request) {
    if (report == null) {
      return;
    }
    var made =
        page.madeBy(PageOptions.words(spec), ShardwrightCommand.Version.text()).saying(flags());
    ReportFile.write(made, report, request.overwrite());
  }
}
