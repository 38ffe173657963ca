package io.shardwright.cli;

import io.shardwright.Shardwright;
import io.shardwright.core.AdapterDescription;
import io.shardwright.core.FormatDescription;
import io.shardwright.spi.ParallelDimension;
import io.shardwright.spi.RestoreClass;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** What was found on the class path. */
@Command(
    name = "adapters",
    addMethodSubcommands = false,
    description = "List the families and formats found, and failures.",
    footer = "shardwright adapters --adapter-path my-adapter.jar")
final class AdaptersCommand extends ScreenCommand {
  @Override
  public Integer call() {
    Shardwright shardwright = shardwright();
    if (common().json()) {
      screen()
          .print(
              Json.object(
                  Fields.of(
                          "families",
                          shardwright.adapters().stream().map(AdaptersCommand::fields).toList())
                      .and("formats", ids(shardwright))
                      .and(
                          "format_details",
                          shardwright.formats().stream().map(AdaptersCommand::fields).toList())
                      .and("failures", shardwright.adapterFailures())
                      .map()));
    } else {
      shardwright.adapters().forEach(this::print);
      screen().print(Screen.safe("formats: " + String.join(", ", ids(shardwright))));
      shardwright.formats().forEach(this::print);
    }
    notes(shardwright.adapterFailures());
    return ExitCode.DONE;
  }

  private static List<String> ids(Shardwright shardwright) {
    return shardwright.formats().stream().map(FormatDescription::id).toList();
  }

  private static Map<String, Object> fields(FormatDescription format) {
    return Fields.of("id", format.id())
        .and("origin", format.origin())
        .and("written", format.isWritten())
        .and("keeps", format.keeps())
        .map();
  }

  private void print(FormatDescription format) {
    String use = format.isWritten() ? "read and written" : "read";
    screen().print("  " + format.id() + " (" + Screen.safe(format.origin()) + "): " + use);
    if (!format.keeps().isEmpty()) {
      screen().print("    keeps " + String.join(", ", format.keeps()));
    }
  }

  private static List<String> dimensions(AdapterDescription adapter) {
    return adapter.parallelism().dimensions().stream()
        .sorted()
        .map(ParallelDimension::configKey)
        .toList();
  }

  private static Map<String, Object> fields(AdapterDescription adapter) {
    return Fields.of("id", adapter.id())
        .and("origin", adapter.origin())
        .and("parallel_dimensions", dimensions(adapter))
        .and("restore_classes", adapter.restoreClasses().stream().map(RestoreClass::name).toList())
        .map();
  }

  private void print(AdapterDescription adapter) {
    screen().print(adapter.id() + " (" + Screen.safe(adapter.origin()) + ")");
    screen().print("  may exceed 1: " + String.join(", ", dimensions(adapter)));
    adapter
        .restoreClasses()
        .forEach(
            type ->
                screen()
                    .print(
                        "  restores "
                            + type.kind().name().toLowerCase(Locale.ROOT)
                            + " "
                            + Screen.safe(type.name())));
  }
}
