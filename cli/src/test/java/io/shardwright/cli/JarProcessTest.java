package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as users start it. */
class JarProcessTest {
  @TempDir Path folder;

  @Test
  @Tag("process")
  void runsAloneAndFindsItsAdapters() throws Exception {
    var found = start(jar("adapters"));
    assertEquals(0, found.code(), found.out());
    assertTrue(found.out().contains("vit ("), found.out());
  }

  @Test
  @Tag("interop")
  void writesWhatPytorchLoads() throws Exception {
    Path vit = Run.vit(folder);
    Path two = folder.resolve("tp2.nemo");
    Path four = folder.resolve("tp4.nemo");
    Path back = folder.resolve("tp1.nemo");
    assertEquals(0, start(jar("reshard", vit, two, "--tp", "2")).code());
    assertEquals(0, start(jar("reshard", two, four, "--tp", "4")).code());
    assertEquals(0, start(jar("reshard", four, back, "--tp", "1")).code());
    String python = "src/test/python/interop.py";
    var checked =
        start(List.of("python3", python, "check_vit.py", "" + vit, "" + two, "" + four, "" + back));
    assertEquals(0, checked.code(), checked.out());
    assertTrue(checked.out().contains("322 tensors equal"), checked.out());
  }

  @Test
  @Tag("interop")
  void splitsOverStagesAsNemoDoesInPytorchsEyes() throws Exception {
    for (String model : List.of("gpt-5b-like", "llama-mha-legacy")) {
      String resources = "../core/src/test/resources/nemo/" + model;
      Path out = folder.resolve(model + ".nemo");
      var run = start(jar("reshard", resources + "-tp1.nemo", out, "--tp", "2", "--pp", "2"));
      assertEquals(0, run.code(), run.out());
      var command =
          List.of(
              "python3",
              "src/test/python/interop.py",
              "check_same.py",
              resources + "-tp2pp2.nemo",
              out.toString());
      var checked = start(command);
      assertEquals(0, checked.code(), checked.out());
    }
  }

  @Test
  @Tag("interop")
  void aTrainingGoesOnFromEveryLayoutAsItWould() throws Exception {
    String resources = "../core/src/test/resources/lightning/";
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    Path four = folder.resolve("four");
    cut(resources + "ckpt-vit-tp2", one, "--tp", "1");
    cut(one, two, "--tp", "2");
    cut(one, four, "--tp", "4");
    resume("same", resources + "ckpt-vit-tp2", two);
    resume("step", one, two, four);
    Path gpt = folder.resolve("gpt");
    Path back = folder.resolve("back");
    cut(resources + "ckpt-gpt-tp1", gpt, "--tp", "2", "--pp", "2", "--vocab-size", "250");
    cut(gpt, back, "--tp", "1", "--pp", "1", "--vocab-size", "250");
    resume("same", resources + "ckpt-gpt-tp1", back);
    resume("step", resources + "ckpt-gpt-tp1", gpt);
  }

  private void cut(Object source, Path target, Object... options) throws Exception {
    var args = new ArrayList<Object>(List.of("reshard", source, target));
    args.addAll(List.of(options));
    var run = start(jar(args.toArray()));
    assertEquals(0, run.code(), run.out());
  }

  private void resume(Object... args) throws Exception {
    var command =
        new ArrayList<>(List.of("python3", "src/test/python/interop.py", "check_resume.py"));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    var checked = start(command);
    assertEquals(0, checked.code(), checked.out());
  }

  @Test
  @Tag("interop")
  void transformersGetsTheSameLogitsAfterTheWayThroughNemo() throws Exception {
    try (var models = Files.list(Path.of("../core/src/test/resources/community"))) {
      for (Path model : models.filter(Files::isDirectory).sorted().toList()) {
        String name = model.getFileName().toString();
        if (name.startsWith("timm")) {
          continue;
        }
        Path nemo = folder.resolve(name + ".nemo");
        Path back = folder.resolve(name);
        String ranks = name.contains("7b") ? "1" : "2";
        String stages = name.startsWith("vit") ? "1" : "2";
        var there = start(jar("convert", model, nemo, "--tp", ranks, "--pp", stages));
        assertEquals(0, there.code(), there.out());
        var here = start(jar("convert", nemo, back));
        assertEquals(0, here.code(), here.out());
        var command =
            List.of(
                "python3",
                "src/test/python/interop.py",
                "check_community.py",
                model.toString(),
                back.toString(),
                name.equals("gemma") ? "1e-6" : "0");
        var checked = start(command);
        assertEquals(0, checked.code(), name + checked.out());
      }
    }
  }

  @Test
  @Tag("interop")
  void transformersGetsTheSameLogitsOfTheGuidesModel() throws Exception {
    Path jar = ExampleJar.make(folder.resolve("hunyuan.jar"), ExampleJar.HUNYUAN);
    Path model = Path.of("../examples/hunyuan/src/test/resources/tiny-hunyuan").toAbsolutePath();
    Path nemo = folder.resolve("hunyuan.nemo");
    Path back = folder.resolve("hunyuan");
    for (var command :
        List.of(
            jar("convert", model, nemo, "--tp", "2", "--adapter-path", jar),
            jar("convert", nemo, back, "--adapter-path", jar),
            List.of(
                "python3",
                "src/test/python/interop.py",
                "../../../../examples/hunyuan/src/test/python/check_logits.py",
                "" + model,
                "" + back))) {
      Run run = start(command);
      assertEquals(0, run.code(), run.out());
    }
  }

  @Test
  @Tag("interop")
  void nemosForwardPassReadsTheDigitsAsTransformersDoes() throws Exception {
    Path nemo = folder.resolve("digits.nemo");
    String model = "../core/src/test/resources/community/vit-digits";
    var run = start(jar("convert", model, nemo));
    assertEquals(0, run.code(), run.out());
    var command =
        List.of(
            "python3",
            "src/test/python/interop.py",
            "check_vit_forward.py",
            model,
            nemo.toString());
    var checked = start(command);
    assertEquals(0, checked.code(), checked.out());
  }

  @Test
  @Tag("interop")
  void timmGetsTheSameLogitsAfterTheWayThroughNemo() throws Exception {
    String model = "../core/src/test/resources/community/timm-vit";
    Path one = folder.resolve("one.nemo");
    Path two = folder.resolve("two.nemo");
    Path back = folder.resolve("back");
    assertEquals(0, start(jar("convert", model, one)).code());
    assertEquals(0, start(jar("convert", model, two, "--tp", "2")).code());
    assertEquals(0, start(jar("convert", two, back)).code());
    var command =
        List.of(
            "python3",
            "src/test/python/interop.py",
            "check_timm.py",
            model,
            back.toString(),
            one.toString());
    var checked = start(command);
    assertEquals(0, checked.code(), checked.out());
  }

  @Test
  @Tag("interop")
  void transformersReadsTheTokenizerThatIsMadeOfItsPieces() throws Exception {
    Path model = folder.resolve("hf");
    Files.createDirectories(model);
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Path.of("../core/src/test/resources/community/llama", file), model.resolve(file));
    }
    tokenizer("make", model.resolve("tokenizer"));
    Path nemo = folder.resolve("m.nemo");
    Path back = folder.resolve("back");
    assertEquals(0, start(jar("convert", model, nemo)).code());
    assertEquals(0, start(jar("convert", nemo, back)).code());
    assertTrue(Files.exists(back.resolve("tokenizer.json")));
    tokenizer("check", back);
  }

  private static void tokenizer(String verb, Path path) throws Exception {
    var run =
        start(
            List.of(
                "python3",
                "src/test/python/interop.py",
                "check_tokenizer.py",
                verb,
                path.toString()));
    assertEquals(0, run.code(), run.out());
  }

  @Test
  @Tag("interop")
  void castsAsPytorchDoes() throws Exception {
    Path vit = Run.vit(folder);
    for (String dtype : List.of("float16", "bfloat16")) {
      Path out = folder.resolve(dtype + ".nemo");
      var run = start(jar("reshard", vit, out, "--dtype", dtype, "--allow-lossy"));
      assertEquals(0, run.code(), run.out());
      var command =
          List.of(
              "python3",
              "src/test/python/interop.py",
              "check_cast.py",
              vit.toString(),
              out.toString(),
              dtype);
      var checked = start(command);
      assertEquals(0, checked.code(), checked.out());
    }
  }

  static List<String> jar(Object... args) {
    var command = new ArrayList<String>();
    command.addAll(
        List.of(javaBinary(), "-Xmx256m", "-jar", System.getProperty("shardwright.jar")));
    for (Object arg : args) {
      command.add(arg.toString());
    }
    return command;
  }

  private static String javaBinary() {
    return String.join(File.separator, System.getProperty("java.home"), "bin", "java");
  }

  static Run start(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, "");
  }
}
