package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.policy.Limit;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.Remedy;
import io.shardwright.spi.error.Setting;
import io.shardwright.spi.error.UnsafeCheckpointException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

/** What the library's settings are called on a command line. */
class FlagsTest {
  private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());
  private static final CommandLine LINE =
      Main.commandLine(Run.screen(NOWHERE, NOWHERE), "completion");

  private static Flags of(String... words) {
    var typed = new TypedOptions(List.of(words));
    var line = Main.commandLine(Run.screen(NOWHERE, NOWHERE), words);
    return new Flags(line.getSubcommands().get(words[0]).getCommandSpec(), typed);
  }

  private static boolean isAnOption(String flag) {
    return LINE.getSubcommands().values().stream()
        .anyMatch(command -> command.getCommandSpec().findOption(flag) != null);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LIMIT")
  void everySettingIsAnOptionOfACommand(Setting setting) {
    String words = Flags.words(new Remedy(setting, Optional.empty()));
    assertTrue(Arrays.stream(words.split(" ")).anyMatch(FlagsTest::isAnOption), words);
  }

  @ParameterizedTest
  @EnumSource
  void everyLimitIsAnOptionOfACommand(Limit limit) {
    String words = Flags.words(new Remedy(Setting.LIMIT, Optional.of(limit.name())));
    assertEquals(Flags.of(limit), words);
    assertTrue(isAnOption(words), words);
  }

  @ParameterizedTest
  @CsvSource({
    "reshard,                  --dtype=fp16,        DTYPE, fp32, --dtype fp32",
    "convert,                  --tokenizer_model=x, TOKENIZER_MODEL,, --tokenizer_model",
    "convert_ckpt_to_nemo,     --tp=1,              TOKENIZER_MODEL,, --tokenizer-model",
    "convert_ckpt_to_nemo,     --precision=16,      DTYPE, fp32, --precision fp32",
    "convert_llama_hf_to_nemo, --overwrite,         DTYPE,, --precision",
    "megatron_change_num_partitions, --tokenizer_model_path=x, TOKENIZER_MODEL,,"
        + " --tokenizer_model_path",
    "inspect,                  --json,              PICKLE_IMPORTS,, inspect --pickle",
    "plan,                     --json,              REPLICATE_UNMATCHED,, --unmatched replicate"
  })
  void aSettingIsCalledWhatItsCommandCallsIt(
      String command, String typed, Setting setting, String value, String words) {
    var remedy = new Remedy(setting, Optional.ofNullable(value));
    assertEquals(words, of(command, typed).apply(remedy));
  }

  @Test
  void anOptionThatACommandLacksIsOneOfConvert() {
    var refusal =
        new UnsafeCheckpointException(
            ErrorCode.LOSSY_CAST, "x", "allow it with " + Setting.UNTIE.inText());
    String said = "SW-304 x: allow it with --untie";
    assertEquals(
        said + "\n  hint: --untie is an option of 'convert'",
        of("convert_llama_hf_to_nemo").message(refusal));
    assertEquals(said, of("reshard").message(refusal));
  }
}
