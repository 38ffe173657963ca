package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.describe.SourceTensor;
import io.shardwright.core.internal.execute.TensorBlocks;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/** Lines "name, type, shape, SHA-256" of a torch file's tensors. */
final class TorchSums {
  private TorchSums() {}

  static List<String> of(TorchFile file) {
    return file.stateDict().tensors().values().stream().map(TorchSums::line).toList();
  }

  private static String line(TorchTensor tensor) {
    var digest = sha256();
    var source =
        new SourceTensor(
            tensor.spec(),
            tensor.storage(),
            tensor.storageOffset(),
            tensor.strides(),
            tensor.bigEndian(),
            OptionalLong.empty());
    new TensorBlocks().read(source, digest::update);
    return String.join(
        "\t",
        tensor.spec().name(),
        tensor.spec().dtype().torchName(),
        tensor.spec().shape().toString(),
        HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
