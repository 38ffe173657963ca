package io.shardwright.fuzz;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.bytes.MemorySource;
import io.shardwright.core.internal.codec.dcp.DcpMetadata;
import io.shardwright.core.internal.codec.json.JsonDocument;
import io.shardwright.core.internal.codec.pickle.PickleNames;
import io.shardwright.core.internal.codec.pickle.PickleReader;
import io.shardwright.core.internal.codec.pickle.PickleText;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.tar.Gzip;
import io.shardwright.core.internal.codec.tar.TarIndex;
import io.shardwright.core.internal.codec.tokenizer.FastTokenizer;
import io.shardwright.core.internal.codec.tokenizer.TokenizerSize;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.yaml.YamlDocument;
import io.shardwright.core.internal.family.FamilyGrammar;
import io.shardwright.core.internal.format.ShardIndex;
import io.shardwright.core.internal.format.nemo.DistributedArrays;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.core.policy.Limit;
import io.shardwright.core.policy.ReadPolicy;
import io.shardwright.hostile.Seeds;
import io.shardwright.spi.error.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is fuzzed. Each reads an input as far as the program would without reading values. */
enum Target {
  /** Any bytes as a pickle; what was read is written and read again. */
  PICKLE(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      var document = PickleReader.read(source(input), guard());
      document.globals().forEach(PickleNames::effect);
      document.alarms().forEach(PickleText::of);
      PickleText.of(document.root());
      PickleReader.read(source(PickleWriter.write(document.root())), guard());
    }
  },
  /** Any bytes as the pickle of a torch file, which holds the storages that it names. */
  STATE_DICT(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      var document = PickleReader.read(source(input), guard());
      TORCH.read(Seeds.torch(input, NamedStorages.of(document.persistentIds())), folder);
    }
  },
  /** A torch file, a zip or of the format before it; its checksums are checked. */
  TORCH(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      var file = TorchFile.open(source(input), guard());
      file.requireIntact();
      file.stateDict().objects();
      file.stateDict().metadata();
      file.stateDict().tensors();
    }
  },
  /** A tar archive. */
  TAR(1 << 16) {
    @Override
    void read(byte[] input, Path folder) {
      if (TarIndex.recognizes(source(input))) {
        var index = TarIndex.read(source(input), guard());
        index.members().forEach(member -> index.open(member.name()));
      }
    }
  },
  /** A compressed archive. */
  GZIP(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      if (Gzip.isGzip(source(input))) {
        Gzip.spool(source(input), folder, guard()).close();
      }
    }
  },
  /** A configuration; it is resolved, changed, written and read again. */
  YAML(1 << 11) {
    @Override
    void read(byte[] input, Path folder) {
      var document = YamlDocument.parse(source(input), guard());
      document.leaves();
      document.list("target");
      document.resolved(List.of("model")).document().write();
      byte[] changed = document.with("tensor_model_parallel_size", "2").write();
      YamlDocument.parse(source(changed), guard());
    }
  },
  /** A JSON document; it is written and must read as the same. */
  JSON(1 << 12) {
    @Override
    void read(byte[] input, Path folder) {
      var document = JsonDocument.parse(source(input), Limit.CONFIG_BYTES, guard());
      var again =
          JsonDocument.parse(source(JsonDocument.compact(document)), Limit.JSON_BYTES, guard());
      if (!again.equals(document)) {
        throw new IllegalStateException(again + " was " + document);
      }
    }
  },
  /** A safetensors file. */
  SAFETENSORS(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      SafetensorsFile.open(source(input), guard());
    }
  },
  /** The index of a folder of shards. */
  INDEX(1 << 12) {
    @Override
    void read(byte[] input, Path folder) {
      var document = JsonDocument.parse(source(input), Limit.JSON_BYTES, guard());
      var index = ShardIndex.of(document, "fuzzed");
      index.requireAll(index.files());
      index.files().forEach(file -> index.requireHeld(file, index.tensors()));
    }
  },
  /** A folder of zarr arrays, as Megatron-Core's distributed checkpoints are. */
  ARRAYS(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      var members = new MemoryMembers(repaired(input));
      new DistributedArrays("fuzzed", members, "", guard()).sourceFiles();
    }
  },
  /** Any bytes as the metadata of a distributed checkpoint. */
  METADATA(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      DcpMetadata.read(source(input), guard()).files();
    }
  },
  /** A folder of items with its metadata, every one of which is opened. */
  ITEMS(1 << 15) {
    @Override
    void read(byte[] input, Path folder) {
      new Items(FolderText.files(input)).open(guard());
    }
  },
  /** What Fiddle wrote of a model, beside weights that are whole. */
  FIDDLE(1 << 13) {
    @Override
    void read(byte[] input, Path folder) {
      new Inspection(folder).folder(Surroundings.nemo2(input));
    }
  },
  /** Shards that say themselves where they lie, as PyTorch writes them for Hugging Face. */
  SHARDS(1 << 13) {
    @Override
    void read(byte[] input, Path folder) {
      new Inspection(folder).folder(repaired(input));
    }
  },
  /** Megatron-LM's folders of ranks. */
  RANKS(1 << 16) {
    @Override
    void read(byte[] input, Path folder) {
      new Inspection(folder).folder(repaired(input));
    }
  },
  /** A family that a file declares. */
  FAMILY(1 << 12) {
    @Override
    void read(byte[] input, Path folder) {
      FamilyGrammar.readDraft(Inspection.written(folder, "family.yaml", input), guard());
    }
  },
  /** A tokenizer's file. */
  TOKENIZER(1 << 12) {
    @Override
    void read(byte[] input, Path folder) {
      TokenizerSize.of(source(input), guard());
      FastTokenizer.of(ByteBuffer.wrap(input), guard(), "tokenizer");
    }
  },
  /** Any bytes as a file that is inspected. */
  INSPECT(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      new Inspection(folder).file(input);
    }
  },
  /** Any files as a folder that is inspected. */
  INSPECT_FOLDER(1 << 14) {
    @Override
    void read(byte[] input, Path folder) {
      new Inspection(folder).folder(repaired(input));
    }
  };

  private final int largest;

  Target(int largest) {
    this.largest = largest;
  }

  /** Bytes of the largest input that is tried: the more, the slower. */
  int largest() {
    return largest;
  }

  abstract void read(byte[] input, Path folder);

  private static ByteSource source(byte[] bytes) {
    return new MemorySource(bytes, "fuzzed");
  }

  /** A folder's files; as they are each has a target of its own. */
  private static Map<String, byte[]> repaired(byte[] input) {
    var files = FolderText.files(input);
    files.replaceAll((name, bytes) -> Repair.of(bytes));
    return files;
  }

  private static Guard guard() {
    return new Guard(new ReadPolicy(Inspection.LIMITS, ReadPolicy.UnknownGlobals.KEEP, true));
  }

  static Target of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads an input as it is, and repaired. Refusals are what is wanted; all else comes out.
   *
   * @param folder for files that the target needs
   * @return whether either was read to its end
   */
  boolean fuzz(byte[] input, Path folder) {
    boolean whole = accepts(input, folder);
    byte[] repaired = Repair.of(input);
    return repaired != input && accepts(repaired, folder) || whole;
  }

  /** Whether an input is read to its end. */
  boolean accepts(byte[] input, Path folder) {
    try {
      read(input, folder);
      return true;
    } catch (CheckpointException refusal) {
      return false;
    }
  }
}
