package io.shardwright.core;

import io.shardwright.spi.error.CheckpointException;
import java.beans.XMLDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Breaks the rules "objects", "processes", "network", "maps", "flags", "settings" and "exceptions".
 */
final class BreachOfHygiene {
  Object decodes(InputStream in) {
    try (var decoder = new XMLDecoder(in)) {
      return decoder.readObject();
    }
  }

  Process starts() throws IOException {
    return Runtime.getRuntime().exec(new String[] {"true"});
  }

  InputStream fetches(URL url) throws IOException {
    return url.openStream();
  }

  MappedByteBuffer maps(FileChannel channel) throws IOException {
    return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
  }

  String advises(CheckpointException refusal) {
    return refusal.getMessage() + ": merge it with --untie";
  }

  void throwsWhatItLikes() {
    throw new UnsupportedOperationException("not one of ours");
  }
}
