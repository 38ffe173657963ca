package io.shardwright.hostile;

import static io.shardwright.hostile.Safetensors.of;
import static io.shardwright.hostile.Safetensors.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Honest configurations, headers and folders. */
final class BenignDocuments {
  private static final byte[] VALUES = Octets.floats(1, 2, 3);
  private static final String W = tensor("w", "F32", "[3]", 0, 12);
  private final List<Case> cases = new ArrayList<>();

  private BenignDocuments() {}

  static List<Case> all() {
    var cases = new BenignDocuments();
    cases.configurations();
    cases.headers();
    cases.folders();
    return cases.cases;
  }

  private void accepted(String name, byte[] file) {
    cases.add(Case.accepted(name, file, Benign.W));
  }

  private void accepted(String name, byte[] file, String empty) {
    cases.add(Case.accepted(name, file, Map.of("w F32 [3]", VALUES, empty, new byte[0])));
  }

  private void configurations() {
    for (String yaml :
        new String[] {
          "a: &x {b: 1}\nc: *x\n",
          "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n",
          "a: !!str 1\nb: !!float 1\n",
          "a: !!binary aGk=\nb: !!set {x, y}\n",
          "a: 2026-01-01\nb: yes\nc: ~\nd: .inf\n",
          "# nothing but this\na: 1\n...\n",
          "\ufeffa: 1\n",
          "a: \"\\u0000\\ud83d\\ude00\"\n",
          "1: a\n2.5: b\ntrue: c\n",
          "a: !!python/object/apply:pathlib.PosixPath\n- /\n- data\nb: 1\n",
          "a: [!!python/object/apply:pathlib.PureWindowsPath ['C:\\x']]\n",
          "a: {}\nb: []\nc: ''\n",
          "? a b\n: |\n  x\n   y\n"
        }) {
      accepted("the configuration " + yaml.strip(), ConfigCases.nemo(Octets.utf8(yaml)));
    }
    var labels = new StringBuilder("labels:\n");
    for (int i = 0; i < 30_000; i++) {
      labels.append("- label").append(i).append('\n');
    }
    accepted("30,000 labels", ConfigCases.nemo(Octets.utf8(labels.toString())));
  }

  private void header(String name, String header) {
    cases.add(Case.accepted(name, Case.file("case.bin", of(header, VALUES)), Benign.W));
  }

  private void headers() {
    header("a header", "{" + W + "}");
    header("a header with spaces", "{" + W + "}     ");
    header("white space within", "{ \n\t" + W.replace(":", " : ") + " }");
    header("metadata", "{\"__metadata__\":{\"a\":\"\u00fc\\u00fc\",\"\":\"\"}," + W + "}");
    header("metadata that is null", "{\"__metadata__\":null," + W + "}");
    header("nothing for metadata, spaced, at the end", "{" + W + ", \"__metadata__\" : null }  ");
    header("metadata of nothing", "{\"__metadata__\":{}," + W + "}");
    header("another field", "{" + W.replace("\"shape\"", "\"more\":[1.5],\"shape\"") + "}");
    header("a name in escapes", "{" + W.replace("\"w\"", "\"\\u0077\"") + "}");
    accepted(
        "tensors of nothing",
        of("{" + W + "," + tensor("z", "F32", "[0,5]", 12, 12) + "}", VALUES),
        "z F32 [0, 5]");
    cases.add(
        Case.accepted(
            "tensors out of order",
            of(
                "{"
                    + tensor("b", "F32", "[1]", 8, 12)
                    + ","
                    + tensor("a", "F32", "[2]", 0, 8)
                    + "}",
                VALUES),
            Map.of("a F32 [2]", Octets.floats(1, 2), "b F32 [1]", Octets.floats(3))));
  }

  private void folders() {
    var indexed = FolderCases.indexed("{\"w\":\"model-1.safetensors\"}");
    cases.add(Case.accepted("a folder of an unknown class", FolderCases.folder(indexed), Benign.W));
    cases.add(
        Case.accepted(
            "a folder without a configuration",
            FolderCases.folder(Map.of("x.safetensors", of("{" + W + "}", VALUES))),
            Benign.W));
    for (String number : new String[] {"NaN", "Infinity", "-Infinity"}) {
      cases.add(
          Case.accepted(
              "a folder whose configuration holds " + number,
              FolderCases.folder(
                  Map.of(
                      "config.json",
                      Octets.utf8("{\"a\":" + number + ",\"b\":[" + number + "]}"),
                      "model.safetensors",
                      of("{" + W + "}", VALUES))),
              Benign.W));
    }
    cases.add(
        Case.accepted(
            "a folder of torch files",
            FolderCases.folder(
                Map.of(
                    "a.pt",
                    Zip.torch(Pickle.stateDict(3, p -> {}), VALUES).bytes(),
                    "readme.md",
                    new byte[3])),
            Benign.W));
    cases.add(
        Case.accepted(
            "an unpacked archive",
            FolderCases.folder(
                Map.of(
                    "model_config.yaml",
                    Octets.utf8(Tar.CONFIG),
                    "model_weights.ckpt",
                    Zip.torch(Pickle.stateDict(3, p -> {}), VALUES).bytes())),
            Benign.W));
    cases.add(Case.accepted("the hub's cache of links", BenignDocuments::cache, Benign.W));
    cases.add(
        Case.accepted(
            "a .ckpt of no training",
            Case.file("x.ckpt", Zip.torch(Pickle.stateDict(3, p -> {}), VALUES).bytes()),
            Benign.W));
    cases.add(
        Case.accepted(
            "a safetensors named .ckpt", Case.file("x.ckpt", of("{" + W + "}", VALUES)), Benign.W));
    cases.add(
        Case.accepted(
            "a torch file named .nemo",
            Case.file("x.nemo", Zip.torch(Pickle.stateDict(3, p -> {}), VALUES).bytes()),
            Benign.W));
    cases.add(
        Case.accepted(
            "an archive named .safetensors",
            Case.file("x.safetensors", Tar.nemo().end()),
            Benign.W));
  }

  private static Path cache(Path folder) throws IOException {
    Path blobs = Files.createDirectories(folder.resolve("blobs"));
    Path snapshot = Files.createDirectories(folder.resolve("snapshots/1"));
    FolderCases.indexed("{\"w\":\"model-1.safetensors\"}")
        .forEach(
            (name, bytes) -> {
              try {
                Files.write(blobs.resolve(name.replace('.', '-')), bytes);
                Files.createSymbolicLink(
                    snapshot.resolve(name), Path.of("../../blobs", name.replace('.', '-')));
              } catch (IOException failure) {
                throw new UncheckedIOException(failure);
              }
            });
    return snapshot;
  }
}
