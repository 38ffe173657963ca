package io.shardwright.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.shardwright.Shardwright;
import io.shardwright.core.Device;
import io.shardwright.core.ProgressListener;
import io.shardwright.core.ReshardPlan;
import io.shardwright.core.ReshardRequest;
import io.shardwright.core.ReshardRequestBuilder;
import io.shardwright.core.RunOptions;
import io.shardwright.core.outline.Band;
import io.shardwright.core.outline.Band.Part;
import io.shardwright.core.outline.Needs;
import io.shardwright.core.outline.Panel;
import io.shardwright.core.outline.TensorPicture;
import io.shardwright.spi.Naming;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan shows, against what the run then writes. */
class OutlinePropertyTest {
  private static final int MODELS = 24;

  @TempDir Path folder;
  private final Shardwright shardwright = Shardwright.create();

  private ReshardPlan run(
      TinyGpt model, Path source, Path target, Consumer<ReshardRequestBuilder> asked) {
    var request = ReshardRequest.builder(source, target).vocabSize(model.vocabulary).sync(false);
    asked.accept(request);
    ReshardPlan plan = shardwright.plan(request.build());
    shardwright.run(plan, ProgressListener.SILENT);
    return plan;
  }

  private static int divisor(Random random, int of) {
    return 1 << random.nextInt(Integer.numberOfTrailingZeros(of) + 1);
  }

  @Test
  void theGridThatAPlanPromisesIsFoundInTheTargetInBothLayouts() throws IOException {
    for (long seed = 0; seed < MODELS; seed++) {
      var random = new Random(seed);
      var model = new TinyGpt(seed);
      Path source = model.write(folder.resolve("source" + seed));
      int tensor = divisor(random, model.groups);
      int stages = divisor(random, model.layers);
      Naming naming = model.legacyToo() && seed % 2 == 0 ? Naming.LEGACY : Naming.MCORE;
      for (WeightLayout layout : WeightLayout.values()) {
        Path target = folder.resolve(layout + "" + seed + ".nemo");
        Consumer<ReshardRequestBuilder> asked =
            request ->
                request
                    .tensorModelParallelSize(tensor)
                    .pipelineModelParallelSize(stages)
                    .naming(naming)
                    .layout(layout);
        var promised = run(model, source, target, asked).outline().after().ranks();
        String where = "seed " + seed + ", " + layout + ", " + model;
        try (var written = shardwright.open(target)) {
          assertEquals(promised.get().ranks(), written.outline().grid().get().ranks(), where);
        }
      }
    }
  }

  @Test
  void picturesShowWhereTheBytesAre() throws IOException {
    int seen = 0;
    for (long seed = 0; seed < MODELS; seed++) {
      var model = new TinyGpt(seed);
      Path source = model.write(folder.resolve("in" + seed));
      Path target = folder.resolve("out" + seed);
      int tensor = divisor(new Random(seed), model.groups);
      var plan = run(model, source, target, request -> request.tensorModelParallelSize(tensor));
      for (TensorPicture picture : plan.outline().pictures()) {
        String where = "seed " + seed + ", TP " + tensor + ", " + picture.name() + ", " + model;
        assertEquals(
            pieces(source, picture.name(), picture.before(), 1, where),
            pieces(target, picture.name(), picture.after(), tensor, where),
            where);
        seen++;
      }
    }
    assertTrue(seen > 3 * MODELS, "too few pictures: " + seen);
  }

  /** The bytes of every meaning, read where the bands say; bands must tile their panels. */
  private static Map<String, String> pieces(
      Path checkpoint, String name, List<Panel> panels, int ranks, String where) {
    Map<String, ByteArrayOutputStream> pieces = new TreeMap<>();
    assertEquals(ranks, panels.size(), where);
    for (int rank = 0; rank < ranks; rank++) {
      Panel panel = panels.get(rank);
      String member = ranks == 1 ? "" : "mp_rank_0" + rank + "/";
      byte[] bytes = TinyGpt.bytes(checkpoint.resolve(member + "model_weights.ckpt"), name);
      long end = 0;
      for (Band band : panel.bands()) {
        assertEquals(end, band.from(), where);
        assertTrue(ranks == 1 || band.rank() == rank || band.part() == Part.PADDING, where);
        end = band.to();
        if (band.part() != Part.PADDING) {
          String meaning = band.part() + " " + band.group() + " " + band.rank();
          var piece = pieces.computeIfAbsent(meaning, m -> new ByteArrayOutputStream());
          piece.writeBytes(cut(bytes, panel, band));
        }
      }
      assertEquals(panel.shape().dim(panel.axis()), end, where);
    }
    Map<String, String> texts = new TreeMap<>();
    pieces.forEach(
        (meaning, piece) ->
            texts.put(meaning, java.util.HexFormat.of().formatHex(piece.toByteArray())));
    return texts;
  }

  /** A band's rows or columns, column by column where the cut is across. */
  private static byte[] cut(byte[] bytes, Panel panel, Band band) {
    int rows = (int) panel.shape().dim(0);
    int columns = (int) panel.shape().dim(1);
    int size = bytes.length / (rows * columns);
    var cut = new ByteArrayOutputStream();
    for (int index = (int) band.from(); index < band.to(); index++) {
      for (int other = 0; other < (panel.axis() == 0 ? columns : rows); other++) {
        int element = panel.axis() == 0 ? index * columns + other : other * columns + index;
        cut.write(bytes, element * size, size);
      }
    }
    return cut.toByteArray();
  }

  @Test
  void aPlanSaysTheSameForTheSameInput() throws IOException {
    Path gpt = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    var request =
        ReshardRequest.builder(gpt, folder.resolve("out.nemo")).tensorModelParallelSize(4).build();
    var first = shardwright.plan(request);
    var again = shardwright.plan(request);
    assertEquals(first.toString(), again.toString());
    assertEquals(first.outline(), again.outline());
  }

  @Test
  void buffersGrowWithThreadsAndCastsAndWithNothingElse() throws IOException {
    Path gpt = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    long block = 1 << 20;
    assertEquals(3 * block, buffers(gpt, 1, request -> {}));
    assertEquals(24 * block, buffers(gpt, 8, request -> {}));
    assertEquals(2 * block, buffers(gpt, 1, request -> request.verify(false)));
    assertEquals(
        4 * block, buffers(gpt, 1, request -> request.dtype(DType.BFLOAT16).allowLossy(true)));
    assertEquals(5 * block, buffers(gpt, 1, request -> request.manifest(true)));
    assertEquals(3 * block, buffers(gpt, 1, request -> request.tensorModelParallelSize(8)));
  }

  /** A tile of PyTorch's, and a buffer of the same size by which bytes come and go. */
  @Test
  void aDevicesTilesAreCountedWhereTheyLie() throws IOException {
    Path one = Checkpoints.copy("gpt-5b-like-tp1.nemo", folder);
    Path four = Checkpoints.copy("gpt-5b-like-tp2pp2.nemo", folder);
    long cpu = 2 << 20;
    long gpu = 16 << 20;
    long read = 1 << 20;
    assertEquals(2 * cpu + read, buffers(one, 1, on("cpu")));
    assertEquals(3 * cpu + read, buffers(four, 1, on("cpu")), "replicas are compared");
    Consumer<ReshardRequestBuilder> half =
        request -> request.dtype(DType.BFLOAT16).allowLossy(true);
    assertEquals(16 * cpu + read, buffers(one, 1, half.andThen(on("cpu"))));
    assertEquals(gpu + read, buffers(one, 1, on("cuda")));
    assertEquals(2 * gpu, needs(one, 1, on("cuda")).deviceBytes());
    assertEquals(15 * gpu, needs(one, 1, half.andThen(on("cuda"))).deviceBytes());
    assertEquals(0, needs(one, 1, on("cpu")).deviceBytes());
  }

  private static Consumer<ReshardRequestBuilder> on(String device) {
    return request ->
        request.run(RunOptions.DEFAULT.withThreads(1).withDevice(Device.parse(device)));
  }

  private long buffers(Path source, int threads, Consumer<ReshardRequestBuilder> asked) {
    return needs(source, threads, asked).bufferBytes();
  }

  private Needs needs(Path source, int threads, Consumer<ReshardRequestBuilder> asked) {
    var request =
        ReshardRequest.builder(source, folder.resolve("none.nemo"))
            .run(RunOptions.DEFAULT.withThreads(threads));
    asked.accept(request);
    return shardwright.plan(request.build()).needs();
  }
}
