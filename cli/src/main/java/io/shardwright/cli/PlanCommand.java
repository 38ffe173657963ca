package io.shardwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a reshard would do. */
@Command(
    name = "plan",
    description = "Say what 'reshard', or with --to 'convert', with the same options would do.")
final class PlanCommand extends WritingCommand {
  @Mixin private ReshardOptions options = new ReshardOptions();
  @Mixin private ConvertOptions wanted = new ConvertOptions();

  @Override
  public Integer call() {
    var request = options.builder().huggingFace(wanted.huggingFace());
    wanted.format(() -> shardwright().formats()).ifPresent(request::format);
    return write(request, true);
  }
}
