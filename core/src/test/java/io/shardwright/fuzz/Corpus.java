package io.shardwright.fuzz;

import io.shardwright.core.TargetFormat;
import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.tar.TarIndex;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.engine.MemoryFolders;
import io.shardwright.engine.Order;
import io.shardwright.hostile.Seeds;
import io.shardwright.spi.WeightLayout;
import io.shardwright.spi.error.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/**
 * What each target begins with: the hostile corpus and small files by the real tools, taken apart
 * into what each codec reads, and what was found before.
 */
final class Corpus {
  private static final int LARGEST = 1 << 16;
  private static final Path RESOURCES = Path.of("../core/src/test/resources");
  private static final Path FORMATS = RESOURCES.resolve("formats");
  private static final Path DCP = RESOURCES.resolve("dcp");
  private static final String STEP = "tiny--step=1.ckpt";
  private static final Path FOUND = RESOURCES.resolve("fuzz");
  private static final int DEFLATED = 8;
  private static final String WEIGHTS = "model_weights/";

  private final Map<Target, Map<ByteBuffer, byte[]>> inputs = new EnumMap<>(Target.class);

  private Corpus() {
    Arrays.stream(Target.values()).forEach(target -> inputs.put(target, new LinkedHashMap<>()));
  }

  /** The inputs of every target, each once. */
  static Map<Target, List<byte[]>> seeds() {
    var corpus = new Corpus();
    Seeds.all(LARGEST).forEach(corpus::addCase);
    corpus.addSamples();
    corpus.addItems();
    corpus.add(Target.FIDDLE, SeedTexts.FIDDLE);
    corpus.add(Target.SHARDS, FolderText.of(folder(DCP.resolve("shards"))));
    corpus.addRanks();
    SeedTexts.JSON.forEach(text -> corpus.addDocument("config.json", text));
    corpus.add(Target.TOKENIZER, SeedTexts.sentencePieces());
    corpus.add(Target.FAMILY, SeedTexts.FAMILY);
    var seeds = new EnumMap<Target, List<byte[]>>(Target.class);
    corpus.inputs.forEach((target, each) -> seeds.put(target, List.copyOf(each.values())));
    return seeds;
  }

  private void addSamples() {
    for (String name : new String[] {"tiny.nemo", STEP, "tiny.pt", "tiny.safetensors"}) {
      addFile(read(FORMATS.resolve(name)));
    }
    for (String name : new String[] {"tiny-mcore", "tiny-mcore/model_weights", "tiny-llama-hf"}) {
      addFolder(folder(FORMATS.resolve(name)));
    }
    addFolder(Map.of(STEP, read(FORMATS.resolve(STEP))));
    byte[] weights = read(FORMATS.resolve("tiny.safetensors"));
    folder(RESOURCES.resolve("community"))
        .forEach(
            (name, bytes) -> {
              if (name.endsWith("/config.json")) {
                addFolder(
                    new TreeMap<>(Map.of("config.json", bytes, "model.safetensors", weights)));
              }
            });
  }

  private void addItems() {
    for (String name : new String[] {"nested", "cut", "safetensors"}) {
      add(Target.ITEMS, FolderText.of(folder(DCP.resolve(name))));
    }
    folder(DCP)
        .forEach(
            (name, bytes) -> {
              if (name.contains("metadata")) {
                add(Target.METADATA, bytes);
              }
            });
  }

  private void addRanks() {
    try {
      Path place = MemoryFolders.create("ranks");
      Order.of(FORMATS.resolve("tiny-llama-hf"), place.resolve("root"))
          .to(new TargetFormat("megatron"))
          .layout(WeightLayout.RANKS)
          .grid(1, 1)
          .done();
      add(Target.RANKS, FolderText.of(folder(place.resolve("root"))));
      Inspection.delete(place);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The inputs that showed faults, by target and file; the folder's README says which. */
  static Map<String, byte[]> found() {
    var found = folder(FOUND);
    found.remove("README.md");
    return found;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Map<String, byte[]> folder(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      var files = new TreeMap<String, byte[]>();
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), read(file));
      }
      return files;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void add(Target target, byte[] input) {
    if (input.length <= target.largest()) {
      inputs.get(target).putIfAbsent(ByteBuffer.wrap(input), input);
    }
  }

  private void addCase(Map<String, byte[]> files) {
    byte[] single = files.get("");
    if (single == null) {
      addFolder(files);
    } else {
      addFile(single);
    }
  }

  private void addFolder(Map<String, byte[]> files) {
    add(Target.INSPECT_FOLDER, FolderText.of(files));
    files.forEach(this::addMember);
    if (files.keySet().stream().anyMatch(name -> name.endsWith("model_optim_rng.pt"))) {
      add(Target.RANKS, FolderText.of(files));
    }
    if (files.keySet().stream().anyMatch(name -> name.startsWith("shard-"))) {
      add(Target.SHARDS, FolderText.of(files));
    }
    if (files.containsKey("context/io.json")) {
      add(Target.FIDDLE, files.get("context/io.json"));
    }
    if (files.containsKey("metadata.json")) {
      add(Target.ARRAYS, FolderText.of(files));
    }
  }

  private void addDocument(String name, byte[] document) {
    if (name.endsWith(".index.json")) {
      add(Target.INDEX, document);
    } else if (name.endsWith(".json") || name.endsWith(".zarray")) {
      add(Target.JSON, document);
      add(Target.TOKENIZER, document);
    } else if (name.endsWith(".yaml")) {
      add(Target.YAML, document);
      add(Target.FAMILY, document);
    }
  }

  private void addFile(byte[] file) {
    add(Target.INSPECT, file);
    addMember("", file);
    if (GzipRepair.recognizes(file)) {
      add(Target.GZIP, file);
    } else if (TarRepair.recognizes(file)) {
      add(Target.TAR, file);
      addMembers(new MemorySource(file, "seed"));
    }
  }

  private void addMember(String name, byte[] file) {
    addDocument(name, file);
    if (ZipRepair.recognizes(file) || file.length > 0 && file[0] == (byte) 0x80) {
      add(Target.TORCH, file);
      addPickle(file);
    } else if (SafetensorsRepair.recognizes(file)) {
      addSafetensors(file);
    }
  }

  private void addPickle(byte[] zip) {
    try (var channel = new SeekableInMemoryByteChannel(zip);
        var file = ZipFile.builder().setSeekableByteChannel(channel).get()) {
      for (var entry : Collections.list(file.getEntries())) {
        boolean packed = entry.getMethod() != 0 && entry.getMethod() != DEFLATED;
        if (entry.getName().endsWith("/data.pkl") && entry.getSize() <= LARGEST && !packed) {
          byte[] pickle = file.getInputStream(entry).readAllBytes();
          add(Target.PICKLE, pickle);
          add(Target.STATE_DICT, pickle);
        }
      }
    } catch (IOException | IllegalArgumentException broken) {
      // A zip that others can't read has no pickle to begin with.
    }
  }

  private void addSafetensors(byte[] file) {
    add(Target.SAFETENSORS, file);
    long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    if (length >= 2 && length <= file.length - Long.BYTES) {
      add(Target.JSON, Arrays.copyOfRange(file, Long.BYTES, Long.BYTES + (int) length));
    }
  }

  private void addMembers(ByteSource tar) {
    var arrays = new LinkedHashMap<String, byte[]>();
    try {
      var index = TarIndex.read(tar, Guard.standard());
      for (var member : index.members()) {
        index
            .open(member.name())
            .map(Corpus::bytes)
            .ifPresent(
                bytes -> {
                  addMember(member.name(), bytes);
                  if (member.name().startsWith(WEIGHTS)) {
                    arrays.put(member.name().substring(WEIGHTS.length()), bytes);
                  }
                });
      }
    } catch (CheckpointException refused) {
      // An archive that is refused has no members to begin with.
    }
    if (!arrays.isEmpty()) {
      add(Target.ARRAYS, FolderText.of(arrays));
    }
  }

  private static byte[] bytes(ByteSource source) {
    var bytes = ByteBuffer.allocate((int) source.size());
    source.readFully(bytes, 0);
    return bytes.array();
  }
}
