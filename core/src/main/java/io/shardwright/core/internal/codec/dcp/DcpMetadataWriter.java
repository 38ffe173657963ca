package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.pickle.PickleOutput;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes a {@code .metadata}: what every reader needs and no plans, the same bytes for the same
 * content. Torch's readers have defaults for what is left out.
 */
public final class DcpMetadataWriter {
  /** The PyTorch that has to read it. */
  public enum Form {
    /** 2.1 and 2.2, whose names later ones keep; 2.2.2 and 2.7.1 were run. */
    TORCH_2_1("torch.distributed._shard.sharded_tensor.metadata", "MEM_FORMAT_ENCODING"),
    /** 2.3 and later; 2.7 and 2.15 were run. */
    TORCH_2_3("torch.distributed.checkpoint.metadata", "_MEM_FORMAT_ENCODING");

    private final Global properties;
    private final Global memoryFormat;

    Form(String module, String memoryFormat) {
      this.properties = new Global(module, "TensorProperties");
      this.memoryFormat = new Global(module, memoryFormat);
    }
  }

  /**
   * A tensor and its chunks, which must hold each element once.
   *
   * @param chunks empty ones, whose offsets may be another's, are left out unless the tensor is
   *     empty
   */
  public record Tensor(TensorSpec spec, List<Chunk> chunks) {
    private void forEach(Consumer<Chunk> taker) {
      boolean empty = spec.shape().elements() == 0;
      chunks.forEach(
          chunk -> {
            if (empty || !chunk.isEmpty()) {
              taker.accept(chunk);
            }
          });
    }
  }

  /** What a chunk holds of its tensor, and where it lies. */
  public record Chunk(Region region, DcpItem item) {
    private boolean isEmpty() {
      return region.shape().elements() == 0;
    }
  }

  private static final int BATCH = 1000;
  private static final int PROTOCOL = 0x80;
  private static final int NEWOBJ = 0x81;
  private static final int TUPLE1 = 0x85;
  private static final int FALSE = 0x89;
  private static final String CHECKPOINT = "torch.distributed.checkpoint.";
  private static final Global SIZE = new Global("torch", "Size");
  private static final Global LAYOUT = new Global("torch.serialization", "_get_layout");
  private static final Global PLACE = new Global(CHECKPOINT + "filesystem", "_StorageInfo");
  private static final Global METADATA = metadata("Metadata");
  private static final Global TENSOR = metadata("TensorStorageMetadata");
  private static final Global CHUNK = metadata("ChunkStorageMetadata");
  private static final Global OBJECT = metadata("BytesStorageMetadata");
  private static final Global INDEX = metadata("MetadataIndex");

  private final PickleOutput out;
  private final Form form;
  private boolean paths;

  private DcpMetadataWriter(Form form, PickleOutput out) {
    this.form = form;
    this.out = out;
  }

  private static Global metadata(String type) {
    return new Global(CHECKPOINT + "metadata", type);
  }

  /** The file's bytes. */
  public static byte[] write(Collection<Tensor> tensors, Map<String, DcpItem> objects, Form form) {
    return new DcpMetadataWriter(form, new PickleOutput()).write(tensors, objects).bytes();
  }

  /** How many they are, without any memory for them. */
  public static long size(Collection<Tensor> tensors, Map<String, DcpItem> objects, Form form) {
    return new DcpMetadataWriter(form, PickleOutput.counting()).write(tensors, objects).count();
  }

  /**
   * The bytes for a flat dict of tensors. Here is said, as PyTorch's own saves do and some of its
   * readers ask, where in the dict each belongs.
   */
  public static byte[] writeDict(Collection<Tensor> tensors, Form form) {
    var writer = new DcpMetadataWriter(form, new PickleOutput());
    writer.paths = true;
    return writer.write(tensors, Map.of()).bytes();
  }

  private PickleOutput write(Collection<Tensor> tensors, Map<String, DcpItem> objects) {
    out.op(PROTOCOL).op(2);
    begin(METADATA);
    out.name("state_dict_metadata");
    var keys = new Batches('}', 'u');
    tensors.forEach(tensor -> keys.add(() -> tensor(tensor)));
    objects.keySet().forEach(key -> keys.add(() -> object(key)));
    keys.end();
    out.name("planner_data");
    paths(tensors);
    out.name("storage_data");
    var places = new Batches('}', 'u');
    tensors.forEach(tensor -> places(tensor, places));
    objects.forEach((key, item) -> places.add(() -> place(key, item)));
    places.end();
    end();
    return out.op('.');
  }

  private void paths(Collection<Tensor> tensors) {
    if (!paths) {
      out.op('N');
      return;
    }
    var dict = new Batches('}', 'u');
    tensors.forEach(
        tensor -> {
          String key = tensor.spec().name();
          dict.add(() -> out.name(key).name(key).op(TUPLE1));
        });
    dict.end();
  }

  private void end() {
    out.op('u').op('b');
  }

  /** Items of a list, or pairs of a dict, as many at a time as picklers take. */
  private final class Batches {
    private final int end;
    private int count;

    Batches(int empty, int end) {
      this.end = end;
      out.op(empty);
    }

    void add(Runnable item) {
      if (count % BATCH == 0) {
        end();
        out.op('(');
      }
      item.run();
      count++;
    }

    void end() {
      if (count > 0) {
        out.op(end);
      }
    }
  }

  private void begin(Global type) {
    out.name(type).op(')').op(NEWOBJ).op('}').op('(');
  }

  private void tensor(Tensor tensor) {
    out.name(tensor.spec().name());
    begin(TENSOR);
    out.name("properties");
    properties(tensor.spec().dtype());
    out.name("size");
    size(tensor.spec().shape().dims());
    out.name("chunks");
    var chunks = new Batches(']', 'e');
    tensor.forEach(chunk -> chunks.add(() -> chunk(chunk.region())));
    chunks.end();
    end();
  }

  /** A tuple: type, layout, gradient, memory format, pinned. */
  private void properties(DType dtype) {
    out.name(form.properties).op(')').op(NEWOBJ).op('(');
    out.name(new Global("torch", dtype.torchName()));
    out.name(LAYOUT).name("torch.strided").op(TUPLE1).op('R').op(FALSE);
    out.name(form.memoryFormat).integer(0);
    out.op(TUPLE1).op('R').op(FALSE).op('t').op('b');
  }

  private void chunk(Region region) {
    begin(CHUNK);
    out.name("offsets");
    size(region.offset());
    out.name("sizes");
    size(region.shape().dims());
    end();
  }

  private void size(List<Long> numbers) {
    out.name(SIZE).op('(');
    numbers.forEach(out::integer);
    out.op('t').op(TUPLE1).op('R');
  }

  private void object(String key) {
    out.name(key).name(OBJECT);
    out.op(')').op(NEWOBJ);
  }

  private void places(Tensor tensor, Batches places) {
    var count = new int[1];
    tensor.forEach(
        chunk -> {
          int index = count[0]++;
          places.add(() -> place(tensor.spec().name(), index, chunk));
        });
  }

  private void place(String key, int index, Chunk chunk) {
    begin(INDEX);
    out.name("fqn").name(key).name("index").integer(index);
    out.name("offset");
    size(chunk.region().offset());
    end();
    item(chunk.item());
  }

  private void place(String key, DcpItem item) {
    begin(INDEX);
    out.name("fqn").name(key).name("index").op('N');
    end();
    item(item);
  }

  private void item(DcpItem item) {
    begin(PLACE);
    out.name("relative_path").name(item.file()).name("offset").integer(item.offset());
    out.name("length").integer(item.length());
    end();
  }
}
