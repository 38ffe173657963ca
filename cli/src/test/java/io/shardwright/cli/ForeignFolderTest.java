package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of tools that are not read are refused as what they are. */
class ForeignFolderTest {
  @TempDir Path folder;

  private void assertRefused(Path source, String what) {
    Path out = folder.resolve("out.nemo");
    for (Object[] command :
        new Object[][] {
          {"convert", source, out, "--no-sync"},
          {"reshard", source, out, "--tp", 2, "--no-sync"},
          {"plan", source, out}
        }) {
      Run run = Run.of(command);
      assertEquals(3, run.code(), command[0] + ": " + run.err());
      assertTrue(run.err().contains("SW-113") && run.err().contains(what), run.err());
      assertFalse(Files.exists(out));
    }
  }

  /** A file of tensors, as every rank of DeepSpeed has one. */
  private Path torch(Path file) throws IOException {
    Path model = folder.resolve("vit");
    if (!Files.exists(model)) {
      Run.reshard(Run.vit(folder), model);
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
    Run look = Run.of("inspect", step);
    assertEquals(0, look.code(), look.err());
    assertTrue(look.err().contains("is a checkpoint of DeepSpeed"), look.err());
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
  void refusesFsdpsFolderAndTheTrainingsFolder() throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    Path step = Files.createDirectories(checkpoints.resolve("epoch=1-step=20.ckpt"));
    Files.write(step.resolve(".metadata"), new byte[] {(byte) 0x80, 2, '}', '.'});
    Files.write(step.resolve("__0_0.distcp"), new byte[64]);
    torch(step.resolve("meta.pt"));
    for (Path source : new Path[] {step, checkpoints}) {
      assertRefused(source, "is a distributed checkpoint of PyTorch");
      for (String command : new String[] {"inspect", "verify"}) {
        Run run = Run.of(command, source);
        assertEquals(3, run.code(), run.out());
        assertTrue(run.err().contains("is a distributed checkpoint of PyTorch"), run.err());
      }
      Run plain = Run.of("convert", source, folder.resolve("st"), "--to", "safetensors");
      assertEquals(3, plain.code(), plain.err());
    }
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
    Run run = Run.of("verify", training);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("step=9-consumed_samples=72.0.ckpt' is a checkpoint of DeepSp"));
    assertTrue(run.err().contains("'epoch=1-step=20.ckpt' is a distributed checkpoint of PyTorch"));
    assertTrue(run.err().contains("'" + TrainingFiles.GPT + "' is read"), run.err());
    Run named =
        Run.of("reshard", training, folder.resolve("out"), "--tp", 2, "--step", 20, "--no-sync");
    assertEquals(3, named.code(), named.err());
    assertTrue(named.err().contains("is a distributed checkpoint of PyTorch"), named.err());
  }
}
