package io.shardwright.remote;

import io.shardwright.spi.store.ObjectStore.Part;
import io.shardwright.spi.store.ObjectStore.Upload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** How a scheme writes: {@link io.shardwright.spi.store.ObjectStore} for its own paths. */
interface Uploads {
  String begin(RemotePath object) throws IOException;

  void send(RemotePath object, String upload, int number, ByteBuffer bytes, long crc)
      throws IOException;

  List<Part> parts(RemotePath object, String upload) throws IOException;

  void complete(RemotePath object, String upload, List<Part> parts, boolean replace)
      throws IOException;

  void abort(RemotePath object, String upload) throws IOException;

  /** Those of an object and of all below it that are not completed. */
  List<Upload> open(RemotePath path) throws IOException;

  void put(RemotePath object, ByteBuffer bytes, boolean replace) throws IOException;

  /** Removes an object. */
  void delete(RemotePath object) throws IOException;

  /** Copies an object, in place of another one. */
  void copy(RemotePath from, RemotePath to) throws IOException;
}
