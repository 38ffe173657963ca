package io.shardwright.core.internal.save;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.SavedPlan;
import io.shardwright.Shardwright;
import io.shardwright.core.Device;
import io.shardwright.core.GridOptions;
import io.shardwright.core.HuggingFaceOptions;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.RunOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.TrainingOptions;
import io.shardwright.core.internal.registry.FileNames;
import io.shardwright.spi.Naming;
import io.shardwright.spi.PipelineLayout;
import io.shardwright.spi.PipelineSplit;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.format.CoreVersion;
import io.shardwright.spi.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans in files. */
class PlanDocumentTest {
  private static final Shardwright SHARDWRIGHT = Shardwright.create();

  @TempDir Path folder;
  private Path source;
  private Path file;

  @BeforeEach
  void prepare() throws IOException {
    source = folder.resolve("model.nemo");
    file = folder.resolve("plan.json.gz");
    try (InputStream bundled = getClass().getResourceAsStream("/nemo/vit-tp1.nemo")) {
      Files.copy(bundled, source);
    }
  }

  private ReshardRequest request(int size) {
    return ReshardRequest.builder(source, folder.resolve("out.nemo"))
        .tensorModelParallelSize(size)
        .sync(false)
        .build();
  }

  private void save() {
    SavedPlan.write(SHARDWRIGHT, request(2), file);
  }

  private String text() throws IOException {
    try (var packed = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(packed.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void rewrite(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var packed = new GZIPOutputStream(bytes)) {
      packed.write(text.getBytes(StandardCharsets.UTF_8));
    }
    Files.write(file, bytes.toByteArray());
  }

  private CheckpointException refused(ErrorCode code) {
    var refusal =
        assertThrows(
            CheckpointException.class,
            () -> SHARDWRIGHT.plan(SavedPlan.read(file).request().build()));
    assertEquals(code, refusal.code(), refusal.toString());
    return refusal;
  }

  /** All but where it is and when it was written. */
  private String steady(String text) {
    return text.replace(folder.toString(), "/FOLDER")
        .replaceAll("(?m)\"(modified|changed|steps|program)\": \"[^\"]*\"", "\"$1\": \"…\"");
  }

  @Test
  void isTheGoldenPlan() throws IOException {
    save();
    try (InputStream golden = getClass().getResourceAsStream("/plans/plan-v1.json")) {
      assertEquals(new String(golden.readAllBytes(), StandardCharsets.UTF_8), steady(text()));
    }
  }

  @Test
  void givesTheBytesOfARunOfTheSameRequest() throws IOException {
    save();
    SHARDWRIGHT.run(SavedPlan.read(file).request().build(), ProgressListener.SILENT);
    byte[] planned = Files.readAllBytes(folder.resolve("out.nemo"));
    Files.delete(folder.resolve("out.nemo"));
    SHARDWRIGHT.run(request(2), ProgressListener.SILENT);
    assertEquals(-1, Files.mismatch(folder.resolve("out.nemo"), written(planned)));
  }

  private Path written(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("planned"), bytes);
  }

  @Test
  void refusesASourceThatChanged() throws IOException {
    save();
    FileTime time = Files.getLastModifiedTime(source);
    byte[] bytes = Files.readAllBytes(source);
    bytes[bytes.length / 2] ^= 1;
    Files.write(source, bytes);
    Files.setLastModifiedTime(source, time);
    var refusal = refused(ErrorCode.SOURCE_CHANGED);
    assertTrue(refusal.getMessage().contains("model.nemo: was written to"), refusal.toString());
    Files.write(source, java.util.Arrays.copyOf(bytes, bytes.length + 512));
    refusal = refused(ErrorCode.SOURCE_CHANGED);
    assertTrue(refusal.getMessage().contains("has another size"), refusal.toString());
  }

  @Test
  void refusesWhatIsNoPlan() throws IOException {
    save();
    String text = text();
    for (String broken :
        new String[] {
          text.replace("\"shardwright_plan\": 1", "\"shardwright_plan\": 2"),
          text.replace("\"target\": \"", "\"goal\": \""),
          text.replace("\"dequantize\": false", "\"dequantize\": 1"),
          text.replace("\"untie\"", "\"unknown\""),
          text.replace("\"tensor_model_parallel_size\": 2", "\"tensor_model_parallel_size\": 0"),
          text.substring(1),
          "{}"
        }) {
      rewrite(broken);
      refused(ErrorCode.PLAN_MALFORMED);
    }
    Files.writeString(file, text);
    refused(ErrorCode.PLAN_MALFORMED);
    Files.delete(file);
    refused(ErrorCode.SOURCE_MISSING);
  }

  @Test
  void refusesAnotherVersionOfTheProgramAndAnotherTarget() throws IOException {
    save();
    String text = text();
    rewrite(text.replaceAll("\"program\": \"[^\"]*\"", "\"program\": \"0.0.1\""));
    var refusal = refused(ErrorCode.PLAN_DIFFERS);
    assertTrue(refusal.getMessage().contains("'program' is"), refusal.toString());
    rewrite(text.replaceAll("\"steps\": \"..", "\"steps\": \"xx"));
    refused(ErrorCode.PLAN_DIFFERS);
  }

  @Test
  void takesNoFileOfTheRun() throws IOException {
    var request =
        ReshardRequest.builder(source, folder.resolve("out.nemo"))
            .tensorModelParallelSize(2)
            .overwrite(true)
            .build();
    byte[] before = Files.readAllBytes(source);
    assertThrows(CheckpointException.class, () -> SavedPlan.write(SHARDWRIGHT, request, source));
    assertEquals(-1, Files.mismatch(source, written(before)));
  }

  /** Every option that a request has; a new one belongs here and into the document. */
  @Test
  void keepsEveryOption() {
    long options = Stream.of(ReshardRequest.class.getDeclaredFields()).count();
    assertEquals(28, options - 1, "fields of a request");
    var split = PipelineSplit.of(PipelineLayout.parse("Et*2|t*2L")).first(1).last(3);
    var request =
        ReshardRequest.builder(source, folder.resolve("out.nemo"))
            .format(TargetFormat.HUGGING_FACE)
            .tensorModelParallelSize(2)
            .pipelineModelParallelSize(3)
            .virtualPipelineModelParallelSize(4)
            .expertModelParallelSize(5)
            .expertTensorParallelSize(6)
            .claimedSizes(7, 8)
            .pipelineSplit(split)
            .pipelineSplitRank(1)
            .naming(Naming.MCORE)
            .layout(WeightLayout.DISTRIBUTED)
            .dtype(DType.BFLOAT16)
            .allowGuesses(true)
            .allowLossy(true)
            .dequantize(true)
            .lora(folder.resolve("lora"))
            .vocabSize(99)
            .family("llama")
            .replicateUnmatched(true)
            .untie(true)
            .skipUnreadable(true)
            .overwrite(true)
            .verify(false)
            .sync(false)
            .manifest(true)
            .training(training())
            .huggingFace(new HuggingFaceOptions(5, Optional.of("GPT2LMHeadModel")))
            .gridOptions(
                new GridOptions(CoreVersion.of("0.16"), OptionalInt.of(3), OptionalLong.of(128)))
            .run(RunOptions.DEFAULT.withDevice(Device.parse("cuda:1")))
            .build();
    var document = RequestDocument.of(request);
    var again =
        RequestDocument.read(
                new Saved(document, "plan", new FileNames(getClass()::getClassLoader)),
                Optional.empty())
            .build();
    assertEquals(document, RequestDocument.of(again));
    assertEquals(request.training(), again.training());
    assertEquals(request.gridOptions(), again.gridOptions());
    assertEquals(request.huggingFace(), again.huggingFace());
    assertEquals(request.pipelineSplit(), again.pipelineSplit());
    assertEquals(request.run().device(), again.run().device());
  }

  private TrainingOptions training() {
    return new TrainingOptions(
        Optional.of("step=1"),
        OptionalLong.of(7),
        Optional.of(folder.resolve("hparams.yaml")),
        Optional.of(folder.resolve("tokenizer.model")),
        Optional.of(folder.resolve("vocab.json")),
        Optional.of(folder.resolve("merges.txt")),
        Optional.of(folder.resolve("config.json")),
        Optional.of("a.Class"),
        false);
  }
}
