package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.codec.pickle.PickleOutput;
import io.shardwright.core.internal.codec.pickle.PickleValue.Global;
import io.shardwright.spi.tensor.DType;
import io.shardwright.spi.tensor.Region;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;

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
    /** Checks nothing. */
    public Tensor {
      boolean empty = spec.shape().elements() == 0;
      chunks = chunks.stream().filter(c -> empty || c.region().shape().elements() > 0).toList();
    }
  }

  /** What a chunk holds of its tensor, and where it lies. */
  public record Chunk(Region region, DcpItem item) {}

  private static final int BATCH = 1000;
  private static final int PROTOCOL = 0x80;
  private static final int NEWOBJ = 0x81;
  private static final int TUPLE1 = 0x85;
  private static final int FALSE = 0x89;
  private static final String CHECKPOINT = "torch.distributed.checkpoint.";
  private static final Global SIZE = new Global("torch", "Size");
  private static final Global LAYOUT = new Global("torch.serialization", "_get_layout");
  private static final Global PLACE = new Global(CHECKPOINT + "filesystem", "_StorageInfo");

  private final PickleOutput out = new PickleOutput();
  private final Form form;
  private boolean paths;

  private DcpMetadataWriter(Form form) {
    this.form = form;
  }

  /** The file's bytes. */
  public static byte[] write(Collection<Tensor> tensors, Map<String, DcpItem> objects, Form form) {
    return new DcpMetadataWriter(form).write(tensors, objects);
  }

  /**
   * The bytes for a flat dict of tensors. Here is said, as PyTorch's own saves do and some of its
   * readers ask, where in the dict each belongs.
   */
  public static byte[] writeDict(Collection<Tensor> tensors, Form form) {
    var writer = new DcpMetadataWriter(form);
    writer.paths = true;
    return writer.write(tensors, Map.of());
  }

  private byte[] write(Collection<Tensor> tensors, Map<String, DcpItem> objects) {
    out.op(PROTOCOL).op(2);
    begin("Metadata");
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
    return out.op('.').bytes();
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

  private void begin(String type) {
    begin(new Global(CHECKPOINT + "metadata", type));
  }

  private void begin(Global type) {
    out.name(type).op(')').op(NEWOBJ).op('}').op('(');
  }

  private void tensor(Tensor tensor) {
    out.name(tensor.spec().name());
    begin("TensorStorageMetadata");
    out.name("properties");
    properties(tensor.spec().dtype());
    out.name("size");
    size(tensor.spec().shape().dims());
    out.name("chunks");
    var chunks = new Batches(']', 'e');
    tensor.chunks().forEach(chunk -> chunks.add(() -> chunk(chunk.region())));
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
    begin("ChunkStorageMetadata");
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
    out.name(key).name(new Global(CHECKPOINT + "metadata", "BytesStorageMetadata"));
    out.op(')').op(NEWOBJ);
  }

  private void places(Tensor tensor, Batches places) {
    for (int at = 0; at < tensor.chunks().size(); at++) {
      Chunk chunk = tensor.chunks().get(at);
      int index = at;
      places.add(() -> place(tensor.spec().name(), index, chunk));
    }
  }

  private void place(String key, int index, Chunk chunk) {
    begin("MetadataIndex");
    out.name("fqn").name(key).name("index").integer(index);
    out.name("offset");
    size(chunk.region().offset());
    end();
    item(chunk.item());
  }

  private void place(String key, DcpItem item) {
    begin("MetadataIndex");
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
