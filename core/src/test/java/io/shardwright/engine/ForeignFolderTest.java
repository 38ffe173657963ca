package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.TargetFormat;
import io.shardwright.spi.error.ErrorCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of tools that are not read are refused as what they are. */
class ForeignFolderTest {
  @TempDir Path folder;

  private void assertRefused(Path source, String what) {
    Path out = folder.resolve("out.nemo");
    for (Attempt run :
        List.of(
            Order.of(source, out).to(TargetFormat.NEMO).tried(),
            Order.of(source, out).tp(2).tried(),
            Order.of(source, out).planned())) {
      run.assertRefused(Kind.INPUT, "SW-113", what);
      assertFalse(Files.exists(out));
    }
  }

  /** A file of tensors, as every rank of DeepSpeed has one. */
  private Path torch(Path file) throws IOException {
    Path model = folder.resolve("vit");
    if (!Files.exists(model)) {
      Order.of(Checkpoints.copy("vit-tp1.nemo", folder), model).done();
    }
    Files.createDirectories(file.getParent());
    return Files.copy(model.resolve("model_weights.ckpt"), file);
  }

  @Test
  void refusesAStepOfDeepSpeedAndTheFolderOfSteps() throws IOException {
    Path training = folder.resolve("deepspeed");
    Path step = training.resolve("global_step100");
    torch(step.resolve("mp_rank_00_model_states.pt"));
    torch(step.resolve("bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt"));
    Files.writeString(training.resolve("latest"), "global_step100");
    Files.writeString(training.resolve("zero_to_fp32.py"), "print()");
    assertRefused(training, "is a checkpoint of DeepSpeed");
    assertRefused(step, "is a checkpoint of DeepSpeed");
    Attempt.open(step).assertDone("is a checkpoint of DeepSpeed");
  }

  @Test
  void refusesLightningsFolderOfDeepSpeed() throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    Path step = checkpoints.resolve("epoch=0-step=8.ckpt");
    torch(step.resolve("checkpoint/zero_pp_rank_0_mp_rank_00_model_states.pt"));
    Files.writeString(step.resolve("latest"), "checkpoint");
    assertRefused(step, "is a checkpoint of DeepSpeed");
    assertRefused(checkpoints, "is a checkpoint of DeepSpeed");
  }

  @Test
  void refusesAPipelineOfDeepSpeed() throws IOException {
    Path step = folder.resolve("global_step5");
    torch(step.resolve("layer_01-model_00-model_states.pt"));
    assertRefused(step, "is a checkpoint of DeepSpeed");
  }

  @Test
  void refusesTheFolderOfATrainingByFsdp() throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    Path step = Files.createDirectories(checkpoints.resolve("epoch=1-step=20.ckpt"));
    Files.write(step.resolve(".metadata"), new byte[] {(byte) 0x80, 2, '}', '.'});
    Files.write(step.resolve("__0_0.distcp"), new byte[64]);
    torch(step.resolve("meta.pt"));
    assertRefused(checkpoints, "open that folder itself");
    for (Attempt run : Attempt.looks(checkpoints)) {
      run.assertRefused(Kind.INPUT, "is a distributed checkpoint of PyTorch");
    }
    Order.of(checkpoints, folder.resolve("st"))
        .to(TargetFormat.SAFETENSORS)
        .tried()
        .assertRefused(Kind.INPUT);
  }

  @Test
  void refusesShardsOfNemosFsdp() throws IOException {
    for (int rank = 0; rank < 2; rank++) {
      torch(folder.resolve("nemo/mp_rank_00_fsdp_shard_0000" + rank + "/gpt--step=2.ckpt"));
    }
    assertRefused(folder.resolve("nemo"), "FSDP's shards");
  }

  /** Reading an older step in place of the newest is said. */
  @Test
  void saysWhichNewerStepIsAnotherTools() throws IOException {
    Path training = TrainingFiles.gpt(folder);
    Path newer = training.resolve("megatron_gpt--val_loss=3.00-step=9-consumed_samples=72.0.ckpt");
    torch(newer.resolve("checkpoint/zero_pp_rank_0_mp_rank_00_model_states.pt"));
    Path newest = Files.createDirectories(training.resolve("epoch=1-step=20.ckpt"));
    Files.write(newest.resolve(".metadata"), new byte[] {(byte) 0x80, 2, '}', '.'});
    Files.write(newest.resolve("__0_0.distcp"), new byte[64]);
    Attempt run = Attempt.verify(training);
    run.assertDone();
    assertTrue(run.said().contains("step=9-consumed_samples=72.0.ckpt' is a checkpoint of DeepSp"));
    assertTrue(
        run.said().contains("'epoch=1-step=20.ckpt' is a distributed checkpoint of PyTorch"));
    assertTrue(run.said().contains("'" + TrainingFiles.GPT + "' is read"), run.said());
    Order.of(training, folder.resolve("out"))
        .tp(2)
        .step(20)
        .tried()
        .assertRefused(Kind.INPUT, "is a distributed checkpoint of PyTorch");
  }
}
