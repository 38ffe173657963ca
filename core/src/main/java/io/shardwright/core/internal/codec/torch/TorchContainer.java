package io.shardwright.core.internal.codec.torch;

import io.shardwright.core.internal.bytes.ByteSource;
import io.shardwright.core.internal.codec.pickle.PickleDocument;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A container of a pickle and its storages: one of PyTorch's two file formats. */
interface TorchContainer {
  PickleDocument document();

  /** Whether elements stand in big-endian order. */
  boolean isBigEndian();

  /** Bytes of a storage; empty where there is none of that key. */
  OptionalLong storageSize(String key);

  /** A storage's bytes. */
  Optional<ByteSource> storage(String key);

  /** The CRC-32 that the file states for a storage. */
  OptionalLong storageCrc(String key);

  /** The folder of all records, with a slash behind it; empty where there is none. */
  String root();

  /** Refuses if a checksum is wrong. */
  void requireIntact();

  /** Refuses if a storage's checksum is wrong. */
  void requireIntact(String storageKey);

  /** What a user should know. */
  List<String> notes();
}
