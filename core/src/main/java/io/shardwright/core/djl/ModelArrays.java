package io.shardwright.core.djl;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.shardwright.core.ModelTensor;
import io.shardwright.core.internal.execute.djl.DeviceFailure;
import io.shardwright.spi.tensor.DType;
import java.util.Collection;
import java.util.function.Function;

/**
 * Tensors of a {@link io.shardwright.core.RestoredModel} as arrays of DJL's PyTorch engine, on the
 * device of the host's manager. They are read block by block into memory that the engine allocates,
 * so that an array may have any size and costs the host 3 MiB besides. Arrays belong to the manager
 * and live as long as it does, also when the model is closed; if anything fails, none is left. One
 * thread at a time, as DJL's managers ask for.
 *
 * <p>DJL 0.36.0's engine ends the process where it is handed bfloat16 or int16 ({@code
 * GetScalarTypeFromDType} in {@code djl_pytorch_utils.h}). No such type reaches it from here: there
 * is an array of the bits of every {@link DType}, and one of the values of all but those that DJL
 * has no room for.
 */
public final class ModelArrays {
  private final NDManager manager;

  /**
   * Arrays of a manager.
   *
   * @param manager the host's, which the arrays belong to; its device is where they are
   */
  public ModelArrays(NDManager manager) {
    this.manager = manager;
  }

  /**
   * A tensor's values. Of most types the array has the same; bfloat16 becomes FLOAT32, int16 and
   * uint16 INT32, uint32 INT64, exactly and with twice the bytes; of a bool every byte but 0 is
   * true; a complex number is two of its halves' type along one more axis, the last, as {@code
   * torch.view_as_real} has it.
   *
   * @param tensor of a model that is open
   * @return of the tensor's shape at TP 1 and its name
   * @throws io.shardwright.spi.error.UnsupportedCheckpointException SW-113 for uint64 and for types
   *     of 8 bits with an exponent: see {@link #bits}
   * @throws io.shardwright.spi.error.DeviceException SW-605 if memory is too small, SW-604 if
   *     PyTorch fails otherwise
   * @throws io.shardwright.spi.error.CheckpointException if the tensor can't be read or is damaged
   */
  public NDArray values(ModelTensor tensor) {
    return array(tensor, ArrayForm.values(tensor.spec().dtype()));
  }

  /**
   * The values of several tensors.
   *
   * @param tensors of a model that is open, such as {@code model.tensors().values()}
   * @return in their order, named
   * @throws io.shardwright.spi.error.CheckpointException as of one
   */
  public NDList values(Collection<ModelTensor> tensors) {
    return list(tensors, this::values);
  }

  /**
   * A tensor's bytes as they are, in a carrier: an array of a type that is as wide and that moves
   * every bit pattern unchanged. UINT8 carries one byte, FLOAT16 two (also of bfloat16 and int16),
   * INT32 four, FLOAT64 eight, and two of these, along one more axis, sixteen. To be cut, joined,
   * permuted and handed to a TorchScript module that knows the type, not to be calculated with.
   *
   * @param tensor of a model that is open
   * @return of the tensor's shape at TP 1 and its name
   * @throws io.shardwright.spi.error.DeviceException SW-605 if memory is too small, SW-604 if
   *     PyTorch fails otherwise
   * @throws io.shardwright.spi.error.CheckpointException if the tensor can't be read or is damaged
   */
  public NDArray bits(ModelTensor tensor) {
    return array(tensor, ArrayForm.bits(tensor.spec().dtype()));
  }

  /**
   * The bytes of several tensors.
   *
   * @param tensors of a model that is open, such as {@code model.tensors().values()}
   * @return in their order, named
   * @throws io.shardwright.spi.error.CheckpointException as of one
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
      throw DeviceFailure.of(device(), "close arrays that are no longer needed", failure);
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
}
