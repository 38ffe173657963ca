package io.shardwright.core.internal.execute.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.shardwright.core.internal.bytes.ContentHash;
import io.shardwright.core.internal.execute.CastLosses;
import io.shardwright.core.internal.execute.LowRankRows;
import io.shardwright.spi.error.Setting;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The only maker of DJL arrays. There is no way to name an element type but a {@link Carrier}, and
 * what DJL does not check is checked here: that a buffer is as long as the array, and that sizes
 * stay below what its 32-bit arithmetic holds. Native memory is freed on closing.
 */
final class CarrierArrays implements AutoCloseable {
  /** No tile is larger; far below the 2^31 bytes at which DJL's sizes overflow. */
  static final long MOST_BYTES = 1L << 30;

  private final PtNDManager memory;
  private final PtSymbolBlock script;
  private final String device;

  private CarrierArrays(PtNDManager memory, PtSymbolBlock script, String device) {
    this.memory = memory;
    this.script = script;
    this.device = device;
  }

  /** An array and nothing to do with it but what is offered here. */
  static final class Array {
    private final PtNDArray values;

    private Array(PtNDArray values) {
      this.values = values;
    }
  }

  /**
   * Cast elements.
   *
   * @param lost what the cast lost
   */
  record Cast(Array values, CastLosses lost) {}

  /**
   * For one thread, which is the current one.
   *
   * @param device where arrays are made; host buffers stay where they are
   * @param name the device as users write it
   */
  static CarrierArrays on(Engine engine, Device device, String name) {
    // Fused code could round elsewhere than the script says. PyTorch keeps this for each thread.
    JniUtils.setGraphExecutorOptimize(false);
    return attempt(name, () -> withScript((PtNDManager) engine.newBaseManager(device), name));
  }

  private static CarrierArrays withScript(PtNDManager memory, String name) {
    try {
      var script = JniUtils.loadModule(memory, TileScript.archive(), true, false);
      return new CarrierArrays(memory, script, name);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /** Memory of its own on the same device, to be closed before this. */
  CarrierArrays part() {
    return new CarrierArrays((PtNDManager) memory.newSubManager(), script, device);
  }

  /** Elements of any value, on the device. */
  Array any(Carrier carrier, long elements) {
    var shape = new Shape(checked(carrier, elements));
    return attempt(device, () -> new Array(memory.create(shape, carrier.type())));
  }

  /** Zeros, on the device. */
  Array zeros(Carrier carrier, long elements) {
    var shape = new Shape(checked(carrier, elements));
    return attempt(device, () -> new Array((PtNDArray) memory.zeros(shape, carrier.type())));
  }

  /** A direct buffer's remaining bytes as an array in the host's memory; nothing is copied. */
  Array over(ByteBuffer bytes, Carrier carrier) {
    long elements = bytes.remaining() / carrier.byteSize();
    if (!bytes.isDirect() || elements * carrier.byteSize() != bytes.remaining()) {
      throw new IllegalArgumentException(
          bytes + " is not a whole number of elements of " + carrier);
    }
    var shape = new Shape(checked(carrier, elements));
    // The buffer's position would be passed over.
    ByteBuffer whole = bytes.slice().order(ByteOrder.nativeOrder());
    PtNDManager host = memory.newSubManager(Device.cpu());
    return new Array(host.create(whole, shape, carrier.type()));
  }

  private static long checked(Carrier carrier, long elements) {
    if (elements < 0 || elements > MOST_BYTES / carrier.byteSize()) {
      throw new IllegalArgumentException(elements + " elements of " + carrier + " are not a tile");
    }
    return elements;
  }

  /** Puts packed elements, from a place on, where a nest has them in the tile. */
  void spread(Array packed, long at, Nest nest, Array tile) {
    run("spread", copy(tile, packed, at, nest)).close();
  }

  /** Packs a nest's elements. */
  void gather(Array tile, Nest nest, Array packed, long at) {
    run("gather", copy(tile, packed, at, nest)).close();
  }

  private static Stream<IValue> copy(Array tile, Array packed, long at, Nest nest) {
    return Stream.of(
        IValue.from(tile.values),
        IValue.from(packed.values),
        IValue.from(at),
        IValue.from(nest.elements()),
        IValue.listFrom(longs(nest.sizes())),
        IValue.listFrom(longs(nest.strides())),
        IValue.from(nest.start()));
  }

  private static long[] longs(java.util.List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /** Adds a product to rows of binary32 that begin at a place of the tile. */
  void addProduct(Array tile, long at, LowRankRows product) {
    var arguments =
        Stream.of(
            IValue.from(tile.values),
            IValue.from(at),
            IValue.from(over(product.b(), Carrier.WORD).values),
            IValue.from(over(product.a(), Carrier.WORD).values),
            IValue.from((long) product.count()),
            IValue.from((long) product.columns()),
            IValue.from((long) product.rank()),
            IValue.from((double) product.scale()));
    run("add", arguments).close();
  }

  /** Casts elements, adding something to each. */
  Cast cast(Array from, FloatingType source, double shift, FloatingType target, Carrier carrier) {
    var arguments =
        Stream.of(
            IValue.from(from.values),
            IValue.from(source.scalarType()),
            IValue.from(shift),
            IValue.from(target.scalarType()),
            IValue.from(target.bitsType()),
            IValue.from(target.quiet()),
            IValue.from((long) carrier.scalarType()));
    try (IValue result = run("cast", arguments)) {
      IValue[] both = result.toIValueTuple();
      try (IValue values = both[0];
          IValue counts = both[1]) {
        long[] lost = counts.toLongArray();
        return new Cast(
            new Array(values.toTensor(memory)),
            new CastLosses(lost[1], lost[2], lost[0] - lost[1] - lost[2]));
      }
    }
  }

  private IValue run(String method, Stream<IValue> arguments) {
    IValue[] given = arguments.toArray(IValue[]::new);
    try {
      return attempt(device, () -> IValueUtils.runMethod(script, method, given));
    } finally {
      Stream.of(given).forEach(IValue::close);
    }
  }

  private static <T> T attempt(String device, Supplier<T> work) {
    try {
      return work.get();
    } catch (EngineException failure) {
      throw DeviceFailure.of(
          device,
          "use fewer " + Setting.THREADS.inText() + ", or " + Setting.DEVICE.inText("jvm"),
          failure);
    }
  }

  @Override
  public void close() {
    memory.close();
  }

  /**
   * The TorchScript module that works on tiles, as the archive that PyTorch loads ({@code
   * torch/csrc/jit/serialization/import.cpp}): the code, a pickled object of its class, no
   * constants. TorchScript because DJL's own calls can neither cast bfloat16 nor see one type's
   * bits as another's.
   */
  private static final class TileScript {
    private static final String CODE = "tile.torchscript";

    /** {@code __torch__.Tile} with {@code training} false, protocol 2. */
    private static final String OBJECT =
        "\u0080\2c__torch__\nTile\nq\0)\u0081}(X\u0008\0\0\0trainingq\1\u0089ub.";

    /** An empty tuple. */
    private static final String CONSTANTS = "\u0080\2).";

    private TileScript() {}

    static InputStream archive() {
      var bytes = new ByteArrayOutputStream();
      try (var zip = new ZipOutputStream(bytes);
          InputStream code = TileScript.class.getResourceAsStream(CODE)) {
        store(zip, "data.pkl", OBJECT.getBytes(StandardCharsets.ISO_8859_1));
        store(zip, "code/__torch__.py", code.readAllBytes());
        store(zip, "constants.pkl", CONSTANTS.getBytes(StandardCharsets.ISO_8859_1));
        store(zip, "version", "3\n".getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
      return new ByteArrayInputStream(bytes.toByteArray());
    }

    /** PyTorch reads entries that are stored as they are. */
    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
      var entry = new ZipEntry("tile/" + name);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      entry.setCrc(ContentHash.crc(content));
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    }
  }
}
