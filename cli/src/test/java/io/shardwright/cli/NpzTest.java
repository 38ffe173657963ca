package io.shardwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.engine.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A format of a third party, dropped in as a jar. */
class NpzTest {
  private static final Set<Integer> REFUSED = Set.of(3, 4, 5);

  @TempDir static Path jars;
  @TempDir Path folder;

  @BeforeAll
  static void build() throws IOException {
    ExampleJar.makeNpz(jars.resolve("npz.jar"));
  }

  private static Run run(Object... args) {
    var found = Stream.of("--adapter-path", jars, "--quiet");
    return Run.of(Stream.concat(Stream.of(args), found).toArray());
  }

  private static Run convert(Path source, Path target, String to) {
    return run("convert", source, target, "--to", to, "--no-sync");
  }

  private static void done(Run run) {
    assertEquals(0, run.code(), run.err());
  }

  @Test
  void hasAtMost150Lines() throws IOException {
    assertTrue(Files.readAllLines(ExampleJar.NPZ_SOURCE).size() <= 150);
  }

  @Test
  void isListedWithWhatItKeepsAndItsJar() {
    Run listed = run("adapters");
    assertTrue(listed.out().contains("npz (" + jars), listed.out());
    assertTrue(listed.out().contains("keeps stored"), listed.out());
    assertTrue(run("adapters", "--json").out().contains("\"format_details\""));
  }

  @Test
  void carriesAModelThereAndBackByteForByte() throws IOException {
    for (Path source :
        new Path[] {
          TinyBert.write(folder.resolve("bert")),
          Checkpoints.copy("llama-mha-legacy-tp2pp2.nemo", folder)
        }) {
      String name = source.getFileName().toString();
      Path npz = folder.resolve(name + ".npz");
      Path again = folder.resolve(name + "-again.npz");
      done(convert(source, npz, "npz"));
      done(run("verify", npz));
      Path straight = folder.resolve(name + "-straight");
      Path back = folder.resolve(name + "-back");
      done(convert(source, straight, "safetensors"));
      done(convert(npz, back, "safetensors"));
      done(convert(npz, again, "npz"));
      assertEquals(-1, Files.mismatch(npz, again), name);
      done(run("diff", npz, back));
      if (name.equals("bert")) {
        Path weights = Path.of("model.safetensors");
        assertEquals(-1, Files.mismatch(straight.resolve(weights), back.resolve(weights)));
        done(run("diff", source, npz));
      }
    }
  }

  @Test
  void anUnknownFormatIsAWrongCommandLineThatNamesThoseFound() throws IOException {
    Path source = TinyBert.write(folder.resolve("bert"));
    Path target = folder.resolve("out.npz");
    Run without = Run.of("convert", source, target, "--to", "npz");
    assertEquals(2, without.code(), without.err());
    assertTrue(
        without
            .err()
            .contains(
                "--to is 'npz', expected one of bridge, dcp, huggingface, lightning, megatron,"
                    + " nemo, safetensors,"),
        without.err());
    Run other = convert(source, target, "npy");
    assertEquals(2, other.code(), other.err());
    assertTrue(other.err().contains("nemo, npz, safetensors, torch_dist"), other.err());
    Run dry = run("plan", source, target, "--to", "npz");
    assertEquals(0, dry.code(), dry.err());
    assertFalse(Files.exists(target));
  }

  @Test
  void optionsThatChangeTensorsAreRefusedInItsName() {
    Path source = TinyBert.write(folder.resolve("bert"));
    Path target = folder.resolve("out.npz");
    for (Object[] option :
        new Object[][] {{"--dtype", "fp16"}, {"--tp", 2}, {"--naming", "mcore"}}) {
      Run refused = run("convert", source, target, "--to", "npz", option[0], option[1]);
      assertEquals(6, refused.code(), refused.err());
      assertTrue(refused.err().contains("--to npz writes every tensor unchanged"), refused.err());
    }
  }

  @Test
  void anNpzIsNoModelOfAFamily() throws IOException {
    Path npz = folder.resolve("bert.npz");
    done(convert(TinyBert.write(folder.resolve("bert")), npz, "npz"));
    Run run = convert(npz, folder.resolve("out.nemo"), "nemo");
    assertEquals(3, run.code());
    assertTrue(run.err().contains("SW-201 bert.npz: contains tensors without a model"), run.err());
  }

  @Test
  void refusesCutAndChangedFiles() throws IOException {
    Path npz = folder.resolve("bert.npz");
    done(convert(TinyBert.write(folder.resolve("bert")), npz, "npz"));
    byte[] whole = Files.readAllBytes(npz);
    Path damaged = folder.resolve("damaged.npz");
    Path target = folder.resolve("out");
    for (int at = 0; at < whole.length; at += 1_777) {
      Files.write(damaged, Arrays.copyOf(whole, at));
      assertTrue(REFUSED.contains(run("inspect", damaged).code()), "cut at " + at);
      byte[] flipped = whole.clone();
      flipped[at] ^= 0x10;
      Files.write(damaged, flipped);
      Run verified = run("verify", damaged);
      Run converted = convert(damaged, target, "safetensors");
      String what = "flipped at " + at + ": " + verified.err() + converted.err();
      assertEquals(verified.code(), converted.code(), what);
      assertTrue(verified.code() == 0 || REFUSED.contains(verified.code()), what);
      boolean value = at > 128 && at < whole.length / 2;
      assertTrue(verified.code() != 0 || !value || padding(whole, at), what);
      assertEquals(verified.code() == 0, Files.exists(target), what);
      if (verified.code() == 0) {
        done(run("diff", npz, damaged));
        Files.delete(target.resolve("model.safetensors"));
        Files.delete(target);
      }
    }
  }

  /** The extra field before each entry's bytes means nothing. */
  private static boolean padding(byte[] file, int at) {
    return file[at] == 'Z';
  }
}
