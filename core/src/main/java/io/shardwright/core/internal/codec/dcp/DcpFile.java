package io.shardwright.core.internal.codec.dcp;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.safetensors.SafetensorsFile;
import io.shardwright.core.internal.codec.torch.TorchFile;
import io.shardwright.core.internal.codec.torch.TorchTensor;
import io.shardwright.core.internal.guard.Guard;
import io.shardwright.spi.error.ErrorCode;
import io.shardwright.spi.error.MalformedCheckpointException;
import io.shardwright.spi.tensor.TensorSpec;
import java.util.OptionalLong;

/**
 * A file of items. Each item's own header is read when the item is asked for, and counts against
 * the limits by itself: it is not kept with a hundred thousand others.
 */
public final class DcpFile {
  private final ByteSource file;
  private final Guard guard;
  private SafetensorsFile safetensors;

  /** Reads nothing yet. */
  public DcpFile(ByteSource file, Guard guard) {
    this.file = file;
    this.guard = guard;
  }

  /**
   * A chunk as it is stored.
   *
   * @param tensor its values, of whatever strides
   * @param crc the CRC-32 that the file states for {@link TorchTensor#storage}; empty where it
   *     states none for just these bytes
   */
  public record Chunk(TorchTensor tensor, OptionalLong crc) {}

  /**
   * A chunk of a tensor.
   *
   * @throws MalformedCheckpointException if the item lies outside the file, is damaged, or is not
   *     of the type and sizes that the metadata says
   */
  public Chunk chunk(DcpTensor tensor, int chunk) {
    var stated =
        new TensorSpec(tensor.spec().name(), tensor.spec().dtype(), tensor.region(chunk).shape());
    return isSafetensors()
        ? named(stated)
        : zipped(stated, object(stated.name(), tensor.item(chunk)));
  }

  private Chunk zipped(TensorSpec stated, TorchFile item) {
    TorchTensor tensor = item.tensor(stated.name(), item.document().root());
    requireStated(stated, tensor.spec(), item.name());
    return new Chunk(
        tensor, tensor.isExpanded() ? OptionalLong.empty() : item.storageCrc(tensor.storageKey()));
  }

  private Chunk named(TensorSpec stated) {
    SafetensorsFile.Stored stored = safetensors().tensors().get(stated.name());
    if (stored == null) {
      throw malformed(file.name(), "has no tensor '" + stated.name() + "', which .metadata lists");
    }
    requireStated(stated, stored.spec(), file.name());
    var strides = stated.shape().rowMajorStrides();
    return new Chunk(
        new TorchTensor(stated, strides, 0, stored.bytes(), stated.name(), false),
        OptionalLong.empty());
  }

  private static void requireStated(TensorSpec stated, TensorSpec found, String where) {
    if (!found.equals(stated)) {
      throw malformed(
          where,
          "'"
              + stated.name()
              + "' is "
              + found.dtype().torchName()
              + " "
              + found.shape()
              + ", expected "
              + stated.dtype().torchName()
              + " "
              + stated.shape()
              + " by .metadata");
    }
  }

  private boolean isSafetensors() {
    return safetensors != null || SafetensorsFile.recognizes(file) && !TorchFile.recognizes(file);
  }

  private synchronized SafetensorsFile safetensors() {
    safetensors = safetensors == null ? SafetensorsFile.open(file, guard) : safetensors;
    return safetensors;
  }

  /**
   * The bytes of an item with its headers.
   *
   * @throws MalformedCheckpointException if it lies outside the file
   */
  public ByteSource bytes(String key, DcpItem item) {
    if (item.offset() > file.size() || item.length() > file.size() - item.offset()) {
      throw malformed(
          file.name(),
          "the item of '"
              + key
              + "', "
              + item.length()
              + " bytes at "
              + item.offset()
              + ", ends outside the file of "
              + file.size());
    }
    return file.slice(item.offset(), item.length(), file.name() + "!" + key);
  }

  /**
   * An item as the torch file that it is.
   *
   * @throws MalformedCheckpointException if it lies outside the file or is damaged
   */
  public TorchFile object(String key, DcpItem item) {
    return TorchFile.open(bytes(key, item), guard.anew());
  }

  /**
   * Compares an item with the checksums that it states.
   *
   * @throws MalformedCheckpointException if it is damaged
   */
  public void requireIntact(String key, DcpItem item) {
    if (!isSafetensors()) {
      object(key, item).requireIntact();
    }
  }

  private static MalformedCheckpointException malformed(String where, String problem) {
    return new MalformedCheckpointException(
        ErrorCode.TENSOR_MALFORMED, where, problem + ": save or fetch the folder again");
  }
}
