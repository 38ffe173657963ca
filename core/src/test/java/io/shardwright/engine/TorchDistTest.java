package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.core.GridOptions;
import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.FileSource;
import io.shardwright.core.internal.codec.dcp.DcpItem;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.dcp.DcpTensor;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.ErrorCode.Kind;
import io.shardwright.spi.format.CoreVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Megatron-Core's {@code torch_dist} as it is written. */
class TorchDistTest {
  static final TargetFormat TORCH_DIST = new TargetFormat("torch_dist");
  private static final String EXPERT = "decoder.layers.mlp.experts.experts.";
  private static final GridOptions OLDER = core(16, OptionalInt.empty());

  @TempDir(factory = MemoryFolders.class)
  private Path folder;

  /** By Megatron-LM core_v0.16.0, on TP 2 and PP 2. */
  private Path golden;

  @BeforeEach
  void copy() throws IOException {
    golden = MegatronRoot.in(folder).step();
  }

  private static GridOptions core(int minor, OptionalInt files) {
    return new GridOptions(Optional.of(new CoreVersion(0, minor)), files, OptionalLong.empty());
  }

  private Order write(Path source, String name, GridOptions options) {
    return Order.of(source, folder.resolve(name))
        .to(TORCH_DIST)
        .with(parts -> parts.gridOptions(options));
  }

  private static DcpMetadata metadata(Path checkpoint) {
    Path file = checkpoint.resolve(DcpMetadata.FILE);
    try (var source = new FileSource(file, DcpMetadata.FILE)) {
      return DcpMetadata.read(source, Guard.standard());
    }
  }

  /** Every chunk with the rank that wrote it, which may have had several files. */
  private static Map<String, Set<String>> chunks(DcpMetadata metadata) {
    var chunks = new TreeMap<String, Set<String>>();
    for (DcpTensor tensor : metadata.tensors().values()) {
      var own = chunks.computeIfAbsent(tensor.spec().toString(), key -> new TreeSet<>());
      for (int chunk = 0; chunk < tensor.chunks(); chunk++) {
        own.add(tensor.region(chunk) + " " + rank(tensor.item(chunk)));
      }
    }
    return chunks;
  }

  /** Name, type, shape and SHA-256 of every tensor. */
  static List<String> values(Path checkpoint) {
    return Checkpoints.found(checkpoint).stream()
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .sorted()
        .toList();
  }

  private static String rank(DcpItem item) {
    return item.file().substring(0, item.file().lastIndexOf('_'));
  }

  private static Map<String, String> states(DcpMetadata metadata) {
    return metadata.objects().entrySet().stream()
        .filter(object -> object.getKey().contains("_extra_state"))
        .collect(Collectors.toMap(Map.Entry::getKey, object -> rank(object.getValue())));
  }

  @Test
  void hasTheChunksThatMegatronCoreWrites() {
    Path written = write(golden, "written", OLDER).grid(2, 2).done();
    assertEquals(chunks(metadata(golden)), chunks(metadata(written)));
    var theirs = states(metadata(golden));
    var ours = states(metadata(written));
    assertTrue(ours.entrySet().containsAll(theirs.entrySet()), ours + " " + theirs);
    assertEquals(values(golden), values(written));
  }

  @Test
  void hasTheCommonStateWhereTheVersionLooksForIt() {
    Path older = write(golden, "older", OLDER).done();
    Path newer = write(golden, "newer", GridOptions.DEFAULT).done();
    assertEquals(List.of(true, false), state(older));
    assertEquals(List.of(false, true), state(newer));
  }

  /** Transformer Engine's attention has a state, for which Megatron-Core 0.14 asks. */
  @Test
  void hasStatesOfTheCoreOfAttentionWhereTheVersionAsksForThem() {
    String key = "decoder.layers.self_attention.core_attention._extra_state/shard_1_2";
    Path older = write(golden, "older", core(14, OptionalInt.empty())).done();
    Path newer = write(golden, "newer", core(15, OptionalInt.empty())).done();
    assertTrue(states(metadata(older)).containsKey(key));
    assertFalse(states(metadata(newer)).containsKey(key));
  }

  /**
   * PyTorch 2.6 loads no Namespace unless it is told to, and Megatron-Core 0.13 doesn't tell it.
   */
  @Test
  void hasPlainArgumentsWhereTheVersionLoadsNoOthers() {
    Path plain = write(golden, "plain", core(13, OptionalInt.empty())).done();
    Path called = write(golden, "called", core(14, OptionalInt.empty())).done();
    assertEquals(List.of("torch.bfloat16"), globals(plain));
    assertTrue(globals(called).contains("argparse.Namespace"));
    Order.of(plain, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
  }

  private static List<String> globals(Path checkpoint) {
    try (var file = new FileSource(checkpoint.resolve("common.pt"), "common.pt")) {
      return TorchFile.open(file, Guard.standard()).document().globals().stream()
          .map(Object::toString)
          .sorted()
          .toList();
    }
  }

  private static List<Boolean> state(Path checkpoint) {
    return List.of(
        Files.exists(checkpoint.resolve("common.pt")),
        metadata(checkpoint).objects().containsKey("common_state/shard_0_1"));
  }

  @Test
  void spreadsItemsOverFiles() throws IOException {
    for (int files : List.of(1, 3, 7)) {
      var options = core(19, OptionalInt.of(files));
      Path written = write(golden, "files" + files, options).grid(2, 2).done();
      try (var found = Files.newDirectoryStream(written, "*.distcp")) {
        int count = 0;
        for (Path file : found) {
          assertTrue(Files.size(file) > 0, file::toString);
          count++;
        }
        assertEquals(files, count);
      }
      assertEquals(values(golden), values(written));
    }
  }

  @Test
  void padsRowsForEachRank() {
    Path hf = Order.of(golden, folder.resolve("hf")).to(TargetFormat.HUGGING_FACE).done();
    var padded = new GridOptions(Optional.empty(), OptionalInt.empty(), OptionalLong.of(96));
    assertEquals(128, rows(write(hf, "bare", GridOptions.DEFAULT).tp(2).done()));
    assertEquals(192, rows(write(hf, "padded", padded).tp(2).done()));
  }

  private static long rows(Path checkpoint) {
    return metadata(checkpoint)
        .tensors()
        .get("embedding.word_embeddings.weight")
        .spec()
        .shape()
        .dim(0);
  }

  @Test
  void writesTheSameBytesForTheSameModel() throws IOException {
    Path one = write(golden, "one", GridOptions.DEFAULT).grid(2, 1).threads(1).done();
    Path two = write(golden, "two", GridOptions.DEFAULT).grid(2, 1).threads(3).done();
    for (String file : List.of("__0_0.distcp", "__1_0.distcp", ".metadata", "metadata.json")) {
      assertArrayEquals(
          Files.readAllBytes(one.resolve(file)), Files.readAllBytes(two.resolve(file)), file);
    }
  }

  @Test
  void keepsWhatItIsWhenItIsResharded() {
    Path written = Order.of(golden, folder.resolve("written")).grid(1, 2).done();
    var tensors = metadata(written).tensors();
    assertEquals(1, tensors.get("embedding.word_embeddings.weight").chunks());
    assertEquals(values(golden), values(written));
  }

  /** Experts are shared out over ranks that share nothing else. */
  @Test
  void givesExpertsToTheRanksThatHoldThem() {
    Path mixtral = Path.of("src/test/resources/community/mixtral");
    Path written =
        write(mixtral, "experts", GridOptions.DEFAULT)
            .tp(2)
            .with(parts -> parts.expertModelParallelSize(2).expertTensorParallelSize(1))
            .done();
    var experts = metadata(written).tensors().get(EXPERT + "linear_fc2.weight");
    long count = experts.spec().shape().dim(1);
    String of = "_" + experts.spec().shape().dim(0) + "." + count;
    for (int chunk = 0; chunk < experts.chunks(); chunk++) {
      long expert = experts.region(chunk).offset().get(1);
      assertEquals("__" + expert * 2 / count, rank(experts.item(chunk)), "expert " + expert);
    }
    var states = states(metadata(written));
    String up = EXPERT + "linear_fc1._extra_state/shard_1.";
    assertEquals("__0", states.get(up + "0" + of));
    assertEquals("__1", states.get(up + (count - 1) + of));
    Path back =
        Order.of(written, folder.resolve("back"))
            .to(TargetFormat.HUGGING_FACE)
            .config(mixtral.resolve("config.json"))
            .done();
    assertEquals(values(mixtral), values(back));
  }

  /** A ViT has no names of Megatron-Core. */
  @Test
  void takesAModelThatMegatronDoesNotKnowThereAndBack() throws IOException {
    Path vit = Checkpoints.copy("vit-tp2.nemo", folder);
    Path files = folder.resolve("vit");
    Checkpoints.unpack(vit, files);
    Path there = write(vit, "there", GridOptions.DEFAULT).done();
    Path back =
        Order.of(there, folder.resolve("back.nemo"))
            .config(files.resolve("model_config.yaml"))
            .layout(WeightLayout.RANKS)
            .tp(2)
            .done();
    assertEquals(Checkpoints.found(vit), Checkpoints.found(back));
  }

  @Test
  void refusesWhatHasNoPlaceThere() {
    write(golden, "v", core(5, OptionalInt.empty()))
        .tried()
        .assertRefused(Kind.INPUT, "Megatron-Core 0.5", "0.6 or later");
    Order.of(golden, folder.resolve("a.nemo"))
        .with(parts -> parts.gridOptions(core(19, OptionalInt.of(2))))
        .tried()
        .assertRefused(Kind.PLAN, "gridOptions.files: ", "such as torch_dist");
    assertTrue(Files.notExists(folder.resolve("v")));
  }
}
