package io.shardwright.core.internal.codec.pickle;

import io.shardwright.core.internal.codec.pickle.PickleValue.Bytes;
import io.shardwright.core.internal.codec.pickle.PickleValue.Call;
import io.shardwright.core.internal.codec.pickle.PickleValue.Text;
import io.shardwright.core.internal.codec.pickle.PickleValue.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Bytes in protocols without a bytes opcode: {@code _codecs.encode(text, 'latin1')} (CPython,
 * {@code Modules/_pickle.c}, {@code save_bytes}). The call is kept as it is, so that it is written
 * as it was; this says what it means.
 */
public final class PickleBytes {
  private PickleBytes() {}

  /** The bytes that a value stands for, if it stands for bytes. */
  public static Optional<byte[]> decode(PickleValue value) {
    if (value instanceof Bytes bytes) {
      return Optional.of(bytes.value());
    }
    boolean encoded =
        value instanceof Call call
            && call.calls("_codecs", "encode")
            && PickleNames.meaning(call) == PickleNames.Meaning.DATA;
    if (encoded
        && ((Call) value).args() instanceof Tuple args
        && args.items().get(0) instanceof Text text) {
      return Optional.of(text.value().getBytes(StandardCharsets.ISO_8859_1));
    }
    return Optional.empty();
  }
}
