package io.shardwright.core;

import java.beans.XMLDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/** Breaks the rules "objects", "processes", "network", "maps" and "exceptions". */
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

  void throwsWhatItLikes() {
    throw new UnsupportedOperationException("not one of ours");
  }
}
