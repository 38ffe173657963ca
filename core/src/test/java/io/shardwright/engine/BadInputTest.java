package io.shardwright.engine;

import static io.shardwright.engine.Checkpoints.copy;
import static io.shardwright.engine.Checkpoints.names;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.spi.error.CheckpointException;
import io.shardwright.spi.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a file: one error with a code, no target, nothing left behind. */
@Tag("sampled")
class BadInputTest {
  private static final int DENSITY = Integer.getInteger("shardwright.density", 1);
  private static final int STEP = Math.max(1, 109 / DENSITY);
  private static final String WEIGHTS = "./model_weights.ckpt";
  @TempDir Path folder;

  @Test
  void refusesATruncatedArchive() throws IOException {
    byte[] whole = Files.readAllBytes(copy("vit-tp1.nemo", folder));
    var random = new Random(1);
    for (int i = 0; i < 60 * DENSITY; i++) {
      int length = i % 3 == 0 ? i * 80 / DENSITY : random.nextInt(whole.length - 20_000);
      refused(Arrays.copyOf(whole, length));
    }
  }

  @Test
  void refusesATruncatedWeightsFile() throws IOException {
    byte[] whole = archive().members.get(WEIGHTS);
    for (int length : new int[] {0, 1, 21, 22, 100, 10_000, whole.length - 100, whole.length - 1}) {
      var cut = archive();
      cut.members.put(WEIGHTS, Arrays.copyOf(whole, length));
      assertEquals(ErrorCode.ZIP_MALFORMED, refused(cut.bytes()), "cut at " + length);
    }
  }

  @Test
  void refusesOrSurvivesEveryFlippedByteOfTheHeaders() throws IOException {
    byte[] zip = archive().members.get(WEIGHTS);
    int end = zip.length - 6_000;
    for (int at = 0; at < zip.length; at += at < 11_000 || at > end ? STEP : 27 * STEP) {
      var flipped = archive();
      byte[] bytes = zip.clone();
      bytes[at] ^= 0x41;
      flipped.members.put(WEIGHTS, bytes);
      Path source = flipped.write(folder.resolve("flipped.nemo"));
      try {
        Order.of(source, folder.resolve("out.nemo")).tp(2).done();
      } catch (CheckpointException refusal) {
        assertTrue(refusal.getMessage().startsWith("SW-"), refusal.getMessage());
      }
      Files.deleteIfExists(folder.resolve("out.nemo"));
      Files.delete(source);
      assertEquals(List.of("vit-tp1.nemo"), names(folder));
    }
  }

  @Test
  void refusesWhatIsNoArchive() throws IOException {
    for (String text : List.of("", "not a tar")) {
      assertEquals(ErrorCode.FORMAT_UNKNOWN, refused(text.getBytes(StandardCharsets.US_ASCII)));
    }
    assertEquals(ErrorCode.TAR_MALFORMED, refused(new byte[] {0x1f, (byte) 0x8b, 8, 0}));
  }

  @Test
  void refusesAnArchiveWithoutConfiguration() throws IOException {
    var archive = archive();
    archive.members.remove(Archive.CONFIG);
    assertEquals(ErrorCode.CONFIG_MISSING, refused(archive.bytes()));
  }

  @Test
  void refusesAConfigurationThatIsNoYamlMap() throws IOException {
    for (String text :
        List.of(
            "[1, 2]",
            "a: b: c",
            "a: 1\na: 2\n",
            "a: !!python/object/apply:os.system [x]\n",
            "a: 1\n---\nb: 2\n")) {
      var archive = archive();
      archive.members.put(Archive.CONFIG, text.getBytes(StandardCharsets.UTF_8));
      assertEquals(ErrorCode.YAML_MALFORMED, refused(archive.bytes()), text);
    }
  }

  @Test
  void refusesAMissingRank() throws IOException {
    var archive = Archive.of(copy("vit-tp2.nemo", folder));
    archive.members.remove("./mp_rank_01/model_weights.ckpt");
    assertEquals(ErrorCode.RANK_MISSING, refused(archive.bytes()));
  }

  @Test
  void refusesRankFoldersThatDoNotMatchTheConfiguration() throws IOException {
    var more = Archive.of(copy("vit-tp2.nemo", folder));
    more.config(
        text -> text.replace("tensor_model_parallel_size: 2", "tensor_model_parallel_size: 1"));
    assertEquals(ErrorCode.PARALLEL_SIZE_MISMATCH, refused(more.bytes()));
    var none = archive();
    none.members.remove(WEIGHTS);
    assertEquals(ErrorCode.PARALLEL_SIZE_MISMATCH, refused(none.bytes()));
  }

  @Test
  void refusesTwoRanksThatDisagreeOnWhatTheyHoldAlike() throws IOException {
    var archive = Archive.of(copy("vit-tp2.nemo", folder));
    byte[] second = archive.members.get("./mp_rank_01/model_weights.ckpt");
    int at = dataOffset(second, "/data/0");
    second[at] ^= 1;
    Archive.zeroCrcs(second);
    assertEquals(ErrorCode.RANKS_DISAGREE, refused(archive.bytes()));
  }

  @Test
  void refusesAnEntryWithAWrongChecksum() throws IOException {
    for (String storage : List.of("/data/0", "/data/12", "/data/7")) {
      var archive = archive();
      byte[] zip = archive.members.get(WEIGHTS);
      zip[dataOffset(zip, storage) + 5] ^= 1;
      assertEquals(ErrorCode.CHECKSUM_MISMATCH, refused(archive.bytes()), storage);
    }
  }

  @Test
  void acceptsAndReportsChecksumsThatWereOff() throws IOException {
    var archive = archive();
    Archive.zeroCrcs(archive.members.get(WEIGHTS));
    Path source = archive.write(folder.resolve("off.nemo"));
    Path out = Order.of(source, folder.resolve("out.nemo")).tp(2).done();
    assertEquals(Checkpoints.expected("vit-tp2.nemo"), Checkpoints.found(out));
    String notes = Checkpoints.notes(source);
    assertTrue(notes.contains("saved without checksums"), notes);
    var both = Archive.of(out);
    both.members.entrySet().stream()
        .filter(member -> member.getKey().endsWith(".ckpt"))
        .forEach(member -> Archive.zeroCrcs(member.getValue()));
    String once = Checkpoints.notes(both.write(source));
    assertTrue(once.contains("_00/model_weights.ckpt and 1 more: saved"), once);
  }

  @Test
  void refusesNamesThatLeadOutOfTheArchive() throws IOException {
    for (String name :
        List.of("../evil", "/etc/evil", "./a/../../evil", "a\\evil", "c:/evil", "a/./b")) {
      var archive = archive();
      archive.members.put(name, new byte[1]);
      assertEquals(ErrorCode.PATH_ESCAPE, refused(archive.bytes()), name);
    }
  }

  @Test
  void refusesLinks() throws IOException {
    byte[] whole = Files.readAllBytes(copy("vit-tp1.nemo", folder));
    for (char type : new char[] {'1', '2', '3', '6', 'S', 'K'}) {
      byte[] linked = whole.clone();
      int header = headerOf(linked, "./model_config.yaml");
      linked[header + 156] = (byte) type;
      fixChecksum(linked, header);
      assertEquals(ErrorCode.TAR_MALFORMED, refused(linked), "type " + type);
    }
  }

  @Test
  void refusesAPickleThatNamesOsSystem() throws IOException {
    var archive = archive();
    byte[] zip = archive.members.get(WEIGHTS);
    byte[] name = "torch._utils\n_rebuild_tensor_v2\n".getBytes(StandardCharsets.US_ASCII);
    byte[] evil = "os\nsystem\n".getBytes(StandardCharsets.US_ASCII);
    int at = indexOf(zip, name, 0);
    Arrays.fill(zip, at, at + name.length, (byte) '0');
    System.arraycopy(evil, 0, zip, at, evil.length);
    // The rest of the name becomes POPs of values that are pushed first, so that the length stays.
    Arrays.fill(zip, at + evil.length, at + name.length, (byte) '0');
    for (int i = 0; i < name.length - evil.length; i += 2) {
      zip[at + evil.length + i] = 'N';
    }
    Archive.zeroCrcs(zip);
    assertEquals(ErrorCode.PICKLE_FORBIDDEN, refused(archive.bytes()));
  }

  @Test
  void refusesATensorOutsideItsStorage() throws IOException {
    var archive = archive();
    byte[] zip = archive.members.get(WEIGHTS);
    // K\0 (K\1 K\8 K\60: offset 0 and shape [1, 8, 48] of the first tensor.
    int at = indexOf(zip, new byte[] {'K', 0, 'K', 1, 'K', 8, 'K', 48}, 0);
    zip[at + 1] = 1;
    Archive.zeroCrcs(zip);
    assertEquals(ErrorCode.TENSOR_MALFORMED, refused(archive.bytes()));
  }

  @Test
  void refusesAWrongTensorCount() throws IOException {
    var fewer = archive().config(text -> text.replace("num_layers: 3", "num_layers: 4"));
    assertEquals(ErrorCode.CONFIG_CONTRADICTED, refused(fewer.bytes()));
    var more = archive().config(text -> text.replace("num_layers: 3", "num_layers: 2"));
    assertEquals(ErrorCode.CONFIG_CONTRADICTED, refused(more.bytes()));
  }

  @Test
  void refusesAFamilyThatNobodyKnows() throws IOException {
    var archive = archive().config(text -> text.replace("MegatronVitClassificationModel", "Other"));
    assertEquals(ErrorCode.FAMILY_UNKNOWN, refused(archive.bytes()));
  }

  @Test
  void readsNamesWithoutALeadingDot() throws IOException {
    var dotted = archive();
    var plain = new Archive();
    dotted.members.forEach((name, bytes) -> plain.members.put(name.substring(2), bytes));
    Path out =
        Order.of(plain.write(folder.resolve("plain.nemo")), folder.resolve("out.nemo"))
            .tp(2)
            .done();
    assertEquals(Checkpoints.expected("vit-tp2.nemo"), Checkpoints.found(out));
  }

  @Test
  void carriesArtifactsOverByteForByte() throws IOException {
    var archive = archive();
    archive.members.put("./0f00_tokenizer.model", new byte[] {1, 2, 3});
    String tokenizer = "tokenizer:\n  model: nemo:0f00_tokenizer.model\n  odd: ${oc.env:HOME}\n";
    archive.config(text -> text + tokenizer);
    Path out =
        Order.of(archive.write(folder.resolve("in.nemo")), folder.resolve("out.nemo")).tp(2).done();
    var written = Archive.of(out);
    assertEquals("[1, 2, 3]", Arrays.toString(written.members.get("./0f00_tokenizer.model")));
    String config = new String(written.members.get(Archive.CONFIG), StandardCharsets.UTF_8);
    assertTrue(config.endsWith(tokenizer), config);
  }

  private Archive archive() throws IOException {
    Path file = folder.resolve("vit-tp1.nemo");
    return Archive.of(Files.exists(file) ? file : copy("vit-tp1.nemo", folder));
  }

  /** The code with which a source is refused, by reshard; checks that nothing is left. */
  private ErrorCode refused(byte[] bytes) throws IOException {
    Path source = Files.write(folder.resolve("bad.nemo"), bytes);
    List<String> before = names(folder);
    var refusal =
        assertThrows(
            CheckpointException.class,
            () -> Order.of(source, folder.resolve("out.nemo")).tp(2).done());
    assertEquals(before, names(folder));
    Files.delete(source);
    return refusal.code();
  }

  private static int indexOf(byte[] bytes, byte[] wanted, int from) {
    for (int at = from; at <= bytes.length - wanted.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("not found");
  }

  /** First byte of an entry's data: after its local header. */
  private static int dataOffset(byte[] zip, String entry) {
    byte[] name = ("model_weights" + entry + "FB").getBytes(StandardCharsets.US_ASCII);
    int at = indexOf(zip, name, 0) + name.length;
    int padding = zip[at] & 0xff;
    return at + 2 + padding;
  }

  private static int headerOf(byte[] tar, String name) {
    byte[] wanted = (name + "\0").getBytes(StandardCharsets.US_ASCII);
    int at = indexOf(tar, wanted, 0);
    while (at % 512 != 0) {
      at = indexOf(tar, wanted, at + 1);
    }
    return at;
  }

  private static void fixChecksum(byte[] tar, int header) {
    Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
    int sum = 0;
    for (int i = header; i < header + 512; i++) {
      sum += tar[i] & 0xff;
    }
    byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, tar, header + 148, 8);
  }
}
