package io.shardwright.cli;

import io.shardwright.SavedPlan;
import io.shardwright.core.RunOptions;
import io.shardwright.core.RunOptions.Part;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which plan is run, and which part of it. */
final class PartOptions {
  private static final Pattern PART = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");

  /** What a process may choose by itself when another has planned. */
  private static final List<String> OWN =
      List.of(
          "--plan",
          "--part",
          "--threads",
          "--mkdirs",
          "--no-sync",
          "--resume",
          "--dry-run",
          "--report",
          "--json",
          "--quiet",
          "--verbose",
          "--no-progress",
          "--progress",
          "--color");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--plan",
      paramLabel = "PLAN.json.gz",
      description = "Run what 'plan --save' wrote, in place of SRC, DST and options.")
  private Path plan;

  @Option(
      names = "--part",
      paramLabel = "I/N",
      description =
          "Write one of N parts of the target; 'finish' completes it when all are written.")
  private String part;

  /** The plan that is given. */
  Optional<SavedPlan> saved() {
    if (plan == null) {
      return Optional.empty();
    }
    command.commandLine().getParseResult().matchedArgs().forEach(this::refuse);
    return Optional.of(SavedPlan.read(plan));
  }

  private void refuse(ArgSpec given) {
    String name = given instanceof OptionSpec option ? option.longestName() : given.paramLabel();
    if (!OWN.contains(name)) {
      throw new ParameterException(
          command.commandLine(),
          name + " can't be combined with --plan: the saved plan has all options");
    }
  }

  /** Says the part to a run. */
  RunOptions in(RunOptions run) {
    return part == null ? run : run.withPart(part());
  }

  private Part part() {
    var numbers = PART.matcher(part);
    if (numbers.matches()) {
      int number = Integer.parseInt(numbers.group(1));
      int of = Integer.parseInt(numbers.group(2));
      if (number >= 1 && number <= of && of <= Part.MOST) {
        return new Part(number, of);
      }
    }
    throw new ParameterException(
        command.commandLine(),
        "--part is '"
            + part
            + "', expected such as 2/7: a number from 1 on, of at most "
            + Part.MOST);
  }
}
