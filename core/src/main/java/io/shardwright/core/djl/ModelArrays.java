package io.shardwright.core.djl;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.shardwright.core.ModelTensor;
import io.shardwright.core.internal.execute.djl.DeviceFailure;
import io.shardwright.spi.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.function.Function;

/**
 * Reads tensors of a {@link io.shardwright.core.RestoredModel} into arrays of DJL's PyTorch engine,
 * on the device of the host's manager. Tensors are read block by block into memory that the engine
 * allocates, so an array may have any size and costs the host 3 MiB besides. Arrays belong to the
 * manager and stay valid when the model is closed; if anything fails, none is left. For use by one
 * thread at a time, as DJL's managers require.
 *
 * <p>DJL 0.36.0's engine ends the process if it is handed bfloat16 or int16 ({@code
 * GetScalarTypeFromDType} in {@code djl_pytorch_utils.h}). No array made here has these types:
 * {@link #bits} has a carrier for every {@link DType}, and {@link #values} a type for all but those
 * that no type of DJL can represent.
 */
public final class ModelArrays {
  private final NDManager manager;

  /**
   * Makes a reader whose arrays belong to a manager.
   *
   * @param manager the host's manager of DJL's PyTorch engine; the arrays are on its device
   */
  public ModelArrays(NDManager manager) {
    this.manager = manager;
  }

  /**
   * Reads the values of a tensor. Most arrays have the tensor's type. Exact, with twice the bytes:
   * bfloat16 becomes FLOAT32, int16 and uint16 become INT32, uint32 becomes INT64. Of a bool, every
   * byte except 0 is true. A complex tensor has one more axis, the last, of real and imaginary
   * part, as {@code torch.view_as_real} has it.
   *
   * @param tensor a tensor of an open model
   * @return an array of the tensor's shape, with its name
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException SW-113 for uint64 and the
   *     float8 types; read them with {@link #bits}
   * @throws io.shardwright.spi.error.DeviceException SW-605 if memory is too small, SW-604 if
   *     PyTorch fails otherwise
   * @throws io.shardwright.spi.error.CheckpointException if the tensor can't be read or is damaged
   */
  public NDArray values(ModelTensor tensor) {
    return array(tensor, ArrayForm.values(tensor.spec().dtype()));
  }

  /**
   * Reads the values of several tensors.
   *
   * @param tensors tensors of an open model, such as {@code model.tensors().values()}
   * @return their arrays in the same order, with names
   * @throws io.shardwright.spi.error.CheckpointException as {@link #values(ModelTensor)} does
   */
  public NDList values(Collection<ModelTensor> tensors) {
    return list(tensors, this::values);
  }

  /**
   * Reads the bytes of a tensor into a carrier: an array of a type of the same width that keeps
   * every bit pattern. UINT8 carries one byte, FLOAT16 two (also of bfloat16 and int16), INT32
   * four, FLOAT64 eight, and two FLOAT64 along one more axis sixteen. Carriers can be cut, joined,
   * permuted and handed to a TorchScript module that knows the type, but not calculated with.
   *
   * @param tensor a tensor of an open model
   * @return an array of the tensor's shape, with its name
   * @throws io.shardwright.spi.error.DeviceException SW-605 if memory is too small, SW-604 if
   *     PyTorch fails otherwise
   * @throws io.shardwright.spi.error.CheckpointException if the tensor can't be read or is damaged
   */
  public NDArray bits(ModelTensor tensor) {
    return array(tensor, ArrayForm.bits(tensor.spec().dtype()));
  }

  /**
   * Reads the bytes of several tensors into carriers.
   *
   * @param tensors tensors of an open model, such as {@code model.tensors().values()}
   * @return their arrays in the same order, with names
   * @throws io.shardwright.spi.error.CheckpointException as {@link #bits(ModelTensor)} does
   */
  public NDList bits(Collection<ModelTensor> tensors) {
    return list(tensors, this::bits);
  }

  private static NDList list(
      Collection<ModelTensor> tensors, Function<ModelTensor, NDArray> reading) {
    var arrays = new NDList(tensors.size());
    try {
      tensors.forEach(tensor -> arrays.add(reading.apply(tensor)));
      return arrays;
    } catch (RuntimeException failure) {
      arrays.close();
      throw failure;
    }
  }

  private NDArray array(ModelTensor tensor, ArrayForm form) {
    try {
      return filled(tensor, form);
    } catch (EngineException failure) {
      throw DeviceFailure.of(device(), "close arrays that are not needed", failure);
    }
  }

  private NDArray filled(ModelTensor tensor, ArrayForm form) {
    long elements = form.elements(tensor.spec().shape());
    try (NDArray flat = manager.create(new Shape(elements), form.type())) {
      tensor.read(new Filling(flat, form)::put);
      NDArray array = flat.reshape(form.shape(tensor.spec().shape()));
      array.setName(tensor.spec().name());
      return array;
    }
  }

  private String device() {
    Device device = manager.getDevice();
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
  }

  /** Fills an array of one axis from front to back. */
  private static final class Filling {
    private final NDArray array;
    private final ArrayForm form;
    private ByteBuffer room = ByteBuffer.allocateDirect(0);
    private long at;

    Filling(NDArray array, ArrayForm form) {
      this.array = array;
      this.form = form;
    }

    /** Appends a block of a tensor's little-endian elements. */
    void put(ByteBuffer block) {
      ByteBuffer content = content(block);
      long count = content.remaining() / form.type().getNumOfBytes();
      try (NDManager memory = array.getManager().newSubManager()) {
        NDArray part = memory.create(content, new Shape(count), form.type());
        array.set(new NDIndex().addSliceDim(at, at + count), part);
      }
      at += count;
    }

    /** From its position on: DJL would begin at a buffer's start. */
    private ByteBuffer content(ByteBuffer block) {
      ByteBuffer little = block.slice().order(ByteOrder.LITTLE_ENDIAN);
      int size = form.bytes(little.remaining());
      if (room.capacity() < size) {
        room = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
      }
      form.convert(little, room.clear());
      return room.flip().slice().order(ByteOrder.nativeOrder());
    }
  }
}
