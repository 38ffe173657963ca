package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.Piece;
import io.shardwright.core.internal.codec.pickle.PickleWriter;
import io.shardwright.core.internal.codec.torch.StateDictPickle;
import io.shardwright.core.internal.codec.torch.TorchLayout;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The layout of a file of items to be written. Where every item and every tensor's values lie is
 * known before they are read; headers and directories follow when the checksums are known.
 */
public final class DcpLayout {
  private static final String ROOT = "archive";

  /** A tensor's item, with its size. */
  private record Tensor(TorchLayout layout, String storage, long size) {
    static Tensor of(TensorSpec chunk) {
      var pickle = new StateDictPickle();
      var stored = pickle.tensor(chunk);
      byte[] bytes = PickleWriter.write(stored.value());
      var layout = TorchLayout.of(ROOT, bytes, pickle.storages());
      return new Tensor(layout, stored.key(), layout.size());
    }
  }

  private final String file;

  /** The tensors in order, and where each begins: there may be hundreds of thousands. */
  private final List<Tensor> tensors = new ArrayList<>();

  private long[] starts = new long[16];

  /** An item does not say its name: those of one type and shape are laid out alike. */
  private final Map<TensorSpec, Tensor> alike = new HashMap<>();

  private TensorSpec last;
  private Tensor lastTensor;

  private final List<Piece> objects = new ArrayList<>();
  private long end;

  /**
   * An empty file.
   *
   * @param file its name in the checkpoint's folder
   */
  public DcpLayout(String file) {
    this.file = file;
  }

  /** Adds a chunk of a tensor, whose values will be dense and row-major. */
  public DcpItem add(TensorSpec chunk) {
    Tensor tensor = chunk == last ? lastTensor : tensor(chunk);
    last = chunk;
    lastTensor = tensor;
    if (tensors.size() == starts.length) {
      starts = Arrays.copyOf(starts, 2 * starts.length);
    }
    starts[tensors.size()] = end;
    tensors.add(tensor);
    return next(tensor.size());
  }

  /** Adds an object: a whole torch file. */
  public DcpItem add(byte[] object) {
    objects.add(new Piece(end, object));
    return next(object.length);
  }

  private Tensor tensor(TensorSpec chunk) {
    var nameless = new TensorSpec("", chunk.dtype(), chunk.shape());
    return alike.computeIfAbsent(nameless, Tensor::of);
  }

  private DcpItem next(long length) {
    var item = new DcpItem(file, end, length);
    end = Math.addExact(end, length);
    return item;
  }

  /** Its name in the checkpoint's folder. */
  public String name() {
    return file;
  }

  /** Size of the whole file. */
  public long size() {
    return end;
  }

  /** Where in the file a chunk's values begin. */
  public long dataOffset(DcpItem chunk) {
    Tensor tensor = tensors.get(Arrays.binarySearch(starts, 0, tensors.size(), chunk.offset()));
    return chunk.offset() + tensor.layout().dataOffset(tensor.storage());
  }

  /**
   * Everything but the chunks' values.
   *
   * @param crcs the CRC-32 of every chunk's values
   */
  public List<Piece> structure(Map<DcpItem, Long> crcs) {
    var pieces = new ArrayList<>(objects);
    for (int at = 0; at < tensors.size(); at++) {
      Tensor tensor = tensors.get(at);
      long start = starts[at];
      var item = new DcpItem(file, start, tensor.size());
      tensor.layout().structure(Map.of(tensor.storage(), crcs.get(item))).stream()
          .map(piece -> new Piece(start + piece.offset(), piece.bytes()))
          .forEach(pieces::add);
    }
    return pieces;
  }
}
