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

  private Order converting(Path training) {
    return Order.of(training, folder.resolve("out.nemo")).to(TargetFormat.NEMO).overwrite();
  }

  @Test
  void skipsAStepOfRanksThatIsUnfinishedAndSaysSo() throws IOException {
    Path training = twoSteps();
    Attempt whole = converting(training).tried();
    assertTrue(whole.said().contains("'" + LATER + "' is read"), whole.said());
    Path mark = mark(training, plain(LATER));
    Attempt run = converting(training).tried();
    run.assertDone();
    assertTrue(run.said().contains("'" + plain(LATER) + MARK + "' is beside it"), run.said());
    assertTrue(run.said().contains("'" + TrainingFiles.VIT + "' is read"), run.said());
    for (Attempt look : Attempt.looks(training)) {
      look.assertDone(MARK + "' is beside it");
    }
    Files.delete(mark);
    assertTrue(converting(training).tried().said().contains("'" + LATER + "' is read"));
  }

  @Test
  void refusesAnUnfinishedStepThatIsAskedForOrAlone() throws IOException {
    Path training = twoSteps();
    mark(training, plain(LATER));
    for (Order asked :
        List.of(converting(training).step(9), converting(training).checkpoint(LATER))) {
      asked.tried().assertRefused(Kind.INPUT, "SW-110", MARK);
    }
    mark(training, plain(TrainingFiles.VIT));
    converting(training).tried().assertRefused(Kind.INPUT);
    assertFalse(Files.exists(folder.resolve("out.nemo")));
  }

  /** Averaged weights share the mark of their step. */
  @Test
  void skipsAveragedWeightsOfAnUnfinishedStep() throws IOException {
    Path gpt = TrainingFiles.gpt(folder);
    String later = TrainingFiles.GPT.replace("step=2", "step=6");
    Files.copy(gpt.resolve(TrainingFiles.GPT), gpt.resolve(plain(later) + "-EMA.ckpt"));
    mark(gpt, plain(later));
    Attempt run = Order.of(gpt, folder.resolve("two")).tp(2).tried();
    run.assertDone();
    assertTrue(run.said().contains("'" + TrainingFiles.GPT + "' is read"), run.said());
    assertTrue(Files.exists(folder.resolve("two/mp_rank_00").resolve(TrainingFiles.GPT)));
  }

  @Test
  void saysThatAnArchiveOrItsFolderIsMarkedAsUnfinished() throws IOException {
    Path vit = Checkpoints.copy("vit-tp1.nemo", folder);
    mark(folder, "vit-tp1");
    Order.of(vit, folder.resolve("last"))
        .tp(2)
        .tried()
        .assertDone("'vit-tp1-unfinished' is beside it");
    assertFalse(Attempt.verify(folder.resolve("last")).said().contains(MARK));
    mark(folder, "last");
    assertTrue(Attempt.open(folder.resolve("last")).said().contains("'last-unfinished' is"));
  }

  /** An archive whose tokenizer and merges are named and absent. */
  private Path withLinks(String yaml) throws IOException {
    Path model = folder.resolve("links");
    Order.of(Checkpoints.copy("vit-tp1.nemo", folder), model).done();
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
    for (Attempt run :
        List.of(
            Attempt.verify(model),
            Attempt.open(model),
            Order.of(model, out).tp(2).planned(),
            Order.of(model, out).tp(2).tried(),
            Order.of(model, folder.resolve("st")).to(TargetFormat.SAFETENSORS).tried(),
            Attempt.verify(out))) {
      run.assertDone();
      assertTrue(
          run.said()
              .contains(
                  "tokenizer.model is 'nemo:0f_tokenizer.model', encoders.0.vocab is"
                      + " 'nemo:2b_vocab.txt', which are not in "),
          run.said());
      assertFalse(run.said().contains("merge"), run.said());
      assertFalse(run.said().contains("toolkit"), run.said());
    }
  }

  @Test
  void saysNothingOfAnArtifactThatTheUserGives() throws IOException {
    Path model = withLinks("tokenizer:\n  model: nemo:0f_tokenizer.model\n");
    Path given = Files.writeString(folder.resolve("my.model"), "pieces");
    Path out = folder.resolve("out.nemo");
    Attempt run = Order.of(model, out).tokenizer(given).tp(2).tried();
    run.assertDone();
    assertFalse(run.said().contains("that is used lacks"), run.said());
    assertFalse(Attempt.verify(out).said().contains("that is used lacks"));
  }
}
