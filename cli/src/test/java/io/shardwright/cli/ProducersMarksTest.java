package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.TrainingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What producers leave beside and inside of checkpoints: unfinished steps, links to artifacts. */
class ProducersMarksTest {
  private static final String LATER = TrainingFiles.VIT.replace("step=3", "step=9");
  private static final String MARK = "-unfinished";

  @TempDir Path folder;

  /** Two steps of two ranks each; the later is a copy of the earlier. */
  private Path twoSteps() throws IOException {
    Path training = TrainingFiles.vit(folder);
    for (String rank : new String[] {"mp_rank_00", "mp_rank_01"}) {
      Path files = training.resolve(rank);
      Files.copy(files.resolve(TrainingFiles.VIT), files.resolve(LATER));
    }
    return training;
  }

  private static String plain(String name) {
    return name.substring(0, name.length() - ".ckpt".length());
  }

  private static Path mark(Path training, String name) throws IOException {
    return Files.createFile(training.resolve(name + MARK));
  }

  private Run convert(Path training, Object... options) {
    var args =
        new java.util.ArrayList<Object>(
            List.of("convert", training, folder.resolve("out.nemo"), "--no-sync", "--overwrite"));
    args.addAll(List.of(options));
    return Run.of(args.toArray());
  }

  @Test
  void skipsAStepOfRanksThatIsUnfinishedAndSaysSo() throws IOException {
    Path training = twoSteps();
    Run whole = convert(training);
    assertTrue(whole.err().contains("'" + LATER + "' is read"), whole.err());
    Path mark = mark(training, plain(LATER));
    Run run = convert(training);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("'" + plain(LATER) + MARK + "' is beside it"), run.err());
    assertTrue(run.err().contains("'" + TrainingFiles.VIT + "' is read"), run.err());
    for (String command : new String[] {"inspect", "verify"}) {
      Run look = Run.of(command, training);
      assertTrue(look.code() == 0 && look.err().contains(MARK + "' is beside it"), look.err());
    }
    Files.delete(mark);
    assertTrue(convert(training).err().contains("'" + LATER + "' is read"));
  }

  @Test
  void refusesAnUnfinishedStepThatIsAskedForOrAlone() throws IOException {
    Path training = twoSteps();
    mark(training, plain(LATER));
    for (Object[] asked : new Object[][] {{"--step", 9}, {"--checkpoint-name", LATER}}) {
      Run run = convert(training, asked);
      assertEquals(3, run.code());
      assertTrue(run.err().contains("SW-110") && run.err().contains(MARK), run.err());
    }
    mark(training, plain(TrainingFiles.VIT));
    assertEquals(3, convert(training).code());
    assertFalse(Files.exists(folder.resolve("out.nemo")));
  }

  /** Averaged weights share the mark of their step. */
  @Test
  void skipsAveragedWeightsOfAnUnfinishedStep() throws IOException {
    Path gpt = TrainingFiles.gpt(folder);
    String later = TrainingFiles.GPT.replace("step=2", "step=6");
    Files.copy(gpt.resolve(TrainingFiles.GPT), gpt.resolve(plain(later) + "-EMA.ckpt"));
    mark(gpt, plain(later));
    Run run = Run.of("reshard", gpt, folder.resolve("two"), "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("'" + TrainingFiles.GPT + "' is read"), run.err());
    assertTrue(Files.exists(folder.resolve("two/mp_rank_00").resolve(TrainingFiles.GPT)));
  }

  @Test
  void saysThatAnArchiveOrItsFolderIsMarkedAsUnfinished() throws IOException {
    Path vit = Run.vit(folder);
    mark(folder, "vit-tp1");
    Run run = Run.of("reshard", vit, folder.resolve("last"), "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("'vit-tp1-unfinished' is beside it"), run.err());
    assertFalse(Run.of("verify", folder.resolve("last")).err().contains(MARK));
    mark(folder, "last");
    assertTrue(Run.of("inspect", folder.resolve("last")).err().contains("'last-unfinished' is"));
  }

  /** An archive whose tokenizer and merges are named and absent. */
  private Path withLinks(String yaml) throws IOException {
    Path model = folder.resolve("links");
    Run.reshard(Run.vit(folder), model);
    Path config = model.resolve("model_config.yaml");
    Files.writeString(config, Files.readString(config) + yaml);
    return model;
  }

  @Test
  void saysWhichArtifactsAreNotInTheArchive() throws IOException {
    Path model =
        withLinks(
            "tokenizer:\n  model: nemo:0f_tokenizer.model\n  merge_file: nemo:./1a_merges.txt\n"
                + "encoders:\n- vocab: nemo:2b_vocab.txt\n- remark: 'nemo: a toolkit'\n");
    Files.writeString(model.resolve("1a_merges.txt"), "there");
    Path out = folder.resolve("out.nemo");
    for (Object[] command :
        new Object[][] {
          {"verify", model},
          {"inspect", model},
          {"plan", model, out, "--tp", 2},
          {"reshard", model, out, "--tp", 2, "--no-sync"},
          {"convert", model, folder.resolve("st"), "--to", "safetensors", "--no-sync"},
          {"verify", out}
        }) {
      Run run = Run.of(command);
      assertEquals(0, run.code(), run.err());
      assertTrue(
          run.err()
              .contains(
                  "tokenizer.model is 'nemo:0f_tokenizer.model', encoders.0.vocab is"
                      + " 'nemo:2b_vocab.txt', which are not in "),
          run.err());
      assertFalse(run.err().contains("merge"), run.err());
      assertFalse(run.err().contains("toolkit"), run.err());
    }
  }

  @Test
  void saysNothingOfAnArtifactThatTheUserGives() throws IOException {
    Path model = withLinks("tokenizer:\n  model: nemo:0f_tokenizer.model\n");
    Path given = Files.writeString(folder.resolve("my.model"), "pieces");
    Path out = folder.resolve("out.nemo");
    Run run = Run.of("reshard", model, out, "--tokenizer-model", given, "--tp", 2, "--no-sync");
    assertEquals(0, run.code(), run.err());
    assertFalse(run.err().contains("which is not in"), run.err());
    assertFalse(Run.of("verify", out).err().contains("which is not in"));
  }
}
